"""The tables of the attached files with what their words name, as far as previews tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from lci.analyst.column_names import holds_names
from lci.analyst.common_words import codes_of, spellings
from lci.analyst.data_words import DataWords, Ranges
from lci.analyst.lexicon import Lexicon
from lci.analyst.plan import Part
from lci.analyst.question_items import Words
from lci.analyst.sources import sources
from lci.analyst.word_forms import is_cjk, joined, known_values_in, values_in
from lci.core.files import Column, NamedValue, Preview, Table, Value

#: Names of somebody, of which each may be all that is said.
_NAMES = 3
#: Words that are looked up together, and of one phrase.
_LOOKED_UP, _LONGEST = 400, 10


def tables_of(preview: Preview, named: tuple[NamedValue, ...] = ()) -> tuple[DataWords, ...]:
    """Those of a file; `named` are values that a lookup found beside those that the preview tells."""
    # Remarks hold facts by name, by which nothing can be remembered.
    return _tables_of(replace(preview, warnings=(), error=None), named)


@lru_cache(maxsize=64)
def _tables_of(preview: Preview, named: tuple[NamedValue, ...]) -> tuple[DataWords, ...]:
    tables: list[DataWords] = []
    for source, table in sources(preview):
        values: dict[str, list[Value]] = {column.name: list(column.values) for column in table.columns}
        holding: dict[str, list[str]] = {}
        for each in named:
            is_named = each.is_whole or (holds_names(each.column) and len(each.value.split()) <= _NAMES)
            if is_named and each.column in values and each.value not in values[each.column]:
                values[each.column].append(each.value)
            elif not is_named:
                holding.setdefault(each.column, []).append(each.value)
        whole = table.looked_at == table.rows
        different = {column.name: column.distinct for column in table.columns if whole and column.distinct is not None}
        years = {column.name: span for column in table.columns if whole and (span := _years(column)) is not None}
        for column in table.columns if whole else ():
            if _is_flag(column):
                values[column.name] = [0, 1]
        ranges = _ranges(table) if whole else Ranges()
        ranges = replace(ranges, listed={**_listing_also(named), **ranges.listed})
        tables.append(DataWords(source, values, different, years, ranges, holding, is_looked_up=bool(named)))
    return tuple(tables)


def _is_flag(column: Column) -> bool:
    """Whether its numbers are 0 and 1."""
    return not column.values and column.distinct == 2 and (column.low, column.high) == (0, 1) and "int" in column.dtype


_MONTHS = 12
#: Days of the parts of dates that rows may stand for; months and years are not all as long.
_DAYS: dict[Part, tuple[float, float]] = {"day": (1, 1), "month": (28, 31), "year": (365, 366)}


def _ranges(table: Table) -> Ranges:
    """What the least and greatest values and the rows shown tell of the order of values."""
    from_zero, timed, complete = set[str](), set[str](), set[str]()
    parts_of_one, months, steps = set[str](), set[str](), dict[str, Part]()
    for at, column in enumerate(table.columns):
        if isinstance(column.low, int | float) and not isinstance(column.low, bool) and column.low == 0:
            from_zero.add(column.name)
        if "float" in column.dtype and (span := _span(column)) is not None and 0 <= span[0] < span[1] <= 1:
            parts_of_one.add(column.name)
        if isinstance(column.low, int) and isinstance(column.high, int) and 1 <= column.low <= column.high <= _MONTHS:
            months.add(column.name)
        if column.nulls == 0:
            complete.add(column.name)
        texts = [str(row[at]) for row in (*table.head, *table.tail) if at < len(row) and row[at] is not None]
        if any(":" in text for text in texts):
            timed.add(column.name)
        elif (step := _step(column, texts, table.rows)) is not None:
            steps[column.name] = step
    known = frozenset(from_zero), frozenset(timed), frozenset(complete), frozenset(parts_of_one), frozenset(months)
    repeated = frozenset(
        column.name for at, column in enumerate(table.columns) if "date" in column.dtype and _repeats(table, at)
    )
    spans = {column.name: span for column in table.columns if (span := _span(column)) is not None}
    listed = {column.name: part for at, column in enumerate(table.columns) if (part := _listing(table, at))}
    return Ranges(*known, steps, repeated, listed, spans)


#: Letters of one of several values in a cell at most.
_LETTERS_OF_ONE = 20
#: The part of cells with several values where only others than those shown are known to have them.
_LEAST_LISTING = 0.2


def _listing_also(named: Iterable[NamedValue]) -> dict[str, float]:
    """The columns in which a value that was found stands beside others in one cell, too."""
    whole = {(each.column, each.value.strip()) for each in named if each.is_whole}
    return {
        each.column: _LEAST_LISTING
        for each in named
        if not each.is_whole
        and len(parts := values_in(each.value)) > 1
        and any((each.column, part) in whole for part in parts)
    }


def _listing(table: Table, at: int) -> float:
    """Which part of a column's cells hold several values, where some of these stand alone in others."""
    shown = [str(row[at]).strip() for row in (*table.head, *table.tail) if at < len(row) and isinstance(row[at], str)]
    known = {*shown, *(value.strip() for value in table.columns[at].values if isinstance(value, str))}
    parted = {cell: parts for cell in known if len(parts := known_values_in(cell, known)) > 1}
    values = {part for parts in parted.values() for part in parts}
    if not values & known or any(part.isdecimal() or not 0 < len(part) <= _LETTERS_OF_ONE for part in values):
        return 0.0
    # Of how many cells it is so is known of those that are shown.
    return max(sum(cell in parted for cell in shown) / max(len(shown), 1), _LEAST_LISTING)


def _repeats(table: Table, at: int) -> bool:
    """Whether days of a column stand in several of the first rows, the last, or are too few for all."""
    for rows in (table.head, table.tail):
        days = [str(row[at])[:10] for row in rows if at < len(row) and row[at] is not None]
        if len({*days}) < len(days):
            return True
    return _restarts(table, at)


#: How many more rows than regular days there are where the days begin anew: those of one station after another's.
_RESTARTED = 1.5


def _restarts(table: Table, at: int) -> bool:
    """Whether regular days, as the first rows have them, are too few for all rows."""
    column = table.columns[at]
    shown = [str(row[at]) for row in table.head if at < len(row) and row[at] is not None]
    try:
        first, last, *days = map(_day, (str(column.low), str(column.high), *shown))
    except ValueError:
        return False
    gaps = {(after - before).days for before, after in pairwise(days)}
    if len(gaps) != 1 or table.rows is None or (gap := gaps.pop()) < 1:
        return False
    return table.rows > _RESTARTED * ((last - first).days // gap + 1)


def _span(column: Column) -> tuple[float, float] | None:
    """The least and the greatest number of a column of numbers."""
    ends = [
        float(end) for end in (column.low, column.high) if isinstance(end, int | float) and not isinstance(end, bool)
    ]
    return (ends[0], ends[1]) if len(ends) == 2 else None


def _step(column: Column, texts: list[str], rows: int | None) -> Part | None:
    """The part of dates of which every one between the first and the last is in one row."""
    try:
        first, last, *shown = (_day(text) for text in (str(column.low), str(column.high), *texts))
    except ValueError:
        return None
    between = {
        "day": (last - first).days + 1,
        "month": (last.year - first.year) * 12 + last.month - first.month + 1,
        "year": last.year - first.year + 1,
    }
    for part, (shortest, longest) in _DAYS.items():
        gaps = [(after - before).days for before, after in pairwise(shown)]
        regular = sum(shortest <= gap <= longest for gap in gaps)
        # Between the first and the last rows that are shown others lie.
        if rows == between[part] and rows > 1 and regular >= len(gaps) - 1:
            return part
    return None


def _day(text: str) -> date:
    """The day that a text begins with, the year first. Raises ValueError."""
    return date.fromisoformat(text[:10].replace("/", "-"))


def _years(column: Column) -> tuple[int, int] | None:
    """The first and the last year of a column of years or dates."""
    ends = [str(end)[:4] for end in (column.low, column.high)]
    if not all(re.fullmatch(r"[12]\d{3}", end) for end in ends):
        return None
    return int(ends[0]), int(ends[1])


def _undotted(typed: tuple[str, ...]) -> tuple[str, ...]:
    """A run with periods as a lookup compares it, without them: the st louis of St. Louis, and the us of U.S."""
    words = tuple(word for word in typed if word != ".")
    if not words or len(words) == len(typed):
        return ()
    return (joined(words), *(("".join(words),) if all(len(word) == 1 for word in words) else ()))


def phrases_of(words: Words, language: Lexicon) -> tuple[str, ...]:
    """What may name a value in a question: runs of its words and what stands for them in other languages."""
    phrases: dict[str, None] = {}
    for size in range(_LONGEST, 0, -1):
        for start in range(len(words.units) - size + 1):
            run, typed = words.units[start : start + size], words.typed[start : start + size]
            if (
                size == 1
                and start not in words.capitals
                and (run in language.meanings or (len(run[0]) < 2 and not is_cjk(run[0])))
            ):
                continue
            code = ("".join(typed),) if any(map(str.isdecimal, typed)) and not all(map(str.isdecimal, typed)) else ()
            for each in (joined(typed), joined(run), *code, *_undotted(typed), *spellings(run), *codes_of(run)):
                phrases.setdefault(each)
    return tuple(phrases)[:_LOOKED_UP]
