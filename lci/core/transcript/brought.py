"""What is told of a notebook that was brought in: the user's texts and code in their order, within some room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lci.core.transcript.cutting import Gaps, cut, fair

#: Times the room of one result that the notebook may have, and characters below which none of its cells is cut.
ROOM, _LEAST = 4, 200


class NotebookPhrases(Gaps, Protocol):
    """The sentences that a notebook is told in."""

    def brought_text(self, text: str) -> str:
        """A text of the notebook: none of the assistant's."""

    def brought_cell(self, source: str, result: str) -> str:
        """Code of the notebook with its result: none of the assistant's."""

    def brought_text_withheld(self) -> str:
        """Stands for texts of the notebook that may hold values which the model may not see."""

    def cells_left_out(self, cells: int) -> str:
        """Marks a gap of so many cells of the notebook."""


def within(texts: Sequence[str], phrases: NotebookPhrases, room: int) -> list[str]:
    """What is told of each cell, in about `room` characters: long ones are cut first, then cells in the middle go."""
    if sum(map(len, texts)) <= room:
        return list(texts)
    most = max(2, room // _LEAST)
    if fair(texts, room) >= _LEAST or len(texts) <= most:
        return _cut(texts, phrases, room)
    first, last = texts[: most // 2], texts[most // 2 - most :]
    shown = _cut([*first, *last], phrases, room)
    return [*shown[: len(first)], phrases.cells_left_out(len(texts) - most), *shown[len(first) :]]


def _cut(texts: Sequence[str], phrases: NotebookPhrases, room: int) -> list[str]:
    limit = max(_LEAST, fair(texts, room))
    return [cut(text, phrases, limit) for text in texts]
