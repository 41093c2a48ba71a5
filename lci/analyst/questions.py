"""Questions worth asking of a table that the analyst answers as they are, with the real names of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lci.analyst.assembling.measures import add_up, implied
from lci.analyst.assembling.sense import NoPlan
from lci.analyst.calendar_fields import as_named
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Description, Field, Measure, Picture, Plan, Relation, Rows, Summary
from lci.analyst.reading import understood
from lci.analyst.tables import tables_of
from lci.analyst.telling import phrased
from lci.analyst.telling.phrases import questions
from lci.analyst.writing import shown
from lci.core.files import Preview

MOST = 6
#: Groups that are worth comparing, and rows that are worth naming.
_GROUPS, _TOP = 24, 5


def example_questions(previews: tuple[Preview, ...], code: str = "en") -> tuple[str, ...]:
    """Up to six about the newest table, the first of which draw; without a table such as any one answers."""
    for preview in reversed(previews):
        for table in tables_of(preview):
            return questions_about(table, code)
    text = questions(code)
    return text["overview"], text["missing"], text["columns"]


@lru_cache(maxsize=64)
def questions_about(data: DataWords, code: str = "en") -> tuple[str, ...]:
    """Up to six: trend, comparison, relation, distribution, top, what is missing, counts; each is understood so."""
    asked = dict.fromkeys(_understood_as_meant(words, plan, data, code) for words, plan in _worth_asking(data, code))
    return tuple(asked)[:MOST]


def _understood_as_meant(words: str, plan: Plan, data: DataWords, code: str) -> str:
    """The words where they are understood as that plan and nothing else; names that say something else may prevent it.

    A plan's own words always are.
    """
    return words if understood(words, [data]).plans == (plan,) else phrased(plan, code)


def _meant(number: FileColumn, time: Field, data: DataWords) -> Measure | None:
    """What the words of a question about a number over time mean; None where they are not enough."""
    try:
        return implied(Field(number.name), data, at_a_time=add_up([time], data))
    except NoPlan:
        return None


def _worth_asking(data: DataWords, code: str) -> Iterator[tuple[str, Plan]]:
    text, table, file = questions(code), data.table, data.table.file
    numbers = [
        column
        for column in table.of_kind("number")
        if not (is_constant(column, data) or column.name in data.flags or data.numbers_rows(column))
    ]
    groups = [column for column in table.of_kind("category") if is_worth_comparing(column, data)]
    times = (*table.of_kind("date"), *table.of_kind("year"))
    number = numbers[-1] if numbers else None
    time = as_named(times[0]) if len(times) == 1 else None
    if time is not None and number is not None and (measure := _meant(number, time, data)) is not None:
        yield text.say("trend", number=_named(number)), Summary(file, (measure,), (time,), chart=Chart("line"))
    if groups and number is not None:
        plan = Summary(file, (Measure("mean", Field(number.name)),), (Field(groups[0].name),))
        yield text.say("by_group", number=_named(number), group=_named(groups[0])), plan
    if len(numbers) > 1:
        y, x = Field(numbers[-1].name), Field(numbers[-2].name)
        words = text.say("relation", y=_named(numbers[-1]), x=_named(numbers[-2]))
        yield words, Relation(file, "line", y, (x,), chart=Chart("scatter"))
    if numbers:
        x = Field(numbers[0].name)
        yield text.say("distribution", number=_named(numbers[0])), Picture(file, Chart("histogram"), x)
    if number is not None:
        top = Rows(file, (), Field(number.name), "downwards", _TOP)
        yield text.say("top", number=_named(number), top=_TOP), top
    yield text["missing"], Description(file, "missing")
    if groups:
        plan = Summary(file, (Measure("rows"),), (Field(groups[-1].name),))
        yield text.say("counts", group=_named(groups[-1])), plan
    yield text["overview"], Description(file, "table")
    yield text["columns"], Description(file, "columns")


def is_constant(column: FileColumn, data: DataWords) -> bool:
    """Whether all its values are known to be the same."""
    return data.different(Field(column.name)) in (0, 1)


def is_worth_comparing(column: FileColumn, data: DataWords) -> bool:
    """Whether it has few groups, as far as is known."""
    different = data.different(Field(column.name))
    return different is None or 1 < different <= _GROUPS


def _named(column: FileColumn) -> str:
    """A name as it can be said: bare where it is a word, else in backticks."""
    return column.name if re.fullmatch(r"[^\W\d_]\w*", column.name) else shown(column.name)
