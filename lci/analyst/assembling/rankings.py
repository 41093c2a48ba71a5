"""What comes first: rows, or groups by a measure."""

from __future__ import annotations

from lci.analyst.assembling.measures import IMPLIED, ROWS, implied
from lci.analyst.assembling.parts import NoPlan, Parts, Rank
from lci.analyst.assembling.sense import is_number
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Condition, Field, How, Measure, Plan, Rows, Summary


def ranked(parts: Parts, data: DataWords) -> Plan:
    """Raises `NoPlan`."""
    rank = parts.rank_used()
    assert rank is not None
    chart, conditions = parts.chart_used(), parts.conditions_used()
    if chart is not None and chart.kind not in ("bar", "pie"):
        raise NoPlan
    numbers = [each for each in parts.fields if is_number(each, data)]
    labels = parts.asked + [each for each in parts.fields if each not in numbers]
    keys, parts.keys, parts.fields, parts.asked = parts.keys, [], [], []
    if not numbers and not parts.measures:
        # Of "top five countries by population" the population is what they are sorted by.
        numbers = [key for key in keys if is_number(key, data)]
        keys = [key for key in keys if key not in numbers]
    measures, parts.measures = parts.measures, []
    if not measures and not numbers and parts.use("noun", "row"):
        # "Which carrier has the most flights": rows are counted.
        measures = [ROWS]
        rank = Rank(rank.direction, rank.number or 1)
    if measures:
        if numbers or len(measures) != 1 or len(labels) + len(keys) != 1:
            raise NoPlan
        limit = rank.number or (1 if labels else None)
        groups = (*labels, *keys)
        return Summary(data.table.file, tuple(measures), groups, conditions, rank.direction, limit, False, None, chart)
    if len(numbers) != 1:
        raise NoPlan
    return _by(numbers[0], rank, labels, keys, conditions, chart, parts, data)


def _by(
    place: Field,
    rank: Rank,
    labels: list[Field],
    keys: list[Field],
    conditions: tuple[Condition, ...],
    chart: Chart | None,
    parts: Parts,
    data: DataWords,
) -> Plan:
    table = data.table.file
    how: How = "max" if rank.direction == "downwards" else "min"
    match labels, keys:
        case [label], [] if label.part is not None or implied(place, data).how == "sum":
            # The rainiest month is that of all its rain, not of one day; so is the region with the highest sales.
            parts.implied += IMPLIED
            return Summary(
                table,
                (implied(place, data),),
                (label,),
                conditions,
                rank.direction,
                rank.number or 1,
                False,
                None,
                chart,
            )
        case [label], []:
            return Rows(table, conditions, place, rank.direction, rank.number or 1, (label.column,), chart)
        case [], [_]:
            if rank.number is not None:
                raise NoPlan
            return Summary(table, (Measure(how, place),), tuple(keys), conditions, None, None, False, None, chart)
        case [], []:
            # "The heaviest penguin" is a row, "the highest price" a number.
            if rank.number is not None or parts.use("noun", "row"):
                return Rows(table, conditions, place, rank.direction, rank.number or 1, (), chart)
            return Summary(table, (Measure(how, place),), (), conditions)
        case _:
            raise NoPlan


def listed(parts: Parts, data: DataWords) -> Plan:
    """The rows that meet the conditions, with the columns named; of a number alone its mean. Raises `NoPlan`."""
    conditions = parts.conditions_used()
    columns = parts.asked + parts.fields
    parts.asked, parts.fields = [], []
    if not conditions or parts.ranks:
        raise NoPlan
    if len(columns) == 1 and is_number(columns[0], data):
        parts.implied += IMPLIED
        return Summary(data.table.file, (implied(columns[0], data),), (), conditions)
    parts.implied += 2 * IMPLIED
    if not columns and not parts.marks & {"noun", "row"}:
        raise NoPlan
    return Rows(data.table.file, conditions, None, None, None, tuple(each.column for each in columns))
