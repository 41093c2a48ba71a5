"""What of a notebook's outputs is another after a run on other inputs: numbers in their lines, lines gone and come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from nbformat import NotebookNode

from lci.notebook.comparing import outcome

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)")
_MARK = "#"
#: Lines of one output that are compared, and characters of one that are shown.
_LINES, _CHARS = 2_000, 80


@dataclass(frozen=True, slots=True)
class OutputChange:
    """A line of what a code cell put out, by the cell's number.

    `before` or `after` is empty where the line is new or gone. Where only numbers differ, `line` has the rest.
    """

    number: int
    line: str
    before: str
    after: str


def output_changes(before: NotebookNode, after: NotebookNode) -> tuple[OutputChange, ...]:
    """The lines that differ between two notebooks of the same cells, in their order."""
    pairs = [
        (one, other) for one, other in zip(before.cells, after.cells, strict=True) if one.cell_type == "code"
    ]  # fmt: skip
    return tuple(change for number, (one, other) in enumerate(pairs, 1) for change in _of_cell(number, one, other))


def _of_cell(number: int, before: NotebookNode, after: NotebookNode) -> Iterator[OutputChange]:
    lines = [outcome(cell).text.splitlines()[:_LINES] for cell in (before, after)]
    first, second = lines
    masked, other_masked = ([" ".join(_NUMBER.sub(_MARK, line).split()) for line in each] for each in lines)
    matcher = SequenceMatcher(None, masked, other_masked, autojunk=False)
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind == "equal":
            for one, other in zip(first[start:end], second[begin:stop], strict=True):
                yield from _of_line(number, one, other)
            continue
        for line in first[start:end]:
            yield OutputChange(number, _shown(line), _shown(line), "")
        for line in second[begin:stop]:
            yield OutputChange(number, _shown(line), "", _shown(line))


def _of_line(number: int, before: str, after: str) -> Iterator[OutputChange]:
    was, now = _NUMBER.findall(before), _NUMBER.findall(after)
    if was != now:
        differing = [(one, other) for one, other in zip(was, now, strict=True) if one != other]
        around = _shown(_NUMBER.sub(_MARK, before))
        yield OutputChange(number, around, ", ".join(one for one, _ in differing), ", ".join(o for _, o in differing))


def _shown(line: str) -> str:
    flat = " ".join(line.split())
    return flat if len(flat) <= _CHARS else flat[: _CHARS - 1] + "…"
