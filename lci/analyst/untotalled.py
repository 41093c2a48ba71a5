"""Plans that take rows one by one where totals are meant: of a person, of a month, of what was paid."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.measures import usual
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords, says_total
from lci.analyst.plan import Condition, Field, Measure, Plan, Rows, Summary
from lci.analyst.word_forms import holds

Units = tuple[str, ...]
#: Comparisons of a number with a limit.
_LIMITS = frozenset({"above", "at_least", "below", "at_most", "between"})


def limits_totals(plan: Plan, listed: Sequence[Item]) -> bool:
    """Whether a limit of somebody's total is taken for one of single rows: customers with more than 250 in total."""
    named = [(item.start, item.end) for item in listed if item.kind in ("field", "value")]
    is_total = any(
        item.kind == "how"
        and item.content == "sum"
        and not any(start < item.end and item.start < end for start, end in named)
        for item in listed
    )
    measures = plan.measures if isinstance(plan, Summary) else ()
    is_taken = not isinstance(plan, Rows | Summary) or any(each.how == "sum" for each in measures)
    return (
        is_total
        and not is_taken
        and any(each.comparison in _LIMITS and each.field.part is None for each in plan.conditions)
    )


#: Periods of which each has a total, which may be what is averaged.
_PERIODS = frozenset({"day", "week", "month", "quarter", "year"})


def averages_totals(plan: Summary, kinds: set[str], units: Units, data: DataWords) -> bool:
    """Whether the mean of each row is taken where that of totals may be meant: units per month, on average."""
    match plan.measures, plan.keys:
        case (Measure("mean", Field() as place),), (Field() as key,) if usual(place, data).how == "sum":
            is_period = key.part in _PERIODS
            is_counted = holds(units, ("number", "of")) and (
                is_period or key.column in {each.name for each in data.people}
            )
            return is_counted or (is_period and ("per" in units or bool(kinds & {"averaged", "period"})))
        case _:
            return False


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


def compares_totals(plan: Summary, data: DataWords) -> bool:
    """Whether things are counted by a number that no row reaches: it is one of all their rows together."""
    places = [each.field for each in plan.measures if each.how == "distinct" and each.field is not None]
    if any(place.part in _PERIODS for place in places) and any(
        _limits_an_amount(each, data) for each in plan.conditions
    ):
        return True  # months of which the total is so high
    counted = [place.column for place in places]
    repeated = [column for column in data.table.columns if column.name in counted and data.repeats(column)]
    return bool(repeated) and any(_is_beyond(each, data) for each in plan.conditions)


def _limits_an_amount(condition: Condition, data: DataWords) -> bool:
    is_number = any(column.name == condition.field.column for column in data.of_kind("number"))
    return is_number and condition.comparison in _LIMITS and usual(condition.field, data).how == "sum"


def _is_beyond(condition: Condition, data: DataWords) -> bool:
    span = data.ranges.spans.get(condition.field.column)
    values = [each for each in condition.values if isinstance(each, int | float)]
    is_above = condition.comparison in ("above", "at_least")
    return is_above and span is not None and any(value > span[1] for value in values)
