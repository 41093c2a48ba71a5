"""Tables of counts: where a column says how many there are, what rows are called is not counted by rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.assembling.measures import ROWS
from lci.analyst.assembling.sense import NoPlan
from lci.analyst.chart import Constituent
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Groups, Measure, Plan, Summary
from lci.analyst.word_forms import name_words

#: Whole names of columns that say how many there are of what a row tells; numbers of orders or items are of each row.
_COUNTS = frozenset({
    ("count",), ("counts",), ("n",), ("freq",), ("frequency",), ("number", "of", "case"), ("case",), ("件", "数"),
    ("度", "数"), ("频", "数"), ("计", "数"),
})  # fmt: skip


def with_counts(plan: Plan, constituents: Sequence[Constituent], data: DataWords) -> Plan:
    """The plan that adds up what a column of counts says, in place of rows, where things are counted.

    Raises `NoPlan` where it is not said what is counted, and for shares of rows.
    """
    counts = [column for column in data.of_kind("number") if name_words(column.name) in _COUNTS]
    measures = plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()
    if len(counts) != 1 or not any(each.how == "rows" for each in measures):
        return plan
    items = [item for each in constituents for item in each.items]
    names_rows = any(item.kind == "row" and not item.content for item in items)
    counts_values = any({"count", "field"} <= {item.kind for item in each.items} for each in constituents)
    if names_rows or counts_values:
        return plan
    names_things = any(item.kind in ("noun", "row") for item in items)
    if not names_things or not isinstance(plan, Summary) or any(each.among for each in measures) or plan.relative:
        raise NoPlan
    total = Measure("sum", Field(counts[0].name))
    return replace(plan, measures=tuple(total if each == ROWS else each for each in plan.measures))
