"""Notes on attached files, worked out once: they stay the same while the count of tokens is corrected."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from lci.agent.prompts.many_files import attached_notes
from lci.agent.prompts.room import Room
from lci.core.files import WorkspaceFile

#: Answers that are kept: those of a turn, and of a summary's shorter conversation.
_KEPT = 4


class RememberedNotes:
    """`attached_notes` of one conversation, for the files and the room it was asked about lately."""

    def __init__(self) -> None:
        self._known: deque[tuple[list[list[WorkspaceFile]], int, list[tuple[str, ...]]]] = deque(maxlen=_KEPT)

    def __call__(self, turns: Sequence[Sequence[WorkspaceFile]], room: Room) -> list[tuple[str, ...]]:
        asked = [list(turn) for turn in turns]
        # What goes on without files has no part in it: the same notes serve every later turn.
        while asked and not asked[-1]:
            asked.pop()
        known = next((notes for files, tokens, notes in self._known if files == asked and tokens == room.tokens), None)
        if known is None:
            known = attached_notes(asked, room)
            self._known.append((asked, room.tokens, known))
        return [*known, *[()] * (len(turns) - len(known))]
