"""The parts of a table's dates that a question may name."""

from __future__ import annotations

from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Part
from lci.analyst.word_forms import name_words

#: Columns of dates from which on it is not asked which is meant.
_MOST_DATES = 3
_PARTS_OF_NAMES: dict[str, Part] = {
    "year": "year",
    "month": "month",
    "day": "day",
    "week": "week",
    "年": "year",
    "月": "month",
}


_NUMBERED = {("month",), ("day",), ("月",), ("日",)}


def as_named(column: FileColumn) -> Field:
    """The column; of dates that are called a year, the year."""
    name = name_words(column.name)
    return Field(column.name, _PARTS_OF_NAMES.get(name[0]) if column.kind == "date" and len(name) == 1 else None)


def calendar(part: Part, data: DataWords) -> list[Field]:
    """That part of the dates, or the column of years or months: one, or each of a few columns of dates."""
    dates, years = data.of_kind("date"), data.of_kind("year")
    if part in ("year", "decade") and len(years) == 1:
        own = Field(years[0].name, "decade" if part == "decade" else None)
        # The year of a model or of birth is not when a row was: each may be meant.
        is_other = len(name_words(own.column)) > 1 and 0 < len(dates) <= _MOST_DATES
        return [own, *(Field(date.name, part) for date in dates)] if is_other else [own]
    if part == "month_of_year" and not dates:
        # Months by their numbers.
        named = [column for column in data.called("month") if column.name in data.ranges.months]
        return [Field(named[0].name)] if len(named) == 1 else []
    if part == "hour" and (numbered := _numbered_hours(data)):
        return numbered
    if part == "week" and any(name_words(each.name) in _WEEKS for each in data.of_kind("number")):
        return []  # weeks of the date, or those that are numbered: the column's name says which
    return [Field(date.name, part) for date in dates] if len(dates) <= _MOST_DATES else []


#: Whole names of columns that number weeks, of the year or since something began.
_WEEKS = frozenset(
    {("week",), ("wk",), ("week", "number"), ("周",), ("周", "次"), ("第", "几", "周"), ("週",), ("週", "目")}
)


#: Whole names of columns that number hours of the day.
_HOURS = frozenset({("hour",), ("hr",), ("時",), ("時", "間", "帯"), ("时",), ("小", "时"), ("時", "刻")})
_LAST_HOUR = 24


def _numbered_hours(data: DataWords) -> list[Field]:
    """The column that numbers the hours of days, beside dates without hours."""
    named = [column for column in data.of_kind("number") if name_words(column.name) in _HOURS]
    spans = [data.ranges.spans.get(column.name, (0.0, _LAST_HOUR + 1.0)) for column in named]
    is_own = len(named) == 1 and spans[0][0] >= 0 and spans[0][1] <= _LAST_HOUR
    return [Field(named[0].name)] if is_own else []


def numbers_days(place: Field) -> bool:
    """Whether its numbers are those of days or months, of which there is no most."""
    return name_words(place.column) in _NUMBERED


def has_own_days(data: DataWords) -> bool:
    """Whether columns of their own number months or days, so that those of the dates may be others: of another zone."""
    return any(name_words(each.name) in _NUMBERED for each in data.table.columns if each.kind != "date")


def times(data: DataWords) -> list[Field]:
    """The one column of dates or years, where there is one."""
    columns = [*data.of_kind("date"), *data.of_kind("year")]
    return [as_named(columns[0])] if len(columns) == 1 else []
