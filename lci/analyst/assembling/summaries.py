"""Measures of rows, by groups, compared, drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from lci.analyst.assembling.measures import IMPLIED, ROWS, implied
from lci.analyst.assembling.parts import NoPlan, Parts
from lci.analyst.assembling.sense import is_number, is_time, time_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Condition, Field, Measure, Summary

Compared = Literal["difference", "ratio", "change"]
_COMPARED: tuple[Compared, ...] = ("difference", "ratio", "change")
_MOST_KEYS = 2


def summary(parts: Parts, data: DataWords) -> Summary:
    """Raises `NoPlan`."""
    asks_kind = bool(parts.charts)
    chart, rank = parts.chart_used(), parts.rank_used()
    compared = next((each for each in _COMPARED if parts.use(each)), None)
    compares = parts.use("compared") or compared is not None
    conditions = parts.conditions_used()
    keys, parts.keys = parts.keys, []
    is_trend = parts.use("trend")
    if is_trend and chart is None:
        chart = Chart("line")
    if is_trend and not any(is_time(key, data) for key in keys):
        keys.insert(0, time_of(data))
    numbers = [each for each in parts.fields if is_number(each, data)]
    groups = [each for each in parts.fields if each not in numbers]
    parts.fields = []
    if chart is not None and not keys and not groups and (not asks_kind or chart.kind in ("line", "heatmap")):
        keys, chart = [time_of(data)], replace(chart, kind="line")
    if groups and not keys and (chart is not None or compares):
        keys, groups = groups, []
    measures = _measures(parts, numbers, bool(keys) or chart is not None or compares, chart, data)
    if groups or not measures:
        raise NoPlan
    if compares:
        conditions, keys, compared = _comparison(conditions, keys, compared, data)
    if chart is not None:
        chart, keys = _drawn(chart, keys, conditions, data, asks_kind=asks_kind)
    if len(keys) > _MOST_KEYS:
        raise NoPlan
    order = rank.direction if rank is not None else None
    limit = rank.number if rank is not None else None
    return Summary(data.table.file, tuple(measures), tuple(keys), conditions, order, limit, False, compared, chart)


def _measures(
    parts: Parts, numbers: list[Field], may_imply: bool, chart: Chart | None, data: DataWords
) -> list[Measure]:
    """What is measured; a column alone over time or for groups is taken for its mean or total, and that is said."""
    measures, parts.measures = parts.measures, []
    if numbers:
        if measures or not may_imply:
            raise NoPlan
        parts.implied += IMPLIED
        return [implied(each, data) for each in numbers]
    if not measures and chart is not None:
        parts.implied += IMPLIED
        return [ROWS]
    return measures


def _comparison(
    conditions: tuple[Condition, ...], keys: list[Field], compared: Compared | None, data: DataWords
) -> tuple[tuple[Condition, ...], list[Field], Compared | None]:
    """The groups that are compared: two that a condition names, or all of a key."""
    # From one year to another: what lies between does not count.
    if compared is not None:
        conditions = tuple(
            replace(each, comparison="equal") if each.comparison == "between" and is_time(each.field, data) else each
            for each in conditions
        )
    several = [each for each in conditions if each.comparison == "equal" and len(each.values) > 1]
    if not keys:
        if len(several) != 1:
            raise NoPlan
        keys = [several[0].field]
    named = next((len(each.values) for each in several if each.field == keys[0]), None)
    two = (named if named is not None else len(data.table_values(keys[0].column))) == 2
    if compared is not None and (not two or len(keys) != 1):
        raise NoPlan
    return conditions, keys, compared if compared is not None else "difference" if two and len(keys) == 1 else None


def _drawn(
    chart: Chart, keys: list[Field], conditions: tuple[Condition, ...], data: DataWords, *, asks_kind: bool
) -> tuple[Chart, list[Field]]:
    """The chart, and what stands on its axes: time first, and a line for each of several values that are named."""
    if not keys:
        raise NoPlan
    if chart.kind == "bar" and not asks_kind and is_time(keys[0], data):
        chart = replace(chart, kind="line")
    if chart.kind == "line":
        keys = keys + [
            each.field
            for each in conditions
            if each.comparison == "equal" and len(each.values) > 1 and each.field not in keys
        ]
        keys.sort(key=lambda key: not is_time(key, data))
        if not is_time(keys[0], data) and not is_number(keys[0], data):
            raise NoPlan
    return chart, keys
