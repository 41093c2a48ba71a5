"""The chat pane: turns, the live one among them, and the composer. Live and replay are the same `render_turn`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import streamlit as st

from lci.agent.number_check import is_number_check
from lci.agent.reading_back import NOTICES as READING_BACK
from lci.agent.tools.inquire_image import INQUIRE_IMAGE
from lci.agent.tools.toolset import arguments_for
from lci.core.artifacts import IMAGE_ENDINGS, saved_images
from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.ports import RequestedCall
from lci.core.turns import OFFERED, Cell, Prose, Reasoning, Repaired, Step, ToolUse, Turn
from lci.errors import Problem
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import (
    branches,
    cells,
    commands,
    earlier_cells,
    flagged,
    framed,
    jumping,
    lens,
    outputs,
    questions,
    receipts,
    routes,
    safety,
    state,
    tables,
    turn_facts,
    welcome,
)
from lci.ui.long_turns import sight_of
from lci.ui.safety import plain
from lci.wording import explained, notice, plural, size, words

#: Seconds between redraws: at the start of a turn, and later.
_FAST, _STEADY = 0.1, 0.4
_FAST_FOR = 2.0
_PULSE, _FOLLOWING = 3.0, 1.0
_ASSISTANT = ":material/data_object:"
_NOTEBOOK = ":material/menu_book:"
_PERSON = ":material/person:"
#: Attachments that are listed under a prompt.
_ATTACHED = 6
_RESUMABLE = ("limit", "failed", "cut", "lost", "crashed", "empty", "stopped")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page knew when it began to draw itself; taken first, so that nothing falls between two looks."""

    version: int
    running: str | None


def about_to_draw(live: Interpreter) -> Drawn:
    """The mark against which the pulse looks for news."""
    version = live.version
    running = live.snapshot().running
    return Drawn(version, running.id if running is not None else None)


# --- turns ------------------------------------------------------------------------------------------------------------


def finished_turns(live: Interpreter, now: Conversation) -> None:
    """The turns of `now` that have ended, the latest of them; or the first minute's page."""
    turns = [turn for turn in now.branch() if turn.ending is not None]
    if not now.turns:
        welcome.first_minute(live, now)
        return
    hidden = state.hidden_turns(len(turns))
    if hidden:
        st.button(
            words().turns.earlier.format(count=hidden),
            key="earlier",
            type="tertiary",
            on_click=state.widen,
            width="stretch",
        )
    outputs.reserve((turn, cell) for turn in [*turns[hidden:], *now.turns[-1:]] for cell in sight_of(turn).cells())
    receipts.style(turns[hidden:])
    out_of_date = earlier_cells.out_of_date(now)
    for turn in turns[hidden:]:
        render_turn(live, now, turn, out_of_date)
    jumping.listen()
    framed.listen()
    receipts.listen()
    receipts.dialog(live, now)


def live_turn(live: Interpreter, now: Conversation) -> None:
    """The turn that runs in `now`, redrawn by a timer of its own; when it ends the page takes over.

    `now` must be the snapshot that `finished_turns` drew: a turn that ends between two looks would be drawn by nobody.
    """
    running = now.running
    age = time.time() - running.started_at if running is not None else 0.0
    every = None if running is None else _FAST if age < _FAST_FOR else _STEADY
    turn_id = running.id if running is not None else None

    @st.fragment(key="live", run_every=every)
    def fragment() -> None:
        now = live.snapshot()
        turn = now.running
        if turn_id is None:
            return
        slow_down = every == _FAST and turn is not None and time.time() - turn.started_at >= _FAST_FOR
        if turn is None or turn.id != turn_id or slow_down:
            st.rerun()
        render_turn(live, now, turn, earlier_cells.out_of_date(now))

    fragment()


def pulse(live: Interpreter, drawn: Drawn, *, streams: bool) -> None:
    """Notice what another tab, the command line or a preview worker did since the page was drawn.

    `streams` says that the page draws a running turn by itself: as long as it is the same, nothing is to be noticed.
    """
    busy = live.busy
    drawing = True

    @st.fragment(key="pulse", run_every=_FOLLOWING if busy and not streams else _PULSE)
    def fragment() -> None:
        live.look_at()
        running = live.snapshot().running
        followed = streams and running is not None and running.id == drawn.running
        # Only the timer asks for a new run: within a run it would never come to an end while a turn streams.
        changed = live.closed or live.version != drawn.version or live.busy != busy
        if not drawing and not followed and changed:
            st.rerun()

    fragment()
    drawing = False


def render_turn(live: Interpreter, now: Conversation, turn: Turn, out_of_date: frozenset[str]) -> None:
    """One turn, running or ended; cells in `out_of_date` say so."""
    if turn.prompt.strip() or turn.attachments:
        with st.container(key=f"user_{turn.id}"), st.chat_message("user", avatar=_PERSON):
            st.text(turn.prompt)
            for name in turn.attachments[:_ATTACHED]:
                st.caption(f":material/attach_file: {_attachment(now, name)}")
            if (more := len(turn.attachments) - _ATTACHED) > 0:
                text = words().files_tab
                st.caption(text.more_changes.format(files=plural(more, *text.file)))
    avatar = _NOTEBOOK if turn.origin == "import" else _ASSISTANT
    with st.container(key=f"assistant_{turn.id}"), st.chat_message("assistant", avatar=avatar):
        if turn.origin == "import":
            st.caption(words().turns.brought_in)
        for each in turn.notices:
            if each.code not in READING_BACK and each.code != OFFERED:
                st.caption(f":material/info: {plain(notice(each.code, each.facts))}")
        linked = receipts.linked(now, turn)
        sight = sight_of(turn)
        sight.earlier()
        for step in sight.steps:
            _step(live, turn, step, out_of_date, linked)
        sight.later()
        if turn.ending is None:
            _waiting(turn)
            return
        saved = list(saved_images(turn))
        for artifact in state.first_of(saved, turn.id):
            outputs.file_picture(live, artifact.name)
        outputs.more(len(saved), turn.id)
        flagged.draw(now, turn)
        for each in turn.notices:
            if each.code in READING_BACK:
                st.caption(f":material/fact_check: {plain(notice(each.code, each.facts))}")
        _ending(turn)
        questions.offered(live, now, turn)
        questions.changeable(now, turn)
        _chips(live, turn)
        _actions(now, turn)


def _attachment(now: Conversation, name: str) -> str:
    file, shown = now.files.get(name), plain(name)
    if file is None:
        return words().turns.file_not_here.format(name=shown)
    if file.preview is None or not file.preview.tables:
        return shown
    return f"{shown} · {tables.shape(file.preview.tables[0])}"


def _step(
    live: Interpreter, turn: Turn, step: Step | Repaired, out_of_date: frozenset[str], linked: Mapping[int, str]
) -> None:
    match step:
        case Prose(text):
            shown = linked.get(id(step), text) if turn.ending is not None else safety.closed(text)
            st.markdown(safety.markdown(shown, routes.file_url(live.id, "")))
        case Reasoning(text):
            with st.expander(words().turns.thoughts, type="compact"):
                st.markdown(safety.markdown(safety.closed(text), ""))
        case Cell(status="writing" | "running" | "waiting"):
            cells.open_cell(live, step)
        case Cell():
            cells.closed_cell(live, turn, step, is_stale=step.id in out_of_date)
        case ToolUse():
            _tool_use(step)
        case Repaired(attempts, _):
            cells.repaired(live, step, attempts)
        case _ as never:
            assert_never(never)


def _tool_use(use: ToolUse) -> None:
    """A question about a picture with its answer, or a call that was none."""
    text = words().settings
    if is_number_check(use):
        numbers = ", ".join(json.loads(use.arguments)["numbers"])
        st.caption(f":material/rule: {plain(words().receipts.asked.format(numbers=numbers))}")
        return
    asked = arguments_for(INQUIRE_IMAGE, RequestedCall(0, use.name, use.arguments))
    if not asked or not asked.get("image"):
        icon = ":material/build:" if use.answered else ":material/help:"
        with st.expander(plain(use.name), type="step", icon=icon):
            st.code(use.arguments[:2000], language="json", wrap_lines=True)
            st.code(use.result or "", language=None, wrap_lines=True)
        return
    label = text.looking_at if use.result is None else text.looked_at
    with st.expander(label.format(image=plain(asked["image"])), type="step", icon=":material/image_search:"):
        st.caption(safety.markdown(asked.get("question", ""), ""))
        st.markdown(safety.markdown(use.result or "", ""))


def _waiting(turn: Turn) -> None:
    """What is going on while nothing else moves."""
    if turn.retry is not None:
        left = max(0, round(turn.retry.until - time.time()))
        sentence = words().turns.retrying.format(
            what=plain(explained(turn.retry.problem).what), seconds=left, attempt=turn.retry.attempt
        )
        st.caption(f":material/schedule: {sentence}")
        return
    busy = any(cell.status in ("writing", "running", "waiting") for cell in turn.cells)
    spoke = bool(turn.steps) and isinstance(turn.steps[-1], Prose)
    if not busy and not spoke:
        st.markdown(f":shimmer[{words().turns.thinking}]")


def _ending(turn: Turn) -> None:
    match turn.ending:
        case "done" | None:
            return
        case "failed" | "limit":
            sentence = _sentence(turn.problem, words().turns.endings[turn.ending])
            st.warning(sentence, icon=":material/pause_circle:" if turn.ending == "limit" else ":material/error:")
        case "crashed":
            st.warning(_sentence(turn.problem, words().turns.endings["crashed"]), icon=":material/error:")
        case ending:
            st.caption(f":material/stop_circle: {words().turns.endings[ending]}")


def _sentence(problem: Problem | None, otherwise: str) -> str:
    return plain(str(explained(problem))) if problem is not None else otherwise


def _chips(live: Interpreter, turn: Turn) -> None:
    there = live.snapshot().files
    written = [change for change in turn.changes if change.name in there and change.name not in turn.attachments]
    if not written:
        return
    with st.container(horizontal=True, gap="small", key=f"chips_{turn.id}"):
        for change in written[:20]:
            image = change.name.lower().endswith(IMAGE_ENDINGS)
            st.link_button(
                f"{plain(change.name)} · {size(change.size)}",
                routes.file_url(live.id, change.name),
                icon=":material/image:" if image else ":material/draft:",
            )


def _actions(now: Conversation, turn: Turn) -> None:
    text = words().turns
    last = now.head == turn.id
    with st.container(horizontal=True, gap="small", key=f"actions_{turn.id}", vertical_alignment="center"):
        if turn.ending in _RESUMABLE and last:
            st.button(
                text.go_on,
                icon=":material/play_arrow:",
                key=f"continue_{turn.id}",
                on_click=commands.go_on,
                args=(turn.id,),
            )
        # What a person only ran in the notebook asked for no answer.
        if turn.prompt.strip() or turn.origin == "continue":
            st.button(
                "",
                icon=":material/refresh:",
                key=f"regenerate_{turn.id}",
                type="tertiary",
                help=f"{text.regenerate}. {text.not_rolled_back}",
                on_click=commands.regenerate,
                args=(turn.id,),
            )
            if _small_button(":material/edit:", f"edit_{turn.id}", text.edit_resend):
                _edit(turn)
        if _small_button(":material/content_copy:", f"copy_{turn.id}", text.copy):
            _copy(turn)
        kept = turn.model != BUILTIN_ANALYST and any(request.body is not None for request in turn.requests)
        if kept and _small_button(":material/visibility:", f"sent_{turn.id}", text.what_was_sent):
            lens.show(turn)
        versions = now.siblings(turn)
        if len(versions) > 1:
            at = versions.index(turn)
            other = versions[at - 1]
            st.button(
                text.branches.format(at=at + 1, count=len(versions)),
                icon=":material/fork_right:",
                key=f"version_{turn.id}",
                type="tertiary",
                on_click=commands.show_version,
                args=(other.id,),
                disabled=now.running is not None,
            )
            if _small_button(":material/account_tree:", f"branches_{turn.id}", text.branch_map):
                branches.show(now)
        st.caption(turn_facts.line(turn), help=turn_facts.further(now, turn))


def _small_button(icon: str, key: str, tip: str) -> bool:
    return st.button("", icon=icon, key=key, type="tertiary", help=tip, on_click=state.start_reading)


def _edit(turn: Turn) -> None:
    """A dialog: a box at the button would hang over the page's end, and cost each redraw its widgets."""
    text = words().turns

    @st.dialog(text.edit_resend)
    def box() -> None:
        st.text_area(text.edit_resend, turn.prompt, key=f"edited_{turn.id}", height=150, label_visibility="collapsed")
        st.caption(text.not_rolled_back)
        if st.button(text.resend, key=f"resend_{turn.id}", type="primary"):
            commands.resend(turn.id)
            st.rerun()

    box()


def _copy(turn: Turn) -> None:
    @st.dialog(words().turns.copy)
    def box() -> None:
        copied = turn.text or turn.prompt
        st.code(copied, language=None, wrap_lines=True, height=outputs.height(copied))

    box()


# --- the composer -----------------------------------------------------------------------------------------------------


def composer(live: Interpreter) -> None:
    """The prompt, never disabled; Stop while a turn runs; above it what waits for it or for the person."""
    text = words().composer
    # Always there: what comes and goes above the composer in its own place would have it drawn anew, and what is typed
    # meanwhile lost.
    with st.container(key="above_composer"):
        earlier_cells.offer(live)
        if live.queued:
            waiting = "\n".join(queued.prompt for queued in live.queued)
            with st.container(horizontal=True, vertical_alignment="center", key="queue"):
                st.text(text.queued.format(prompt=waiting[:300]))
                st.button(text.take_back, key="take_back", type="tertiary", on_click=commands.take_back)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="composer"):
        busy = live.busy
        state.given_back(busy=busy)
        st.chat_input(
            text.ask_next if busy else text.ask,
            key="prompt",
            accept_file="multiple",
            on_submit=commands.submit,
        )
        if busy:
            st.button(
                text.stop,
                key="stop",
                type="primary",
                icon=":material/stop_circle:",
                shortcut="Esc",
                on_click=commands.stop,
            )
