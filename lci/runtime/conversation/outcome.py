"""What one prompt brought, for programs and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from lci.core.artifacts import Artifact, cell_figures, saved_images
from lci.core.turns import Turn


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one prompt brought."""

    turn: Turn
    files: tuple[str, ...]

    @property
    def text(self) -> str:
        """The assistant's words."""
        return self.turn.text

    @property
    def figures(self) -> tuple[Artifact, ...]:
        """The figures, oldest first."""
        shown = [artifact for cell in self.turn.cells for artifact in cell_figures(self.turn, cell)]
        return (*shown, *saved_images(self.turn))
