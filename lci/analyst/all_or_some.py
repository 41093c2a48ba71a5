"""Words that may stand for all rows as well as for some of them: cars, in a table of cars and trucks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Condition, Field, Plan, Rows, Summary
from lci.analyst.row_names import is_own_name, says_which
from lci.analyst.word_forms import holds, name_words


def all_or_some(plan: Plan, listed: Sequence[Item], data: DataWords) -> tuple[Plan, ...]:
    """The plan, with the one of all rows or of some beside it where a word of the question may mean either."""
    if not isinstance(plan, Summary | Rows):
        return (plan,)
    kinds = {item.kind for item in listed}
    if "only" in kinds and (other := _alone(plan, data)) is not None:
        return plan, other
    for noun in (item.content for item in listed if item.kind == "noun"):
        which = None if is_own_name(noun, data) or _is_dated(noun, data) else says_which(noun, data)
        if which is None or which.value is None:
            continue
        if any(item.kind == "field" and item.content.column == which.column.name for item in listed):
            continue  # of "rank is Prof" it is said of which column
        some = Condition(Field(which.column.name), "equal", (which.value,))
        if some in plan.conditions:
            return plan, replace(plan, conditions=tuple(each for each in plan.conditions if each != some))
        if which.column.name not in {each.column for each in _told_apart(plan)}:
            return plan, replace(plan, conditions=(*plan.conditions, some))
    return (plan,)


def _is_dated(noun: tuple[str, ...], data: DataWords) -> bool:
    """Whether a column says when each was: the deaths of a table of dates of death, of whatever kind they are."""
    return any(holds(name_words(column.name), noun) for column in data.of_kind("date"))


def _alone(plan: Summary | Rows, data: DataWords) -> Plan | None:
    """What of values in cells with several takes those cells that hold no other."""
    alone = tuple(
        replace(each, comparison="equal")
        if each.comparison == "contains" and each.values[0] in data.table_values(each.field.column)
        else each
        for each in plan.conditions
    )
    return replace(plan, conditions=alone) if alone != plan.conditions else None


def _told_apart(plan: Summary | Rows) -> list[Field]:
    """The fields by which its rows are chosen, grouped or counted."""
    chosen = [each.field for each in plan.conditions]
    if isinstance(plan, Rows):
        return chosen
    counted = [each.field for measure in plan.measures for each in measure.among]
    return [*chosen, *counted, *plan.keys]
