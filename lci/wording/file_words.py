"""The labels of the Files tab and of the ways in which files come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lci.wording.forms import Forms


@dataclass(frozen=True, slots=True)
class FilesTab:
    """Files: brought in, listed, taken out, and what each turn did to them."""

    attach: str
    attach_hint: str
    local_path: str
    local_path_hint: str
    attach_local: str
    placement: str
    placements: Mapping[str, str]
    bringing: str
    brought: str
    brought_in_place: str
    brought_one_in_place: str
    by_path: str
    left_out: str
    file: Forms
    uploaded: str
    upload: Mapping[str, str]
    empty: str
    in_place: str
    choose: str
    download: str
    download_all: str
    download_chosen: str
    too_many_chosen: str
    remove: str
    removed: str
    removed_many: str
    removed_earlier: str
    changes: str
    changed: Mapping[str, str]
    undo_turn: str
    redo_turn: str
    undone: str
    not_undoable: str
    more_changes: str
