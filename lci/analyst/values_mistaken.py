"""Words that a plan takes for what they are not where they stand: a bare "no", a verb at the end, kinds of things."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.measures import is_what_rows_are
from lci.analyst.chart import Item
from lci.analyst.column_names import KINDS, says_kind
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Groups, Plan, Summary

Units = tuple[str, ...]


def takes_no_for_a_value(plan: Plan, listed: Sequence[Item]) -> bool:
    """Whether a bare "no" is taken for that of a column of which nothing is said: "no service", of a warranty."""
    named = {item.content.column for item in listed if item.kind == "field"}
    named |= {item.content[0].name for item in listed if item.kind in ("flag", "does", "holder")}
    return any(
        each.comparison == "equal" and [*map(_is_bare_no, each.values)] == [True] and each.field.column not in named
        for each in plan.conditions
    )


def _is_bare_no(value: object) -> bool:
    return str(value).lower() in ("no", "none", "否", "无", "なし", "無し")


def takes_what_somebody_did_for_a_value(plan: Plan, listed: Sequence[Item], units: Units) -> bool:
    """Whether a verb at the end is taken for a value of a column that is not named: did Acme open, of a status."""
    last = next((unit for unit in reversed(units) if unit.isalnum()), "")
    named = {item.content.column for item in listed if item.kind == "field"}
    return "did" in units and any(
        each.comparison == "equal" and [str(value).lower() for value in each.values] == [last]
        for each in plan.conditions
        if each.field.column not in named and last in _VERBS
    )


#: Values that are verbs, too.
_VERBS = frozenset(
    {"open", "close", "return", "cancel", "order", "call", "visit", "pay", "ship", "pass", "fail", "win"}
)


#: Characters that may stand between a thing and the word that there is none of it: カブ価の記録がない.
_BETWEEN = 4


def lacks_another(plan: Plan, listed: Sequence[Item]) -> bool:
    """Whether it is the thing whose own name lacks, where what stands before the word does: 评分为空的快递员."""
    lacking = {each.field.column for each in plan.conditions if each.comparison == "missing"}
    fields = [item for item in listed if item.kind == "field"]
    for missing in (item for item in listed if item.kind == "missing"):
        near = range(missing.start - _BETWEEN, missing.start + 1)
        before = {item.content.column for item in fields if item.end in near}
        after = {item.content.column for item in fields if item.start in (missing.end, missing.end + 1)}
        if before and not before & lacking and after & lacking:
            return True
    return False


#: Words that ask for kinds, and syllables that begin them.
_KINDS_ASKED = (*KINDS, "类", "類", "种", "種", "级", "級", "タイプ", "カテゴ", "区分")


def counts_rows_for_kinds(plan: Plan, listed: Sequence[Item], units: Units, data: DataWords) -> bool:
    """Whether medals are counted where their kinds are asked for."""
    if not isinstance(plan, Summary) or not {"种", "種", "kind", "type"} & {*units}:
        return False
    each = any(item.kind == "field" and is_what_rows_are(item.content, data) for item in listed)
    return each and any(measure.how in ("rows", "count") for measure in plan.measures)


def counts_kinds(plan: Plan, units: Units) -> bool:
    """Whether kinds are counted for what is of that kind: how many rooms there are, by the types of rooms."""
    distinct = [each.field for each in plan.measures if each.how == "distinct"] if isinstance(plan, Summary) else []
    places = [plan.key] if isinstance(plan, Groups) else distinct
    of_kinds = any(place is not None and says_kind(place.column) for place in places)
    return of_kinds and not any(each in "".join(units) for each in _KINDS_ASKED)
