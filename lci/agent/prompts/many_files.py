"""What the model is told of many attached files: each kind of table once, and the names of all like it (B5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from lci.agent.prompts.file_notes import file_note
from lci.core.files import WorkspaceFile

#: Files that each get a note of their own.
_EACH = 6
#: Characters of all notes, beyond which a file's name is all that is told; and of all names.
_NOTES, _NAMES = 8_000, 4_000


def file_notes(files: Sequence[WorkspaceFile]) -> tuple[str, ...]:
    """A note for each file; where there are many, one for each kind, and the names of the others."""
    if len(files) <= _EACH:
        return tuple(map(file_note, files))
    alike: dict[object, list[WorkspaceFile]] = {}
    for file in files:
        alike.setdefault(_kind(file), []).append(file)
    notes: list[str] = []
    named: list[WorkspaceFile] = []
    for kind, group in alike.items():
        note = file_note(group[0])
        if kind is None or sum(map(len, notes)) + len(note) > _NOTES:
            named += group
            continue
        others = f"\n[{len(group) - 1:,} more attached files have the same columns and are read in the same way: "
        notes.append(note + (others + _names(group[1:]) + "]" if len(group) > 1 else ""))
    if named:
        notes.append(f"[{len(named):,} more attached files, not described here: {_names(named)}]")
    return tuple(notes)


def _kind(file: WorkspaceFile) -> object:
    """What files have in common that are read alike; None for those that have not been looked at yet."""
    preview = file.preview
    if preview is None:
        return None
    if not preview.tables or preview.reader is None:
        return file.name
    columns = tuple(
        (table.name if len(preview.tables) > 1 else "", tuple((column.name, column.dtype) for column in table.columns))
        for table in preview.tables
    )
    quoted = {json.dumps(file.name, ensure_ascii=False), repr(file.name)}
    call = preview.reader
    for name in quoted:
        call = call.replace(name, "")
    return call, columns


def _names(files: Iterable[WorkspaceFile]) -> str:
    listed, length, waiting = [], 0, list(files)
    while waiting and length < _NAMES:
        listed.append(json.dumps(waiting.pop(0).name, ensure_ascii=False))
        length += len(listed[-1])
    left = f", and {len(waiting):,} more (list the working directory for their names)" if waiting else ""
    return ", ".join(listed) + left
