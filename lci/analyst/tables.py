"""The tables of the attached files with what their words name, as far as previews tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from lci.analyst.data_words import DataWords, alike
from lci.analyst.lexicon import Lexicon
from lci.analyst.question_items import Words
from lci.analyst.sources import sources
from lci.analyst.word_forms import is_cjk
from lci.core.files import Column, NamedValue, Preview, Value

#: Words that are looked up together, and of one phrase.
_LOOKED_UP, _LONGEST = 400, 6


def tables_of(preview: Preview, named: tuple[NamedValue, ...] = ()) -> tuple[DataWords, ...]:
    """Those of a file; `named` are values that a lookup found beside those that the preview tells."""
    # Remarks hold facts by name, by which nothing can be remembered.
    return _tables_of(replace(preview, warnings=(), error=None), named)


@lru_cache(maxsize=64)
def _tables_of(preview: Preview, named: tuple[NamedValue, ...]) -> tuple[DataWords, ...]:
    tables: list[DataWords] = []
    for source, table in sources(preview):
        values: dict[str, list[Value]] = {column.name: list(column.values) for column in table.columns}
        for each in named:
            if each.column in values and each.value not in values[each.column]:
                values[each.column].append(each.value)
        whole = table.looked_at == table.rows
        different = {column.name: column.distinct for column in table.columns if whole and column.distinct is not None}
        years = {column.name: span for column in table.columns if whole and (span := _years(column)) is not None}
        tables.append(DataWords(source, values, different, years))
    return tuple(tables)


def _years(column: Column) -> tuple[int, int] | None:
    """The first and the last year of a column of years or dates."""
    ends = [str(end)[:4] for end in (column.low, column.high)]
    if not all(re.fullmatch(r"[12]\d{3}", end) for end in ends):
        return None
    return int(ends[0]), int(ends[1])


def phrases_of(words: Words, language: Lexicon) -> tuple[str, ...]:
    """What may name a value in a question: runs of its words and what stands for them in other languages."""
    phrases: dict[str, None] = {}
    for size in range(_LONGEST, 0, -1):
        for start in range(len(words.units) - size + 1):
            run, typed = words.units[start : start + size], words.typed[start : start + size]
            if size == 1 and (run in language.meanings or (len(run[0]) < 2 and not is_cjk(run[0]))):
                continue
            for each in (typed, run, *alike(run)):
                phrases.setdefault(written(each))
    return tuple(phrases)[:_LOOKED_UP]


def written(words: Iterable[str]) -> str:
    """Words as they stand in a value: with blanks, but none beside Han and kana."""
    text = ""
    for word in words:
        text += word if not text or is_cjk(word[0]) or is_cjk(text[-1]) else f" {word}"
    return text
