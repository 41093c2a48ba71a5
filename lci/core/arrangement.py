"""What a person has made of a conversation as a notebook: cells of their own, other places and words, deletions.

Nothing of the conversation itself is changed by it: the chat shows what happened, the notebook what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from lci.core.turns import Author

CellKind: TypeAlias = Literal["code", "markdown"]


@dataclass(frozen=True, slots=True)
class Place:
    """The cell was put right after another, or first where `after` is empty."""

    cell_id: str
    after: str


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote into a cell, and when, in seconds since the epoch."""

    text: str
    at: float
    author: Author = "person"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the notebook differs from what happened.

    `own` are the cells that were inserted, `places` holds where cells were put, in the order in which that was done,
    `written` the last text of each cell that was written in, `deleted` the cells that are out of sight, the last one
    last. A deleted cell keeps its place.
    """

    own: Mapping[str, CellKind] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    written: Mapping[str, Written] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()

    def with_own(self, cell_id: str, kind: CellKind, after: str) -> Arrangement:
        """With a further cell."""
        own = {**self.own, cell_id: kind}
        return replace(self, own=own, places=(*self.places, Place(cell_id, after)))

    def with_text(self, cell_id: str, written: Written) -> Arrangement:
        """With other words in a cell."""
        return replace(self, written={**self.written, cell_id: written})

    def with_place(self, cell_id: str, after: str) -> Arrangement:
        """With a cell put elsewhere."""
        return replace(self, places=(*self.places, Place(cell_id, after)))

    def with_deleted(self, cell_id: str, deleted: bool) -> Arrangement:
        """With a cell out of sight, or in sight again."""
        others = tuple(each for each in self.deleted if each != cell_id)
        return replace(self, deleted=(*others, cell_id) if deleted else others)
