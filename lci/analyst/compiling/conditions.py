"""Conditions as pandas masks; what is missing meets only the condition to be missing."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.compiling.frame import Frame
from lci.analyst.plan import Condition, Field, Value
from lci.analyst.writing import literal

_LINE = 100


def selection(conditions: tuple[Condition, ...], frame: Frame) -> list[str]:
    """The line that keeps the rows meeting all conditions, if there are any."""
    return _filtered(frame.kept, frame.whole, masks(conditions, frame, frame.whole)) if conditions else []


def _filtered(name: str, table: str, tests: Sequence[str]) -> list[str]:
    line = f"{name} = {table}[{joined(tests)}]"
    if len(line) <= _LINE or len(tests) == 1:
        return [line]
    return [f"{name} = {table}[", *(f"    {'& ' if at else ''}({test})" for at, test in enumerate(tests)), "]"]


def joined(tests: Sequence[str]) -> str:
    """One mask of several."""
    return tests[0] if len(tests) == 1 else " & ".join(f"({test})" for test in tests)


def masks(conditions: Sequence[Condition], frame: Frame, table: str) -> list[str]:
    """The mask of each condition on `table`."""
    return [_mask(each, frame, table) for each in conditions]


def _mask(condition: Condition, frame: Frame, table: str) -> str:
    values = frame.at(table, condition.field)
    if condition.middle is not None:
        return f"{values} {_SIGNS[condition.comparison]} {middle(condition, frame)}"
    if (
        condition.values
        and all(_is_flag(value) for value in condition.values)
        and frame.kind(condition.field) == "text"
    ):
        values = f"{values}.astype(str).str.lower()"
        given = [literal(str(value).lower()) for value in condition.values]
    else:
        given = [written(value, condition.field, frame) for value in condition.values]
    # What is missing is not known to be another value.
    known = f"{frame.at(table, condition.field)}.notna()"
    match condition.comparison, given:
        case "missing", _:
            return f"{values}.isna()"
        case "present", _:
            return f"{values}.notna()"
        case "equal", [one]:
            return f"{values} == {one}"
        case "equal", _:
            return f"{values}.isin([{', '.join(given)}])"
        case "not_equal", [one]:
            return f"({values} != {one}) & {known}"
        case "not_equal", _:
            return f"~{values}.isin([{', '.join(given)}]) & {known}"
        case "between", [low, *_, high]:
            return f"{values}.between({low}, {high})"
        case "contains", [text, *_]:
            return f'{values}.astype("string").str.contains({text}, case=False, regex=False, na=False).astype(bool)'
        case comparison, [one, *_]:
            return f"{values} {_SIGNS[comparison]} {one}"
        case comparison, _:
            raise ValueError(f"{comparison} needs a value")


def middle(condition: Condition, frame: Frame) -> str:
    """What a number is compared with where that is the mean or median of all rows."""
    return f"{frame.at(frame.whole, condition.field)}.{condition.middle}()"


_SIGNS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}


def _is_flag(value: Value) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false"))


def written(value: Value, place: Field, frame: Frame) -> str:
    """A value as Python source that can be compared with the field's values."""
    match frame.kind(place):
        case "date":
            return f"pd.Timestamp({literal(str(value))})"
        case "period":
            letter = str(place.part)[0].upper()
            return f'pd.Period({literal(str(value).partition("/")[0])}, "{letter}")'
        case "number" | "year" if isinstance(value, str):
            return _number(value)
        case _:
            return literal(value) if isinstance(value, str) else repr(value)


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return literal(text)
    return repr(int(number)) if number.is_integer() else repr(number)
