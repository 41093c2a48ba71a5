"""How numbers begin that lie in given intervals: as one pattern, with which a long text is searched in one pass.

The pattern lets through more than what lies within: whoever uses it looks at what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

#: Digits that are told apart, alternatives of one interval, and decimals that are written out.
_DIGITS, _ALTERNATIVES, _DECIMALS = 5, 4, 40
_ZERO = r"(?:(?<=0)(?![\d.])|\.(?:0|(?!\d)))"


@dataclass(frozen=True, slots=True)
class Notation:
    """How whole parts are written, as patterns: what may stand between digits, and what does not follow the last."""

    between: str
    further: str


PLAIN = Notation("", r"\d")
#: With commas between thousands.
GROUPED = Notation(",?", r"\d|(?:,\d{3})+(?!,?\d)")

#: Parts of a pattern by what may follow them; what ends with an empty part goes on as it likes.
_Tree: TypeAlias = dict[str, "_Tree"]


def beginnings(intervals: Iterable[tuple[Decimal, Decimal]], notation: Notation) -> str:
    """A pattern for the beginnings of the numbers in these intervals, their signs aside; all of their whole parts."""
    tree: _Tree = {}
    for low, high in set(intervals):
        for parts in _parts(low, high, notation):
            node = tree
            for part in (*parts, ""):
                node = node.setdefault(part, {})
    return "0*" + _alternatives(tree)


def _alternatives(tree: _Tree) -> str:
    if "" in tree:
        return ""
    return "(?:" + "|".join(part + _alternatives(after) for part, after in sorted(tree.items())) + ")"


def _parts(low: Decimal, high: Decimal, notation: Notation) -> Iterator[list[str]]:
    low, high = (Decimal(0), max(-low, high)) if low <= 0 <= high else sorted((abs(low), abs(high)))
    if low < 1:
        yield from _fractions(low, min(high, Decimal(1)))
    for whole in range(max(0, low.adjusted()) + 1, (high.adjusted() + 1 if high >= 1 else 0) + 1):
        for digits in _leading(max(low, Decimal(1).scaleb(whole - 1)), high, whole):
            decimals = digits[whole:].rstrip("0")
            parts = [digits[0], *(notation.between + digit for digit in digits[1:whole])]
            rest = rf"(?:{notation.between}\d){{{max(0, whole - len(digits))}}}(?!{notation.further})"
            yield [*parts, "\\.", *decimals] if decimals else [*parts, rest]


def _leading(low: Decimal, high: Decimal, whole: int) -> Iterator[str]:
    """The first digits of the numbers in an interval that have so many digits before the decimal sign."""
    for count in range(_DIGITS, 0, -1):
        first, last = int(low.scaleb(count - whole)), min(int(high.scaleb(count - whole)), 10**count - 1)
        if last - first < _ALTERNATIVES or count == 1:
            yield from map(str, range(first, last + 1))
            return


def _fractions(low: Decimal, high: Decimal) -> Iterator[list[str]]:
    """The same of numbers below one: their first decimals."""
    noughts = -(low or high or Decimal(1)).adjusted()
    for count in range(min(max(0, noughts) + _DIGITS, _DECIMALS), 0, -1):
        first, last = int(low.scaleb(count)), min(int(high.scaleb(count)), 10**count - 1)
        if last - first < _ALTERNATIVES or count == 1:
            for decimals in (str(each).zfill(count).rstrip("0") for each in range(first, last + 1)):
                yield ["\\.", *decimals] if decimals else [_ZERO]
            return
