"""Tables of counts: where a column says how many there are, what rows are called is not counted by rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.assembling.measures import ROWS, is_stock
from lci.analyst.assembling.sense import NoPlan, is_time
from lci.analyst.chart import Constituent, Item
from lci.analyst.columns import FileColumn
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Groups, Measure, Plan, Summary
from lci.analyst.word_forms import name_words

#: Whole names of columns that say how many there are of what a row tells; numbers of orders or items are of each row.
_COUNTS = frozenset({
    ("count",), ("counts",), ("n",), ("freq",), ("frequency",), ("number", "of", "case"), ("case",), ("件", "数"),
    ("度", "数"), ("频", "数"), ("计", "数"),
})  # fmt: skip


#: The part of rows with numbers of people of their own, from which on these are what rows tell.
_OWN = 0.5


def with_counts(plan: Plan, constituents: Sequence[Constituent], data: DataWords) -> Plan:
    """The plan that adds up what a column of counts says, in place of rows, where things are counted.

    Raises `NoPlan` where it is not said what is counted, and for shares of rows.
    """
    measures = plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()
    items = [item for each in constituents for item in each.items]
    names_rows = any(item.kind == "row" and not item.content for item in items)
    counts_values = any({"count", "field"} <= {item.kind for item in each.items} for each in constituents)
    if names_rows or counts_values or not any(each.how == "rows" for each in measures):
        return plan
    counts = [column for column in data.of_kind("number") if name_words(column.name) in _COUNTS]
    are_of_rows, counts = bool(counts), counts or _people(plan, items, data)
    if len(counts) != 1:
        return plan
    names_things = any(item.kind in ("noun", "row", "heads") for item in items)
    names_things |= are_of_rows and _counts_values(items)
    if not names_things or not isinstance(plan, Summary) or any(each.among for each in measures) or plan.relative:
        raise NoPlan
    total = Measure("sum", Field(counts[0].name))
    return replace(plan, measures=tuple(total if each == ROWS else each for each in plan.measures))


#: What is right beside what it counts.
_COUNTING = frozenset({"count", "number_of", "asked_amount", "more", "ratio", "superlative", "common"})


def _counts_values(items: Sequence[Item]) -> bool:
    """Whether what is counted is a value: bakers, where a column says how many there are of each job."""
    counting = [item for item in items if item.kind in _COUNTING]
    values = [item for item in items if item.kind == "value"]
    return any(value.start == each.end or value.end == each.start for value in values for each in counting)


def _people(plan: Plan, items: Sequence[Item], data: DataWords) -> list[FileColumn]:
    """The population, where people are counted: of one time, or where no time is told. Raises `NoPlan`."""
    columns = [column for column in data.called("population") if column.kind == "number"]
    if any(item.kind == "noun" and item.content not in common().nouns["person"] for item in items) or len(columns) != 1:
        return []
    place = Field(columns[0].name)
    if (data.different(place) or 0) < _OWN * (data.table.rows or 0):
        return []  # that of the town where somebody lives
    keys = plan.keys if isinstance(plan, Summary) else ()
    told = (*keys, *(each.field for each in plan.conditions))
    if is_stock(place, data) and not any(is_time(each, data) for each in told):
        raise NoPlan
    return columns
