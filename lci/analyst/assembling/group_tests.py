"""Whether groups differ by more than chance: what differs, and between which groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from lci.analyst.assembling.conditions import names_all
from lci.analyst.assembling.parts import Parts
from lci.analyst.assembling.sense import NoPlan, is_number, kind_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, GroupTest, Measure, Plan, Summary

#: Different numbers up to which they may be groups.
_GROUPS = 12
#: Tests that compare two groups, and those of ranks: Mann-Whitney's U is both.
_OF_TWO, _OF_RANKS = frozenset({"t", "u"}), frozenset({"u", "ranks"})


def is_of_groups(parts: Parts, data: DataWords) -> bool:
    """Whether, with no test named, it is asked whether groups differ, or whether a field goes with groups."""
    if parts.marks >= {"differs", "difference"}:
        # "By how much do they differ": that is asked, and no test.
        parts.use("differs")
    if "differs" in parts.marks:
        return not parts.charts
    if "relation" not in parts.marks or parts.marks & {"correlation", "fit", "draw"} or parts.charts:
        return False
    return len(parts.fields) == 2 and not parts.keys and any(_is_category(each, data) for each in parts.fields)


def names_two_groups(parts: Parts) -> bool:
    """Whether two values of a field are named, which the question sets against each other."""
    several = [each for each in parts.conditions if each.comparison == "equal" and len(each.values) > 1]
    return not parts.keys and len(several) == 1 and len(several[0].values) == 2


def group_test(parts: Parts, data: DataWords) -> GroupTest:
    """Raises `NoPlan` where it is not clear what differs between which groups, or the test named does not fit."""
    tests, parts.tests = set(parts.tests) - {""}, []
    if len(tests) > 1:
        raise NoPlan
    parts.use("differs", "difference", "compared", "more", "relation", "noun", "row", "pair", "which_of")
    _take_mean(parts)
    y = _flag_asked(parts, data)
    by = _groups_named(parts)
    fields = [each for each in dict.fromkeys([*parts.fields, *parts.asked]) if each not in (y, by)]
    parts.fields, parts.asked = [], []
    if by is None:
        by = _of_two(fields, data, last=parts.first == "owned")
        fields.remove(by)
    match y, fields:
        case None, [one]:
            y = one
        case Field(), []:
            pass
        case _:
            raise NoPlan
    # Of whichever groups there are, it need not be said that these are meant.
    whole = data.ranges.complete | {*data.flags}
    conditions = tuple(
        each
        for each in parts.conditions_used()
        if each.field != by or by.column not in whole or not names_all(each, data)
    )
    is_of_counts = _is_category(y, data) or (tests == {"shares"} and _may_be_groups(y, data))
    if not is_of_counts and not is_number(y, data):
        raise NoPlan
    of: Literal["means", "shares"] = "shares" if is_of_counts else "means"
    return _by_test(GroupTest(data.table.file, of, y, by, conditions), tests, data)


def _by_test(plan: GroupTest, tests: set[str], data: DataWords) -> GroupTest:
    """The plan by the test that is named, if one is. Raises `NoPlan` where it does not fit the groups."""
    if not _may_be_groups(plan.by, data) or (tests and (tests == {"shares"}) != (plan.of == "shares")):
        raise NoPlan
    named = [each for each in plan.conditions if each.field == plan.by and each.comparison == "equal"]
    number = len(named[0].values) if named else data.different(plan.by)
    if number == 1 or (tests & _OF_TWO and number != 2):
        raise NoPlan
    if not tests or plan.of == "shares":
        return plan
    return replace(plan, of="ranks" if tests & _OF_RANKS else "means")


def tested_instead(plan: Plan, parts: Parts, data: DataWords) -> Plan:
    """The plan before, by the test of a follow-up if it asks for one: "is that significant?".

    Raises `NoPlan` where what was asked before is not one mean of groups, or the test does not fit.
    """
    if not parts.tests:
        return plan
    tests, parts.tests = set(parts.tests) - {""}, []
    parts.use("difference", "differs")
    match plan:
        case Summary(
            measures=(Measure(how="mean", field=Field() as y, per=None),),
            keys=(by,),
            limit=None,
            compared=None | "difference",
        ) if len(tests) < 2:
            return _by_test(GroupTest(plan.table, "means", y, by, plan.conditions), tests, data)
        case GroupTest() if len(tests) == 1:
            return _by_test(plan, tests, data)
        case _:
            raise NoPlan


def is_of_numbers(parts: Parts, data: DataWords) -> bool:
    """Whether it is asked if a correlation of two numbers is significant, which its own p says."""
    if set(parts.tests) != {""} or "relation" not in parts.marks or parts.keys:
        return False
    return len(parts.fields) == 2 and all(kind_of(each, data) in ("number", "year") for each in parts.fields)


def _take_mean(parts: Parts) -> None:
    """What is measured is the mean of a number; other measures are not what the test is about."""
    for each in parts.measures:
        if each.how != "mean" or each.field is None or each.per is not None or each.among:
            raise NoPlan
        parts.fields.append(each.field)
    parts.measures = []
    if set(parts.hows) <= {"mean"}:
        parts.hows = []


def _flag_asked(parts: Parts, data: DataWords) -> Field | None:
    """What is said yes or no of, where a share of it is asked: the survival rate."""
    if not parts.use("share", "flag_share"):
        return None
    if not parts.predicates and not parts.measures and all(_is_category(each, data) for each in parts.fields):
        return None  # the shares of a category
    if len(parts.predicates) != 1 or parts.predicates[0].field.column not in data.flags:
        raise NoPlan
    asked = parts.predicates[0]
    parts.conditions.remove(asked)
    parts.predicates.clear()
    return asked.field


def _groups_named(parts: Parts) -> Field | None:
    """The groups that are said to be compared: those of a key, or several values that are named."""
    if parts.keys:
        if len(parts.keys) > 1:
            raise NoPlan
        return parts.keys.pop()
    several = [each.field for each in parts.conditions if each.comparison == "equal" and len(each.values) > 1]
    if len(several) > 1:
        raise NoPlan
    return several[0] if several else None


def _of_two(fields: list[Field], data: DataWords, *, last: bool) -> Field:
    """Which of the fields tells groups apart."""
    groups = [each for each in fields if _is_category(each, data)]
    if not groups:
        groups = [each for each in fields if _may_be_groups(each, data)]
    if not groups or (len(groups) > 1 and len(fields) > 2):
        raise NoPlan
    return groups[-1] if last else groups[0]


def _is_category(place: Field, data: DataWords) -> bool:
    return place.column in data.flags or kind_of(place, data) in ("category", "text", "part")


def _may_be_groups(place: Field, data: DataWords) -> bool:
    if _is_category(place, data) or place.width is not None or kind_of(place, data) == "year":
        return True
    return is_number(place, data) and (data.different(place) or _GROUPS + 1) <= _GROUPS
