"""A follow-up changes the plan of the question before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.assembling.group_tests import tested_instead
from lci.analyst.assembling.groups import groups_changed
from lci.analyst.assembling.measures import ROWS, measured
from lci.analyst.assembling.parts import Parts, Rank, direction_of, one_of
from lci.analyst.assembling.saving import as_file
from lci.analyst.assembling.sense import NoPlan, is_number
from lci.analyst.assembling.taking import parts_of
from lci.analyst.chart import Constituent
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import First
from lci.analyst.plan import (
    MOST_CLUSTERS,
    Chart,
    Clusters,
    Condition,
    Description,
    Field,
    Groups,
    GroupTest,
    How,
    Measure,
    Odds,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
    without_broken_line,
)


def changed(plan: Plan, constituents: Sequence[Constituent], data: DataWords, first: First) -> Plan:
    """The plan with other conditions, groups, measure, chart or order, or saved, as a follow-up says.

    What was saved once is not saved again with every change. Raises `NoPlan`.
    """
    if not constituents:
        raise NoPlan
    parts = parts_of(constituents, data, first)
    form = parts.form_used()
    says_middle = any(item.kind == "middle" for each in constituents for item in each.items)
    if isinstance(plan, Summary | Rows):
        plan = replace(plan, saved=None)
    if (number := one_of(parts.clusters)) is not None:
        plan = _numbered(plan, number, parts)
    plan = groups_changed(plan, parts) if isinstance(plan, Groups) else _changed(plan, parts, data)
    if says_middle and len(plan.conditions) > 1:
        raise NoPlan  # of those that are left, the average may be meant that they have
    return plan if form is None else as_file(plan, form)


def _changed(plan: Plan, parts: Parts, data: DataWords) -> Plan:
    plan = tested_instead(plan, parts, data)
    is_logarithmic = bool(parts.marks & {"log", "log_x"})
    chart, rank, new = parts.chart_used(), _rank_of(plan, parts), parts.conditions_used()
    keys, parts.keys = tuple(parts.keys), []
    is_relative, counts = parts.use("share"), _asks_how_many(parts)
    hows, place = _other_measure(parts, data)
    parts.finished()
    if counts:
        plan = _counted(plan)
    if is_relative:
        plan = _as_shares(plan)
    order = direction_of(rank, None, frozenset()) if rank is not None else None
    if isinstance(plan, Summary):
        plan, new = _predicates_changed(plan, new)
        plan, new = _asked_changed(plan, new, is_of_others=bool(keys) or rank is not None)
        if keys:
            plan = _without_named_groups(plan, keys)
    conditions = _conditions(plan.conditions, new)
    match plan:
        case Summary():
            if (rank is not None and not (keys or plan.keys)) or _divides_what_is_counted(plan, keys):
                raise NoPlan
            new_plan = replace(
                plan,
                measures=_measures(plan.measures, hows, place, data),
                conditions=conditions,
                keys=keys or plan.keys,
                chart=_chart(plan.chart, chart, is_logarithmic),
                order=order or plan.order,
                limit=_limit(plan, rank),
                last=rank.last if rank is not None else plan.last,
            )
            return new_plan if chart is not None else without_broken_line(new_plan)
        case Rows() if not keys and chart is None and not hows:
            limit, last = _limit(plan, rank), rank.last if rank is not None else plan.last
            by = place if place is not None and plan.by is not None else plan.by
            if by is plan.by and place is not None:
                raise NoPlan
            return replace(plan, conditions=conditions, limit=limit, order=order or plan.order, by=by, last=last)
        case Picture() if rank is None and len(keys) < 2 and not hows and place is None:
            drawn = _chart(plan.chart, chart, is_logarithmic) or plan.chart
            return replace(plan, conditions=conditions, color=keys[0] if keys else plan.color, chart=drawn)
        case Relation() | Description() | Odds() if rank is None and chart is None and not keys and not hows:
            if place is not None:
                raise NoPlan
            return replace(plan, conditions=conditions)
        case Clusters() if rank is None and chart is None and not keys and not hows and place is None:
            return replace(plan, conditions=conditions)
        case GroupTest() if rank is None and chart is None and len(keys) < 2 and not hows:
            return _tested(replace(plan, conditions=conditions), keys[0] if keys else plan.by, place or plan.y)
        case _:
            raise NoPlan


def _without_named_groups(plan: Summary, keys: Sequence[Field]) -> Summary:
    """Other groups stand in place of those that were named: of men and women, by year."""
    others = [key for key in plan.keys if key not in keys]
    named = [each for each in plan.conditions if each.field in others and len(each.values) > 1]
    if not named:
        return plan
    return replace(plan, conditions=tuple(each for each in plan.conditions if each not in named), compared=None)


def _rank_of(plan: Plan, parts: Parts) -> Rank | None:
    """What is to come first, by what the plan ranks by: "the shortest?", of teams by mean height. Raises `NoPlan`."""
    rank = parts.rank_used()
    if rank is None or rank.by is None:
        return rank
    if not _ranks_by(plan, rank.by):
        raise NoPlan
    return replace(rank, by=None)


def _ranks_by(plan: Plan, place: Field) -> bool:
    """Whether what comes first does so by that field, or by a measure of it."""
    if not isinstance(plan, Summary | Rows) or plan.order is None:
        return False
    return place == plan.by if isinstance(plan, Rows) else [each.field for each in plan.measures] == [place]


def _numbered(plan: Plan, number: int, parts: Parts) -> Clusters:
    """As many clusters as that. Raises `NoPlan` where there are none."""
    parts.use("cluster")
    if not isinstance(plan, Clusters) or not 2 <= number <= MOST_CLUSTERS:
        raise NoPlan
    return replace(plan, number=number)


def _divides_what_is_counted(plan: Summary, keys: Sequence[Field]) -> bool:
    """Whether dates are told apart by a part of themselves: are rows meant, or dates?"""
    counted = {each.field.column for each in plan.measures if each.how == "distinct" and each.field is not None}
    return any(key.column in counted for key in keys)


def _tested(plan: GroupTest, by: Field, y: Field) -> GroupTest:
    """The test of another number, or between other groups.

    Raises `NoPlan` for another number where counts are compared, and for a field between its own values.
    """
    if by.column == y.column or (y != plan.y and plan.of == "shares"):
        raise NoPlan
    named = [each for each in plan.conditions if by != plan.by and each.field == plan.by and len(each.values) > 1]
    conditions = tuple(each for each in plan.conditions if each not in named)
    return replace(plan, y=y, by=by, conditions=conditions)


def _asks_how_many(parts: Parts) -> bool:
    """Whether what was asked before is to be counted: "how many is that?"."""
    if parts.measures != [ROWS] or not parts.use("bare_count"):
        return False
    parts.measures.clear()
    return True


def _counted(plan: Plan) -> Summary:
    """How many rows the plan is about. Raises `NoPlan` where it is not about all rows that meet its conditions."""
    match plan:
        case Summary(table, measures, keys, conditions, limit=None) if not any(each.among for each in measures):
            return Summary(table, (ROWS,), keys, conditions)
        case Rows(table, conditions, limit=None):
            return Summary(table, (ROWS,), (), conditions)
        case _:
            raise NoPlan


def _as_shares(plan: Plan) -> Summary:
    """Each group's part of the total. Raises `NoPlan` where there is no such thing."""
    match plan:
        case Summary(measures=(Measure(how="rows" | "sum", per=None, among=()),), keys=(_, *_), compared=None):
            return replace(plan, relative=True, order=plan.order or "downwards")
        case _:
            raise NoPlan


def _limit(before: Summary | Rows, rank: Rank | None) -> int | None:
    """How many are asked for: "and the shortest?" asks for one, unless several were asked for before."""
    if rank is None:
        return before.limit
    return rank.number if rank.number is not None or rank.sorts or before.last else before.limit or 1


def _other_measure(parts: Parts, data: DataWords) -> tuple[tuple[How, ...], Field | None]:
    """Other measures without what is measured, or another number that is. Raises `NoPlan`."""
    hows, parts.hows = tuple(dict.fromkeys(parts.hows)), []
    place = parts.fields.pop() if parts.fields else None
    if (hows and place is not None) or parts.fields or (place is not None and not is_number(place, data)):
        raise NoPlan
    return hows, place


def _measures(
    before: tuple[Measure, ...], hows: tuple[How, ...], place: Field | None, data: DataWords
) -> tuple[Measure, ...]:
    """The measures in other ways, or of another field, where that is of all of them. Raises `NoPlan`."""
    if not hows and place is None:
        return before
    fields = {each.field for each in before}
    if any(each.per is not None or each.field is None for each in before):
        raise NoPlan
    if place is not None:
        if len(fields) > 1:
            raise NoPlan
        return tuple(replace(each, field=place) for each in before)
    if len({each.how for each in before}) > 1:
        # Of "the mean and the spread" the median takes the place of neither.
        raise NoPlan
    return tuple(measured(how, each.field, data) for how in hows for each in before if each.field is not None)


def _predicates_changed(plan: Summary, new: tuple[Condition, ...]) -> tuple[Summary, tuple[Condition, ...]]:
    """Of a share another value of what it is a share of is asked: "and rainy days?"."""
    measures = []
    for each in plan.measures:
        others = [one for one in new if any(one.field == old.field for old in each.among)]
        new = tuple(one for one in new if one not in others)
        kept = tuple(old for old in each.among if all(old.field != one.field for one in others))
        measures.append(replace(each, among=(*kept, *others)))
    return replace(plan, measures=tuple(measures)), new


def _asked_changed(
    plan: Summary, new: tuple[Condition, ...], *, is_of_others: bool
) -> tuple[Summary, tuple[Condition, ...]]:
    """Of a group's share that of another is asked, "and New York?"; among other groups, or the first, it is none's."""
    if plan.asked is None or is_of_others:
        return replace(plan, asked=None), new
    others = tuple(each for each in new if each.field == plan.keys[0])
    match others:
        case ():
            return plan, new
        case (Condition(comparison="equal", values=(str() as value,)),):
            return replace(plan, asked=value), tuple(each for each in new if each not in others)
        case _:
            return replace(plan, asked=None), new


def _conditions(before: tuple[Condition, ...], new: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Those before that no new one takes the place of, and the new ones."""
    return (*(old for old in before if all(old.field != each.field for each in new)), *new)


def _chart(before: Chart | None, new: Chart | None, is_logarithmic: bool) -> Chart | None:
    """The chart of a follow-up; one that only asks for other axes keeps its kind."""
    if new is None or before is None:
        return new or before
    if is_logarithmic and new.kind == "bar":
        return replace(before, log_x=before.log_x or new.log_x, log_y=before.log_y or new.log_y)
    return new
