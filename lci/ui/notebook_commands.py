"""What is done on the Notebook page: each callback makes one call on the conversation's notebook or cells.

What the editor of the cell in hand holds is kept first, whichever of its callbacks comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import streamlit as st

from lci.core.arrangement import CellKind
from lci.core.notebook_cells import CodeCell, MarkdownCell, NotebookCell, notebook_cells
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import editor, state
from lci.ui.commands import refusals_shown
from lci.wording import words

Command: TypeAlias = Callable[..., None]

_IN_HAND, _FOCUS, _LANDED, _DELETED = "notebook_cell", "notebook_focus", "notebook_landed", "notebook_deleted"
#: The cell that this tab wrote in last, and what.
_OWN = "notebook_own"
#: Seconds a run may wait, so that a quick cell appears at once.
_QUICK = 0.2


def in_hand(shown: Sequence[NotebookCell]) -> str:
    """The cell that is being edited, if it is still among those in sight; empty for none."""
    cell_id = str(state.value(_IN_HAND, ""))
    return cell_id if any(cell.id == cell_id for cell in shown) else ""


def focus() -> int:
    """Grows each time the editor is to have the focus."""
    return int(state.value(_FOCUS, 0))


def deleted_here() -> str:
    """The cell that was deleted last in this tab; empty once it is back."""
    return str(state.value(_DELETED, ""))


def pick(cell_id: str) -> None:
    """Take a cell in hand, or none."""
    state.put(_IN_HAND, cell_id)
    state.put(_FOCUS, focus() + 1)


def pick_clicked() -> None:
    """Take the cell in hand that was clicked."""
    clicked = getattr(state.value("notebook_outline"), "picked", None)
    if isinstance(clicked, str):
        pick(clicked)


@refusals_shown
def typed(cell_id: str) -> None:
    """Keep what was written, and run it where that was asked for."""
    edit = editor.typed(cell_id)
    live = state.current()
    landed = _kept(live, cell_id)
    if edit is not None and edit.runs:
        _run(live, landed, edit.source)
        if edit.goes_on and landed == cell_id:
            _go_on(live, cell_id)


@refusals_shown
def run(cell_id: str) -> None:
    """Run a cell as it stands in its editor."""
    live = state.current()
    landed = _kept(live, cell_id)
    cell = next((each for each in notebook_cells(live.snapshot()) if each.id == landed), None)
    if isinstance(cell, CodeCell):
        _run(live, landed, cell.source)


@refusals_shown
def run_from(cell_id: str) -> None:
    """Run a cell and all below it."""
    live = state.current()
    landed = _kept(live, cell_id)
    if _is_free(live):
        live.cells.run_from(landed)
        live.wait(lambda _: not live.busy, _QUICK)


@refusals_shown
def insert(kind: CellKind, after: str) -> None:
    """Add an empty cell and take it in hand."""
    live = state.current()
    held = str(state.value(_IN_HAND, ""))
    landed = _kept(live, held) if held else ""
    pick(live.notebook.insert(kind, landed if after == held and landed else after))


@refusals_shown
def move(cell_id: str, after: str) -> None:
    """Put a cell elsewhere."""
    live = state.current()
    live.notebook.move(_kept(live, cell_id), after)


@refusals_shown
def delete(cell_id: str, deleted: bool = True) -> None:
    """Take a cell out of sight, or put it back."""
    live = state.current()
    if deleted:
        cell_id = _kept(live, cell_id)
    live.notebook.delete(cell_id, deleted)
    state.put(_DELETED, cell_id if deleted else "")


def _kept(live: Interpreter, cell_id: str) -> str:
    """Keep what the editor of that cell says; the cell where it stands now, which is another after two tabs wrote."""
    edit = editor.typed(cell_id)
    if edit is None:
        return cell_id
    before, landed = state.value(_LANDED, (None, ""))
    if before == (cell_id, edit):
        # Two callbacks of one run: the words are there already.
        return str(landed)
    landed = live.notebook.edit(cell_id, edit.source, _base(live, cell_id, edit.base))
    state.put(_LANDED, ((cell_id, edit), landed))
    state.put(_OWN, (landed, edit.source))
    if landed != cell_id:
        pick(landed)
        st.toast(words().notebook.two_tabs, icon=":material/call_split:", duration="long")
    return landed


def _base(live: Interpreter, cell_id: str, base: str) -> str:
    """What the words were made of: what this tab wrote last, where its editor has not heard yet that it is there."""
    match next((each for each in notebook_cells(live.snapshot()) if each.id == cell_id), None):
        case CodeCell() as cell:
            holds = cell.source
        case MarkdownCell() as cell:
            holds = cell.text
        case _:
            return base
    return holds if state.value(_OWN, None) == (cell_id, holds) else base


def _run(live: Interpreter, cell_id: str, source: str) -> None:
    if source.strip() and _is_free(live):
        live.cells.run(cell_id, source)
        live.wait(lambda _: not live.busy, _QUICK)


def _is_free(live: Interpreter) -> bool:
    if live.busy:
        st.toast(words().notebook.busy, icon=":material/hourglass_top:")
    return not live.busy


def _go_on(live: Interpreter, cell_id: str) -> None:
    """Take the next code cell in hand, where there is one."""
    ids = [each.id for each in notebook_cells(live.snapshot()) if isinstance(each, CodeCell)]
    following = ids[ids.index(cell_id) + 1 :] if cell_id in ids else []
    if following:
        pick(following[0])
