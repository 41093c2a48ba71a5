"""Two runs of a cell compared: streams and errors as texts, what is displayed by its forms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbformat import NotebookNode

from lci.core.pictures import MISSING_GLYPHS
from lci.notebook.displays import Shown, is_blank, is_figure, same_figure, same_shown, words_of
from lci.notebook.lasting import lasting, same_text
from lci.notebook.verification import Part


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is compared of a cell's outputs: `streams` by their names, `shown` what is no figure."""

    streams: tuple[tuple[str, str], ...]
    error: str
    shown: tuple[Shown, ...]
    figures: tuple[Shown, ...]
    lacks_glyphs: bool

    @property
    def text(self) -> str:
        """All text of the outputs."""
        return "\n".join([*(text for _, text in self.streams), *map(words_of, self.shown)])


def outcome(cell: NotebookNode) -> Outcome:
    """What a cell has put out, without what differs from run to run."""
    streams: dict[str, str] = {}
    error = ""
    shown: list[Shown] = []
    figures: list[Shown] = []
    for output in cell.outputs:
        match output.output_type:
            case "stream":
                streams[output.name] = streams.get(output.name, "") + output.text
            case "error":
                error = lasting(f"{output.ename}: {output.evalue}")
            case _ if is_figure(output.data):
                figures.append(output.data)
            case _ if not is_blank(output.data):
                shown.append(output.data)
    lacking = MISSING_GLYPHS in streams.get("stderr", "")
    kept = ((name, lasting(text)) for name, text in sorted(streams.items()))
    return Outcome(tuple(pair for pair in kept if pair[1]), error, tuple(shown), tuple(figures), lacking)


def differing_parts(before: Outcome, after: Outcome) -> tuple[Part, ...]:
    """What of a cell differs between two runs.

    Pictures are not compared where a font of one run was missing in the other.
    """
    parts: list[Part] = []
    if not _same_streams(before, after) or not _same_shown(before.shown, after.shown):
        parts.append("text")
    if before.error != after.error:
        parts.append("error")
    drawn = not (before.lacks_glyphs or after.lacks_glyphs)
    pairs = zip(before.figures, after.figures, strict=False)
    if len(before.figures) != len(after.figures) or not all(same_figure(*pair, drawn=drawn) for pair in pairs):
        parts.append("pictures")
    return tuple(parts)


def is_reordered(before: Outcome, after: Outcome) -> bool:
    """Whether two texts have the same words and numbers in another order."""
    first, second = re.findall(r"\w+", before.text), re.findall(r"\w+", after.text)
    return first != second and sorted(first) == sorted(second)


def _same_streams(before: Outcome, after: Outcome) -> bool:
    if [name for name, _ in before.streams] != [name for name, _ in after.streams]:
        return False
    pairs = zip(before.streams, after.streams, strict=True)
    return all(same_text(first, second) for (_, first), (_, second) in pairs)


def _same_shown(before: tuple[Shown, ...], after: tuple[Shown, ...]) -> bool:
    return len(before) == len(after) and all(map(same_shown, before, after))
