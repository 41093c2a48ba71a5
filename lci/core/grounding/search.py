"""Where numbers of given intervals stand in outputs: looked for by their digits, so that no other number is read."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, chain

from lci.core.grounding.leading_digits import GROUPED, PLAIN, beginnings
from lci.core.grounding.numbers import Reading, numbers
from lci.core.grounding.shown import Sheet, has_groups, token_at, token_pattern, worth

#: Places of one number that are looked at, and of all those between two bounds, in the outputs of one turn.
_PLACES, _OF_STRETCH = 40, 200

_EXPONENT = re.compile(r"[eE](?<=[\d.].)[-+]?\d")
_FOREIGN_DIGIT = re.compile(r"[^\x00-\x7f](?<=\d)")
_WORDED = re.compile(
    r"[千万億亿兆０-９tmbkKMB](?:(?<=[千万億亿兆０-９])|(?<=\d .)(?:housand|illion|rillion|n\b)|(?<=\d.)(?:n\b|\b))"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A number that stands from `start` to `end` in a sheet."""

    worth: Decimal
    sheet: Sheet
    start: int
    end: int


class Search:
    """A search for the numbers of some intervals, above or below zero."""

    def __init__(self, intervals: Iterable[tuple[Decimal, Decimal]]) -> None:
        self._intervals = frozenset(intervals)
        unsigned = [_unsigned(*interval) for interval in self._intervals]
        #: The bounds of all intervals, and for the stretch below each and above the last whether it lies within one.
        self._bounds = sorted({bound for each in unsigned for bound in each})
        opened = Counter(low for low, _ in unsigned)
        opened.subtract(high for _, high in unsigned)
        self._is_within = [False, *(depth > 0 for depth in accumulate(opened[bound] for bound in self._bounds))]
        self._patterns: dict[tuple[bool, bool], re.Pattern[str]] = {}

    def hits(self, pages: Sequence[Sheet]) -> list[Hit]:
        """Where they stand, by worth, of equal ones those in the latest sheet first; of very many not all."""
        found: list[Hit] = []
        count: Counter[str | int] = Counter()
        for sheet in reversed(pages) if self._intervals else ():
            for hit in chain(self._plain(sheet, count), self._worded(sheet)):
                written, stretch = sheet.text[hit.start : hit.end], self._stretch(float(hit.worth))
                if self._is_within[stretch] and count[written] < _PLACES:
                    count[written] += 1
                    count[stretch] += 1
                    found.append(hit)
        return sorted(found, key=lambda hit: hit.worth)

    def _stretch(self, value: float) -> int:
        return bisect(self._bounds, abs(value))

    def _plain(self, sheet: Sheet, count: Mapping[str | int, int]) -> Iterator[Hit]:
        """Those of digits alone; no more of a stretch of which enough are counted."""
        text = sheet.text
        if not text.isascii():
            text = _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
        tokens: re.Pattern[str] | None = None
        for match in self._pattern(sheet).finditer("\n" + text):
            written = match[1]
            try:
                stretch = self._stretch(float(written.replace(",", "")))
            except ValueError:
                stretch = -1
            if stretch >= 0 and (not self._is_within[stretch] or count[stretch] >= _OF_STRETCH):
                continue
            if count[written] >= _PLACES:
                continue
            tokens = tokens or token_pattern(sheet)
            if (span := token_at(sheet, match.start(), tokens)) is not None:
                yield Hit(worth(sheet.text[span[0] : span[1]]), sheet, *span)

    def _pattern(self, sheet: Sheet) -> re.Pattern[str]:
        has_exponents = ("e" in sheet.text or "E" in sheet.text) and _EXPONENT.search(sheet.text) is not None
        kind = has_groups(sheet), has_exponents
        if kind not in self._patterns:
            form = beginnings(self._intervals, GROUPED if kind[0] else PLAIN) + r"\d*(?:\.\d*)?"
            if kind[1]:
                form = rf"(?:{form}|[\d.]+(?=[eE]))(?:[eE][-+]?\d+)?"
            # What begins with what is rare in a number runs through many of them fastest.
            self._patterns[kind] = re.compile(rf"[^\d.]({form})")
        return self._patterns[kind]

    def _worded(self, sheet: Sheet) -> Iterator[Hit]:
        """Those with words of scale, or in digits of East Asia."""
        has_letters = sheet.text.lower() != sheet.text.upper() or not sheet.text.isascii()
        if not has_letters or _WORDED.search(sheet.text) is None:
            return
        at = 0
        for line in sheet.text.split("\n"):
            if _WORDED.search(line):
                for each in numbers(line):
                    if not each.text.isascii() or each.text[-1:].isalpha():
                        yield Hit(each.value, sheet, at + each.start, at + each.end)
            at += len(line) + 1


def between(hits: Sequence[Hit], reading: Reading) -> Iterator[Hit]:
    """Those of the hits, which are in order, that a reading of a number may mean."""
    at = bisect_left(hits, reading.low, key=lambda hit: hit.worth)
    while at < len(hits) and hits[at].worth <= reading.high:
        yield hits[at]
        at += 1


def _unsigned(low: Decimal, high: Decimal) -> tuple[float, float]:
    """An interval without signs, wider by what a float cannot tell."""
    least = 0.0 if low <= 0 <= high else float(min(abs(low), abs(high)))
    return least * (1 - 1e-12), math.nextafter(float(max(abs(low), abs(high))) * (1 + 1e-12), math.inf)
