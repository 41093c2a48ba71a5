"""Groups as one each: customers by how often they ordered, months by how many orders each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from lci.analyst.assembling.measures import ROWS, is_what_rows_are, measured
from lci.analyst.assembling.parts import Parts, one_of
from lci.analyst.assembling.sense import NoPlan, fields_in, is_number, is_time
from lci.analyst.assembling.units import OCCASIONS, is_money, is_of_pieces
from lci.analyst.chart import Item
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Groups, Limit, Measure, Plan
from lci.analyst.quantities import Quantity


def limit_of(items: Sequence[Item], data: DataWords) -> tuple[Limit, Measure]:
    """How many rows, or different ones of a field, a group has to have. Raises `NoPlan`."""
    comparison: Any = next((item.content for item in items if item.kind == "compare"), "equal")
    numbers = [item.content for item in items if item.kind == "number"]
    numbers += [Quantity(int(item.content)) for item in items if item.kind == "often"]
    if len(numbers) != 1 or comparison not in ("equal", "above", "at_least", "below", "at_most"):
        raise NoPlan
    if any(item.kind == "row" for item in items) and data.called("quantity"):
        raise NoPlan  # more than three items may be of one order
    if any(item.kind in ("measured", "how") for item in items) and numbers[0].unit in OCCASIONS:
        raise NoPlan  # who paid more than three times paid more than three of nothing
    of_money = [item.content[1] for item in items if item.kind == "measured"] + fields_in(items, "field")
    if is_of_pieces(numbers[0].unit, data) and any(is_money(place.column, data) for place in of_money):
        raise NoPlan
    fields = fields_in(items, "field")
    if not _counts(items, numbers[0].unit, data):
        raise NoPlan
    named = [item.content for item in items if item.kind == "measured"]
    hows = [item.content for item in items if item.kind == "how"]
    if named or hows:
        how, place = named[0] if named else (hows[0], fields[0])
        measure = measured(how, place, data)
    else:
        each_row = bool(fields) and (data.different(fields[0]) == data.table.rows or is_what_rows_are(fields[0], data))
        measure = Measure("distinct", fields[0]) if fields and not each_row else ROWS
    return Limit(comparison, numbers[0].value), measure


#: What counts people only.
_OF_PEOPLE = frozenset({"人", "名", "位", "people", "person"})


def _counts(items: Sequence[Item], unit: str, data: DataWords) -> bool:
    """Whether the unit counts what it stands beside: 50家 of companies, where a number alone may measure them."""
    kinds = [item.kind for item in items]
    things = [item for item in items if item.kind in ("noun", "field")]
    if {*kinds} != {"number", "compare", things[0].kind if things else ""} or kinds[:2] == ["compare", "number"]:
        return True
    if kinds[0] == "number" and kinds[1] != "compare":
        return True  # 10部の映画以上
    of_people = any(
        item.content in common().nouns["person"] if item.kind == "noun" else item.content.column in _people(data)
        for item in things
    )
    is_counter = is_of_pieces(unit, data) and (unit in _OF_PEOPLE) == of_people
    return is_counter and not any(is_number(item.content, data) for item in things if item.kind == "field")


def _people(data: DataWords) -> set[str]:
    return {column.name for column in data.people}


def without_average(parts: Parts, items: Sequence[Item]) -> list[Item]:
    """Items that count; the "average" of an average number of orders is said of all the numbers of orders."""
    averages = [item for item in items if item.kind == "how" and item.content in ("mean", "median")]
    averages += [item for item in items if item.kind == "averaged"]
    counts = any(item.kind in ("count", "noun", "row", "measured") for item in items)
    if len(averages) != 1 or not counts or fields_in(items, "field"):
        return list(items)
    parts.of_each |= averages[0].kind == "averaged"
    parts.hows.append(averages[0].content if averages[0].kind == "how" else "mean")
    return [item for item in items if item is not averages[0]]


def are_groups(parts: Parts) -> bool:
    """Whether a limit is one of groups, or what is averaged are counts of each of them."""
    if parts.limits or "never" in parts.marks:
        return True
    # "Average total sleep" is the mean of a column, average spending that of what each has spent.
    hows = ("rows", "distinct", "sum") if parts.takings else ("rows", "distinct")
    is_number = len(parts.measures) == 1 and parts.measures[0].how in hows
    counts = is_number and not (parts.measures[0].among or parts.measures[0].per)
    averages = parts.hows in (["mean"], ["median"]) and not (parts.ranks or parts.charts or parts.fields)
    is_named = not parts.measures and bool(parts.marks & {"noun", "row"})
    return averages and parts.of_each and len(parts.keys) == 1 and (counts or is_named)


def groups(parts: Parts, data: DataWords) -> Plan:
    """Raises `NoPlan`."""
    if not parts.limits and "never" not in parts.marks:
        key, how = parts.keys.pop(), parts.hows.pop()
        measure = parts.measures.pop() if parts.measures else ROWS
        _must_repeat(key, data)
        if measure.field == key or how not in ("mean", "median"):
            raise NoPlan
        return Groups(data.table.file, how, key, measure, None, parts.conditions_used())
    key = _key(parts, data)
    _must_repeat(key, data)
    parts.keys = [each for each in parts.keys if each != key]
    parts.use("list", "asked_row", "sold", "step")
    if parts.use("never"):
        if len(parts.conditions) != 1 or parts.limits:
            raise NoPlan  # of several it is not said which of them never were
        limit, measure = Limit("equal", 0), Measure("rows", among=parts.conditions_used())
    elif (within := one_of(parts.limits)) is not None:
        limit, measure = within
    else:
        raise NoPlan
    if measure.field == key or any(each.field == key for each in parts.conditions):
        raise NoPlan
    of: Literal["which", "number"] = "number" if parts.measures else "which"
    parts.measures.clear()
    return Groups(data.table.file, of, key, measure, limit, parts.conditions_used())


def groups_changed(plan: Groups, parts: Parts) -> Groups:
    """The plan with another limit, conditions or groups, counted or listed, as a follow-up says. Raises `NoPlan`."""
    within = one_of(parts.limits)
    key, how = one_of(parts.keys) or plan.key, one_of(parts.hows)
    new = parts.conditions_used()
    # "Which ones", and "who are they".
    lists, counts = parts.use("more", "asked_row", "list"), parts.measures == [ROWS] and parts.use("bare_count")
    if counts:
        parts.measures.clear()
    parts.asked = [each for each in parts.asked if each != plan.key]
    parts.finished()
    of = plan.of
    if plan.limit is None:
        if within is not None or lists or counts or how not in (None, "mean", "median"):
            raise NoPlan
        of = "median" if how == "median" else "mean" if how == "mean" else of
    elif how is not None:
        raise NoPlan
    elif lists or counts:
        of = "which" if lists else "number"
    limit, measure = within if within is not None else (plan.limit, plan.measure)
    kept = tuple(old for old in plan.conditions if all(old.field != each.field for each in new))
    if measure != plan.measure or any(each.field == key for each in new):
        raise NoPlan
    return replace(plan, of=of, key=key, limit=limit, conditions=(*kept, *new))


def _key(parts: Parts, data: DataWords) -> Field:
    """What there is one of each: what is counted, asked, or named. Raises `NoPlan` where that is not clear."""
    if any(measure.how not in ("distinct", "rows") or measure.among for measure in parts.measures):
        raise NoPlan
    counted = [each.field for each in parts.measures if each.field is not None]
    mentioned = dict.fromkeys(
        (*counted, *parts.asked, *(each for each in parts.fields if not _numbers_rows(each, data)))
    )
    named = [each for each in mentioned if not is_number(each, data)]
    # "The days when": one is the date, the other the day.
    named = [
        each for each in named if each.part or all(other.column != each.column for other in named if other != each)
    ]
    if any(is_number(each, data) for each in mentioned) or len(parts.measures) > 1:
        raise NoPlan
    if parts.measures and not counted and named:
        raise NoPlan  # how many there are of another thing than is named
    people = [Field(column.name) for column in data.people if data.repeats(column)]
    if not named and (parts.measures or "asked_row" in parts.marks or "noun" in parts.marks):
        named = people
    if len(named) != 1:
        raise NoPlan
    parts.asked.clear()
    parts.fields.clear()
    return named[0]


def _numbers_rows(place: Field, data: DataWords) -> bool:
    """Whether each row has its own: who visited three times has three visits."""
    return place.part is None and data.different(place) == data.table.rows


def _must_repeat(key: Field, data: DataWords) -> None:
    """Raises `NoPlan` for what stands in one row each, and for numbers that are no groups."""
    column = next(column for column in data.table.columns if column.name == key.column)
    if is_number(key, data) or key.column in data.flags or (column.kind == "date" and key.part is None):
        raise NoPlan  # per order is not per order_date
    if data.is_own_row(key) or not (is_time(key, data) or data.repeats(column)):
        raise NoPlan
