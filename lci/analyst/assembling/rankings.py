"""What comes first: rows, or groups by a measure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lci.analyst.assembling.measures import (
    COUNTS,
    IMPLIED,
    ROWS,
    add_up,
    counted,
    implied,
    measured,
    numbers_times,
    of_only_number,
)
from lci.analyst.assembling.parts import Parts, Rank, direction_of, one_of, told_apart, two_times
from lci.analyst.assembling.sense import CALENDAR, NoPlan, is_number, is_time
from lci.analyst.calendar_fields import numbers_days
from lci.analyst.column_names import says_numbers_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Condition, Field, How, Measure, Plan, Rows, Summary

#: Different ones that are groups, and rows of each.
_MOST_GROUPS = 12
#: Of these the most is all together: "which day brings in the most money".
_SPENT = frozenset({"bill", "tip", "fare"})


@dataclass
class _Draft:
    """What a ranking is made of, while it is found out: `labels` come first, by `numbers` or measures."""

    parts: Parts
    data: DataWords
    rank: Rank
    chart: Chart | None
    conditions: tuple[Condition, ...]
    asked: list[Field]
    labels: list[Field]
    #: Numbers that are asked of what comes first.
    wanted: list[Field]
    numbers: list[Field]
    keys: list[Field]
    measures: list[Measure]


def ranked(parts: Parts, data: DataWords) -> Plan:
    """Raises `NoPlan`."""
    draft = _draft(parts, data)
    counts = draft.rank.counts or draft.measures == [ROWS]
    if parts.first == "owner" and counts and len({*draft.labels, *draft.keys}) == 1 and not draft.numbers:
        parts.use("asked_row")  # 一番多いコースはどれ: the course is named, and no row is asked for
    if draft.rank.by is not None and not draft.measures and len(set(parts.hows)) == 1:
        # "The hottest month on average".
        draft.measures = [measured(parts.hows[0], draft.rank.by, data)]
        parts.hows.clear()
    if draft.rank.by is not None:
        _sort_by(draft, draft.rank.by)
        # "The poorest by income per head" says twice what they are sorted by.
        draft.keys = [key for key in draft.keys if key != draft.rank.by]
    if not draft.numbers and not draft.measures:
        # Of "top five countries by population" the population is what they are sorted by.
        draft.numbers = [key for key in draft.keys if is_number(key, data)]
        draft.keys = [key for key in draft.keys if key not in draft.numbers]
    if not draft.measures and not draft.numbers and (draft.keys or draft.asked or draft.labels):
        draft.measures = of_only_number(parts.hows, data)
    if not draft.measures and not draft.numbers and draft.rank.counts and "asked_row" not in parts.marks:
        _count(draft)
    if not (draft.measures or draft.numbers or draft.labels or draft.keys):
        # "Of the orders above 1000 the ten largest" are so by what they are above.
        limited = [each.field for each in draft.conditions if each.comparison in ("above", "at_least")]
        draft.numbers = [each for each in limited if is_number(each, data)]
        # "The largest donation" is so by the one number that there is.
        only = data.of_kind("number") if parts.marks & {"noun", "row", "asked_row"} else []
        if parts.are_paid and len(only) > 1:
            only = [each for each in data.called("sales amount") if each.kind == "number"]
        if not draft.numbers and len(only) == 1 and not draft.rank.counts and not draft.rank.is_bare:
            draft.numbers = [Field(only[0].name)]
        parts.implied += IMPLIED
    if draft.measures:
        return _groups(draft)
    if len(draft.numbers) != 1 or (draft.rank.counts and numbers_days(draft.numbers[0])):
        raise NoPlan  # "the most days" is of how many, not of the highest of their numbers
    return _by(draft, draft.numbers[0])


def _draft(parts: Parts, data: DataWords) -> _Draft:
    rank = parts.rank_used()
    assert rank is not None
    if rank.is_bare and len(parts.leanings) == 1 and parts.use("more"):
        # Of "low rating, top 10" the ten lowest.
        rank = replace(rank, direction=next(iter(parts.leanings)))
    chart, predicates = parts.chart_used(), tuple(parts.predicates)
    conditions = parts.conditions_used()
    asks_share = "share" in parts.marks and not (parts.measures or parts.fields)
    if predicates and parts.use("share"):
        # "Which class had the highest survival rate".
        parts.use("flag_share")
        parts.measures.append(Measure("rows", among=predicates))
        conditions = tuple(each for each in conditions if each not in predicates)
    elif asks_share and len(named := [each for each in conditions if not is_time(each.field, data)]) == 1:
        # "Which continent has the highest share of democracies".
        parts.use("share")
        parts.measures.append(Measure("rows", among=tuple(named)))
        conditions = tuple(each for each in conditions if each not in named)
    if chart is not None and chart.kind not in ("bar", "pie"):
        raise NoPlan
    fields, parts.fields = parts.fields, []
    asked, parts.asked = parts.asked, []
    numbers = [each for each in fields if is_number(each, data)]
    # "In which month do most houses get sold", of months in numbers, too.
    times = [
        each for each in asked if rank.counts and not numbers and is_number(each, data) and numbers_times(each, data)
    ]
    labels = [each for each in asked if not is_number(each, data) or each in times]
    labels += [each for each in fields if each not in numbers]
    if any(each.column in data.flags for each in labels):
        raise NoPlan
    labels = list(dict.fromkeys(labels))
    if any(each.part == "month_of_year" for each in labels):
        # 一番多い月は何月: the second says which of the two it is.
        labels = [each for each in labels if each.part != "month"]
    if len(labels) > 1:
        # "In which year … and when" asks for the year.
        labels = [each for each in labels if each.part is not None or not is_time(each, data)] or labels
    wanted = [each for each in asked if is_number(each, data) and each not in times]
    # "Who are the most frequent patients": one word asks for them, another names them.
    keys, parts.keys = [each for each in parts.keys if each not in labels], []
    measures, parts.measures = parts.measures, []
    return _Draft(parts, data, rank, chart, conditions, asked, labels, wanted, numbers, keys, measures)


def _sort_by(draft: _Draft, place: Field) -> None:
    """What it is sorted by is said, so another number is what is asked: how long is the heaviest penguin."""
    draft.wanted += [each for each in draft.numbers if each != place]
    draft.numbers = [place]
    is_measured = len(draft.measures) == 1 and _is_of(draft.measures[0], place)
    if is_measured and len(draft.labels) + len(draft.keys) == 1:
        draft.numbers = []
    elif draft.measures:
        raise NoPlan


def _is_of(measure: Measure, place: Field) -> bool:
    """Whether groups are ranked by that measure of the field: its mean, or the price per square foot of prices."""
    return measure.field == place and measure.how in ("mean", "sum", "median")


def _count(draft: _Draft) -> None:
    """Rows are counted, or what else is named: which carrier has the most flights."""
    things = [each for each in draft.labels if each not in draft.asked and not is_time(each, draft.data)]
    if not draft.asked and len(things) == 2:
        # "States with the most cities", 城市最多的省份.
        thing = things[1 if draft.parts.first == "owned" else 0]
        draft.labels = [each for each in things if each != thing]
        draft.measures = [counted(thing, draft.data)]
    elif len(draft.asked) == len(things) == 1:
        draft.labels, draft.measures = list(draft.asked), [counted(things[0], draft.data)]
    elif draft.parts.first == "owner" and len(things) == 1 and not draft.asked:
        # 一番多い種族: what there is most of.
        draft.measures = [ROWS]
    elif draft.parts.use("noun", "row") or (draft.asked and draft.conditions) or _sells_rows(draft):
        draft.measures = [ROWS]
        draft.parts.use("sold")
    draft.rank = replace(draft.rank, number=draft.rank.number or 1)


def _sells_rows(draft: _Draft) -> bool:
    """Whether it asks when most was sold where each row is one sale, and no column says how much it is."""
    is_one = not draft.data.called("sales amount quantity")
    return "sold" in draft.parts.marks and is_one and bool(draft.asked)


def _groups(draft: _Draft) -> Summary:
    """The first groups by a measure. Raises `NoPlan`."""
    if draft.numbers or draft.wanted or len(draft.measures) != 1 or len(draft.labels) + len(draft.keys) != 1:
        raise NoPlan
    measure = draft.measures[0]
    place = measure.among[0].field if measure.among else measure.field
    concepts = draft.data.concepts(place.column) if place is not None else frozenset()
    return Summary(
        draft.data.table.file,
        tuple(draft.measures),
        (*draft.labels, *draft.keys),
        draft.conditions,
        direction_of(draft.rank, place, concepts),
        draft.rank.number or (1 if draft.labels else None),
        chart=draft.chart,
        last=draft.rank.last,
    )


def _of_groups(draft: _Draft, place: Field) -> Measure:
    """What of a number groups are ranked by where that is not said. Raises `NoPlan`."""
    if draft.rank.counts and draft.data.concepts(place.column) & (COUNTS | _SPENT):
        return Measure("sum", place)
    fields = [*draft.labels, *(each.field for each in draft.conditions)]
    measure = implied(place, draft.data, at_a_time=add_up(fields, draft.data))
    if draft.rank.counts and measure.how == "mean" and draft.parts.first == "owned":
        raise NoPlan  # who used the most may be who used most in all, or in the mean
    return measure


#: The part of rows that have another value, from which on it may be that of one row.
_NEARLY_ALL = 0.9


def _comes_back(label: Field, conditions: tuple[Condition, ...], data: DataWords) -> bool:
    """Whether many rows have the same one, and not each in a year that is named."""
    if any(is_time(each.field, data) for each in conditions):
        return False
    different, rows = data.different(label), data.table.rows
    return label.part is None and different is not None and rows is not None and different < _NEARLY_ALL * rows


def _is_of_many(label: Field, conditions: tuple[Condition, ...], data: DataWords) -> bool:
    """Whether each stands in two rows and more, in the mean."""
    different, rows = data.different(label), data.table.rows
    return _comes_back(label, conditions, data) and 2 * (different or 0) <= (rows or 0) and not is_time(label, data)


def _is_group(label: Field, data: DataWords) -> bool:
    """Whether so many rows have the same one that it is they together who are heaviest."""
    different, rows = data.different(label), data.table.rows
    if different is None or rows is None or is_time(label, data):
        return False
    return different <= _MOST_GROUPS and rows >= _MOST_GROUPS * different


def _is_when(label: Field, parts: Parts, data: DataWords) -> bool:
    """Whether it is only asked when a row was: when was the order with the highest total."""
    return label.part in (None, "day") and is_time(label, data) and bool(parts.marks & {"noun", "row"})


def _by(draft: _Draft, place: Field) -> Plan:
    """The first rows by a number, or groups where it is rather a total; without either, its greatest or least value."""
    parts, data, conditions, chart = draft.parts, draft.data, draft.conditions, draft.chart
    is_one_row = parts.use("one_row")
    table, number = data.table.file, draft.rank.number
    direction = direction_of(draft.rank, place, data.concepts(place.column))
    how: How = "max" if direction == "downwards" else "min"
    # Of the latest order the day is shown anyway, and with it whose it is.
    columns = tuple(each.column for each in (*draft.labels, *draft.wanted) if each != place)
    match draft.labels, draft.keys, draft.wanted:
        case [label], [], [] if not (
            # What comes last is one row: the status of the latest order.
            is_one_row or data.is_own_row(label) or _is_when(label, parts, data) or is_time(place, data)
        ) and (label.part is not None or _of_groups(draft, place).how == "sum" or _is_group(label, data)):
            # The rainiest month is that of all its rain, not of one day; so is the region with the highest sales.
            parts.implied += 0.0 if data.different(label) == data.table.rows else IMPLIED
            measure, last = _of_groups(draft, place), draft.rank.last
            return Summary(table, (measure,), (label,), conditions, direction, number or 1, chart=chart, last=last)
        case [label], [], [] if draft.rank.counts and not is_one_row and _comes_back(label, conditions, data):
            raise NoPlan  # who has the most may have it in several rows
        case [label], [], [] if (number or 1) > 1 and not is_one_row and _is_of_many(label, conditions, data):
            if not says_numbers_of(place.column):
                raise NoPlan  # ten teams may be those that are first in all, or have the first ten rows
            total, last = (Measure("sum", place),), draft.rank.last
            return Summary(table, total, (label,), conditions, direction, number, chart=chart, last=last)
        case ([_], [], _) | ([], [], [_, *_]):
            parts.use("asked_row")
            return Rows(table, conditions, place, direction, number or 1, columns, chart, last=draft.rank.last)
        case [], [_], [] if number is None:
            return Summary(table, (Measure(how, place),), tuple(draft.keys), conditions, chart=chart)
        case [], [], []:
            # "The heaviest penguin" is a row, "the highest price" a number.
            if number is not None or parts.use("noun", "row", "step", "asked_row"):
                parts.use("asked_row")
                return Rows(table, conditions, place, direction, number or 1, (), chart, last=draft.rank.last)
            return Summary(table, (Measure(how, place),), (), conditions)
        case _:
            raise NoPlan


#: Parts that dates are named by as they stand: a column called month.
_OF_NAMES = ("month", "year")


def opening(parts: Parts, data: DataWords) -> Rows:
    """The first rows as they stand in the file, of those that meet the conditions, with the columns named."""
    number = one_of(parts.openings)
    parts.use("list")
    columns, parts.fields = [*parts.asked, *parts.fields], []
    parts.asked = []
    conditions = parts.conditions_used()
    return Rows(data.table.file, conditions, None, None, number, tuple(each.column for each in columns))


def _sorted_rows(
    rank: Rank, conditions: tuple[Condition, ...], columns: list[Field], parts: Parts, data: DataWords
) -> Rows:
    """All rows that meet the conditions, in an order whose word says of what: cheapest first. Raises `NoPlan`."""
    if rank.by is None or rank.number is not None or rank.direction not in ("downwards", "upwards"):
        raise NoPlan
    parts.use("asked_row")
    shown = tuple(each.column for each in columns)
    return Rows(data.table.file, conditions, rank.by, rank.direction, None, shown)


def listed(parts: Parts, data: DataWords, *, may_show_all: bool) -> Plan:
    """The rows that meet the conditions, with the columns named; of a number alone its mean. Raises `NoPlan`."""
    conditions = parts.conditions_used()
    rank = parts.rank_used()
    columns = list(dict.fromkeys(parts.asked + parts.fields))
    parts.asked, parts.fields = [], []
    if rank is not None:
        return _sorted_rows(rank, conditions, columns, parts, data)
    if not conditions:
        raise NoPlan
    limited = [each.field for each in conditions if each.comparison not in ("equal", "not_equal")]
    if any(each in limited for each in columns):
        raise NoPlan
    if len(columns) == 1 and is_number(columns[0], data) and not may_show_all:
        if data.concepts(columns[0].column) & CALENDAR or columns[0] in {each.field for each in conditions}:
            raise NoPlan  # "days with more than 100 ozone" have no mean
        parts.implied += IMPLIED
        concepts = data.concepts(columns[0].column)
        end: How | None = "max" if "max_temperature" in concepts else "min" if "min_temperature" in concepts else None
        at_a_time = add_up([each.field for each in conditions], data)
        measure = Measure(end, columns[0]) if end is not None else implied(columns[0], data, at_a_time=at_a_time)
        keys = two_times(conditions, (), parts, data)
        if not keys and not parts.either:
            keys = tuple(told_apart(conditions, (), data))
        return Summary(data.table.file, (measure,), keys, conditions)
    parts.implied += 2 * IMPLIED
    by_parts = [each for each in columns if each.part not in (None, "day", *_OF_NAMES)]
    if by_parts:
        # "On what day of the week": what no column shows.
        if len(columns) > 1:
            raise NoPlan
        parts.use("asked_row")
        return Summary(data.table.file, (ROWS,), tuple(by_parts), conditions)
    may_show_all = parts.use("asked_row") or may_show_all
    if not columns and not may_show_all and not parts.marks & {"noun", "row"}:
        raise NoPlan
    return Rows(data.table.file, conditions, None, None, None, tuple(each.column for each in columns))
