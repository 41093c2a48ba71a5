"""Numbers that stand in the outputs, of which nothing says that this place is meant (B57).

Among a thousand numbers a wrong one of two digits is nearly always there, too. How often that is so tell the outputs
themselves: the numbers that differ from the answer's in one digit are looked for at places that the answer names as
well as the place found. Where many of them stand, the number would be found whatever it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from lci.core.grounding.numbers import Number, Reading, numbers
from lci.core.grounding.search import Hit, Search, between
from lci.core.grounding.sentences import Sentence, words
from lci.core.grounding.shown import Place, Sheet, place
from lci.core.grounding.tables import Table, names

#: Digits from which on a number is hardly anybody else's, the share of its neighbours that may stand at places as well
#: named, and places of one of them that are looked at.
_LONG, _SHARE, _PLACES = 5, 0.1, 20
#: Numbers in the outputs from which on one of few digits may be hit by chance.
_MANY = 200
#: Characters of the outputs in which neighbours are looked for.
_READ = 200_000
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}-\d{2}(?!\d)|\d{4}年\d{1,2}月(?:\d{1,2}日)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A number with the place that fits its sentence best."""

    number: Number
    sentence: Sentence
    place: Place


def ambiguous(
    found: Sequence[Found], turns: Sequence[Sequence[Sheet]], table: Callable[[Sheet], Table]
) -> frozenset[Number]:
    """Those of the numbers that stand there as any other would."""
    if sum(1 for _ in islice(_counted(turns), _MANY)) < _MANY:
        return frozenset()
    neighbours = {each.number: _neighbours(each.number) for each in found if _is_short(each.number)}
    search = Search((reading.low, reading.high) for readings in neighbours.values() for reading in readings)
    hits = [search.hits(pages) for pages in _beginning(turns)] if neighbours else []
    return frozenset(
        each.number
        for each in found
        if each.number in neighbours and _share(each, neighbours[each.number], hits, table) > _SHARE
    )


def _beginning(turns: Sequence[Sequence[Sheet]]) -> Iterator[tuple[Sheet, ...]]:
    """As much of the latest outputs as tells what numbers there are; larger ones are no tables to anybody anyway."""
    room = _READ
    for pages in turns:
        kept = [sheet if len(sheet.text) <= room else replace(sheet, text=sheet.text[:room]) for sheet in pages]
        room = max(0, room - sum(len(sheet.text) for sheet in kept))
        yield tuple(sheet for sheet in kept if sheet.text)


def _counted(turns: Sequence[Sequence[Sheet]]) -> Iterator[re.Match[str]]:
    return (match for pages in turns for sheet in pages for match in _DIGITS.finditer(sheet.text))


def _is_short(number: Number) -> bool:
    return len("".join(c for c in number.text if c.isdecimal()).lstrip("0")) < _LONG


def _neighbours(number: Number) -> tuple[Reading, ...]:
    """The numbers that differ from it in one digit, as they would be read by themselves."""
    text = number.text
    places = [at for at, c in enumerate(text) if c.isdecimal()]
    others = (
        text[:at] + digit + text[at + 1 :]
        for at in places
        for digit in "0123456789"
        if digit != text[at] and not (digit == "0" and at == places[0] and len(places) > 1)
    )
    return tuple(read[0].readings[0] for other in others if (read := numbers(other)))


def _share(
    each: Found, neighbours: Sequence[Reading], hits: Sequence[Sequence[Hit]], table: Callable[[Sheet], Table]
) -> float:
    """How many of the neighbours stand at a place that the answer names as well."""
    row, column = _named(each.sentence, each.place)
    standing = 0
    for reading in neighbours:
        places = (
            place(hit.sheet, hit.start, hit.end)
            for of_turn in hits
            for hit in islice(between(of_turn, reading), _PLACES)
        )
        for other in places:
            other_row, other_column = _named(each.sentence, other)
            if other_row >= row and other_column >= column and each.sentence.speaks_of(other, table):
                standing += 1
                break
    return standing / max(1, len(neighbours))


def _named(sentence: Sentence, at: Place) -> tuple[int, int]:
    """How well the answer names the row and the column there: 2 as they are called, 1 by a word of theirs, 0 not."""
    row = "" if at.row == at.token else at.row
    return _how_well(sentence, row), _how_well(sentence, at.column)


def _how_well(sentence: Sentence, label: str) -> int:
    if names(sentence.context, label):
        return 2
    return int(not _spoken(sentence.context).isdisjoint(words(label)))


@lru_cache(maxsize=8)
def _spoken(context: str) -> frozenset[str]:
    """The words of a context; of the day that it names, the year is no word for other days of that year."""
    return words(_DAY.sub(" ", context))
