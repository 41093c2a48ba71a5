"""What fields are, and that something makes no sense."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.calendar_fields import as_named
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Condition, Field, Groups, Plan, Summary
from lci.analyst.word_forms import name_words


class NoPlan(Exception):
    """The constituents do not make one sense."""


class Doubtful(NoPlan):
    """They make a plan beside which another is as likely that no plan can say: it may be offered."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


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


#: Everyday words of columns that number days, months and years.
CALENDAR = frozenset({"date", "month", "year", "weekday"})


def may_hold(condition: Condition, data: DataWords) -> bool:
    """Whether some row may meet it, as far as the least and the greatest number are known."""
    span = data.ranges.spans.get(condition.field.column)
    numbers = [value for value in condition.values if isinstance(value, int | float)]
    if span is None or condition.field != Field(condition.field.column) or not numbers:
        return True
    low, high = span
    match condition.comparison:
        case "above" | "at_least":
            return max(numbers) <= high
        case "below" | "at_most":
            return min(numbers) >= low
        case "between":
            return min(numbers) <= high and max(numbers) >= low
        case "equal":
            return any(low <= number <= high for number in numbers)
        case _:
            return True


def beyond(plan: Plan, data: DataWords) -> tuple[str, ...]:
    """The columns that are limited beyond all of their numbers, as far as these are known: no row is there."""
    measures = plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()
    stated = (*plan.conditions, *(each for measure in measures for each in measure.among))
    fields = (each.field for each in stated if not may_hold(each, data))
    return tuple(dict.fromkeys(place.column for place in fields if is_number(place, data)))


#: Names of numbers that tell when something was: the day since the first.
_TIMES = frozenset({("time",), ("day",), ("week",), ("hour",), ("时", "间"), ("時", "間"), ("天",), ("週",), ("周",)})


def time_of(data: DataWords) -> Field:
    """The one time of the table, or the one of several that no row lacks, or a number called so. Raises `NoPlan`."""
    times = [*data.table.of_kind("date"), *data.table.of_kind("year")]
    if len(times) > 1:
        times = [each for each in times if each.name in data.ranges.complete]
    times = times or [each for each in data.of_kind("number") if name_words(each.name) in _TIMES]
    if len(times) != 1:
        raise NoPlan
    return as_named(times[0])
