"""What of a notebook's outputs is another after a run on other inputs: numbers in their lines, lines, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from nbformat import NotebookNode

from lci.core.transcript.output_text import readable_text
from lci.notebook.comparing import differing_parts, outcome
from lci.notebook.displays import Shown, is_figure, same_shown
from lci.notebook.lasting import lasting

#: A line of text; or what is none: a picture, an error, HTML, whatever is beyond the lines that are compared.
Changed: TypeAlias = Literal["line", "picture", "error", "page", "rest"]
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)")
#: Stands for a number in comparisons; texts are freed of it.
_MARK = "\ue000"
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
    if _has_another_page(outcome(before).shown, outcome(after).shown):
        yield OutputChange(number, "", "", "", "page")


def _text(cell: NotebookNode) -> str:
    """All text, as it lasts: also that of a page whose plain text names a class only."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            texts.append(output.text)
        elif output.output_type in ("execute_result", "display_data"):
            texts.append(_words(output.data) + "\n")
    return lasting("".join(texts)).replace(_MARK, "")


def _words(shown: Shown) -> str:
    """The text of something displayed; none of a page that has no text beside it."""
    plain = shown.get("text/plain", "")
    return plain if not plain or is_figure(shown) else readable_text(shown)


def _has_another_page(before: tuple[Shown, ...], after: tuple[Shown, ...]) -> bool:
    """Whether something displayed differs that no line of text says."""
    if len(before) != len(after):
        return sorted(map(_words, before)) == sorted(map(_words, after)) or not all(map(_words, (*before, *after)))
    pairs = zip(before, after, strict=True)
    return any(lasting(_words(one)) == lasting(_words(other)) and not same_shown(one, other) for one, other in pairs)


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
