"""What comes first: rows, or groups by a measure."""

from __future__ import annotations

from dataclasses import replace

from lci.analyst.assembling.measures import IMPLIED, ROWS, counted, implied
from lci.analyst.assembling.parts import Parts, Rank, direction_of
from lci.analyst.assembling.sense import NoPlan, is_number, is_time
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Condition, Field, How, Measure, Plan, Rows, Summary


def ranked(parts: Parts, data: DataWords) -> Plan:
    """Raises `NoPlan`."""
    rank = parts.rank_used()
    assert rank is not None
    chart, conditions = parts.chart_used(), parts.conditions_used()
    if chart is not None and chart.kind not in ("bar", "pie"):
        raise NoPlan
    fields, parts.fields = parts.fields, []
    asked, parts.asked = parts.asked, []
    numbers = [each for each in fields if is_number(each, data)]
    labels = [each for each in asked if not is_number(each, data)] + [each for each in fields if each not in numbers]
    if any(each.column in data.flags and each not in asked for each in labels):
        raise NoPlan
    if len(labels) > 1:
        # "In which year … and when" asks for the year.
        labels = [each for each in labels if each.part is not None or not is_time(each, data)]
    wanted = [each for each in asked if is_number(each, data)]
    keys, parts.keys = parts.keys, []
    measures, parts.measures = parts.measures, []
    if rank.by is not None:
        # "How long is the heaviest penguin": what it is sorted by is said, so another number is what is asked.
        wanted += [each for each in numbers if each != rank.by]
        numbers = [rank.by]
        if measures == [Measure("mean", rank.by)] and len(labels) + len(keys) == 1:
            numbers = []
        elif measures:
            raise NoPlan
    if not numbers and not measures:
        # Of "top five countries by population" the population is what they are sorted by.
        numbers = [key for key in keys if is_number(key, data)]
        keys = [key for key in keys if key not in numbers]
    if not measures and not numbers and rank.counts and "asked_row" not in parts.marks:
        # "Which carrier has the most flights": rows are counted, or what else is named.
        things = [each for each in labels if each not in asked and not is_time(each, data)]
        if len(asked) == len(things) == 1:
            labels, measures = list(asked), [counted(things[0], data)]
        elif parts.use("noun", "row") or (asked and conditions):
            measures = [ROWS]
        rank = replace(rank, number=rank.number or 1)
    if measures:
        if numbers or wanted or len(measures) != 1 or len(labels) + len(keys) != 1:
            raise NoPlan
        limit = rank.number or (1 if labels else None)
        measured = measures[0].field
        direction = direction_of(rank, measured, data.concepts(measured.column) if measured else frozenset())
        groups = (*labels, *keys)
        return Summary(data.table.file, tuple(measures), groups, conditions, direction, limit, False, None, chart)
    if len(numbers) != 1:
        raise NoPlan
    return _by(numbers[0], rank, labels, keys, wanted, conditions, chart, parts, data)


def _by(
    place: Field,
    rank: Rank,
    labels: list[Field],
    keys: list[Field],
    wanted: list[Field],
    conditions: tuple[Condition, ...],
    chart: Chart | None,
    parts: Parts,
    data: DataWords,
) -> Plan:
    table = data.table.file
    direction = direction_of(rank, place, data.concepts(place.column))
    how: How = "max" if direction == "downwards" else "min"
    columns = tuple(each.column for each in (*labels, *wanted))
    match labels, keys, wanted:
        case [label], [], [] if not data.is_own_row(label) and (
            label.part is not None or implied(place, data).how == "sum"
        ):
            # The rainiest month is that of all its rain, not of one day; so is the region with the highest sales.
            parts.implied += IMPLIED
            number = rank.number or 1
            return Summary(table, (implied(place, data),), (label,), conditions, direction, number, False, None, chart)
        case [_], [], _:
            parts.use("asked_row")
            return Rows(table, conditions, place, direction, rank.number or 1, columns, chart)
        case [], [], [_, *_]:
            parts.use("asked_row")
            return Rows(table, conditions, place, direction, rank.number or 1, columns, chart)
        case [], [_], []:
            if rank.number is not None:
                raise NoPlan
            return Summary(table, (Measure(how, place),), tuple(keys), conditions, None, None, False, None, chart)
        case [], [], []:
            # "The heaviest penguin" is a row, "the highest price" a number.
            if rank.number is not None or parts.use("noun", "row", "asked_row"):
                parts.use("asked_row")
                return Rows(table, conditions, place, direction, rank.number or 1, (), chart)
            return Summary(table, (Measure(how, place),), (), conditions)
        case _:
            raise NoPlan


def listed(parts: Parts, data: DataWords, *, may_show_all: bool) -> Plan:
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
    may_show_all = parts.use("asked_row") or may_show_all
    if not columns and not may_show_all and not parts.marks & {"noun", "row"}:
        raise NoPlan
    return Rows(data.table.file, conditions, None, None, None, tuple(each.column for each in columns))
