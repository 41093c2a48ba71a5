"""Rows of which it is not known whether they meet a condition: they are counted, so that the answer can say so."""

from __future__ import annotations

from collections.abc import Iterable

from lci.analyst.compiling.conditions import joined, masks, middle
from lci.analyst.compiling.frame import Frame
from lci.analyst.flag_values import excludes
from lci.analyst.plan import Condition, Field, Groups, Plan, Summary
from lci.analyst.writing import literal

#: What the counts of rows without a value are printed under: of a condition that excludes, and of a share.
LEFT_OUT, IN_WHOLE = "rows not known", "rows of the whole not known"
#: What the ends are printed under between which all numbers of a column lie.
LEAST, GREATEST = "least", "greatest"
#: Before what mean or median, of all rows, conditions compare with.
MIDDLES = "compared with "


def unknowns(plan: Plan, frame: Frame) -> list[str]:
    """The lines that print how many rows have no value where a condition excludes values, or a share is asked.

    A reader takes "not paid" for all the others, those without an entry among them. For what is above or below a
    number nobody does.
    """
    lines = []
    for place in dict.fromkeys(each.field for each in plan.conditions if excludes(each)):
        others = tuple(each for each in plan.conditions if each.field != place)
        tests = [*masks(others, frame, frame.whole), f"{frame.at(frame.whole, place)}.isna()"]
        lines.append(f"print({literal(f'{LEFT_OUT} {place.column!r} =')}, int(({joined(tests)}).sum()))")
    lines += [_middle(each, frame) for each in dict.fromkeys((*plan.conditions, *_among(plan))) if each.middle]
    return [*lines, *(_in_whole(place, frame) for place in _shared(plan))]


def ends(columns: Iterable[str], frame: Frame) -> list[str]:
    """The lines that print the least and the greatest number of columns."""
    return [
        f"print({literal(f'{end} {column!r} =')}, float({frame.at(frame.whole, Field(column))}.{measure}()))"
        for column in columns
        for end, measure in ((LEAST, "min"), (GREATEST, "max"))
    ]


def _among(plan: Plan) -> list[Condition]:
    """The conditions of which shares are asked."""
    measures = plan.measures if isinstance(plan, Summary) else (plan.measure,) if isinstance(plan, Groups) else ()
    return [condition for each in measures for condition in each.among]


def _shared(plan: Plan) -> list[Field]:
    """The fields by whose values rows are a share of all."""
    return list(dict.fromkeys(each.field for each in _among(plan) if not _asks_missing(each)))


def _middle(condition: Condition, frame: Frame) -> str:
    """The line that prints what numbers are compared with."""
    name = f"{MIDDLES}{condition.middle} {condition.field.column!r} ="
    return f"print({literal(name)}, float({middle(condition, frame)}))"


def _asks_missing(condition: Condition) -> bool:
    return condition.comparison in ("missing", "present")


def _in_whole(place: Field, frame: Frame) -> str:
    missing = f"{frame.at(frame.kept, place)}.isna().sum()"
    return f"print({literal(f'{IN_WHOLE} {place.column!r} =')}, int({missing}))"
