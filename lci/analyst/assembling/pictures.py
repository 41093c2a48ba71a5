"""Charts of single rows: points, distributions, boxes."""

from __future__ import annotations

from lci.analyst.assembling.conditions import both_of
from lci.analyst.assembling.measures import ROWS
from lci.analyst.assembling.parts import Parts, with_logs
from lci.analyst.assembling.sense import NoPlan, is_number, kind_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Field, Picture

#: Groups that can be told apart by their colours.
COLORS = 24


#: Groups at most over which rows are spread.
_MOST_GROUPS = 60


def spread(parts: Parts, data: DataWords) -> None:
    """How something is spread, where no chart says so: rows over groups, and numbers as a histogram."""
    places = [*parts.fields, *parts.keys]
    are_groups = all(kind_of(each, data) == "category" and each.column not in data.flags for each in places)
    are_few = all((data.different(each) or _MOST_GROUPS) <= _MOST_GROUPS for each in places)
    if places and are_groups and are_few and parts.measures in ([], [ROWS]):
        parts.keys, parts.fields, parts.measures = list(dict.fromkeys(places)), [], [ROWS]
        parts.charts = parts.charts or ["bar"]
    else:
        parts.charts.append("histogram")


def picture(parts: Parts, data: DataWords) -> Picture:
    """Raises `NoPlan`."""
    chart = parts.chart_used()
    assert chart is not None
    parts.use("compared")
    numbers = [each for each in parts.fields if kind_of(each, data) in ("number", "year", "date")]
    groups = [each for each in parts.fields if each not in numbers] + parts.keys + parts.colors
    keys = parts.keys
    parts.fields, parts.keys, parts.colors = [], [], []
    if chart.kind == "scatter" and len(numbers) == 1 and groups and is_number(groups[0], data):
        numbers.append(groups.pop(0))
    if chart.kind == "scatter" and len(groups) == 1 and groups[0] in keys and _is_each_row(groups[0], data):
        groups = []
    if chart.kind == "scatter" and len(groups) == 1 and is_number(groups[0], data):
        return _of(chart, numbers, groups[0], parts, data)
    if len(groups) > 1 or any((data.different(each) or 0) > COLORS for each in groups):
        raise NoPlan
    group = groups[0] if groups else None
    if group is None:
        # Several values that are named are told apart.
        several = [each.field for each in parts.conditions if each.comparison == "equal" and len(each.values) > 1]
        group = several[0] if len(several) == 1 else None
    if group is not None and group.column in data.flags:
        # Smokers and non-smokers are all there are.
        parts.conditions = [each for each in parts.conditions if each != both_of(group.column, data)]
    return _of(chart, numbers, group, parts, data)


def _is_each_row(place: Field, data: DataWords) -> bool:
    """Whether most rows have a value of their own, so that each of them is a point anyway."""
    different, rows = data.different(place), data.table.rows
    return different is not None and rows is not None and different > rows / 2


#: Different numbers up to which they are groups of a box each.
_GROUPS = 12


def _of(chart: Chart, numbers: list[Field], group: Field | None, parts: Parts, data: DataWords) -> Picture:
    table, conditions = data.table.file, parts.conditions_used()
    match chart.kind, numbers:
        case "scatter", [first, second]:
            # AとBの散布図 has A on the x axis, "A against B" on the y axis.
            is_x_first = not parts.use("pair") and parts.first == "owner"
            x, y = (first, second) if is_x_first else (second, first)
            size = parts.sizes.pop() if len(parts.sizes) == 1 else None
            return Picture(table, with_logs(chart, x, (y,), parts), x, y, group, size, conditions)
        case "histogram", [x]:
            return Picture(table, with_logs(chart, x, (), parts), x, None, group, None, conditions)
        case "box", [y]:
            if group is None:
                return Picture(table, chart, y, None, None, None, conditions)
            return Picture(table, chart, group, y, None, None, conditions)
        case "box", [first, second] if group is None:
            few = [each for each in numbers if (data.different(each) or _GROUPS + 1) <= _GROUPS]
            if len(few) != 1:
                raise NoPlan
            return Picture(table, chart, few[0], second if few[0] == first else first, None, None, conditions)
        case _:
            raise NoPlan
