"""The chat pane: turns, the live one among them, and the composer. Live and replay are the same `render_turn`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import assert_never

import streamlit as st

from lci.core.artifacts import IMAGE_ENDINGS, cell_figures, richest, saved_images
from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.outputs import DisplayData, ExecuteResult
from lci.core.turns import Cell, Prose, Reasoning, Repaired, Step, ToolUse, Turn, folded_attempts
from lci.errors import Problem
from lci.models.analyst import example_questions
from lci.runtime.interpreter import Interpreter
from lci.ui import commands, outputs, routes, safety, state
from lci.ui.safety import plain
from lci.wording import duration, explained, plural, size, words
from lci.workspace.samples import SAMPLES

#: Seconds between redraws: at the start of a turn, and later.
_FAST, _STEADY = 0.1, 0.4
_FAST_FOR = 2.0
_PULSE, _FOLLOWING = 3.0, 1.0
_ASSISTANT = ":material/data_object:"
_PERSON = ":material/person:"
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
        _first_minute(live, now)
        return
    hidden = max(0, len(turns) - state.window())
    if hidden:
        st.button(
            words().earlier.format(count=hidden), key="earlier", type="tertiary", on_click=state.widen, width="stretch"
        )
    for turn in turns[hidden:]:
        render_turn(live, now, turn)


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
        render_turn(live, now, turn)

    fragment()


def pulse(live: Interpreter, drawn: Drawn, *, streams: bool) -> None:
    """Notice what another tab, the command line or a preview worker did since the page was drawn.

    `streams` says that the page draws a running turn by itself: as long as it is the same, nothing is to be noticed.
    """
    busy = live.busy
    drawing = True

    @st.fragment(key="pulse", run_every=_FOLLOWING if busy and not streams else _PULSE)
    def fragment() -> None:
        running = live.snapshot().running
        followed = streams and running is not None and running.id == drawn.running
        # Only the timer asks for a new run: within a run it would never come to an end while a turn streams.
        if not drawing and not followed and (live.version != drawn.version or live.busy != busy):
            st.rerun()

    fragment()
    drawing = False


def render_turn(live: Interpreter, now: Conversation, turn: Turn) -> None:
    """One turn, running or ended."""
    if turn.origin != "continue" or turn.prompt.strip():
        with st.container(key=f"user_{turn.id}"), st.chat_message("user", avatar=_PERSON):
            st.markdown(safety.markdown(turn.prompt, routes.file_url(live.id, "")))
            for name in turn.attachments:
                st.caption(f":material/attach_file: {_attachment(now, name)}")
    with st.container(key=f"assistant_{turn.id}"), st.chat_message("assistant", avatar=_ASSISTANT):
        for notice in turn.notices:
            st.caption(f":material/info: {words().notices.get(notice.code, notice.code)}")
        for step in folded_attempts(turn.steps):
            _step(live, turn, step)
        if turn.ending is None:
            _waiting(turn)
            return
        for artifact in saved_images(turn):
            outputs.file_picture(live, artifact.name)
        for name in safety.mentioned_files(turn.text):
            if name not in now.files:
                st.caption(f":material/link_off: {plain(words().missing_file.format(name=name))}")
        _ending(turn)
        _chips(live, turn)
        _actions(now, turn)


def _attachment(now: Conversation, name: str) -> str:
    file = now.files.get(name)
    shown = plain(name)
    if file is None or file.preview is None or not file.preview.tables:
        return shown
    table = file.preview.tables[0]
    return f"{shown} · {_shape(table.rows, table.rows_exact, len(table.columns))}"


def _shape(rows: int | None, exact: bool, columns: int) -> str:
    counted = "?" if rows is None else f"{'' if exact else words().rows_estimated}{rows:,}"
    return f"{counted} {words().row[0 if rows == 1 else 1]} × {plural(columns, *words().column)}"


def _step(live: Interpreter, turn: Turn, step: Step | Repaired) -> None:
    match step:
        case Prose(text):
            shown = text if turn.ending is not None else safety.closed(text)
            st.markdown(safety.markdown(shown, routes.file_url(live.id, "")))
        case Reasoning(text):
            with st.expander(words().thoughts, type="compact"):
                st.markdown(safety.markdown(safety.closed(text), ""))
        case Cell(status="writing" | "running" | "waiting"):
            _open_cell(live, step)
        case Cell():
            _closed_cell(live, turn, step)
        case ToolUse(_, _, name, arguments, result):
            with st.expander(plain(name), type="step", icon=":material/help:"):
                st.code(arguments[:2000], language="json", wrap_lines=True)
                st.code(result or "", language=None, wrap_lines=True)
        case Repaired(attempts, _):
            _repaired(live, step, attempts)
        case _ as never:
            assert_never(never)


def _open_cell(live: Interpreter, cell: Cell) -> None:
    """A cell that is being written, waits or runs: its code and what it has put out so far."""
    label = words().cell_status[cell.status]
    if cell.status == "running" and cell.started_at is not None:
        label += f" · {int(time.time() - cell.started_at)} s"
    icon = ":material/front_hand:" if cell.status == "waiting" else ":material/progress_activity:"
    with (
        st.container(key=f"{'waiting' if cell.status == 'waiting' else 'running'}_{cell.call_id}"),
        st.expander(label, expanded=True, type="step", icon=icon),
    ):
        if cell.status == "waiting":
            _approval(cell)
            return
        st.code(cell.source, language="python", wrap_lines=True)
        outputs.newest(live, cell)
    outputs.inline(live, cell)


def _approval(cell: Cell) -> None:
    text = words()
    reasons = "; ".join(text.approval_reasons.get(reason, reason) for reason in cell.reasons)
    st.markdown(f"**{text.approval_title}** {reasons[:1].upper()}{reasons[1:]}.")
    st.text_area(
        "Code",
        cell.source,
        key=f"source_{cell.call_id}",
        height=min(420, 60 + 24 * (cell.source.count("\n") + 1)),
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            text.run,
            icon=":material/play_arrow:",
            type="primary",
            key=f"approve_{cell.call_id}",
            on_click=commands.approve,
            args=(cell.call_id,),
        )
        st.button(
            text.reject,
            icon=":material/block:",
            key=f"reject_{cell.call_id}",
            on_click=commands.reject,
            args=(cell.call_id,),
        )
        st.text_input(
            text.reject_reason,
            key=f"reason_{cell.call_id}",
            label_visibility="collapsed",
            placeholder=text.reject_reason,
        )


def _closed_cell(live: Interpreter, turn: Turn, cell: Cell) -> None:
    """A cell that is done: one line that opens, and what it shows below."""
    if cell.status == "dropped":
        return
    icon = {"ok": ":material/terminal:", "error": ":material/error:", "rejected": ":material/block:"}
    fold = st.expander(
        _cell_line(turn, cell),
        type="step",
        icon=icon.get(cell.status, ":material/stop_circle:"),
        key=f"cell_{cell.call_id}",
        on_change=state.start_reading,
    )
    with fold:
        if not fold.open:
            # A step without content cannot be opened; what is folded away is not drawn.
            st.caption("…")
        else:
            st.code(cell.source, language="python", wrap_lines=True)
            outputs.texts(live, cell)
            if turn.ending is not None:
                _edit_and_run(cell)
    outputs.inline(live, cell)


def _cell_line(turn: Turn, cell: Cell) -> str:
    text = words()
    parts = [text.cell_status[cell.status]]
    if cell.duration is not None:
        parts.append(duration(cell.duration))
    shown = len(cell_figures(turn, cell))
    if shown:
        parts.append(plural(shown, *text.figure))
    tables = sum(
        isinstance(output, DisplayData | ExecuteResult) and richest(output.data) == "text/html"
        for output in cell.outputs
    )
    if tables and not shown:
        parts.append(plural(tables, *text.table))
    if cell.status == "error" and (error := Repaired((cell,), ()).error) is not None:
        parts.append(plain(f"{error.ename}: {error.evalue}"[:90]))
    return " · ".join(parts)


def _edit_and_run(cell: Cell) -> None:
    with st.popover(words().edit_run, icon=":material/edit:", type="tertiary", width="content"):
        st.text_area("Code", cell.source, key=f"cell_source_{cell.call_id}", height=240, label_visibility="collapsed")
        st.button(
            words().run,
            icon=":material/play_arrow:",
            key=f"run_cell_{cell.call_id}",
            on_click=commands.run_cell,
            args=(cell.call_id,),
        )


def _repaired(live: Interpreter, step: Repaired, attempts: tuple[Cell, ...]) -> None:
    text = words()
    count = text.attempts["one"] if len(attempts) == 1 else text.attempts["many"].format(count=len(attempts))
    error = step.error
    why = f": {error.ename}: {error.evalue}"[:90] if error is not None else ""
    fold = st.expander(
        plain(text.fixed.format(attempts=count) + why),
        type="step",
        icon=":material/healing:",
        key=f"repaired_{attempts[0].call_id}",
        on_change=state.start_reading,
    )
    with fold:
        if not fold.open:
            st.caption("…")
            return
        for cell in attempts:
            st.code(cell.source, language="python", wrap_lines=True)
            outputs.texts(live, cell)


def _waiting(turn: Turn) -> None:
    """What is going on while nothing else moves."""
    if turn.retry is not None:
        left = max(0, round(turn.retry.until - time.time()))
        said = words().retrying.format(
            what=plain(explained(turn.retry.problem).what), seconds=left, attempt=turn.retry.attempt
        )
        st.caption(f":material/schedule: {said}")
        return
    busy = any(cell.status in ("writing", "running", "waiting") for cell in turn.cells)
    spoke = bool(turn.steps) and isinstance(turn.steps[-1], Prose)
    if not busy and not spoke:
        st.markdown(f":shimmer[{words().thinking}]")


def _ending(turn: Turn) -> None:
    match turn.ending:
        case "done" | None:
            return
        case "failed" | "limit":
            said = _said(turn.problem, words().endings[turn.ending])
            st.warning(said, icon=":material/pause_circle:" if turn.ending == "limit" else ":material/error:")
        case "crashed":
            st.warning(_said(turn.problem, words().endings["crashed"]), icon=":material/error:")
        case ending:
            st.caption(f":material/stop_circle: {words().endings[ending]}")


def _said(problem: Problem | None, otherwise: str) -> str:
    return plain(str(explained(problem))) if problem is not None else otherwise


def _chips(live: Interpreter, turn: Turn) -> None:
    made = [change for change in turn.changes if change.change != "removed" and change.name not in turn.attachments]
    if not made:
        return
    with st.container(horizontal=True, gap="small", key=f"chips_{turn.id}"):
        for change in made[:20]:
            image = change.name.lower().endswith(IMAGE_ENDINGS)
            st.link_button(
                f"{plain(change.name)} · {size(change.size)}",
                routes.file_url(live.id, change.name),
                icon=":material/image:" if image else ":material/draft:",
            )


def _actions(now: Conversation, turn: Turn) -> None:
    text = words()
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
        st.button(
            "",
            icon=":material/refresh:",
            key=f"regenerate_{turn.id}",
            type="tertiary",
            help=f"{text.regenerate}. {text.not_rolled_back}",
            on_click=commands.regenerate,
            args=(turn.id,),
        )
        with st.popover("", icon=":material/edit:", key=f"edit_{turn.id}", type="tertiary", help=text.edit_resend):
            st.text_area(text.edit_resend, turn.prompt, key=f"edited_{turn.id}")
            st.caption(text.not_rolled_back)
            st.button(text.resend, key=f"resend_{turn.id}", on_click=commands.resend, args=(turn.id,), type="primary")
        with st.popover("", icon=":material/content_copy:", key=f"copy_{turn.id}", type="tertiary", help=text.copy):
            st.code(turn.text or turn.prompt, language=None, wrap_lines=True)
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
        st.caption(_facts(turn))


def _facts(turn: Turn) -> str:
    text = words()
    ran = [cell for cell in turn.cells if cell.status not in ("dropped", "writing", "rejected")]
    parts = [plural(len(ran), *text.cell)] if ran else []
    if turn.ended_at is not None:
        parts.append(duration(max(0.0, turn.ended_at - turn.started_at)))
    tokens = turn.usage.prompt_tokens + turn.usage.completion_tokens
    if tokens and turn.model != BUILTIN_ANALYST:
        about = text.tokens_estimated if turn.usage.estimated else ""
        parts.append(about + plural(tokens, *text.token))
    return " · ".join(parts)


# --- the first minute -------------------------------------------------------------------------------------------------


def _first_minute(live: Interpreter, now: Conversation) -> None:
    text = words()
    level = live.engine.surroundings(now.settings).isolation
    where = "an isolated kernel" if level == "bubblewrap" else "a local kernel that asks before each cell"
    st.space("large")
    st.markdown(f"## {text.promise}\n{text.promise_detail.format(kernel=where)}")
    if now.settings.model == BUILTIN_ANALYST:
        with st.container(border=True, key="analyst_notice"):
            link = f"[{text.connect_model}](/settings?c={live.id})"
            st.markdown(f":material/lock: {text.analyst_notice.format(connect=link)}")
    st.caption(text.try_sample)
    with st.container(horizontal=True):
        for each in SAMPLES:
            st.button(
                text.samples.get(each.name, each.name),
                icon=":material/table:" if each.name == "penguins" else ":material/show_chart:",
                key=f"sample_{each.name}",
                on_click=commands.attach_sample,
                args=(each.name,),
            )
    st.caption(text.or_question)
    with st.container(gap="small"):
        for number, question in enumerate(_examples(now)):
            st.button(
                question,
                icon=":material/arrow_outward:",
                key=f"example_{number}",
                on_click=commands.ask,
                args=(question, SAMPLES[0].name),
            )


def _examples(now: Conversation) -> tuple[str, ...]:
    """Questions that work as they are: about the attached file, else about the first sample."""
    if not now.files:
        return SAMPLES[0].questions
    known = {each.file: each for each in SAMPLES}
    for name, file in now.files.items():
        if file.origin == "sample" and name in known:
            return known[name].questions
    return example_questions(tuple(file.preview for file in now.files.values() if file.preview is not None))


# --- the composer -----------------------------------------------------------------------------------------------------


def composer(live: Interpreter) -> None:
    """The prompt, never disabled; Stop while a turn runs; the queued prompt above it."""
    text = words()
    queued = live.queued
    if queued is not None:
        with st.container(horizontal=True, vertical_alignment="center", key="queue"):
            st.caption(f":material/schedule: {plain(text.queued.format(prompt=queued.prompt[:120]))}")
            st.button(text.take_back, key="take_back", type="tertiary", on_click=commands.take_back)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="composer"):
        st.chat_input(text.ask, key="prompt", accept_file="multiple", on_submit=commands.submit)
        if live.busy:
            st.button(
                text.stop,
                key="stop",
                type="primary",
                icon=":material/stop_circle:",
                shortcut="Esc",
                on_click=commands.stop,
            )
