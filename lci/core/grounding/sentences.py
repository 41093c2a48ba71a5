"""The sentences of an answer: what stands around a number, and which rows of a table are spoken of (B57)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lci.core.grounding.numbers import Number
from lci.core.grounding.shown import Place, Sheet
from lci.core.grounding.tables import Table, named

#: Characters after which a sentence is taken to end.
_LONGEST = 400
_END = re.compile(r"[。！？]|[!?](?=\s)|\.(?=[*_\"”)]*(?:\s+[^\sa-z\d]|\s*$))|\n")
_INTRODUCTION = re.compile(r"^(?:#{1,6} .*|\*\*[^*\n]+\*\*:?|.{0,200}[:：])$", re.MULTILINE)
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with how many of its numbers claim something.

    `context` is what names what it is about: itself, the sentence before and the heading or introduction above.
    """

    text: str
    start: int
    words: frozenset[str]
    claims: int
    context: str
    context_words: frozenset[str]
    _named: dict[int, frozenset[int] | None] = field(default_factory=dict)

    def between(self, first: Number, second: Number) -> str:
        """What stands between two of its numbers, blanks, signs of currency and brackets aside."""
        return re.sub(r"[\s$€£¥()（）*]", "", self.text[first.end - self.start : second.start - self.start])

    def opens_bracket(self, first: Number, second: Number) -> bool:
        """Whether nothing but a bracket, and a word perhaps, stands between two of its numbers."""
        between = self.text[first.end - self.start : second.start - self.start]
        return re.fullmatch(r"[^()（）\d.;:]{0,24}[(（]\s*", between) is not None

    def speaks_of(self, at: Place, table: Callable[[Sheet], Table]) -> bool:
        """Whether the number there can be meant: where a sentence names rows and columns, no other is."""
        key = id(at.sheet)
        if key not in self._named:
            self._named[key] = named(table(at.sheet), self.text, self.claims)
        chosen = self._named[key]
        return chosen is None or at.offset in chosen


class Sentences:
    """The sentences of a text; a row of a table goes with the table's head."""

    def __init__(self, text: str, claims: Iterable[Number]) -> None:
        self._text = text
        self._ends: list[int] = []
        for end in (*(match.end() for match in _END.finditer(text)), len(text)):
            last = self._ends[-1] if self._ends else 0
            # Nobody writes such a sentence: each number would be looked for in all of it.
            self._ends += [*range(last + _LONGEST, end, _LONGEST), end]
        self._introductions = [(match.end(), match[0]) for match in _INTRODUCTION.finditer(text)]
        self._claims = Counter(bisect_right(self._ends, number.start) for number in claims)
        self._made: dict[int, Sentence] = {}

    def around(self, number: Number) -> Sentence:
        """The sentence that a number of the text stands in: the same object for all of its numbers."""
        at = bisect_right(self._ends, number.start)
        if at not in self._made:
            start = self._ends[at - 1] if at else 0
            body = self._text[start : self._ends[at] if at < len(self._ends) else None]
            head = self._head(start) if _TABLE_ROW.fullmatch(body.rstrip("\n")) else ""
            context = f"{self._above(start)}\n{self._before(at)}\n{head}{body}"
            self._made[at] = Sentence(
                head + body, start - len(head), words(head + body), self._claims[at], context, words(context)
            )
        return self._made[at]

    def _before(self, at: int) -> str:
        """The sentence before that one, blank lines aside."""
        while at > 0:
            at -= 1
            start = self._ends[at - 1] if at else 0
            if (sentence := self._text[start : self._ends[at]]).strip():
                return sentence
        return ""

    def _above(self, start: int) -> str:
        """The last heading or introduction that ends at `start` or above it."""
        at = bisect_right(self._introductions, (start, chr(0x10FFFF))) - 1
        return self._introductions[at][1] if at >= 0 else ""

    def _head(self, start: int) -> str:
        """The first row of the table whose rows end at `start`."""
        before = self._text[:start].rstrip("\n").split("\n")
        head = ""
        while before and _TABLE_ROW.fullmatch(before[-1]):
            head = before.pop() + "\n"
        return head


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{2,}|\d{4}", text.casefold()))
