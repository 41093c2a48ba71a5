"""Words that a plan takes for values which they are not where they stand: a bare "no", a verb at the end."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.chart import Item
from lci.analyst.plan import Plan

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
