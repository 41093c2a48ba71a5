"""Words that stand in a name, without quotes: "with love in the title", 名前に島がつく, 名字带爱的."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lci.analyst.chart import Item
from lci.analyst.word_forms import is_cjk, joined

Units = tuple[str, ...]
#: Words, or characters of Han and kana, of what stands in a name without quotes at most.
_WORDS, _CHARACTERS = 3, 6
#: What it costs that they are not quoted.
_BARE = 0.1
#: Before such words in English, and behind them in Chinese.
_BEFORE = frozenset({"with", "containing", "contain", "have", "has", "having", "had", "include", "including", "word"})
_BEHIND = frozenset({"字", "的"})
_ARTICLES = frozenset({"the", "a", "an"})
_QUOTES = frozenset("\"“”「」『』‘’《》'")


def words_within(listed: Sequence[Item], units: Units, typed: Units) -> Iterator[Item]:
    """What stands between the words that say that it is in a name, quoted as it was typed."""
    stretches = [
        *(_before(item.start, units) for item in listed if item.kind == "in_name" and not is_cjk(units[item.start][0])),
        *(
            (name.end, item.start)
            for name in listed
            if name.kind == "in_name" and is_cjk(units[name.start][0])
            for item in listed
            if item.kind == "contain" and item.start > name.end
        ),
        *(_behind(item.end, units) for item in listed if item.kind == "contain" and item.content == "name"),
    ]
    for start, end in {each for each in stretches if each is not None}:
        longest = _CHARACTERS if is_cjk(units[start][0]) else _WORDS
        if 0 < end - start <= longest and not _QUOTES & {*units[start:end]}:
            yield Item("quoted", start, end, joined(typed[start:end]), _BARE)


def _before(end: int, units: Units) -> tuple[int, int] | None:
    """The words before `end` and behind "with"."""
    for start in range(end - 1, max(end - _WORDS - 2, 0), -1):
        if units[start - 1] in _BEFORE:
            return (start + (units[start] in _ARTICLES), end)
    return None


def _behind(start: int, units: Units) -> tuple[int, int] | None:
    """The characters from `start` to a word that ends them, or all that are left."""
    ends = [at for at in range(start, len(units)) if units[at] in _BEHIND]
    end = ends[0] if ends else len(units)
    return (start, end) if end > start else None
