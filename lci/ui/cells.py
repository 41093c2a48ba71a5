"""One step that runs code: written, waiting for Run, running, done, or folded away because it was repaired."""

from __future__ import annotations

import time

import streamlit as st

from lci.core.artifacts import cell_figures, richest
from lci.core.outputs import DisplayData, ExecuteResult
from lci.core.turns import Cell, Repaired, Turn
from lci.errors import Problem
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, outputs, state
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import duration, explained, plural, words

_ICONS = {"ok": ":material/terminal:", "error": ":material/error:", "rejected": ":material/block:"}
#: Pixels of a text area's frame and of one line in it.
_FRAME, _LINE = 30, 21


def open_cell(live: Interpreter, cell: Cell) -> None:
    """A cell that is being written, waits or runs: its code and what it has put out so far."""
    label = words().turns.cell_status[cell.status]
    if cell.status == "running" and cell.started_at is not None:
        label += f" · {int(time.time() - cell.started_at)} s"
    icon = ":material/front_hand:" if cell.status == "waiting" else ":material/progress_activity:"
    with (
        st.container(key=f"{'waiting' if cell.status == 'waiting' else 'running'}_{cell.id}"),
        st.expander(label, expanded=True, type="step", icon=icon),
    ):
        if cell.status == "waiting":
            _approval(cell)
            return
        st.code(cell.source, language="python", wrap_lines=True, height=outputs.height(cell.source))
        outputs.newest(live, cell)
        if cell.status == "running" and cell.started_at is not None:
            _overtime(cell, time.time() - cell.started_at)
    outputs.inline(live, cell)


def _overtime(cell: Cell, elapsed: float) -> None:
    """Whether to wait for a cell that takes long: asked, never decided, while somebody is there."""
    text = words()
    limit = services().settings.cell_seconds
    if not limit or elapsed < state.patience(cell.id, limit):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"overtime_{cell.id}"):
        st.caption(f":material/hourglass_top: {text.composer.overtime.format(time=duration(elapsed))}")
        st.button(
            text.composer.wait_longer,
            key=f"wait_{cell.id}",
            type="tertiary",
            on_click=state.wait_longer,
            args=(cell.id, limit, elapsed),
        )
        st.button(
            text.sidebar.interrupt_kernel,
            key=f"interrupt_{cell.id}",
            type="tertiary",
            on_click=commands.interrupt_kernel,
        )


def _approval(cell: Cell) -> None:
    text = words().turns
    reasons = " · ".join(text.approval_reasons.get(reason, reason) for reason in cell.reasons)
    with st.container(gap=None):
        st.markdown(f"**{text.approval_title}**")
        st.caption(reasons)
    st.text_area(
        text.code,
        cell.source,
        key=f"source_{cell.id}",
        height=min(420, _FRAME + _LINE * (cell.source.count("\n") + 1)),
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            text.run,
            icon=":material/play_arrow:",
            type="primary",
            key=f"approve_{cell.id}",
            on_click=commands.approve,
            args=(cell.id,),
        )
        st.button(
            text.reject,
            icon=":material/block:",
            key=f"reject_{cell.id}",
            on_click=commands.reject,
            args=(cell.id,),
        )
        st.text_input(
            text.reject_reason,
            key=f"reason_{cell.id}",
            label_visibility="collapsed",
            placeholder=text.reject_reason,
        )


def closed_cell(live: Interpreter, turn: Turn, cell: Cell, *, is_stale: bool) -> None:
    """A cell that is done: one line that opens, and what it shows below; `is_stale` says so in the line."""
    if cell.status == "dropped":
        return
    fold = st.expander(
        _line(turn, cell) + (f" · {words().composer.out_of_date}" if is_stale else ""),
        type="step",
        icon=_ICONS.get(cell.status, ":material/stop_circle:"),
        key=f"cell_{cell.id}",
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


def _line(turn: Turn, cell: Cell) -> str:
    text = words().turns
    parts = [text.cell_status[cell.status]]
    if cell.asked_by == "person":
        parts.append(words().notebook.yours)
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
    if (cause := cause_of_death(cell)) is not None:
        parts.append(plain(cause))
    return " · ".join(parts)


def cause_of_death(cell: Cell) -> str | None:
    """Why Python ended in a cell, in a sentence; None where it did not, or an earlier version noted no more of it."""
    death = next((remark for remark in cell.remarks if remark.code == "death"), None)
    if cell.status != "died" or death is None or len(death.facts) < 2:
        return None
    facts = {name: fact for name, fact in death.facts.items() if isinstance(fact, str | int | float)}
    return explained(Problem("kernel_died", facts)).what


def _edit_and_run(cell: Cell) -> None:
    text = words().turns

    @st.dialog(text.edit_run, width="medium")
    def box() -> None:
        st.text_area(text.code, cell.source, key=f"cell_source_{cell.id}", height=320, label_visibility="collapsed")
        if st.button(text.run, icon=":material/play_arrow:", key=f"run_cell_{cell.id}", type="primary"):
            commands.run_cell(cell.id)
            st.rerun()

    if st.button(text.edit_run, icon=":material/edit:", key=f"edit_cell_{cell.id}", type="tertiary"):
        box()


def repaired(live: Interpreter, step: Repaired, attempts: tuple[Cell, ...]) -> None:
    """Failed attempts that led to a cell that worked: one line that opens to all of them."""
    text = words().turns
    count = text.attempts["one"] if len(attempts) == 1 else text.attempts["many"].format(count=len(attempts))
    error = step.error
    why = f": {error.ename}: {error.evalue}"[:90] if error is not None else ""
    fold = st.expander(
        plain(text.fixed.format(attempts=count) + why),
        type="step",
        icon=":material/healing:",
        key=f"repaired_{attempts[0].id}",
        on_change=state.start_reading,
    )
    with fold:
        if not fold.open:
            st.caption("…")
            return
        for cell in attempts:
            st.code(cell.source, language="python", wrap_lines=True)
            outputs.texts(live, cell)
