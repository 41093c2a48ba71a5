"""Of what something is a share: what stands before, or behind, a word that says so is the whole, the rest the part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.chart import Item, Reading
from lci.analyst.columns import FileColumn
from lci.analyst.plan import Field, Measure, Plan, Summary
from lci.analyst.question_items import ValueOf, Words

#: How a question begins that says of what something is a share first.
_OF_ALL = frozenset({("of",), ("among",), ("amongst",), ("out",), ("within",)})
#: Words behind which stands what those that were named before are: "what share of those who left are women".
_ARE = frozenset({"is", "are", "was", "were", "had", "have", "has", "did", "do", "doe", "who", "that"})


#: Words from the last "in" on, if that is all that follows.
_LAST_WORDS = 3
_AMONG = frozenset({"among", "amongst", "within"})


def turning_points(words: Words, listed: Sequence[Item]) -> list[int]:
    """Where a question about a share turns from those who are all to those who are the part, the likeliest first.

    Below zero where it turns the other way.
    """
    shares = [item for item in listed if item.kind == "share"]
    if not shares:
        return []
    among = [at for at, unit in enumerate(words.units) if unit in _AMONG and at >= shares[0].end]
    if not among and (last := [at for at, unit in enumerate(words.units) if unit == "in"]):
        # "The percentage of women in IT", at the end.
        among = [
            at
            for at in last[-1:]
            if shares[0].end < at and len(words.units) - at <= _LAST_WORDS and words.units[at - 1] not in _ARE
        ]
    if among:
        return [-at for at in among]  # what stands behind "among" is the whole
    first = [shares[0].start] if words.units[:1] in _OF_ALL and shares[0].start else []
    behind = enumerate(words.units[shares[0].end :], shares[0].end)
    later = [at for at, unit in behind if unit in _ARE and words.units[at - 1] != "and"]
    return first + later[::-1]


def among(plan: Plan, reading: Reading, within: Sequence[int], *, whole_first: bool) -> Plan | None:
    """The share of what stands behind a place of 〜のうち, or 里, among what stands before: of leavers, the women."""
    if not isinstance(plan, Summary) or len(plan.measures) != 1 or not plan.measures[0].among:
        return plan
    used = [item for each in reading.constituents for item in each.items]
    stated = (*plan.measures[0].among, *plan.conditions)
    for place in within:
        before, after = (_columns_of(used, abs(place), is_after=is_after) for is_after in (place < 0, place >= 0))
        whole = tuple(each for each in stated if each.field.column in before - after)
        shared = tuple(each for each in stated if each.field.column in after - before)
        if whole and shared and len(whole) + len(shared) == len(stated):
            return replace(plan, measures=(Measure("rows", among=shared),), conditions=whole)
    if plan.keys and not plan.conditions and any(place > 0 for place in within):
        earlier, later = (_columns_of(used, max(within), is_after=is_after) for is_after in (False, True))
        is_first = {each.field.column for each in plan.measures[0].among} <= earlier
        if is_first and {key.column for key in plan.keys} <= later:
            # 吸烟的人里男女各占: of those who smoke how many are men, and how many women.
            return replace(plan, measures=(Measure("rows"),), conditions=plan.measures[0].among, relative=True)
    of_all, of_part = (
        [item.start for item in used if _columns_of([item], 0, is_after=True) & {each.field.column for each in some}]
        for some in (plan.conditions, plan.measures[0].among)
    )
    if of_all and of_part and whole_first and max(of_part) < min(of_all):
        return None  # 初診の患者で…: what is named first is rather the whole
    columns = {each.field.column for each in plan.measures[0].among}
    is_joined = any(item.kind in ("and", "both") for item in used) or plan.conditions
    return plan if len(columns) < 2 or is_joined else None


def _columns_of(used: Sequence[Item], place: int, *, is_after: bool) -> set[str]:
    """The columns that items on one side of a place are about."""
    columns = set()
    for item in used:
        if (item.start >= place) == is_after:
            match item.content:
                case Field(column) | ValueOf(FileColumn(column)) | (FileColumn(column), bool()):
                    columns.add(column)
                case _:
                    pass
    return columns
