"""Measures of rows, by groups, compared, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lci.analyst.assembling.conditions import names_all
from lci.analyst.assembling.measures import IMPLIED, ROWS, add_up, implied, is_charge, of_only_number, ratio
from lci.analyst.assembling.parts import Direction, Parts, Rank, direction_of, told_apart, two_times, with_logs
from lci.analyst.assembling.sense import NoPlan, is_number, is_time, time_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Condition, Field, Measure, Summary

Compared = Literal["difference", "ratio", "change"]
_COMPARED: tuple[Compared, ...] = ("difference", "ratio", "change")
_MOST_KEYS = 2
#: Different numbers that are groups, where there are other groups, too.
_MOST_GROUPS = 24


@dataclass
class _Draft:
    """What a summary is made of, while it is found out."""

    parts: Parts
    data: DataWords
    chart: Chart | None
    asks_kind: bool
    conditions: tuple[Condition, ...]
    compared: Compared | None
    weighs: bool
    compares: bool
    keys: list[Field]
    numbers: list[Field]
    groups: list[Field]
    sorts: bool = False

    @property
    def has_time(self) -> bool:
        """Whether a key lies on an axis of time."""
        return any(is_time(key, self.data) for key in self.keys)


def summary(parts: Parts, data: DataWords) -> Summary:
    """Raises `NoPlan`."""
    rank = parts.rank_used()
    draft = _draft(parts, data)
    draft.sorts = rank is not None
    if rank is not None and draft.groups and not draft.keys:
        draft.keys, draft.groups = draft.groups, []
    _over_time(draft)
    _grouped(draft)
    _tell_apart_all(draft)
    measures = _measures(draft)
    if _makes_no_sense(draft, measures):
        raise NoPlan
    if draft.compares:
        _compare(draft, is_one=len(measures) == 1)
    elif (len(draft.keys) == 1 and not draft.sorts) or _is_of_each(draft, measures):
        draft.keys += told_apart(draft.conditions, draft.keys, data)
    if not draft.compares and len(draft.keys) < _MOST_KEYS and rank is None:
        draft.keys += two_times(draft.conditions, draft.keys, draft.parts, data)
    if draft.chart is not None:
        _draw(draft, draft.chart)
        measured_fields = [each.field for each in measures if each.field is not None]
        draft.chart = with_logs(draft.chart, draft.keys[0], measured_fields, parts)
    if len(draft.keys) > _MOST_KEYS or _sums_for_each_number(draft, measures):
        raise NoPlan
    return Summary(
        data.table.file,
        tuple(measures),
        tuple(draft.keys),
        draft.conditions,
        _direction(rank) if rank is not None else None,
        rank.number if rank is not None else None,
        compared=draft.compared,
        chart=draft.chart,
    )


def _sums_for_each_number(draft: _Draft, measures: Sequence[Measure]) -> bool:
    """Whether something is added up for each of many numbers: "total profit per sales" asks for no such groups."""
    adds_up = any(measure.how == "sum" and measure.per is None for measure in measures)
    return adds_up and any(_is_many(key, draft.data) for key in draft.keys)


def _draft(parts: Parts, data: DataWords) -> _Draft:
    asks_kind = bool(parts.charts)
    chart = parts.chart_used()
    compared = next((each for each in _COMPARED if parts.use(each)), None)
    if compared == "difference":
        parts.use("change")  # "by how much did it rise" is one question
    elif compared == "change":
        parts.use("share")  # a change is said in per cent anyway
    weighs = parts.use("more")
    compares = parts.use("compared") or compared is not None or weighs
    keys, parts.keys = parts.keys, []
    numbers = [each for each in parts.fields if is_number(each, data)]
    groups = [each for each in parts.fields if each not in numbers]
    parts.fields = []
    conditions = parts.conditions_used()
    names_several = any(len(each.values) > 1 and not is_time(each.field, data) for each in conditions)
    if compares and names_several and not numbers and len(keys) == 1 and is_number(keys[0], data):
        # "Compare online and phone bookings by amount": the amount is what is compared.
        keys, numbers = [], keys
    return _Draft(
        parts, data, chart, asks_kind, conditions, compared, weighs, compares, keys, numbers, groups
    )  # fmt: skip


def _over_time(draft: _Draft) -> None:
    """A trend, also of how something has changed, of no two years."""
    changes = draft.compared == "change" and not any(_names_times(each, draft.data) for each in draft.conditions)
    is_trend = draft.parts.use("trend")
    if changes and (not draft.keys or (len(draft.keys) == 1 and draft.has_time)):
        draft.compared, draft.compares, is_trend = None, False, True
    if is_trend and draft.chart is None:
        draft.chart = Chart("line")
    if is_trend and not draft.has_time:
        draft.keys.insert(0, time_of(draft.data))


def _names_times(condition: Condition, data: DataWords) -> bool:
    """Whether it names those that are compared: not where all since one are meant."""
    return is_time(condition.field, data) and condition.comparison in ("equal", "between")


def _grouped(draft: _Draft) -> None:
    """Groups that are named without a word that says so: on the axes of a chart, or compared."""
    chart = draft.chart
    several = [each.field for each in draft.conditions if each.comparison == "equal" and len(each.values) > 1]
    if chart is not None and not (draft.keys or draft.groups or draft.numbers or draft.parts.measures) and several:
        draft.keys = several[:1]  # "pie chart of single-tier and lower-tier"
    asks_line = not draft.asks_kind or (chart is not None and chart.kind in ("line", "heatmap"))
    if chart is not None and not draft.keys and not draft.groups and asks_line:
        draft.keys, draft.chart = [time_of(draft.data)], replace(chart, kind="line")
    if draft.groups and not draft.keys and (chart is not None or draft.compares):
        draft.keys, draft.groups = draft.groups, []
    if len(draft.groups) == 1 and len(draft.keys) == 1 and chart is not None and draft.has_time:
        # A line for each.
        draft.keys, draft.groups = [*draft.keys, *draft.groups], []


def _makes_no_sense(draft: _Draft, measures: list[Measure]) -> bool:
    parts = draft.parts
    if parts.limits_age:
        parts.use("aged")
    if draft.sorts and not draft.keys:
        return True
    times = [*draft.keys, *(each.field for each in draft.conditions)]
    if parts.needs_time and not any(is_time(each, draft.data) for each in times):
        return True
    if draft.groups or not measures or any(each.how == "distinct" and each.field in draft.keys for each in measures):
        return True
    if len(draft.keys) > 1 and any(_is_many(key, draft.data) for key in draft.keys):
        return True
    # "The order with the least profit" is a row, not a number.
    return bool(parts.marks & {"noun", "row"}) and any(each.how in ("min", "max") for each in measures)


def _tell_apart_all(draft: _Draft) -> None:
    """Survivors and others are all there are: nobody names both to say nothing, but each of them is meant."""
    for condition in draft.conditions:
        if not names_all(condition, draft.data):
            continue
        if not draft.keys and not draft.compares:
            if draft.parts.either and condition.field.column not in draft.data.flags:
                raise NoPlan  # of men or women it may be all of them together
            draft.keys.append(condition.field)
        if condition.field in draft.keys and condition.field.column in draft.data.ranges.complete:
            draft.conditions = tuple(each for each in draft.conditions if each != condition)


def _is_many(key: Field, data: DataWords) -> bool:
    """Whether they are numbers too many to be groups."""
    if not is_number(key, data) or key.width is not None:
        return False
    different = data.different(key)
    return different is None or different > _MOST_GROUPS


def _direction(rank: Rank) -> Direction:
    """Of groups that are all shown in that order. Raises `NoPlan`."""
    if rank.by is not None:
        raise NoPlan
    return direction_of(rank, None, frozenset())


def _measures(draft: _Draft) -> list[Measure]:
    """What is measured; a column alone over time or for groups is taken for its mean or total, and that is said."""
    parts, data, numbers = draft.parts, draft.data, draft.numbers
    measures, parts.measures = parts.measures, []
    if measures == [ROWS] or (measures and draft.conditions):
        parts.use("step")
    if draft.has_time:
        parts.use("pair")
    if parts.use("sold") and measures in ([], [ROWS]) and not numbers and len(amounts := data.called("quantity")) == 1:
        # How many chairs were sold, not in how many rows.
        return [Measure("sum", Field(amounts[0].name))]
    if measures and numbers:
        raise NoPlan
    if draft.compared == "ratio" and len(numbers) == 2 and not (draft.keys or draft.groups):
        draft.compares, draft.compared = False, None
        return [ratio(numbers[0], numbers[1], data)]
    if not measures and not numbers:
        return _implied_measures(draft)
    if numbers:
        may_imply = bool(draft.keys) or draft.chart is not None or draft.compares
        if not may_imply or (len(numbers) > 1 and parts.comparatives):
            raise NoPlan
        parts.implied += IMPLIED
        at_a_time = add_up([*draft.keys, *(each.field for each in draft.conditions)], data)
        if draft.compares and any(len(each.values) > 1 for each in draft.conditions) and all(map(is_charge, numbers)):
            return [Measure("mean", each) for each in numbers]  # what one group pays more than another is no total
        return [implied(each, data, at_a_time=at_a_time) for each in numbers]
    return measures


def _implied_measures(draft: _Draft) -> list[Measure]:
    """Where nothing is said of what is measured: rows, or the one number of a table."""
    if draft.weighs or (draft.compared == "ratio" and draft.conditions):
        draft.parts.use("noun", "row")
        draft.parts.implied += 3 * IMPLIED
        return [ROWS]
    if measures := of_only_number(draft.parts.hows, draft.data):
        draft.parts.implied += IMPLIED
        return measures
    only = draft.data.of_kind("number")
    if draft.compares and len(only) == 1:
        draft.parts.implied += IMPLIED
        return [implied(Field(only[0].name), draft.data)]
    names_rows = draft.parts.marks & {"noun", "row", "step"}
    draws_time = draft.chart is not None and draft.chart.kind == "line"
    if draws_time and not names_rows:
        # "How did renewables develop": by the one number there is, not in how many rows.
        draft.parts.implied += IMPLIED
        return [implied(Field(only[0].name), draft.data)] if len(only) == 1 else []
    if draft.chart is not None or (draft.keys and names_rows):
        draft.parts.use("step")
        draft.parts.implied += (1 if names_rows and draft.chart else 2 if draft.chart else 3) * IMPLIED
        return [ROWS]
    return []


def _compare(draft: _Draft, *, is_one: bool) -> None:
    """The groups that are compared: two that a condition names, or all of a key. Raises `NoPlan`.

    Several measures are shown beside one another: what lies between two groups is said of one.
    """
    data = draft.data
    # From one year to another: what lies between does not count.
    if draft.compared is not None:
        draft.conditions = tuple(
            replace(each, comparison="equal") if each.comparison == "between" and is_time(each.field, data) else each
            for each in draft.conditions
        )
    draft.conditions = tuple(map(_ends_of_months, draft.conditions))
    several = [each for each in draft.conditions if each.comparison == "equal" and len(each.values) > 1]
    if not draft.keys:
        if len(several) != 1:
            raise NoPlan
        draft.keys = [several[0].field]
    if others := [each.field for each in several if each.field not in draft.keys]:
        # "Compare toys and hats by quarter": each quarter has both, beside one another.
        if draft.compared is not None or draft.weighs:
            raise NoPlan
        draft.keys = sorted([*draft.keys, *others], key=lambda each: not is_time(each, data))
        return
    key = draft.keys[0]
    named = next((len(each.values) for each in several if each.field == key), None)
    two = (named if named is not None else len(data.table_values(key.column))) == 2 and len(draft.keys) == 1
    if not two and (draft.compared is not None or draft.weighs):
        # "More" is said of two, too.
        raise NoPlan
    if not is_one and draft.compared is not None:
        raise NoPlan
    if two and is_one and draft.compared is None:
        draft.compared = "difference"


def _ends_of_months(condition: Condition) -> Condition:
    """Of months or quarters that are compared, one with another, those between do not count."""
    values = condition.values
    if (
        condition.field.part not in ("month_of_year", "quarter_of_year")
        or len(values) < 3
        or condition.comparison != "equal"
    ):
        return condition
    return replace(condition, values=(values[0], values[-1]))


def _is_of_each(draft: _Draft, measures: list[Measure]) -> bool:
    """Whether what is typical of several groups that are named is rather that of each than of all together."""
    return not (draft.keys or draft.parts.either) and any(each.how in ("mean", "median", "std") for each in measures)


def _draw(draft: _Draft, chart: Chart) -> None:
    """The chart, and what stands on its axes: time first, and a line for each of several values that are named."""
    keys, data = draft.keys, draft.data
    if not keys or (chart.kind == "heatmap" and len(keys) != _MOST_KEYS):
        raise NoPlan
    if chart.kind == "bar" and not draft.asks_kind and is_time(keys[0], data):
        chart = replace(chart, kind="line")
    if chart.kind == "line":
        named = [each for each in draft.conditions if each.comparison == "equal" and len(each.values) > 1]
        keys += [each.field for each in named if each.field not in keys]
        keys.sort(key=lambda key: not is_time(key, data))
        if not is_time(keys[0], data) and not is_number(keys[0], data):
            raise NoPlan
    draft.chart = chart
