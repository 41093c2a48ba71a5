"""Numbers, dates and decades in a question: what their digits and the words beside them may mean."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from lci.analyst.calendar_fields import calendar, has_own_days
from lci.analyst.chart import Item
from lci.analyst.column_names import unit_of
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import Lexicon
from lci.analyst.plan import Field
from lci.analyst.word_forms import name_words, split_words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*$")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_YEAR = re.compile(r"[12]\d{3}$")
#: What a number is multiplied by.
_SCALES = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "billion": 1e9,
    "千": 1e3, "万": 1e4, "百万": 1e6, "億": 1e8, "亿": 1e8,
}  # fmt: skip
_RATHER_YEAR = 0.25
_LAST_DAY, _LAST_MONTH, _LEAP_YEAR = 31, 12, 2000

#: Signs that stand before a number.
CURRENCIES = frozenset({"$", "€", "£", "¥", "￥"})
#: Units of what someone is, so that no word need compare: 3年生.
_OF_ONE = frozenset({"年生", "年级", "歳", "才", "岁", "寸", "英寸", "インチ", "型"})

Units = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit that stands after it, if one does."""

    value: int | float
    unit: str = ""


_CODE = re.compile(r"0\d{2,}")


def is_number(unit: str) -> bool:
    """Whether a word is written in digits."""
    return _NUMBER.match(unit) is not None


def is_year(unit: str) -> bool:
    """Whether it has the digits of a year."""
    return _YEAR.match(unit) is not None


def quantities(units: Units, start: int, language: Lexicon, data: DataWords) -> list[Item]:
    """What the digits at `start` may mean with the words after them."""
    unit = units[start]
    if _CODE.fullmatch(unit):
        return []  # 0042 names something
    plain = unit.replace(",", "") if _THOUSANDS.fullmatch(unit) else unit.replace(",", ".")
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
    listed = [*counted(value, units, start, end, language), *_in_own_units(value, units, start, end, data)]
    if isinstance(value, int) and end == start + 1:
        times = [*_of_calendar(value, units, start, language, data)]
        if any(item.kind == "year" for item in times):
            # A number that is a year of the data is rather that.
            listed = [replace(item, cost=item.cost + _RATHER_YEAR) for item in listed]
        listed += times
    return listed


def counted(value: int | float, units: Units, start: int, end: int, language: Lexicon) -> Iterator[Item]:
    """The number, also with the unit after it."""
    yield Item("number", start, end, Quantity(value))
    for size in (3, 2, 1):
        after = units[end : end + size]
        if len(after) == size and "unit" in language.meanings.get(after, ()):
            yield Item("number", start, end + size, Quantity(value, "".join(after)), -0.01)
            if "".join(after) in _OF_ONE:
                yield Item("sized", start, end + size, Quantity(value, "".join(after)), 0.1)


@lru_cache(maxsize=64)
def _own_units(data: DataWords) -> frozenset[Units]:
    """What columns of numbers are in by the ends of their names, in words that no language has to know: ベル."""
    return frozenset(split_words(unit_of(column.name)) for column in data.of_kind("number")) - {()}


def _in_own_units(value: int | float, units: Units, start: int, end: int, data: DataWords) -> Iterator[Item]:
    for own in _own_units(data):
        if units[end : end + len(own)] == own:
            yield Item("number", start, end + len(own), Quantity(value, "".join(own)), -0.01)


def priced(units: Units, start: int, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """A number after the sign of its currency."""
    for item in quantities(units, start + 1, language, data):
        if item.kind == "number" and not item.content.unit:
            yield replace(item, start=start, content=Quantity(item.content.value, units[start]), cost=-0.01)


def _of_calendar(value: int, units: Units, start: int, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """A month, a year, or a decade."""
    end = start + 1
    after = units[end : end + 1]
    if 1 <= value <= _LAST_MONTH and _means("month_mark", after, language):
        for place in calendar("month_of_year", data):
            yield Item("month", start, end + 1, (place, value), -0.05)
    marks = [
        size for size in (2, 1) if len(units) >= end + size and _means("decade_mark", units[end : end + size], language)
    ]
    with_word = after == ("年",)
    # The year 1990 is not what is said of the 1990s.
    is_decade = bool(marks) and value % 10 == 0
    places = [place for place in calendar("year", data) if not _is_of_another_event(place, units)]
    places = places or _years_by_verbs(units, data)
    for place in places if is_year(units[start]) and not is_decade else ():
        if data.has_year(place.column, value):
            yield Item("year", start, end + with_word, (place, value), -0.02 if with_word else 0.0)
    for size in marks:
        yield from decades(value, start, end + size, data)


#: What happened in the year that a column holds, by its name and by the verbs of questions.
_EVENTS = tuple(map(frozenset, (
    ("sold", "sale", "bought"), ("built", "build", "constructed", "construction", "completed"),
    ("founded", "established", "started", "opened"), ("released", "release", "published", "issued"),
    ("born", "birth"), ("died", "death"), ("joined", "hired"), ("made", "produced"), ("renovated",),
)))  # fmt: skip


def _is_of_another_event(place: Field, units: Units) -> bool:
    """Whether a column holds the year of one event, and a question says another: sold in 2010, beside YearBuilt."""
    own = [event for event in _EVENTS if event & {*name_words(place.column)}]
    said = [event for event in _EVENTS if event & {*units}]
    return bool(own) and bool(said) and not any(event in own for event in said)


def _years_by_verbs(units: Units, data: DataWords) -> list[Field]:
    """Of several columns of years the one of whose name another word stands in the question: sold, of YearSold."""
    named = [
        column
        for column in data.of_kind("year")
        if any(word in units for word in name_words(column.name) if word not in ("year", "年"))
    ]
    return [Field(named[0].name)] if len(named) == 1 else []


def decades(value: int, start: int, end: int, data: DataWords) -> Iterator[Item]:
    """Ten years from `value` on, of which the century may be left out, or the ages of that decade of life."""
    if value % 10:
        return
    for place in calendar("year", data):
        centuries = (value,) if value >= 1000 else (1900 + value, 2000 + value)
        known = [first for first in centuries if any(data.has_year(place.column, first + each) for each in range(10))]
        if len(known) == 1:
            yield Item("decade", start, end, (place, known[0]), -0.1)
    ages = data.called("age")
    if len(ages) == 1 and 10 <= value < 100:
        yield Item("decade", start, end, (Field(ages[0].name), value), -0.1)


def dates(units: Units, start: int, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """Days that begin at `start`, as they are usually written.

    A day without a year is that of the one year known, or that of every year.
    """
    columns = data.of_kind("date")
    if len(columns) != 1:
        return
    column = columns[0].name
    place = Field(column, "day" if column in data.ranges.timed else None)
    for end, year, month, day in _written(units, start, language):
        known = year if year is not None else data.only_year(column)
        try:
            # The 29th of February is in some years.
            text = datetime.date(known or _LEAP_YEAR, month, day).isoformat()
        except ValueError:
            continue
        if known is None and not has_own_days(data):
            yield Item("day_of_year", start, end, (column, month, day), -0.1 * (end - start))
        elif known is not None:
            yield Item("date", start, end, (place, text), -0.1 * (end - start))


def _written(units: Units, start: int, language: Lexicon) -> Iterator[tuple[int, int | None, int, int]]:
    """Where a day ends, its year, month and day: 1992-04-30, April 30th, 1992, 30 April, 4月30日."""
    rest = units[start:]
    match rest:
        case (y, "-" | "/" as one, m, "-" | "/" as two, d, *_) if one == two and _are_digits(y, m, d):
            yield start + 5, int(y), int(m), int(d)
        case (y, "年", m, "月", d, "日" | "号", *_) if _are_digits(y, m, d):
            yield start + 6, int(y), int(m), int(d)
        case (m, "月", d, "日" | "号", *_) if _are_digits(m, d):
            yield start + 4, None, int(m), int(d)
    if (month := _month(rest[:1], language)) is not None and (day := _day(rest[1:2])) is not None:
        end = start + 2 + _means("ordinal", rest[2:3], language)
        yield end, None, month, day
        yield from _with_year(units, end, month, day)
    if (day := _day(rest[:1])) is not None:
        at = 1 + _means("ordinal", rest[1:2], language)
        at += rest[at : at + 1] == ("of",)
        if (month := _month(rest[at : at + 1], language)) is not None:
            yield start + at + 1, None, month, day
            yield from _with_year(units, start + at + 1, month, day)


def _are_digits(*words: str) -> bool:
    return all(word.isdecimal() for word in words)


def _with_year(units: Units, end: int, month: int, day: int) -> Iterator[tuple[int, int, int, int]]:
    at = end + (units[end : end + 1] == (",",))
    if at < len(units) and is_year(units[at]):
        yield at + 1, int(units[at]), month, day


def _month(word: Units, language: Lexicon) -> int | None:
    for meaning in language.meanings.get(word, ()):
        kind, _, number = meaning.partition(".")
        if kind == "month":
            return int(number)
    return None


def _day(word: Units) -> int | None:
    return int(word[0]) if word and word[0].isdecimal() and 1 <= int(word[0]) <= _LAST_DAY else None


def _means(kind: str, words: Units, language: Lexicon) -> bool:
    return bool(words) and kind in language.meanings.get(words, ())
