"""Conditions left out, turned round, with another value of their column, or added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lci.analyst.changing.drafts import Draft, Setting
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Comparison, Condition, Description, Field, Plan, Summary, Value
from lci.analyst.telling.plan_words import conditions as conditions_in_words

#: Other values of a column that are offered, values of a column all of which are, and conditions that are.
_VALUES, _FEW, _MOST = 8, 6, 12
_LONGEST = 60
_OPPOSITES: dict[Comparison, Comparison] = {
    "equal": "not_equal",
    "not_equal": "equal",
    "above": "at_most",
    "at_most": "above",
    "below": "at_least",
    "at_least": "below",
    "missing": "present",
    "present": "missing",
}


def condition_drafts(plan: Plan, setting: Setting) -> Iterator[Draft]:
    """Each condition of the plan; and one more, which it does not have yet."""
    text, own = setting.text, setting.own
    for at, condition in enumerate(plan.conditions):
        if _is_compared(condition, plan):
            continue
        before, after = plan.conditions[:at], plan.conditions[at + 1 :]
        choices: list[tuple[str, Plan]] = [(own["leave_out"], replace(plan, conditions=(*before, *after)))]
        choices += [
            (conditions_in_words((other,), text), replace(plan, conditions=(*before, other, *after)))
            for other in others(condition, setting.data)
            if other not in (*before, *after)
        ]
        yield Draft(f"condition_{at}", conditions_in_words((condition,), text), tuple(choices))
    if not isinstance(plan, Description) and not (isinstance(plan, Summary) and plan.compared is not None):
        more = tuple(
            (conditions_in_words((condition,), text), replace(plan, conditions=(*plan.conditions, condition)))
            for condition in _more(plan, setting)
        )
        yield Draft("condition", own["only_where"], more)


def _is_compared(condition: Condition, plan: Plan) -> bool:
    """Whether it names the two groups that are compared."""
    return isinstance(plan, Summary) and plan.compared is not None and condition.field in plan.keys


def others(condition: Condition, data: DataWords) -> Iterator[Condition]:
    """Its opposite, and the same of other values."""
    opposite = _OPPOSITES.get(condition.comparison)
    if opposite is not None:
        yield replace(condition, comparison=opposite)
    if condition.comparison in ("equal", "not_equal") and len(condition.values) == 1:
        for value in _other_values(condition.field, condition.values[0], data):
            yield replace(condition, values=(value,))


def _other_values(place: Field, value: Value, data: DataWords) -> list[Value]:
    column = next((each for each in data.table.columns if each.name == place.column), None)
    is_year = place.part == "year" or (place.part is None and column is not None and column.kind == "year")
    if is_year and isinstance(value, int):
        return [year for year in (value - 1, value + 1) if data.has_year(place.column, year)]
    return [each for each in _known(place, data) if each != value][:_VALUES] if place.part is None else []


def _known(place: Field, data: DataWords) -> list[Value]:
    """The values of the column that are known and short enough for a menu."""
    values = data.table_values(place.column)
    return [value for value in values if value is not None and len(str(value)) <= _LONGEST]


def _more(plan: Plan, setting: Setting) -> list[Condition]:
    """That a column of few labels, of which nothing is said yet, has one of them."""
    data = setting.data
    used = [each.field for each in plan.conditions] + (list(plan.keys) if isinstance(plan, Summary) else [])
    conditions: list[Condition] = []
    for place in setting.groups(*used):
        values = _known(place, data)
        if 1 < len(values) <= _FEW and len(conditions) + len(values) <= _MOST:
            conditions += [Condition(place, "equal", (value,)) for value in values]
    return conditions
