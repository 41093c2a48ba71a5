"""What a phrase of a language may mean for one table, by the kind of its meaning."""

from __future__ import annotations

import calendar as calendar_names
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from lci.analyst.assembling.measures import is_charge
from lci.analyst.calendar_fields import calendar, times
from lci.analyst.chart import Item
from lci.analyst.column_names import says_total
from lci.analyst.data_words import DataWords, sold_amount
from lci.analyst.lexicon import Lexicon
from lci.analyst.plan import Comparison, Condition, Field
from lci.analyst.quantities import counted, decades, is_number, is_year
from lci.analyst.word_forms import name_words

#: How many words more than one a phrase has makes it surer.
LONGER = 0.12
#: What it costs that a number is written in words, and that a column is not named itself.
_IN_WORDS, _NOT_NAMED = 0.05, 0.1
#: How much likelier "across all jobs" is of all of them together than of each.
_TOGETHER = 0.2
#: What it costs to pass over a word that a column's name says again.
_PASSED = 0.3

#: What follows a verb of which only is asked how often: who came more than five times, 来过15次.
_HOW_OFTEN = frozenset({"more", "less", "fewer", "at", "over", "most", "least", "exactly", "only", "几", "多少", "最"})
#: What columns of what was sold are about.
_OF_SALES = "sales amount order_value price quantity cost product fee fare bill tip"
#: Words of a column's name that tells quarters.
_QUARTER = frozenset({"quarter", "q", "qtr", "期", "季"})

Units = tuple[str, ...]


def spoken(meaning: str, start: int, end: int, units: Units, language: Lexicon, data: DataWords) -> Iterator[Item]:
    """The items that a phrase with that meaning may be."""
    kind, _, content = _by_what_follows(meaning, units[end:]).partition(".")
    cost = -LONGER * (end - start - 1)
    if kind == "numeral":
        for item in counted(int(content), units, start, end, language):
            yield replace(item, cost=item.cost + _IN_WORDS)
    elif kind == "decade":
        yield from decades(int(content), start, end, data)
    elif kind in ("part", "called", "party"):
        if kind == "part":
            yield Item("part_of", start, end, content, cost)
        is_column = kind == "part" and any(named.distance == 0 for named in data.columns(units[start:end]))
        for field in _FIELDS[kind](content, data) if not is_column else ():
            yield Item("field", start, end, field, cost + _NOT_NAMED)
    elif kind in ("done", "passed"):
        if _says_nothing_new(kind, content, units, start, end, data):
            yield Item("skip", start, end, cost=_PASSED)
    elif _says_something_else(meaning, units[start:end], data):
        return
    elif kind in _CONTENTS and content:
        for each in _CONTENTS[kind](content, data):
            yield Item(_ALIKE.get(kind, kind), start, end, each, cost)
    elif kind in ("latest", "when"):
        # The latest is what comes last in time, never what is most.
        for field in times(data):
            of_time = ("extreme", (content, field)) if kind == "latest" else (kind, field)
            yield Item(of_time[0], start, end, of_time[1], cost)
    else:
        yield Item(kind, start, end, content, cost - (_TOGETHER if kind == "over_all" else 0.0))


def _says_something_else(meaning: str, phrase: Units, data: DataWords) -> bool:
    """Whether a column or a value is called so itself; or it is of sales, of which the table tells nothing."""
    if meaning.startswith("measured"):
        return bool(data.columns(phrase))
    if meaning.startswith("quarter"):
        return bool(data.values(phrase))
    stands_in_name = any("".join(phrase) in column.name for column in data.table.columns)
    return meaning in ("sold", "row.order") and not stands_in_name and not data.called(_OF_SALES)


def _says_nothing_new(kind: str, concept: str, units: Units, start: int, end: int, data: DataWords) -> bool:
    """Whether a word says again what a column of the concept is about, or only how often is asked behind it."""
    if kind == "done":
        return units[end : end + 1] != () and (is_number(units[end]) or units[end] in _HOW_OFTEN)
    is_column = any(named.distance == 0 for named in data.columns(units[start:end]))
    return bool(data.called(concept)) and not is_column


#: What follows a year from which on, or up to another, something is meant.
_GOING_ON = frozenset({
    "-", "/", ".", "–", "on", "onward", "onwards", "and", "to", "until", "till", "through", "up", "forward", "forwards",
})  # fmt: skip


def _by_what_follows(meaning: str, after: Units) -> str:
    """Of "from" what it says before a year with nothing that goes on from there: cars from 2015 are of that year."""
    if meaning != "compare.from":
        return meaning
    is_dated = bool(after) and is_year(after[0])
    return "compare.equal" if is_dated and not _GOING_ON & {*after[1:2]} else "compare.at_least"


def _calendar(part: str, data: DataWords) -> list[Field]:
    return calendar(part, data)  # type: ignore[arg-type]


def _called(concepts: str, data: DataWords) -> list[Field]:
    return [Field(column.name) for column in data.called(concepts)]


def _people(_: str, data: DataWords) -> list[Field]:
    """Who has rows, several of them, where one column says it."""
    people = [Field(column.name) for column in data.people if data.repeats(column)]
    return people if len(data.people) == 1 else []


def _takings(of: str, data: DataWords) -> list[tuple[str, Field]]:
    """What is taken, or spent, in all: by the price, where each row has a date and one price, and nothing else tells.

    Where some of it comes in, and some goes out, it is neither.
    """
    named = "amount" if of == "amount" else "price fare amount"
    prices = [column for column in data.called(named) if column.kind == "number"]
    if of != "amount" and not prices:
        prices = [column for column in data.of_kind("number") if is_charge(Field(column.name))]
    other_money = data.called("sales bill cost salary quantity profit tip") or [
        column for column in data.of_kind("number") if says_total(column.name)
    ]
    if not data.of_kind("date") or data.has_incomes():
        return []
    if amount := sold_amount(data):
        return [("sum", Field(amount.name))]
    if len(prices) != 1 or other_money:
        return []
    return [("sum", Field(prices[0].name))]


def _numbers(concepts: str, data: DataWords) -> list[Field]:
    """Columns that can be more and less."""
    return [Field(column.name) for column in data.called(concepts) if column.kind == "number"]


def _months(number: str, data: DataWords) -> Iterator[tuple[Field, int]]:
    return ((place, int(number)) for place in calendar("month_of_year", data))


def _quarters(number: str, data: DataWords) -> Iterator[tuple[Field, int]]:
    """Of the dates, where no column tells quarters, for whose own they are is not known."""
    if any(_QUARTER & {*name_words(column.name)} for column in data.table.columns):
        return iter(())
    return ((place, int(number)) for place in calendar("quarter_of_year", data))


def _weekdays(numbers: str, data: DataWords) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """Days of the week, from Monday on, by the names that they have in English."""
    names = tuple(calendar_names.day_name[int(number) - 1] for number in numbers)
    return ((place, names) for place in calendar("weekday", data))


def _compared(content: str, data: DataWords) -> Iterator[tuple[str, Field]]:
    """Which end or side, and of what."""
    side, _, concepts = content.partition(".")
    return ((side, field) for field in _numbers(concepts, data))


def _measured(content: str, data: DataWords) -> list[tuple[str, Field]]:
    """A measure of a column that one word names: the highest price, of the column of prices."""
    how, _, concepts = content.partition(".")
    return [(how, field) for field in _numbers(concepts, data)]


def _superlative(content: str, _: DataWords) -> list[tuple[str, str]]:
    """Which end, and whether it is an adjective of what follows or an amount of it."""
    direction, *form = content.split(".")
    return [(direction, "".join(form))]


def _more(content: str, data: DataWords) -> list[tuple[str, Field | None]]:
    direction, _, concepts = content.partition(".")
    return [(direction, field) for field in _numbers(concepts, data)] if concepts else [(direction, None)]


def _derived(content: str, data: DataWords) -> list[tuple[Field, Field]]:
    """A ratio that has a name, of two columns."""
    above, below = (_called(concept, data) for concept in content.split("."))
    return [(above[0], below[0])] if len(above) == len(below) == 1 else []


#: Values that say that it rained.
_RAIN = (("rain",), ("rainy",), ("雨",), ("下", "雨"), ("小", "雨"))


def _stated(content: str, data: DataWords) -> list[Condition]:
    """A condition that a phrase states by itself: lost money."""
    sides: dict[str, Comparison] = {"below": "below", "above": "above", "equal": "equal"}
    comparison, number, concepts = content.split(".")
    if concepts == "rain" and any(map(data.values, _RAIN)):
        return []  # what a day was like is told by another column
    return [Condition(field, sides[comparison], (int(number),)) for field in _called(concepts, data)]


def _parties(concepts: str, data: DataWords) -> list[Field]:
    """How many sit at a table, where there are bills: elsewhere tables are rows and columns."""
    return _called(concepts, data) if data.called("bill tip") else []


_FIELDS: dict[str, Callable[[str, DataWords], list[Field]]] = {
    "part": _calendar, "called": _called, "party": _parties,
}  # fmt: skip
#: What is asked with as another kind is.
_ALIKE = {"quarter": "month", "takings": "measured"}
_CONTENTS: dict[str, Callable[[str, DataWords], Any]] = {  # Any: as `Item.content`
    "period": _calendar,
    "averaged": _calendar,
    "per_time": _calendar,
    "per_person": _people,
    "month": _months,
    "quarter": _quarters,
    "weekday": _weekdays,
    "count_of": _called,
    "sexes": _called,
    "difference": _called,
    "ratio": _called,
    "each_of": _called,
    "extreme": _compared,
    "ordered_extreme": _compared,
    "peopled": _called,
    "beyond": _compared,
    "superlative": _superlative,
    "measured": _measured,
    "takings": _takings,
    "more": _more,
    "derived": _derived,
    "stated": _stated,
}
