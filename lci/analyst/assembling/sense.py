"""What fields are, and that something makes no sense."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.calendar_fields import as_named
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field


class NoPlan(Exception):
    """The constituents do not make one sense."""


def fields_in(items: Sequence[Item], kind: str) -> list[Field]:
    """The fields among items of that kind."""
    return [item.content for item in items if item.kind == kind]


def kind_of(place: Field, data: DataWords) -> str:
    """What kind of values the field has; `part` for one of a date."""
    if place.part is not None:
        return "part"
    return next(column.kind for column in data.table.columns if column.name == place.column)


def is_number(place: Field, data: DataWords) -> bool:
    """Whether it can be computed with."""
    return kind_of(place, data) == "number"


def is_time(place: Field, data: DataWords) -> bool:
    """Whether it lies on an axis of time."""
    return place.part is not None or kind_of(place, data) in ("date", "year")


def time_of(data: DataWords) -> Field:
    """The one time of the table. Raises `NoPlan`."""
    times = [*data.table.of_kind("date"), *data.table.of_kind("year")]
    if len(times) != 1:
        raise NoPlan
    return as_named(times[0])
