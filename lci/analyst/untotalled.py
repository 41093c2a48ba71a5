"""Plans that take rows one by one where totals are meant, and those that take totals: of a person, of a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from lci.analyst.assembling.measures import is_charge, usual
from lci.analyst.chart import Item
from lci.analyst.column_names import says_total
from lci.analyst.data_words import DataWords
from lci.analyst.money_meant import limits_money_by_pieces
from lci.analyst.plan import Condition, Field, Groups, Limit, Measure, Plan, Rows, Summary
from lci.analyst.word_forms import holds

Units = tuple[str, ...]
#: Comparisons of a number with a limit.
_LIMITS = frozenset({"above", "at_least", "below", "at_most", "between"})


def _limits_totals(plan: Plan, listed: Sequence[Item]) -> bool:
    """Whether a limit of somebody's total is taken for one of single rows: customers with more than 250 in total."""
    named = [(item.start, item.end) for item in listed if item.kind in ("field", "value")]
    is_total = any(
        item.kind == "how"
        and item.content == "sum"
        and not any(start <= item.start and item.end <= end for start, end in named)
        for item in listed
    )
    measures = plan.measures if isinstance(plan, Summary) else ()
    is_taken = not isinstance(plan, Rows | Summary) or any(each.how == "sum" for each in measures)
    return (
        is_total
        and not is_taken
        and any(each.comparison in _LIMITS and each.field.part is None for each in plan.conditions)
    )


def with_totals(plan: Plan, listed: Sequence[Item], units: Units, data: DataWords) -> tuple[Plan, ...]:
    """The plan, or those that take totals where they are meant: both where either may be, none where it is unclear."""
    if not isinstance(plan, Summary | Rows):
        return (plan,)
    kinds = {item.kind for item in listed}
    if (
        isinstance(plan, Summary)
        and any(holds(units, each) for each in _FOR_EACH)
        and kinds & {"per_time", "per_person"}
    ):
        typical = _mean_of_each(plan)
        return (plan,) if typical is None else (typical,)
    if isinstance(plan, Summary) and (amount := _only_amount(plan, kinds, data)) is not None:
        return plan, replace(plan, measures=(Measure("sum", amount),))
    if isinstance(plan, Summary) and _averages_totals(plan, kinds, units, data):
        total = _mean_of_totals(plan)
        is_said = holds(units, ("number", "of")) or ("period" in kinds and "averaged" not in kinds)
        is_said &= not is_charge(plan.keys[0] if plan.measures[0].field is None else plan.measures[0].field)
        return () if total is None else (total,) if is_said and "per" not in units else (total, plan)
    place = _listed_by_itself(plan, listed)
    limited = _within_totals(plan, place, data) if place is not None else None
    if _limits_totals(plan, listed) or (place is not None and _compares_totals(plan, place, data)):
        is_day = limited is not None and limited.key.part == "day" and not _limits_totals(plan, listed)
        if limited is not None and is_day and not limits_money_by_pieces(limited, listed, data):
            return plan, limited  # of several places each has its day, or all of them have it together
        return () if limited is None else (limited,)
    if any(holds(units, each) for each in _PAYING) and limited is not None:
        return plan, limited
    return (plan,)


#: What says that rows are counted.
_COUNTING = frozenset({"count", "heads", "asked_amount", "number_of", "how", "distinct"})


def _only_amount(plan: Summary, kinds: set[str], data: DataWords) -> Field | None:
    """What adds up where a line of rows is drawn of which it is not said that they are counted: 捐款趋势."""
    is_line = plan.chart is not None and plan.chart.kind == "line" and plan.measures == (Measure("rows"),)
    numbers = data.of_kind("number")
    if not is_line or kinds & _COUNTING or len(numbers) != 1 or plan.relative:
        return None
    place = Field(numbers[0].name)
    return place if usual(place, data).how == "sum" else None


#: What says "for each" of what is typical of one: 一人あたりの枚数.
_FOR_EACH = (("あ", "た", "り"), ("当", "た", "り"), ("に", "つ", "き"))


def _mean_of_each(plan: Summary) -> Groups | None:
    """The mean of what each group has, where that is a total or a number of rows."""
    if len(plan.measures) != 1 or len(plan.keys) != 1 or plan.measures[0].how not in ("sum", "rows", "mean"):
        return None
    if plan != Summary(plan.table, plan.measures, plan.keys, plan.conditions) or plan.measures[0].among:
        return None
    (measure,) = plan.measures
    total = Measure("sum", measure.field) if measure.how == "mean" else measure
    return Groups(plan.table, "mean", plan.keys[0], total, None, plan.conditions)


def _mean_of_totals(plan: Summary) -> Groups | None:
    """The mean of what each group is in all."""
    if plan != Summary(plan.table, plan.measures, plan.keys, plan.conditions):
        return None
    total, how = Measure("sum", plan.measures[0].field), plan.measures[0].how
    of: Literal["mean", "median"] = "median" if how == "median" else "mean"
    return Groups(plan.table, of, plan.keys[0], total, None, plan.conditions)


def _listed_by_itself(plan: Summary | Rows, listed: Sequence[Item]) -> Field | None:
    """What is counted or listed by itself: of rows that show a date the part of it that is asked for."""
    match plan:
        case Rows(by=None, limit=None, saved=None, chart=None, columns=(name,)):
            parts = [item.content for item in listed if item.kind == "field" and item.content.column == name]
            return next((each for each in parts if each.part in _PERIODS), Field(name))
        case Summary(measures=(Measure("distinct", Field() as place),), keys=(), compared=None):
            return place
        case _:
            return None


def _within_totals(plan: Summary | Rows, key: Field, data: DataWords) -> Groups | None:
    """Those of whose numbers the total is within the limit that the plan has for each row."""
    limits = [each for each in plan.conditions if _limits_an_amount(each, data)]
    limits = limits or [each for each in plan.conditions if key.part in _PERIODS and _is_beyond(each, data)]
    column = next((column for column in data.table.columns if column.name == key.column), None)
    is_group = key.part in _PERIODS or (column is not None and key.part is None and data.repeats(column))
    if len(limits) != 1 or not is_group or data.is_own_row(key) or column in data.of_kind("number"):
        return None
    (limit,) = limits
    if limit.comparison not in ("above", "at_least", "below", "at_most") or not isinstance(
        limit.values[0], int | float
    ):
        return None
    within = Limit(limit.comparison, limit.values[0])
    rest = tuple(each for each in plan.conditions if each != limit)
    of: Literal["which", "number"] = "which" if isinstance(plan, Rows) else "number"
    return Groups(plan.table, of, key, Measure("sum", limit.field), within, rest)


#: Periods of which each has a total, which may be what is averaged.
_PERIODS = frozenset({"day", "week", "month", "quarter", "year"})


def _averages_totals(plan: Summary, kinds: set[str], units: Units, data: DataWords) -> bool:
    """Whether the mean of each row is taken where that of totals may be meant: units per month, on average."""
    match plan.measures, plan.keys:
        case (Measure("mean" | "median", Field() as place),), (Field() as key,):
            is_amount = usual(place, data).how == "sum"
            if is_charge(place):
                return "per_person" in kinds or holds(units, _MEAN_OF_EACH)
            is_period, is_person = key.part in _PERIODS, key.column in {each.name for each in data.people}
            is_counted = holds(units, ("number", "of")) and (is_period or is_person)
            is_each = is_period and bool(kinds & {"averaged", "period", "per_time"})
            is_each |= (is_period or is_person) and "per" in units
            return is_amount and (is_counted or is_each or "per_person" in kinds)
        case _:
            return False


#: The mean of what each is, rather than each one's mean: 平均每月.
_MEAN_OF_EACH = ("平", "均", "每")
#: How words for what is paid end.
_PAID = ("費", "费", "代", "料")
#: Columns whose values are so.
_BY_COST = ("費目", "费目", "支出項目", "支出类别", "expense", "expense category", "expense_category")
#: Words that ask who paid how much.
_PAYING = (("paid",), ("pay",), ("spent",), ("spend",), ("払", "っ"), ("払", "い", "ま", "し"), ("払", "わ"))
#: Words that ask how often it is.
_TIMES = frozenset("件回行笔次个条")


def counts_costs(plan: Summary, units: Units, data: DataWords) -> bool:
    """Whether rows are counted of what is named as a cost, where one column says how much it was: 食費の割合."""
    measured = [each for each in plan.measures if each.how == "rows"]
    amounts = data.called("amount sales cost price bill") or [
        column for column in data.of_kind("number") if says_total(column.name)
    ]
    if measured and amounts and plan.order is not None and any(holds(units, each) for each in _PAYING):
        return True  # who paid the most paid no most times
    if not measured or not amounts or _TIMES & set(units) or units[:2] == ("how", "many"):
        return False
    conditions = [*plan.conditions, *(each for measure in measured for each in measure.among)]
    if plan.relative and any(key.column.endswith(_BY_COST) for key in plan.keys):
        return True
    return any(str(value).endswith(_PAID) for each in conditions for value in each.values)


def _compares_totals(plan: Summary | Rows, place: Field, data: DataWords) -> bool:
    """Whether things are told by a number that no row reaches: it is one of all their rows together."""
    is_period = place.part in _PERIODS and not data.is_own_row(place)
    if is_period and any(_limits_an_amount(each, data) or _is_beyond(each, data) for each in plan.conditions):
        return True  # months of which the total is so high
    repeated = any(column.name == place.column and data.repeats(column) for column in data.table.columns)
    return repeated and any(_is_beyond(each, data) for each in plan.conditions)


def _limits_an_amount(condition: Condition, data: DataWords) -> bool:
    is_number = any(column.name == condition.field.column for column in data.of_kind("number"))
    return (
        bool(condition.values)
        and is_number
        and condition.comparison in _LIMITS
        and usual(condition.field, data).how == "sum"
    )


def _is_beyond(condition: Condition, data: DataWords) -> bool:
    span = data.ranges.spans.get(condition.field.column)
    values = [each for each in condition.values if isinstance(each, int | float)]
    is_above = condition.comparison in ("above", "at_least")
    return is_above and span is not None and any(value > span[1] for value in values)
