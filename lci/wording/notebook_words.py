"""The labels of the Notebook page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotebookWords:
    """The Notebook page: its cells, and what can be done with them."""

    empty: str
    outline: str
    earlier: str
    edit: str
    close: str
    run: str
    run_from: str
    move_up: str
    move_down: str
    add_code: str
    add_code_help: str
    add_text: str
    add_text_help: str
    delete: str
    deleted: str
    undo: str
    put_back: str
    code_label: str
    text_label: str
    unrun: str
    draft: str
    yours: str
    edited: str
    empty_text: str
    busy: str
    two_tabs: str
    fixed: str
