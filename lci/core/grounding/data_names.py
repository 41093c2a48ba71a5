"""Numbers of an answer that are part of a name in the data, "Beans 250g": like any name they claim nothing (B57).

A name is what outputs have in quotes, or in a cell of a table that begins with a letter: of "240 rows" and "12 kg" the
number counts and measures. Only what stands letter by letter in both is one, so that no number passes for being near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lci.core.grounding.numbers import Number
from lci.core.grounding.search import Hit, between

#: Characters of a name on each side of its number.
_LONGEST = 40
_QUOTES = "'\""
#: What ends a cell, or a quotation.
_END = re.compile(r"[\t\n|'\"]| {2}")


def within_names(text: str, numbers: Iterable[Number], hits: Sequence[Sequence[Hit]]) -> frozenset[Number]:
    """Those of the numbers of a text that are part of a name; `hits` are where they stand in outputs, by turns."""
    return frozenset(
        number
        for number in numbers
        if any(
            _is_name(text, number, hit)
            for of_turn in hits
            for reading in number.readings
            for hit in between(of_turn, reading)
        )
    )


def _is_name(text: str, number: Number, hit: Hit) -> bool:
    page = hit.sheet.text
    if text[number.start : number.end] != page[hit.start : hit.end]:
        return False
    before, after = page[max(0, hit.start - _LONGEST) : hit.start], page[hit.end : hit.end + _LONGEST]
    ends = [match.end() for match in _END.finditer(before)]
    closing = _END.search(after)
    start = hit.start - len(before) + (ends[-1] if ends else 0)
    end = hit.end + (closing.start() if closing is not None else len(after))
    name = page[start:end]
    at = number.start - (hit.start - start)
    is_said = at >= 0 and text.startswith(name, at) and not _goes_on(text, at, at + len(name))
    return is_said and any(c.isalpha() for c in name) and (_is_quoted(page, start, end) or _is_cell(page, start, end))


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a word or number does not begin or end with the name; Han and kana may stand right beside it."""
    return any(c.isascii() and c.isalnum() for c in (*text[max(0, start - 1) : start], *text[end : end + 1]))


def _is_quoted(page: str, start: int, end: int) -> bool:
    opening = page[max(0, start - 1) : start]
    return opening != "" and opening in _QUOTES and page.startswith(opening, end)


def _is_cell(page: str, start: int, end: int) -> bool:
    """Whether it is a cell of a table that begins with a letter, in printed ones the first of its line."""
    if not page[start].isalpha() or ":" in page[start:end] or "=" in page[start:end]:
        return False
    line = page.rfind("\n", 0, start) + 1
    if page[max(line, start - 1) : start] in ("\t", "|") or page[end : end + 1] in ("\t", "|"):
        return True
    return page.startswith("  ", end) and not page[line:start].strip()
