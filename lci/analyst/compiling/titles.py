"""Titles of figures of a selection: what is drawn, and of which rows: else those of other rows have the same."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.compiling.frame import Frame
from lci.analyst.plan import Condition, Value
from lci.analyst.writing import literal

#: Characters of a value in a title, and of all conditions.
_VALUE, _ALL = 30, 80


def titled(frame: Frame, *labels: str, by: str = "axes.set_title") -> list[str]:
    """The line that gives a figure its title; none for one of all rows, whose axes say what it is."""
    if not frame.conditions:
        return []
    # In signs, which every language has.
    conditions = ", ".join(_short(each, frame) for each in frame.conditions)
    if len(conditions) > _ALL:
        conditions = f"{conditions[:_ALL]}…"
    return [f"{by}({literal(' · '.join([*filter(None, labels), conditions]))}, wrap=True)"]


def _short(condition: Condition, frame: Frame) -> str:
    """A condition as formulas have it; NaN is a missing value's name in every figure and table."""
    name = frame.label(condition.field)
    values = [_value(each) for each in condition.values]
    if condition.middle is not None:
        values = [f"{condition.middle}({name})"]
    one = " / ".join(values)
    match condition.comparison:
        case "equal":
            return f"{name} = {one}"
        case "not_equal":
            return f"{name} ≠ {one}"
        case "above":
            return f"{name} > {one}"
        case "at_least":
            return f"{name} ≥ {one}"
        case "below":
            return f"{name} < {one}"
        case "at_most":
            return f"{name} ≤ {one}"
        case "between":
            return f"{values[0]} ≤ {name} ≤ {values[-1]}"
        case "contains":
            return f"{name} = …{one}…"
        case "missing":
            return f"{name} = NaN"
        case "present":
            return f"{name} ≠ NaN"
        case _:
            assert_never(condition.comparison)


def _value(value: Value) -> str:
    return f"{value:.15g}" if isinstance(value, float) else " ".join(str(value).split())[:_VALUE]
