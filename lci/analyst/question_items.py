"""What each stretch of a question may mean for one table: words of the language, of the data, numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from lci.analyst.chart import Item
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords, common
from lci.analyst.lexicon import Lexicon
from lci.analyst.plan import Field, Part
from lci.analyst.word_forms import folded, name_words, split_words, written_words
from lci.core.files import Value

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*$")
_YEAR = re.compile(r"[12]\d{3}$")
#: Kinds of meanings that a word of the data may also have; the data's own word is preferred a little less then.
_AMBIGUOUS = 0.3
#: What it costs to pass over words that say nothing, and words that say nothing only now and then.
_SKIPPED, _IGNORED = 0.02, 0.3
#: How near a phrase is to a name that it means the column.
_NEAR = 0.5
#: How many words more than one a phrase has makes it surer.
_LONGER = 0.12


@dataclass(frozen=True, slots=True)
class ValueOf:
    """A value that a phrase names, with its column."""

    column: FileColumn
    value: Value


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit that stands after it, if one does."""

    value: int | float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A question cut into units: as they are compared, and as they were typed."""

    units: tuple[str, ...]
    typed: tuple[str, ...]


def words_of(question: str) -> Words:
    """The units of a question."""
    text = folded(question)
    return Words(split_words(text), written_words(text))


def items(words: Words, language: Lexicon, data: DataWords) -> list[Item]:
    """Everything that a stretch of the question may mean."""
    units, listed = words.units, []
    length, nouns = len(units), _nouns(data)
    for start in range(length):
        for end in range(start + 1, min(length, start + max(language.longest, data.longest)) + 1):
            phrase = units[start:end]
            longer = -_LONGER * (end - start - 1)
            meanings = language.meanings.get(phrase, ())
            for meaning in meanings:
                if meaning == "skip":
                    listed.append(Item("skip", start, end, cost=_SKIPPED if len(meanings) == 1 else _IGNORED))
                else:
                    listed += _spoken(meaning, start, end, longer, data)
            for named in data.columns(phrase):
                cost = named.distance + longer + (_AMBIGUOUS if meanings and named.distance else 0.0)
                if phrase in nouns and named.column.kind in ("number", "id"):
                    cost += _AMBIGUOUS
                listed.append(Item("field", start, end, _field(named.column), cost))
                if named.column.name in data.flags:
                    listed.append(Item("flag", start, end, (named.column, True), cost + 0.1))
            if phrase in data.denied:
                listed.append(Item("flag", start, end, (data.denied[phrase], False)))
            for named in data.values(phrase):
                cost = named.distance + longer + (_AMBIGUOUS if meanings else 0.0)
                listed.append(Item("value", start, end, ValueOf(named.column, named.value), cost))
        unit = units[start]
        if _NUMBER.match(unit):
            listed += _numbers(units, start, language, data)
        elif unit not in language.words:
            listed += _misspelt(unit, start, language)
            listed += [
                Item("field", start, start + 1, Field(named.column.name), named.distance) for named in data.nearly(unit)
            ]
        for noun in nouns:
            if units[start : start + len(noun)] == noun and not _names_groups(noun, data):
                listed.append(Item("noun", start, start + len(noun), noun))
    return listed


_PARTS_OF_NAMES: dict[str, Part] = {
    "year": "year",
    "month": "month",
    "day": "day",
    "week": "week",
    "年": "year",
    "月": "month",
}


def _field(column: FileColumn) -> Field:
    """The column as its name means it."""
    return as_named(column) if column.kind == "date" else Field(column.name)


def as_named(column: FileColumn) -> Field:
    """The column; of dates that are called a year, the year."""
    name = name_words(column.name)
    return Field(column.name, _PARTS_OF_NAMES.get(name[0]) if column.kind == "date" and len(name) == 1 else None)


def _spoken(meaning: str, start: int, end: int, cost: float, data: DataWords) -> list[Item]:
    kind, _, content = meaning.partition(".")
    match kind:
        case "part":
            return [Item("field", start, end, field, cost + 0.1) for field in calendar(content, data)]  # type: ignore[arg-type]
        case "period":
            return [Item("period", start, end, field, cost) for field in calendar(content, data)]  # type: ignore[arg-type]
        case "called":
            return [Item("field", start, end, Field(column.name), cost + 0.1) for column in data.called(content)]
        case "month":
            return [Item(kind, start, end, (place, int(content)), cost) for place in calendar("month_of_year", data)]
        case "count_of":
            return [Item(kind, start, end, Field(column.name), cost) for column in data.called(content)]
        case "extreme" | "beyond":
            side, _, concept = content.partition(".")
            return [Item(kind, start, end, (side, Field(column.name)), cost) for column in data.called(concept)]
        case _:
            return [Item(kind, start, end, content, cost)]


def calendar(part: Part, data: DataWords) -> list[Field]:
    """That part of the dates, or the column of years; nothing where the table has neither or several."""
    dates, years = data.table.of_kind("date"), data.table.of_kind("year")
    if part in ("year", "decade") and len(years) == 1:
        return [Field(years[0].name, "decade" if part == "decade" else None)]
    return [Field(dates[0].name, part)] if len(dates) == 1 else []


#: What a number is multiplied by.
_SCALES = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "billion": 1e9, "千": 1e3, "万": 1e4, "百万": 1e6, "億": 1e8, "亿": 1e8,
}  # fmt: skip


def _numbers(units: tuple[str, ...], start: int, language: Lexicon, data: DataWords) -> list[Item]:
    unit = units[start]
    plain = unit.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", unit) else unit.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return []
    end = start + 1
    for size in (2, 1):
        scale = "".join(units[end : end + size])
        if scale in _SCALES and len(units[end : end + size]) == size:
            number, end = number * _SCALES[scale], end + size
            break
    value = int(number) if number.is_integer() else number
    found = [Item("number", start, end, Quantity(value))]
    for size in (2, 1):
        after = units[end : end + size]
        if len(after) == size and "unit" in language.meanings.get(after, ()):
            found.append(Item("number", start, end + size, Quantity(value, "".join(after)), -0.01))
    if isinstance(value, int) and 1 <= value <= 12 and "month_mark" in language.meanings.get(units[end : end + 1], ()):
        found += [Item("month", start, end + 1, (place, value), -0.05) for place in calendar("month_of_year", data)]
    if (
        _YEAR.match(unit)
        and end == start + 1
        and (years := calendar("year", data))
        and data.has_year(years[0].column, int(value))
    ):
        with_word = units[end : end + 1] == ("年",)
        found.append(Item("year", start, end + with_word, (years[0], value), -0.02 if with_word else 0.0))
    return found


#: Kinds of words that a misspelt one may be.
_SPELT = (
    "how",
    "count",
    "superlative",
    "chart",
    "relation",
    "fit",
    "share",
    "difference",
    "distinct",
    "missing",
    "each",
    "period",
)
_SPELT_LETTERS, _SPELT_RATIO = 5, 84.0


def _misspelt(word: str, start: int, language: Lexicon) -> list[Item]:
    if len(word) < _SPELT_LETTERS or not (word.isascii() and word.isalpha()):
        return []
    known = [
        phrase[0]
        for phrase, meanings in language.meanings.items()
        if len(phrase) == 1 and meanings[0].startswith(_SPELT)
    ]
    hit = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_SPELT_RATIO)
    if hit is None:
        return []
    items = []
    for meaning in language.meanings[(hit[0],)]:
        kind, _, content = meaning.partition(".")
        if kind in _SPELT:
            items.append(Item(kind, start, start + 1, content, 0.5))
    return items


def _names_groups(noun: tuple[str, ...], data: DataWords) -> bool:
    """Whether it is rather a column, whose values are meant where rows are counted."""
    return any(named.column.kind in ("category", "text") and named.distance < _NEAR for named in data.columns(noun))


@lru_cache(maxsize=64)
def _nouns(data: DataWords) -> frozenset[tuple[str, ...]]:
    """What one row may be called: the words of the file's name, and of the column that numbers rows."""
    stem = name_words(data.table.file.rsplit(".", 1)[0])
    names: set[tuple[str, ...]] = {(word,) for word in stem if not word.isdecimal() and len(word) > 2}
    of_file = set(stem)
    for concept, phrases in common().nouns.items():
        if concept == "person":
            # Rows are people where they have a sex or an age.
            if data.called("sex") or data.called("age"):
                names.update(phrases)
        elif any((len(phrase) == 1 and phrase[0] in of_file) or phrase == stem for phrase in phrases):
            names.update(phrases)
    for column in data.table.columns:
        words = name_words(column.name)
        if len(words) == 2 and words[1] in ("id", "no", "number"):
            names.add((words[0],))
    return frozenset(names)
