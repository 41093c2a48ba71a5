"""The code editor of a notebook's cell: CodeMirror, in one script of ours that the browser fetches once and keeps.

It says what was written when a key has not been pressed for a moment, when it loses the focus and when it runs, each
time with the words that was made of: of two tabs neither overwrites the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from lci.core.arrangement import CellKind
from lci.core.inspection import Variable
from lci.ui import routes, state
from lci.wording import words

#: A smaller font has a phone zoom in at every touch, and short lines are missed.
_CSS = """
@media (max-width: 640px) {
 #editor .cm-editor { font-size: 16px }
 #editor .cm-tooltip-autocomplete > ul > li { padding: .55rem .6rem }
}
"""
_mount = st.components.v2.component(
    "lci_editor",
    js=Path(__file__).with_name("assets").joinpath("editor_mount.js").read_text("utf-8"),
    css=_CSS,
)

#: Columns of all tables that are offered.
_COLUMNS = 5_000


@dataclass(frozen=True, slots=True)
class Typed:
    """What was written and what it was made of; `runs` and `goes_on` where the person pressed the keys for that."""

    source: str
    base: str
    runs: bool = False
    goes_on: bool = False


def draw(
    cell_id: str,
    kind: CellKind,
    text: str,
    *,
    focus: int,
    variables: Iterable[Variable],
    on_typed: Callable[[str], None],
) -> None:
    """The editor of one cell, focused whenever `focus` is another number but 0; `on_typed` is called with its id."""
    label = words().notebook.code_label if kind == "code" else words().notebook.text_label

    def typed_in() -> None:
        on_typed(cell_id)

    _mount(
        key=f"editor_{cell_id}",
        data={
            "script": routes.editor_url(),
            "kind": kind,
            "text": text,
            "label": label,
            "focus": focus,
            "names": _names(variables) if kind == "code" else [],
        },
        on_saved_change=typed_in,
        on_ran_change=typed_in,
    )


def typed(cell_id: str) -> Typed | None:
    """What the editor of that cell says in this run; None where it says nothing."""
    heard = state.value(f"editor_{cell_id}")
    match getattr(heard, "ran", None):
        case {"source": str(source), "base": str(base), "next": bool(goes_on)}:
            return Typed(source, base, runs=True, goes_on=goes_on)
    match getattr(heard, "saved", None):
        case {"source": str(source), "base": str(base)}:
            return Typed(source, base)
    return None


def _names(variables: Iterable[Variable]) -> list[tuple[str, str, list[str] | None]]:
    """What is in memory, with the columns of its tables."""
    names, left = [], _COLUMNS
    for each in variables:
        columns = None if each.columns is None else list(each.columns[:left])
        left -= len(columns or ())
        names.append((each.name, each.type, columns))
    return names
