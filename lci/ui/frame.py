"""What every page has: the conversation from the address, what stands in the way, the sidebar."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import streamlit as st

from lci.core.conversation import Conversation, ConversationSummary
from lci.core.ports import KernelFacts, ModelProfile
from lci.core.turns import Sent
from lci.errors import LciError
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, state
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import explained, number, size, words

#: A file: the icon of a name would be fetched from the web by every browser.
ICON = str(Path(__file__).with_name("icon.svg"))

#: Conversations in the sidebar; the Conversations page has them all.
_LISTED = 20

_SHOWN = "shown_conversation"


def title() -> str:
    """The app's name."""
    return words().app


def conversation() -> Interpreter | None:
    """The conversation this tab shows, a new one when the address names none; None when it cannot be opened."""
    conversation_id = state.addressed_id()
    try:
        if conversation_id is None:
            live = state.registry().create()
            st.query_params["c"] = live.id
            return live
        # What this tab has shown and is not there any more was deleted for good: an empty one is not it.
        live = state.registry().get(conversation_id, create=state.value(_SHOWN) != conversation_id)
        if live.snapshot().turns:
            state.put(_SHOWN, conversation_id)
        return live
    except LciError as error:
        with st.container(key="problem"):
            st.error(plain(str(explained(error.problem))), icon=":material/error:")
            st.button(
                words().sidebar.new_conversation,
                icon=":material/edit_square:",
                on_click=commands.new_conversation,
                key="fresh",
            )
        return None


def banner() -> None:
    """What stands in the way of keeping anything: a full disk, a folder that lost its rights."""
    failure = services().store.failure
    if failure is not None:
        st.error(plain(str(explained(failure.problem))), icon=":material/error:")


def sidebar(live: Interpreter | None) -> None:
    """New conversation, model, recent conversations; at the foot kernel status and pages."""
    text = words()
    with st.sidebar:
        st.markdown(f"#### :material/data_object: {text.app}")
        st.button(
            text.sidebar.new_conversation,
            icon=":material/edit_square:",
            width="stretch",
            key="new_conversation",
            on_click=commands.new_conversation,
        )
        if live is not None:
            _model_picker(live)
        with st.container(gap=None, key="recent"):
            _recent(live)
        if live is None:
            return
        with st.container(key="foot"):
            _kernel(live)
            _context(live.snapshot())
            _pages(live)


def _pages(live: Interpreter) -> None:
    text = words().sidebar
    query = {"c": live.id}
    with st.container(gap=None, key="pages"):
        st.page_link("chat.py", label=text.chat, icon=":material/chat_bubble:", query_params=query)
        st.page_link("data.py", label=text.data, icon=":material/table:", query_params=query)
        st.page_link("notebook.py", label=text.notebook, icon=":material/menu_book:", query_params=query)
        st.page_link("conversations.py", label=text.conversations, icon=":material/forum:", query_params=query)
        st.page_link("settings.py", label=text.settings, icon=":material/settings:", query_params=query)


def _model_picker(live: Interpreter) -> None:
    profiles = {profile.id: profile for profile in services().profiles()}
    chosen = live.snapshot().settings.model
    ids = [*profiles, *([chosen] if chosen not in profiles else [])]
    state.hold("model", chosen)
    st.selectbox(
        words().sidebar.model,
        ids,
        format_func=lambda model_id: _model_label(profiles.get(model_id), model_id),
        key="model",
        label_visibility="collapsed",
        on_change=commands.change_model,
        args=(ids,),
    )


def _model_label(profile: ModelProfile | None, model_id: str) -> str:
    if profile is None:
        return model_id
    if not profile.is_ai:
        return f"{profile.label} · {words().sidebar.offline}"
    return f"{profile.label} · {words().sidebar.on_this_machine if profile.local else profile.provider}"


def _recent(live: Interpreter | None) -> None:
    running = state.registry().running()
    listed = [summary for summary in state.registry().summaries() if not summary.is_empty][:_LISTED]
    group = None
    for summary in listed:
        when = _day(summary.updated_at)
        if when != group:
            st.caption(words().sidebar.days[when])
            group = when
        _entry(summary, running)
    if live is None:
        return
    st.html(
        f"<style>.st-key-conversation_{live.id} button{{background:rgba(120,124,150,.16)}}"
        f".st-key-conversation_{live.id} button p{{font-weight:600}}</style>"
    )


def _entry(summary: ConversationSummary, running: frozenset[str]) -> None:
    title = plain(summary.name or words().conversations.untitled)
    at = datetime.datetime.fromtimestamp(summary.updated_at)
    st.button(
        title,
        icon=":material/radio_button_checked:" if summary.id in running else ":material/chat_bubble:",
        key=f"conversation_{summary.id}",
        type="tertiary",
        width="stretch",
        # Titles are cut, and two may be the same.
        help=f"{title} · {at:%Y-%m-%d %H:%M}",
        on_click=commands.open_conversation,
        args=(summary.id,),
    )


def _day(at: float) -> str:
    days = (datetime.date.today() - datetime.date.fromtimestamp(at)).days
    return "today" if days < 1 else "yesterday" if days == 1 else "week" if days < 8 else "earlier"


def surroundings(live: Interpreter) -> KernelFacts:
    """What the next kernel will be like; for an environment that cannot be used, what the app's own would be."""
    settings = live.snapshot().settings
    try:
        return services().surroundings(settings)
    except LciError:
        return services().surroundings(replace(settings, environment=""))


def _kernel(live: Interpreter) -> None:
    text = words().sidebar
    now = live.snapshot()
    expected = surroundings(live)
    busy = any(cell.status == "running" for turn in now.turns[-1:] for cell in turn.cells)
    if live.kernel.running:
        status, colour = ("busy" if busy else "ready"), "green"
    elif now.kernel.status in ("dead", "starting", "stopped"):
        status, colour = now.kernel.status, "gray" if now.kernel.status == "stopped" else "orange"
    else:
        status, colour = "absent", "gray"
    line = f":{colour}[●] {text.kernel_status[status]}"
    if live.kernel.running and live.kernel.memory_bytes:
        line += f" · {size(live.kernel.memory_bytes)}"
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kernel_line"):
            cause = now.kernel.cause if not live.kernel.running else None
            st.caption(line, help=plain(str(explained(cause))) if cause is not None else None)
            _kernel_menu()
        icon = ":material/shield_lock:" if expected.isolation == "bubblewrap" else ":material/gpp_maybe:"
        st.caption(f"{icon} {isolation(expected)}")


def isolation(facts: KernelFacts) -> str:
    """What keeps code in, in a few words."""
    return words().sidebar.isolation[facts.isolation].format(host=plain(facts.host))


def _kernel_menu() -> None:
    text = words().sidebar
    with st.popover(
        "", icon=":material/more_vert:", key="kernel_menu", type="tertiary", help=text.kernel, on_change="rerun"
    ):
        st.button(
            text.restart_kernel,
            icon=":material/restart_alt:",
            key="restart_kernel",
            on_click=commands.restart_kernel,
            width="stretch",
        )
        st.button(
            text.interrupt_kernel,
            icon=":material/front_hand:",
            key="interrupt_kernel",
            on_click=commands.interrupt_kernel,
            width="stretch",
        )


def _context(now: Conversation) -> None:
    """How full the model's window is: the server's own count where it gives one, ours otherwise."""
    last = next((turn for turn in reversed(now.branch()) if turn.requests), None)
    if last is None:
        return
    try:
        profile = services().model(now.settings.model).profile
    except LciError:
        return
    if not profile.is_ai:
        return
    usage = last.last_usage
    estimated = usage is None or usage.estimated
    used = last.requests[-1].context_tokens if usage is None else usage.prompt_tokens + usage.completion_tokens
    about = words().turns.tokens_estimated if estimated else ""
    window = ("~" if profile.window_estimated else "") + _thousands(profile.window_tokens)
    st.progress(
        min(1.0, used / profile.window_tokens),
        text=words().sidebar.context.format(used=about + _thousands(used), window=window),
    )
    if shortened := _shortened(now, last.requests[-1]):
        st.caption(f":material/compress: {shortened}")


def _shortened(now: Conversation, request: Sent) -> str:
    """What it took to make that request fit; empty when it went out whole."""
    text = words().sidebar
    what = [
        sentence.format(count=count)
        for sentence, count in (
            (text.context_summary, any(turn.summary is not None for turn in now.branch())),
            (text.context_results, request.results_shortened),
            (text.context_rounds, request.rounds_dropped),
        )
        if count
    ]
    return text.context_shortened.format(what=", ".join(what)) if what else ""


def _thousands(count: int) -> str:
    return f"{number(count / 1000, 1)}k" if count >= 1000 else str(count)
