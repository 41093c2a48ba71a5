"""What every page has: the conversation from the address, the style, the sidebar."""

from __future__ import annotations

import datetime

import streamlit as st

from lci.core.conversation import Conversation
from lci.errors import LciError
from lci.runtime.interpreter import Interpreter
from lci.storage.store import Summary
from lci.ui import commands, state
from lci.ui.safety import plain
from lci.wording import explained, size, words

TITLE = words().app

_LISTED = 12


def conversation() -> Interpreter | None:
    """The conversation this tab shows, a new one when the address names none; None when it cannot be opened."""
    wanted = state.wanted_id()
    try:
        if wanted is None:
            live = state.registry().create()
            st.query_params["c"] = live.id
            return live
        return state.registry().get(wanted, create=True)
    except LciError as error:
        with st.container(key="problem"):
            st.error(plain(str(explained(error.problem))), icon=":material/error:")
            st.button(
                words().new_conversation, icon=":material/edit_square:", on_click=commands.new_conversation, key="fresh"
            )
        return None


def style() -> None:
    """Sizes, frames and colours that Streamlit's theme has no words for."""
    st.html(_STYLE)


def banner(live: Interpreter) -> None:
    """What stands in the way of keeping anything: a full disk, a folder that lost its rights."""
    failure = live.engine.store.failure
    if failure is not None:
        st.error(plain(str(explained(failure.problem))), icon=":material/error:")


def sidebar(live: Interpreter | None) -> None:
    """New conversation, model, recent conversations, kernel status, pages."""
    text = words()
    with st.sidebar:
        st.markdown(f"#### :material/data_object: {text.app}")
        st.button(
            text.new_conversation,
            icon=":material/edit_square:",
            width="stretch",
            key="new_conversation",
            on_click=commands.new_conversation,
        )
        if live is None:
            return
        _model_picker(live)
        _recent(live)
        st.divider()
        _kernel(live)
        _context(live.snapshot(), live)
        with st.container(gap=None, key="pages"):
            query = {"c": live.id}
            st.page_link("chat.py", label="Chat", icon=":material/chat_bubble:", query_params=query)
            st.page_link("data.py", label=text.data, icon=":material/table:", query_params=query)
            st.page_link("notebook.py", label=text.notebook, icon=":material/menu_book:", query_params=query)
            st.page_link("conversations.py", label=text.conversations, icon=":material/forum:", query_params=query)
            st.page_link("settings.py", label=text.settings, icon=":material/settings:", query_params=query)


def _model_picker(live: Interpreter) -> None:
    profiles = {profile.id: profile for profile in live.engine.profiles()}
    chosen = live.snapshot().settings.model
    ids = [*profiles, *([chosen] if chosen not in profiles else [])]

    def label(model_id: str) -> str:
        profile = profiles.get(model_id)
        if profile is None:
            return model_id
        return f"{profile.label} · offline" if not profile.is_ai else f"{profile.label} · {profile.provider}"

    if state.value("model") != chosen:
        state.put("model", chosen)
    st.selectbox(
        words().model,
        ids,
        format_func=label,
        key="model",
        label_visibility="collapsed",
        on_change=commands.change_model,
    )


def _recent(live: Interpreter) -> None:
    running = state.registry().running()
    listed = [summary for summary in state.registry().summaries() if summary.turns or summary.title][:_LISTED]
    group = None
    for summary in listed:
        when = _day(summary.updated_at)
        if when != group:
            st.caption(when)
            group = when
        _entry(summary, live.id, running)


def _entry(summary: Summary, shown: str, running: frozenset[str]) -> None:
    icon = ":material/radio_button_checked:" if summary.id in running else ":material/chat_bubble:"
    title = summary.title or words().untitled
    with st.container(gap=None, key=f"{'shown' if summary.id == shown else 'listed'}_{summary.id}"):
        st.button(
            plain(title),
            icon=icon,
            key=f"conversation_{summary.id}",
            type="tertiary",
            on_click=commands.open_conversation,
            args=(summary.id,),
        )


def _day(at: float) -> str:
    days = (datetime.date.today() - datetime.date.fromtimestamp(at)).days
    return "Today" if days < 1 else "Yesterday" if days == 1 else "Last week" if days < 8 else "Earlier"


def _kernel(live: Interpreter) -> None:
    text = words()
    now = live.snapshot()
    expected = live.engine.surroundings(now.settings)
    busy = any(cell.status == "running" for turn in now.turns[-1:] for cell in turn.cells)
    if live.kernel_running:
        status, colour = ("busy" if busy else "ready"), "green"
    elif now.kernel.status in ("dead", "starting"):
        status, colour = now.kernel.status, "orange"
    else:
        status, colour = "absent", "gray"
    line = f":{colour}[●] {text.kernel_status[status]} · Python {expected.python.rpartition('.')[0]}"
    if live.kernel_running and live.memory_bytes:
        line += f" · {size(live.memory_bytes)}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kernel_line"):
        with st.container(gap=None):
            st.caption(line)
            icon = ":material/shield_lock:" if expected.isolation == "bubblewrap" else ":material/gpp_maybe:"
            st.caption(f"{icon} {text.isolation[expected.isolation]}")
        with st.popover("", icon=":material/more_vert:", key="kernel_menu", type="tertiary", help=text.kernel):
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


def _context(now: Conversation, live: Interpreter) -> None:
    """How full the model's window is: the server's own count where it gives one, ours otherwise."""
    last = next((turn for turn in reversed(now.branch()) if turn.requests), None)
    if last is None:
        return
    try:
        profile = live.engine.model(now.settings.model).profile
    except LciError:
        return
    if not profile.is_ai:
        return
    usage = last.last_usage
    estimated = usage is None or usage.estimated
    used = last.requests[-1].context_tokens if usage is None else usage.prompt_tokens + usage.completion_tokens
    about = words().tokens_estimated if estimated else ""
    window = ("~" if profile.window_estimated else "") + _thousands(profile.window_tokens)
    st.progress(
        min(1.0, used / profile.window_tokens),
        text=words().context.format(used=about + _thousands(used), window=window),
    )


def _thousands(number: int) -> str:
    return f"{number / 1000:.1f}k" if number >= 1000 else str(number)


_STYLE = """<style>
.stMainBlockContainer{padding:1.4rem 1.4rem .6rem}
[data-testid=stHeader]{background:transparent;height:2.2rem}
[data-testid=stLayoutWrapper]:has(> .st-key-chat_pane){height:calc(100dvh - 7.2rem)!important;flex:none!important}
[data-testid=stLayoutWrapper]:has(> .st-key-side_panel){height:calc(100dvh - 2.2rem)!important;flex:none!important}
.st-key-chat_pane,.st-key-side_panel{height:100%!important}
.st-key-chat_pane{overscroll-behavior:contain;padding-right:.4rem}
[data-testid=stChatMessage]{background:transparent;padding:.35rem 0}
[class*=st-key-user_]{background:rgba(120,124,150,.1);border-radius:.9rem;padding:.35rem .9rem}
[data-testid=stSidebarHeader]{height:2.4rem;padding-bottom:0}
[data-testid=stSidebarUserContent]{padding-bottom:1rem}
[data-testid=stSidebar] [data-testid=stVerticalBlock]{gap:.55rem}
[data-testid=stSidebar] hr{margin:.4rem 0}
[class*=st-key-listed_] button,[class*=st-key-shown_] button{padding:.1rem .3rem;min-height:1.9rem;text-align:left}
[class*=st-key-listed_] button,[class*=st-key-shown_] button{max-width:100%}
[class*=st-key-listed_] button p,[class*=st-key-shown_] button p{
 white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
[class*=st-key-listed_] button *,[class*=st-key-shown_] button *{min-width:0}
[class*=st-key-actions_] [data-testid=stPopover] button>div>div:last-child:not(:first-child),
.st-key-kernel_line [data-testid=stPopover] button>div>div:last-child:not(:first-child){display:none}
.st-key-kernel_line{flex-wrap:nowrap!important}
.st-key-kernel_line p{font-size:.82rem;white-space:nowrap}
[class*=st-key-shown_] button{color:var(--st-primary-color);font-weight:600}
[class*=st-key-actions_] button,[class*=st-key-chips_] a{font-size:.82rem}
[data-testid=stImage] img{background:#fff;border:1px solid var(--st-border-color);border-radius:.5rem;padding:.3rem}
.lci-table{overflow:auto;max-height:22rem;border:1px solid var(--st-border-color);border-radius:.5rem;font-size:.85rem}
.lci-table table{border-collapse:collapse;width:max-content;min-width:100%}
.lci-table th,.lci-table td{padding:.25rem .6rem;border-bottom:1px solid var(--st-border-color);text-align:right}
.lci-table th{color:inherit;opacity:.75;font-weight:600}
.lci-table p{margin:.3rem .6rem;opacity:.7}
[data-testid=stIFrame]{border:1px solid var(--st-border-color);border-radius:.5rem;background:#fff}
[class*=st-key-source_] textarea,[class*=st-key-cell_source_] textarea{font-family:var(--st-code-font);font-size:.85rem}
@keyframes lci-turn{to{transform:rotate(360deg)}}
[class*=st-key-running_] summary [data-testid=stIconMaterial]:first-child{animation:lci-turn 1.2s linear infinite}
@media (prefers-reduced-motion:reduce){[class*=st-key-running_] summary [data-testid=stIconMaterial]{animation:none}}
[data-testid=stChatInputTextArea]::placeholder{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
[class*=st-key-example_] button{text-align:left}
@media (min-width:641px){[data-testid=stMain]:has(.st-key-chat_pane){overflow:hidden}}
@media (max-width:640px){ .stMainBlockContainer{padding:3rem .75rem .5rem}
 [data-testid=stHeader]{background:var(--st-background-color);height:2.8rem}
 .st-key-stop kbd,.st-key-stop button span:has(+ span) ~ span{display:none}
 [data-testid=stLayoutWrapper]:has(> .st-key-chat_pane){height:calc(100dvh - 9rem)!important}
 [data-testid=stLayoutWrapper]:has(> .st-key-side_panel),.st-key-side_panel{height:auto!important} }
</style>"""
