"""Parts of a whole: of rows that meet a condition, and of a total by groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from lci.analyst.assembling.measures import IMPLIED, ROWS, is_panel
from lci.analyst.assembling.parts import Parts
from lci.analyst.assembling.pictures import COLORS
from lci.analyst.assembling.sense import NoPlan, is_number
from lci.analyst.columns import FileColumn
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Chart, Condition, Field, Measure, Summary, Value


def share(parts: Parts, data: DataWords) -> Summary:
    """Raises `NoPlan`."""
    parts.use("share", "step")
    is_flag = parts.use("flag_share")
    compares = parts.use("compared", "difference", "more", "which_of")
    chart = parts.chart_used()
    if chart is not None and chart.kind not in ("bar", "pie"):
        raise NoPlan
    predicates = tuple(parts.predicates)
    conditions = parts.conditions_used()
    measures, parts.measures = parts.measures, []
    numbers = [each for each in parts.fields if is_number(each, data)]
    others = [each for each in parts.fields if each not in numbers]
    keys, parts.keys, parts.fields = parts.keys, [], []
    if len(numbers) == 1 and not measures:
        measures, numbers = [Measure("sum", numbers[0])], []
    parts_whole = False
    if others and not keys and (is_flag or (chart is not None and len(others) == 1)):
        parts_whole = not is_flag and _parts_whole(chart, bool(conditions), parts)
        keys, others = others, []
    # "The total sales and the share of orders": which of the two is shared?
    is_of_rows_too = measures not in ([], [ROWS]) and bool(parts.marks & {"noun", "row"})
    # "The number of passengers and the survival rate" are two.
    is_of_rows_too |= is_flag and measures == [ROWS]
    if numbers or others or len(measures) > 1 or is_of_rows_too:
        raise NoPlan
    table = data.table.file
    of_flags = any(each.field is not None and each.field.column in data.flags for each in measures)
    if of_flags or (compares and not (predicates and measures in ([], [ROWS]))):
        raise NoPlan
    if not (predicates or keys or is_flag or compares or parts.either) and _are_several(conditions):
        # "The share of men and women" is that of each, where there are no others.
        if data.different(conditions[0].field) != len(conditions[0].values):
            raise NoPlan
        keys, conditions = [conditions[0].field], ()
        parts.marks.add("share_of_groups")
    # A pie shows the parts of one whole: the jobs of the women, not the women of each job.
    is_of_groups = (parts.use("share_of_groups") or parts_whole) and not predicates and bool(keys)
    if measures in ([], [ROWS]) and is_of_groups:
        measure = ROWS if measures or not is_panel(keys[0], data) else _only_amount(data)
        return Summary(table, (measure,), tuple(keys), conditions, "downwards", None, True, None, chart)
    if not (measures or predicates) and len(keys) == 1 and is_panel(keys[0], data):
        return Summary(table, (_only_amount(data),), tuple(keys), conditions, "downwards", None, True, None, chart)
    if measures in ([], [ROWS]):
        if len(conditions) == 1 and not compares:
            predicates = conditions
        if predicates and chart is not None and chart.kind == "pie" and keys:
            raise NoPlan
        if predicates:
            return _of_rows(predicates, conditions, keys, data, chart, compares=compares)
        measures = [ROWS]
    return _of_total(measures, conditions, keys, parts, data, chart)


def _parts_whole(chart: Chart | None, is_of_some: bool, parts: Parts) -> bool:
    """Whether a chart of a field alone shows the parts of one whole. Raises `NoPlan` where it is not clear."""
    if chart is not None and chart.kind == "bar" and is_of_some and parts.first == "owner":
        raise NoPlan  # 女性の職業の割合 may be of the women, or of each job
    return chart is not None and chart.kind == "pie"


def _of_total(
    measures: list[Measure],
    conditions: tuple[Condition, ...],
    keys: list[Field],
    parts: Parts,
    data: DataWords,
    chart: Chart | None,
) -> Summary:
    """What part of a total each group is, or the one that is named. Raises `NoPlan`."""
    asked: Value | None = None
    named = [each for each in conditions if each.comparison == "equal" and isinstance(each.values[0], str)]
    if not keys and len(named) == 1 and len(named[0].values) == 1 and measures != [ROWS]:
        if (own := Field(str(named[0].values[0]))) in map(_field, data.of_kind("number")):
            # The votes for one who is also called a winner are a column: they are what the share is of.
            rest = tuple(each for each in conditions if each != named[0])
            return Summary(data.table.file, (_part_of(own, measures[0]),), (), rest)
        # Of what part one group is of a sum, all groups are shown: they are what it is a part of.
        keys, conditions = [named[0].field], tuple(each for each in conditions if each != named[0])
        asked = named[0].values[0]
    if not keys and not named and (measures != [ROWS] or chart is not None):
        keys = [_only_groups(data)]
        parts.implied += IMPLIED
    if not keys or measures[0].how not in ("sum", "rows") or (measures == [ROWS] and conditions):
        raise NoPlan
    summed = Summary(data.table.file, tuple(measures), tuple(keys), conditions, "downwards", None, True, None, chart)
    return replace(summed, asked=asked)


def _of_amounts(
    predicates: tuple[Condition, ...], conditions: tuple[Condition, ...], data: DataWords, chart: Chart | None
) -> Summary:
    """Of groups with one row each at a time, the parts of what is measured. Raises `NoPlan` where that is not clear."""
    if len(predicates) != 1 or predicates[0].comparison != "equal":
        raise NoPlan
    rest, keys = tuple(each for each in conditions if each not in predicates), (predicates[0].field,)
    values = predicates[0].values
    asked = values[0] if len(values) == 1 and isinstance(values[0], str) else None
    summed = Summary(data.table.file, (_only_amount(data),), keys, rest, "downwards", None, True, None, chart)
    return replace(summed, asked=asked)


def _field(column: FileColumn) -> Field:
    return Field(column.name)


def _part_of(own: Field, whole: Measure) -> Measure:
    """What part one number is of the total of another. Raises `NoPlan` where that is no total."""
    if whole.how != "sum" or whole.field is None or whole.per is not None:
        raise NoPlan
    return Measure("sum", own, per=whole.field)


def _only_amount(data: DataWords) -> Measure:
    """The total of the one number that a table has. Raises `NoPlan` where it has several."""
    numbers = data.of_kind("number")
    if len(numbers) != 1:
        raise NoPlan
    return Measure("sum", Field(numbers[0].name))


def _are_several(conditions: Sequence[Condition]) -> bool:
    """Whether all there is are several values of one field."""
    return len(conditions) == 1 and conditions[0].comparison == "equal" and len(conditions[0].values) > 1


def _of_rows(
    predicates: tuple[Condition, ...],
    conditions: tuple[Condition, ...],
    keys: list[Field],
    data: DataWords,
    chart: Chart | None,
    *,
    compares: bool,
) -> Summary:
    """The part of rows that meet the predicates among those that meet the other conditions. Raises `NoPlan`."""
    if is_panel(predicates[0].field, data):
        return _of_amounts(predicates, conditions, data, chart)
    rest = tuple(each for each in conditions if each not in predicates)
    among = Measure("rows", among=predicates)
    # "The survival rates of men and women" are two.
    several = [each for each in rest if _are_several((each,))]
    keys = keys or [each.field for each in several[:1]]
    if compares and not (len(keys) == 1 and any(each.field == keys[0] and len(each.values) == 2 for each in several)):
        raise NoPlan
    compared: Literal["difference"] | None = "difference" if compares else None
    if compared is None:
        # Of men and women each are all whose sex is known.
        rest = tuple(each for each in rest if each not in several or data.different(each.field) != len(each.values))
    return Summary(data.table.file, (among,), tuple(keys), rest, compared=compared, chart=chart)


def _only_groups(data: DataWords) -> Field:
    """The one column of groups that a whole can be parted by."""
    groups = [
        column for column in data.table.of_kind("category") if 1 < (data.different(Field(column.name)) or 0) <= COLORS
    ]
    if len(groups) != 1:
        raise NoPlan
    return Field(groups[0].name)
