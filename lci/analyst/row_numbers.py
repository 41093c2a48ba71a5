"""Numbers beside what rows are called, and people: no values of a column, but which row, how many rows, or who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from lci.analyst.chart import Constituent, Item, Reading
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Measure, Plan, Rows, Summary
from lci.analyst.word_forms import split_words

Units = tuple[str, ...]
_THINGS = frozenset({"noun", "row"})
#: Values of those who are people: women, men.
_SEXES = ("female", "male")
#: What counts heads that are no people.
_VOTES = frozenset({"票", "张票", "何票", "vote", "votes"})


def takes_for_value(reading: Reading) -> bool:
    """Whether a number right behind what a row is called is compared, job 42, or one right before it: 15 homes."""
    return any(
        one.items[-1].end == other.items[0].start
        and (_is_bare_number(other, 0, behind=one) or _is_bare_number(one, -1, behind=other))
        for one, other in pairwise(sorted(reading.constituents, key=lambda each: each.start))
    )


def _is_bare_number(condition: Constituent, at: int, *, behind: Constituent) -> bool:
    number, thing = condition.items[at], behind.items[-1 - at]
    if condition.kind != "condition" or number.kind != "number" or number.content.unit or thing.kind not in _THINGS:
        return False
    # 注文100以上 compares: what says so follows the number.
    return at != 0 or all(item.kind != "compare" for item in condition.items)


def with_people_counted(plan: Plan, listed: Sequence[Item], units: Units, data: DataWords) -> Plan | None:
    """The plan with people counted once each where people are asked for who have several rows; None if it is unclear.

    Shares of people, and people of whom two columns tell, are unclear; so is how many there are of one by its name.
    """
    if not isinstance(plan, Summary) or all(each.how != "rows" for each in plan.measures):
        return plan
    named = {column.name for column in data.table.columns if data.is_named(column)}
    if any(each.comparison == "equal" and each.field.column in named for each in plan.conditions):
        return None  # banks are not the company Bank, of which there is one
    people = [each for each in data.people if data.repeats(each)]
    if not people or not _asks_people(plan, listed, units):
        return plan
    if any(key.column == each.name for key in plan.keys for each in people):
        return plan  # of each of them, what they have is counted: who was tired most
    if len(data.people) > 1 or any(each.among for each in plan.measures):
        return None
    heads = Measure("distinct", Field(people[0].name))
    return replace(plan, measures=tuple(heads if each.how == "rows" else each for each in plan.measures))


#: Words that ask who it was.
_WHO = frozenset({"who", "whose", "谁", "誰"})


def with_who(plan: Plan, units: Units, data: DataWords) -> Plan:
    """The plan with the name of whom a row is of, where it is asked who that is: 最大的一笔是谁捐的."""
    if not isinstance(plan, Rows) or plan.by is None or plan.columns or not _WHO & set(units) or len(data.people) != 1:
        return plan
    return replace(plan, columns=(data.people[0].name,))


def _asks_people(plan: Summary, listed: Sequence[Item], units: Units) -> bool:
    within = {at for item in listed if item.kind == "common" for at in range(item.start, item.end)}  # 一番人気
    heads = [item for item in listed if item.kind == "heads" and item.start not in within]
    counts = any("".join(units[item.start : item.end]) not in _VOTES for item in heads)
    nouns = {item.content for item in listed if item.kind == "noun"} & set(common().nouns["person"])
    sexes = {phrase for each in _SEXES for phrase in common().values[each]}
    stated = [*plan.conditions, *(each for measure in plan.measures for each in measure.among)]
    named = any(split_words(str(value).lower()) in sexes for each in stated for value in each.values)
    is_other = any(item.kind in _THINGS and item.content not in nouns for item in listed)
    return counts or bool(nouns) or (named and not is_other)
