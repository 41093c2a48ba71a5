"""What the model is told of all attached files together: as much as fits into a given room (B5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from lci.agent.prompts.file_notes import Detail, file_note
from lci.agent.prompts.name_patterns import names_listed
from lci.agent.prompts.room import Room
from lci.agent.prompts.same_schema import alike, schema_note
from lci.core.files import WorkspaceFile
from lci.core.parquet_folders import FolderTable, folder_tables

#: Tokens for saying that notes are abridged and that files are not described, and beside each note and each name.
_SAYING, _BESIDE = 60, 2
_ABRIDGED = "[Of some files less is told for lack of room: look at dtypes and head() before you use them.]"


NotesOf: TypeAlias = Callable[[Sequence[Sequence[WorkspaceFile]], Room], list[tuple[str, ...]]]


def attached_notes(turns: Sequence[Sequence[WorkspaceFile]], room: Room) -> list[tuple[str, ...]]:
    """The notes on the files that came with each turn, those of one schema in one note, all of them within `room`.

    Where they do not fit, values and rows go first, then types, at last all but the names; the newest files keep most.
    """
    folders = folder_tables({file.name: file for turn in turns for file in turn})
    groups = [[_Group(files, folders) for files in alike(turn)] for turn in turns]
    ranked = [group for turn in reversed(groups) for group in turn]
    _fit(ranked, room)
    return [_notes(turn) for turn in groups]


class _Group:
    """Files of one schema, or a single one; how much is told of them, and whether at least their names are."""

    def __init__(self, files: Sequence[WorkspaceFile], folders: Sequence[FolderTable]) -> None:
        self.files = files
        names = {file.name for file in files}
        self._folders = [folder for folder in folders if names.issuperset(part.name for part in folder.parts)]
        self.detail = Detail.NAME
        self.is_named = True

    def text(self, detail: Detail) -> str:
        """What is told of them in that detail."""
        if detail is Detail.NAME:
            return names_listed([file.name for file in self.files])
        if len(self.files) == 1:
            return file_note(self.files[0], detail)
        return schema_note(self.files, detail, self._folders)


def _fit(ranked: Sequence[_Group], room: Room) -> None:
    """Give each group the most detail that fits: first all the same, then more to the first ones."""

    def size(group: _Group, detail: Detail) -> int:
        return room.count(group.text(detail)) + _BESIDE

    def sizes(detail: Detail, tokens: int) -> list[int] | None:
        """Of each group in that detail; None where they do not fit."""
        every: list[int] = []
        for group in ranked:
            every.append(size(group, detail))
            tokens -= every[-1]
            if tokens < 0:
                return None
        return every

    left = room.tokens - _SAYING
    for detail in reversed(Detail):
        every = sizes(detail, room.tokens if detail is Detail.ALL else left)
        if every is not None:
            break
    else:
        _name_some(ranked, size, left)
        return
    for group in ranked:
        group.detail = detail
    left -= sum(every)
    for better in [each for each in Detail if each > detail]:
        for at, group in enumerate(ranked):
            if left < _BESIDE:
                return
            if group.detail == better - 1 and (more := size(group, better) - every[at]) <= left:
                group.detail = better
                every[at] += more
                left -= more


def _name_some(ranked: Sequence[_Group], size: Callable[[_Group, Detail], int], left: int) -> None:
    """Keep the names of as many files as there is room for."""
    for group in ranked:
        left -= size(group, Detail.NAME)
        group.is_named = left >= 0


def _notes(groups: Sequence[_Group]) -> tuple[str, ...]:
    notes = [group.text(group.detail) for group in groups if group.detail is not Detail.NAME]
    bare = [group for group in groups if group.detail is Detail.NAME]
    if bare:
        names = [group.text(Detail.NAME) for group in bare if group.is_named]
        left = sum(len(group.files) for group in bare if not group.is_named)
        more = [f"{left:,} more (list the working directory for their names)"] if left else []
        notes.append(f"[Attached, not described for lack of room: {', '.join([*names, *more])}]")
    if any(group.detail is not Detail.ALL for group in groups):
        notes.append(_ABRIDGED)
    return tuple(notes)
