"""Measures from the items that state them, and what is meant by a column alone."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.sense import NoPlan, fields_in, is_number, kind_of
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, How, Measure

#: What a measure costs that is not said.
IMPLIED = 0.3
ROWS = Measure("rows")
#: Everyday words of columns whose values are amounts: of several people mean the total.
_AMOUNTS = frozenset(
    {"sales", "profit", "quantity", "votes", "medals", "gold", "silver", "bronze", "amount", "generation", "rain"}
)


def measures_of(items: Sequence[Item], data: DataWords) -> list[Measure]:
    """What one constituent measures. Raises `NoPlan`."""
    kinds = {item.kind for item in items}
    fields = fields_in(items, "field")
    if kinds & {"share", "per"}:
        above, below = fields
        return [_ratio(above, below, data)]
    if "percentile" in kinds:
        percent = next(item.content for item in items if item.kind == "number").value
        if not 0 < percent < 100:
            raise NoPlan
        return [measured(f"quantile.{percent / 100}", place, data) for place in fields]
    hows = [item.content for item in items if item.kind == "how"]
    if hows:
        return [measured(how, place, data) for how in hows for place in fields]
    if counted := fields_in(items, "count_of"):
        return [Measure("distinct", counted[0])]
    if "distinct" in kinds:
        return [Measure("distinct", fields[0])] if fields else _none()
    return [_counted(fields[0], data)] if fields else [ROWS]


def _none() -> list[Measure]:
    raise NoPlan


def _ratio(above: Field, below: Field, data: DataWords) -> Measure:
    if above == below or not is_number(above, data) or not is_number(below, data):
        raise NoPlan
    return Measure("sum", above, per=below)


def measured(how: str, place: Field, data: DataWords) -> Measure:
    """That measure of a field. Raises `NoPlan` where it has no such thing."""
    is_ordered = how in ("min", "max") and kind_of(place, data) in ("date", "year")
    if not is_number(place, data) and not is_ordered:
        raise NoPlan
    if how.startswith("quantile"):
        return Measure("quantile", place, quantile=float(how.removeprefix("quantile.")))
    name: How = how  # type: ignore[assignment]
    return Measure(name, place)


def _counted(place: Field, data: DataWords) -> Measure:
    """Of "how many cities" each is counted once, but for what stands in its own row anyway.

    Where some of many are there twice, it is not known whether rows or names are meant.
    """
    if kind_of(place, data) in ("number", "date"):
        raise NoPlan
    different, rows = data.different(place), data.table.rows
    if different is None or rows is None:
        return Measure("distinct", place)
    if different == rows:
        return ROWS
    if place.part is None and different > rows / 2:
        raise NoPlan
    return Measure("distinct", place)


def implied(place: Field, data: DataWords) -> Measure:
    """What is meant by a column alone: the total of amounts, the mean of anything else."""
    return Measure("sum" if data.concepts(place.column) & _AMOUNTS else "mean", place)
