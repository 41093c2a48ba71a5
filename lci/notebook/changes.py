"""What of a notebook's outputs is another after a run on other inputs: numbers in their lines, lines, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from nbformat import NotebookNode

from lci.core.outputs import settled_text, without_ansi
from lci.notebook.comparing import differing_parts, outcome

#: A line of text; or what is none: a picture, an error, HTML, whatever is beyond the lines that are compared.
Changed: TypeAlias = Literal["line", "picture", "error", "page", "rest"]
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)")
#: Stands for a number in comparisons; texts are freed of it.
_MARK = "\ue000"
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
#: Lines of one output that are compared, and characters of one that are shown.
_LINES, _CHARS = 2_000, 80


@dataclass(frozen=True, slots=True)
class OutputChange:
    """Something of what a code cell put out, by the cell's number.

    Of a line `before` or `after` is empty where it is new or gone. Where only numbers differ, `line` has the rest. Of
    anything else only that it changed is known.
    """

    number: int
    line: str
    before: str
    after: str
    what: Changed = "line"


def output_changes(before: NotebookNode, after: NotebookNode) -> tuple[OutputChange, ...]:
    """What differs between two notebooks of the same cells, in their order."""
    pairs = [(one, other) for one, other in zip(before.cells, after.cells, strict=True) if one.cell_type == "code"]
    return tuple(change for number, (one, other) in enumerate(pairs, 1) for change in _of_cell(number, one, other))


def _of_cell(number: int, before: NotebookNode, after: NotebookNode) -> Iterator[OutputChange]:
    first, second = (_text(cell).splitlines() for cell in (before, after))
    yield from _of_lines(number, first[:_LINES], second[:_LINES])
    if first[_LINES:] != second[_LINES:]:
        yield OutputChange(number, "", "", "", "rest")
    parts = differing_parts(outcome(before), outcome(after))
    if "error" in parts:
        yield OutputChange(number, "", outcome(before).error, outcome(after).error, "error")
    if "pictures" in parts:
        yield OutputChange(number, "", "", "", "picture")
    if _pages(before) != _pages(after):
        yield OutputChange(number, "", "", "", "page")


def _text(cell: NotebookNode) -> str:
    """All text; durations count, which here may be what is computed, and addresses in memory do not."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            texts.append(output.text)
        elif output.output_type in ("execute_result", "display_data"):
            texts.append(output.data.get("text/plain", "") + "\n")
    return _ADDRESS.sub("0x…", without_ansi(settled_text("".join(texts)))).replace(_MARK, "")


def _pages(cell: NotebookNode) -> list[str]:
    """HTML that has no text beside it."""
    shown = [output.data for output in cell.outputs if output.output_type in ("execute_result", "display_data")]
    return [str(data["text/html"]) for data in shown if "text/html" in data and "text/plain" not in data]


def _of_lines(number: int, first: list[str], second: list[str]) -> Iterator[OutputChange]:
    masked, others = ([" ".join(_NUMBER.sub(_MARK, line).split()) for line in lines] for lines in (first, second))
    matcher = SequenceMatcher(None, masked, others, autojunk=False)
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
        around = _shown(_NUMBER.sub(_MARK, before)).replace(_MARK, "#")
        yield OutputChange(number, around, ", ".join(one for one, _ in differing), ", ".join(o for _, o in differing))


def _shown(line: str) -> str:
    flat = " ".join(line.split())
    return flat if len(flat) <= _CHARS else flat[: _CHARS - 1] + "…"
