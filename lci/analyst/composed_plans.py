"""Plans put together from what a question names, in whatever order: to be offered, never to be answered unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Literal, TypeAlias

from lci.analyst.assembling.measures import ROWS, implied, measured, usual
from lci.analyst.assembling.sense import NoPlan, is_time, may_hold, time_of
from lci.analyst.assembling.units import is_of_another, is_of_other_column, numbers_of
from lci.analyst.chart import Item
from lci.analyst.data_words import DataWords
from lci.analyst.named_parts import NamedParts
from lci.analyst.plan import (
    Chart,
    Clusters,
    Condition,
    Field,
    Groups,
    GroupTest,
    Limit,
    Measure,
    Odds,
    Picture,
    Plan,
    Relation,
    Rows,
    Summary,
    columns_of,
)
from lci.analyst.row_names import name_column

#: What it costs that a plan says nothing of a column that is named, and that it does not do one thing that is asked.
_UNSAID, _UNMET = 1.5, 1.0
#: What it costs that one number is measured of two, that something is surmised that no word
#: says, as that rows are counted, and that something is shown another way.
_ONE_OF_TWO, _SURMISED, _OTHERWISE = 1.0, 0.3, 0.4
#: What makes rows likelier to be counted where there is most of something.
_OF_AMOUNT = 0.8
#: What makes it likelier that a question goes on from the one before than anything else; columns that it may limit.
_BEFORE, _LIMITS = 10.0, 2
#: Different values from which on a column is not compared by.
_MANY = 50

#: A plan, and what it costs.
Costed: TypeAlias = tuple[float, Plan]


def composed(parts: NamedParts, earlier: Plan | None = None) -> list[Plan]:
    """Plans of what is named, and of columns like words that nothing uses, likeliest first.

    Where nothing but conditions is named, the plan of the question before with these is the first.
    """
    best: dict[Plan, float] = {}
    if earlier is not None and not (parts.named_numbers or parts.named_groups or parts.hows or parts.end):
        for at, plan in enumerate(_limited_further(earlier, parts)):
            best[plan] = at - _BEFORE
    for shape in _SHAPES:
        with suppress(NoPlan):
            for cost, plan in shape(parts):
                whole = cost + _UNSAID * len(parts.columns - columns_of(plan)) + _UNMET * _unmet(plan, parts)
                best[plan] = min(whole, best.get(plan, whole))
    return [plan for plan, _ in sorted(best.items(), key=lambda each: each[1])]


def _limited_further(earlier: Plan, parts: NamedParts) -> Iterator[Plan]:
    """The plan with what is named as conditions, in place of those of the same columns."""
    limits: list[tuple[Condition, ...]] = [(each,) for _, each in _numeric(parts)] or [()]
    for further in limits[:_LIMITS]:
        stated = (*parts.conditions, *further)
        columns = {each.field.column for each in stated}
        rest = tuple(each for each in earlier.conditions if each.field.column not in columns)
        if stated and (*rest, *stated) != earlier.conditions:
            yield replace(earlier, conditions=(*rest, *stated))


def _unmet(plan: Plan, parts: NamedParts) -> int:
    """How much of what is asked a plan does not do: no share, no order, no limit, no number where one is asked."""
    measures = plan.measures if isinstance(plan, Summary) else ()
    is_share = isinstance(plan, Summary) and (plan.relative or any(each.among for each in measures))
    is_ordered = isinstance(plan, Summary | Rows) and plan.order is not None
    is_extreme = len(measures) == 1 and measures[0].how in ("min", "max")
    is_limited = any(isinstance(value, int | float) for each in plan.conditions for value in each.values)
    is_limited |= isinstance(plan, Summary | Rows | Groups) and plan.limit is not None
    is_drawn = isinstance(plan, Summary | Rows | Picture | Relation) and plan.chart is not None
    is_saved = isinstance(plan, Summary | Rows) and plan.saved is not None
    is_number = isinstance(plan, Groups) and plan.of == "number"
    is_number |= bool(measures) and not is_ordered and all(each.how in ("rows", "distinct", "sum") for each in measures)
    is_number |= bool(parts.charts or parts.hows) or parts.end is not None
    wishes = (
        parts.asks("share", "rate") and not is_share,
        parts.end is not None and not (is_ordered or is_extreme),
        bool(parts.limits) and not is_limited,
        parts.asks("test", "differs") and not isinstance(plan, GroupTest | Relation),
        parts.asks("logistic") and not isinstance(plan, Odds),
        bool(parts.charts) and not is_drawn,
        parts.saved is not None and not is_saved,
        parts.asks("count") and not is_number,
    )
    return sum(wishes)


def _measures(parts: NamedParts) -> list[tuple[float, tuple[Measure, ...]]]:
    """What may be measured, with what it costs: numbers as a word says, or in their usual way."""
    listed: list[tuple[float, tuple[Measure, ...]]] = []
    named = parts.named_numbers
    if len(named) > 1:
        with suppress(NoPlan):
            listed.append((0.0, tuple(_measure(each, parts) for each in named[:2])))
    for cost, place in parts.numbers:
        with suppress(NoPlan):
            listed.append((cost + _ONE_OF_TWO * (len(named) > 1), (_measure(place, parts),)))
    counts = parts.asks("count", "heads", "common", "row", "noun")
    if not parts.hows and (counts or not named):
        # "How much" is no number of rows.
        is_amount = bool(named) or (parts.asks("asked_amount") and not counts)
        listed.append((_ONE_OF_TWO if is_amount else _SURMISED, (ROWS,)))
    return listed


def _measure(place: Field, parts: NamedParts) -> Measure:
    """Raises `NoPlan`."""
    hows = [how for how in parts.hows if how not in ("min", "max") or parts.end is None]
    if hows:
        return measured(hows[0], place, parts.data)
    return usual(place, parts.data) if parts.asks("count", "heads") else implied(place, parts.data)


def _yes(place: Field, parts: NamedParts) -> Condition:
    return Condition(place, "equal", (parts.data.flags[place.column],))


def _odds(parts: NamedParts) -> Iterator[Costed]:
    """How the odds of what says yes go with the other columns that are named."""
    if not parts.asks("logistic", "relation", "share"):
        return
    others = (*parts.named_numbers, *parts.named_groups)
    for cost, place in parts.flags:
        further = (other for found, other in parts.flags if not found and other != place)
        if explaining := tuple(dict.fromkeys((*others, *further))):
            yield cost + _SURMISED, _with(Odds(parts.data.table.file, _yes(place, parts), explaining), parts)


def _tested(parts: NamedParts) -> Iterator[Costed]:
    """Whether groups differ in a number, or in the shares of what says yes."""
    if not parts.asks("test", "differs"):
        return
    table = parts.data.table.file
    groups = [*parts.groups, *parts.flags, *((_SURMISED, each.field) for each in parts.conditions)]
    for more, by in groups:
        if not 1 < (parts.data.different(by) or 2) < _MANY:
            continue
        for cost, y in parts.numbers:
            yield cost + more, _with(GroupTest(table, "means", y, by), parts)
        for cost, y in parts.flags:
            if y != by:
                yield cost + more, _with(GroupTest(table, "shares", y, by), parts)


def _related(parts: NamedParts) -> Iterator[Costed]:
    """How two numbers go together."""
    if len(parts.named_numbers) != 2 or not parts.asks("relation", "more", "test", "fit", "superlative"):
        return
    table, (y, x) = parts.data.table.file, parts.named_numbers
    if not parts.asks("fit", "each_extra", "predict"):
        yield 0.0, _with(Relation(table, "correlation", y, (x,)), parts)
    else:
        yield 0.0, _with(Relation(table, "line", y, (x,)), parts)
        yield _SURMISED, _with(Relation(table, "line", x, (y,)), parts)


def _drawn(parts: NamedParts) -> Iterator[Costed]:
    """Points, or how a number is spread."""
    table, named, groups = parts.data.table.file, parts.named_numbers, parts.named_groups
    group = groups[0] if groups else None
    if "scatter" in parts.charts and len(named) == 2:
        color = group if parts.asks("color") else None
        yield 0.0, _with(Picture(table, Chart("scatter"), named[0], named[1], color), parts)
    for cost, place in parts.numbers:
        if "histogram" in parts.charts:
            yield cost, _with(Picture(table, Chart("histogram"), place), parts)
        if "box" in parts.charts:
            yield cost, _with(Picture(table, Chart("box"), place, color=group), parts)


def _shared(parts: NamedParts) -> Iterator[Costed]:
    """The part of rows that are so, for each condition that may say what, and for what says yes."""
    if not parts.asks("share", "rate"):
        return
    table, keys = parts.data.table.file, tuple(parts.named_groups[:1])
    stated = [*_numeric(parts), *((0.1 * at, each) for at, each in enumerate(parts.conditions))]
    stated += [(cost, _yes(place, parts)) for cost, place in parts.flags]
    for cost, each in stated:
        rest = tuple(other for other in parts.conditions if other.field != each.field)
        yield cost, Summary(table, (Measure("rows", among=(each,)),), keys, rest)
    if keys and not stated:
        yield 0.0, Summary(table, (ROWS,), keys, order="downwards", relative=True)


def _compared(parts: NamedParts) -> Iterator[Costed]:
    """Two groups beside one another, by what is measured."""
    if not parts.asks("difference", "versus", "more", "than", "compared", "which_of"):
        return
    data = parts.data
    several = [each for each in parts.conditions if len(each.values) > 1][:1]
    groups = [(0.0, each.field) for each in several]
    if not several:
        groups = [*parts.flags, *((cost, place) for cost, place in parts.groups if data.different(place) == 2)]
        groups += [(_SURMISED, each.field) for each in parts.conditions]
    for (cost, measures), (more, key) in product(_measures(parts), groups):
        if len(measures) > 1 or measures == (ROWS,):
            continue
        how = measures[0] if parts.hows else replace(measures[0], how="mean")
        rest = tuple(each for each in parts.conditions if each.field != key)
        named = tuple(each for each in several if data.different(key) != len(each.values))
        is_two = (len(several[0].values) if several else data.different(key) or 2) == 2
        compared: Literal["difference"] | None = "difference" if is_two else None
        yield cost + more, Summary(data.table.file, (how,), (key,), (*rest, *named), compared=compared)


def _ranked(parts: NamedParts) -> Iterator[Costed]:
    """What comes first: groups by what is measured, rows by a number, or the number itself."""
    if parts.end is None:
        return
    table, conditions, order, limit = parts.data.table.file, parts.conditions, parts.end, parts.first or 1
    for (cost, measures), (more, key) in product(_measures(parts), parts.groups):
        if len(measures) == 1:
            likelier = _OF_AMOUNT if measures == (ROWS,) and parts.is_of_amount else 0.0
            yield cost + more + 0.2 - likelier, Summary(table, measures, (key,), conditions, order, limit)
    name = name_column(parts.data)
    columns = [place.column for place in parts.named_groups] or ([name.column] if name is not None else [])
    for cost, place in [(0.0, parts.by)] if parts.by is not None else parts.numbers:
        shown = tuple(each for each in columns if each != place.column)[:2]
        yield cost + (0.1 if shown else _OTHERWISE), Rows(table, conditions, place, order, limit, shown)
        if limit == 1 and not parts.asks("which", "asked_who"):
            how: Literal["max", "min"] = "max" if order == "downwards" else "min"
            yield cost + 0.5, Summary(table, (Measure(how, place),), (), conditions)


def _limited(parts: NamedParts) -> Iterator[Costed]:
    """Groups of which a number is limited: how many, or which they are."""
    of: Literal["number", "which"] = "number" if parts.asks("count", "asked_amount", "heads") else "which"
    if not parts.asks("compare", "limit", "often", "occasion"):
        return  # the four of "4 clusters" limit nothing
    for (comparison, item), (cost, key), (more, measures) in product(parts.limits, parts.groups, _measures(parts)):
        if comparison not in ("equal", "above", "at_least", "below", "at_most"):
            continue
        is_total = measures[0] != ROWS and not parts.hows
        measure = replace(measures[0], how="sum") if is_total else measures[0]
        limit = Limit(comparison, item.content.value)
        yield cost + more + _SURMISED, Groups(parts.data.table.file, of, key, measure, limit, parts.conditions)


def _numeric(parts: NamedParts) -> list[tuple[float, Condition]]:
    """Numbers that are compared with, of the columns that may be meant and reach so far, with what that costs."""
    stated = [
        (cost, Condition(place, comparison, (number,)))
        for (comparison, item), (cost, place) in product(parts.limits, parts.numbers)
        for number in _in_unit_of(place, item, parts.data)
    ]
    return [(cost, each) for cost, each in stated if may_hold(each, parts.data)]


def _in_unit_of(place: Field, item: Item, data: DataWords) -> tuple[int | float, ...]:
    """The number in the unit of a column; none where it measures something else."""
    unit = item.content.unit
    if is_of_another(unit, place, data) or is_of_other_column(unit, place, data):
        return ()
    with suppress(NoPlan):
        return numbers_of([item], place, data)
    return ()


def _counted(parts: NamedParts) -> Iterator[Costed]:
    """How many rows there are, how many different ones, or how many in all."""
    if not parts.asks("count", "heads", "asked_amount"):
        return
    table, keys = parts.data.table.file, tuple(parts.named_groups[:1])
    yield _SURMISED, Summary(table, (ROWS,), (), parts.conditions)
    for cost, each in _numeric(parts):
        yield cost, Summary(table, (ROWS,), (), (*parts.conditions, each))
    for cost, place in parts.groups:
        if not is_time(place, parts.data):
            yield cost + 0.1, Summary(table, (Measure("distinct", place),), (), parts.conditions)
    for cost, place in parts.numbers:
        if (measure := usual(place, parts.data)).how == "sum":
            yield cost, Summary(table, (measure,), keys, parts.conditions)
    for cost, place in parts.flags:
        yield cost, _with(Summary(table, (ROWS,), keys, (_yes(place, parts),)), parts)


def _absent(parts: NamedParts) -> Iterator[Costed]:
    """Rows with none of what is named, or of what may be: how many, or which they are."""
    if not parts.asks("missing", "no", "not", "no_after", "not_after", "never"):
        return
    table, ranges = parts.data.table.file, parts.data.ranges
    for cost, place in (*parts.groups, *parts.numbers):
        is_counted = place.column in ranges.complete and place.column in ranges.from_zero
        if place.part is not None or (place.column in ranges.complete and not is_counted):
            continue
        none = Condition(place, "equal", (0,)) if is_counted else Condition(place, "missing")
        conditions = (*parts.conditions, none)
        yield cost, Summary(table, (ROWS,), (), conditions)
        yield cost + (_SURMISED if parts.asks("list", "which") else _UNMET), Rows(table, conditions)


def _clustered(parts: NamedParts) -> Iterator[Costed]:
    """Rows that are alike in the numbers that are named."""
    if parts.asks("cluster", "split_into", "cluster_word") and len(parts.named_numbers) > 1:
        yield 0.0, _with(Clusters(parts.data.table.file, tuple(parts.named_numbers), parts.first), parts)


def _listed(parts: NamedParts) -> Iterator[Costed]:
    """Rows that are so, with what is named of them."""
    conditions = (*parts.conditions, *(each for _, each in _numeric(parts)[:1]))
    if not conditions or parts.hows or parts.end is not None:
        return
    limited = {each.field.column for each in conditions}
    named = [place.column for place in (*parts.named_groups, *parts.named_numbers)]
    shown = tuple(dict.fromkeys(each for each in named if each not in limited))[:2]
    is_asked = parts.asks("list", "which", "asked_who") and not parts.asks("count", "asked_amount")
    cost = _OTHERWISE if is_asked else 2 * _UNMET
    yield cost, Rows(parts.data.table.file, conditions, columns=shown, saved=parts.saved)


def _summed(parts: NamedParts) -> Iterator[Costed]:
    """What is measured, by what is named besides."""
    keys = tuple(parts.named_groups[:2])
    if not keys and parts.asks("each", "each_after", "by", "per"):
        keys = tuple(parts.numbers_as_groups[:1])
    if not keys and parts.asks("trend", "period"):
        keys = (time_of(parts.data),)
    kinds = [kind for kind in parts.charts if kind in ("line", "bar", "pie")]
    chart = Chart(kinds[0]) if kinds and keys else None
    order = parts.end if keys else None
    for cost, measures in _measures(parts):
        if any(each.field in keys for each in measures):
            continue
        plan = Summary(parts.data.table.file, measures, keys, parts.conditions, order, chart=chart, saved=parts.saved)
        yield cost + _OTHERWISE * (order is not None), plan


def _with(plan: Plan, parts: NamedParts) -> Plan:
    """The plan with the conditions that are named, but for those of columns that it speaks of."""
    used = columns_of(plan)
    rest = tuple(each for each in parts.conditions if each.field.column not in used)
    return replace(plan, conditions=(*plan.conditions, *rest))


_SHAPES: tuple[Callable[[NamedParts], Iterator[Costed]], ...] = (
    _odds, _tested, _related, _drawn, _clustered, _shared, _compared, _ranked, _limited, _counted, _absent, _listed,
    _summed,
)  # fmt: skip
