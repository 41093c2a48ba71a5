"""Words of the language that a question may have misspelt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import Lexicon, lexicon
from lci.analyst.spoken_items import spoken

Units = tuple[str, ...]
#: Kinds of words that a misspelt one may be.
_SPELT = frozenset({
    "how", "count", "chart", "spread", "relation", "fit", "share", "difference", "distinct", "missing", "each",
    "period", "which",
})  # fmt: skip
_SPELT_LETTERS, _SPELT_RATIO = 5, 84.0
#: What it costs to take it so.
_MISSPELT = 0.5


@lru_cache(maxsize=8)
def _spelt(code: str) -> dict[str, tuple[str, ...]]:
    """The single words of a language that may be misspelt."""
    return {
        phrase[0]: meanings
        for phrase, meanings in lexicon(code).meanings.items()
        if len(phrase) == 1 and meanings[0].partition(".")[0] in _SPELT
    }


def misspelt(units: Units, start: int, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """What a word means that differs in a letter or two from one of the language."""
    word = units[start]
    if len(word) < _SPELT_LETTERS or not (word.isascii() and word.isalpha()):
        return
    known = _spelt(language.code)
    hit = process.extractOne(word, known.keys(), scorer=fuzz.ratio, score_cutoff=_SPELT_RATIO)
    for meaning in known[hit[0]] if hit is not None else ():
        if meaning.partition(".")[0] in _SPELT:
            for item in spoken(meaning, start, start + 1, units, language, data):
                yield replace(item, cost=_MISSPELT)
