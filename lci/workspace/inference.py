"""What type a column has, in pandas' words: from texts as `pd.read_csv` would find it, or from typed values."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lci.core.files import Value

#: The texts that `pd.read_csv` takes for a missing value.
MISSING = frozenset({
    "", " ", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
}) - {" "}  # fmt: skip
_WHOLE = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_REAL = re.compile(r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity)\s*", re.ASCII | re.IGNORECASE)
_COMMA_REAL = re.compile(r"\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*", re.ASCII)
#: Thousands in groups of three, or of two before the last as in India, told apart by one and the same mark.
_GROUPS = re.compile(r"[+-]?\d{1,3}([, '’])(?:\d{2,3}\1)*\d{3}(?:\.\d+)?", re.ASCII)
_GROUPED_COMMA_REAL = re.compile(r"[+-]?\d{1,3}([. '’])(?:\d{3}\1)*\d{3},\d+", re.ASCII)
_DOTTED_COMMA_REAL = re.compile(r"\s*[+-]?\d{1,3}(?:\.\d{3})+,\d+\s*", re.ASCII)
_COMMA_GROUPS = re.compile(r"\s*[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*", re.ASCII)
_DIGITS_AND_DOTS = re.compile(r"\s*[+-]?\d+(?:\.\d+)+\s*", re.ASCII)
_LEADING_ZERO = re.compile(r"\s*0\d+\s*", re.ASCII)
_DATE = re.compile(
    r"\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?\s*",
    re.ASCII,
)
#: Characters that are kept of one value.
CELL_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a delimited file writes numbers; the names are those of the columns that show it."""

    decimal: Literal[".", ","] = "."
    thousands: str | None = None
    comma_columns: tuple[str, ...] = ()
    grouped_columns: tuple[str, ...] = ()


def is_number(cell: str) -> bool:
    """Whether a person would call this text a number, in any of the usual ways to write one."""
    return any(p.fullmatch(cell) for p in (_REAL, _COMMA_REAL, _COMMA_GROUPS, _DOTTED_COMMA_REAL))


def is_date(cell: str) -> bool:
    """Whether this text is a date, with or without a time."""
    return _DATE.fullmatch(cell) is not None


def has_leading_zeros(cells: Iterable[str]) -> bool:
    """Whether reading these digits as numbers would lose zeros."""
    present = [cell for cell in cells if cell not in MISSING]
    return all(map(_WHOLE.fullmatch, present)) and any(map(_LEADING_ZERO.fullmatch, present))


def numbers_in(columns: Sequence[tuple[str, Iterable[str]]], delimiter: str) -> Numbers:
    """How these columns of text write decimals and thousands: one way for the whole file, as pandas has it.

    Where columns contradict each other nothing is read otherwise than it stands; the columns are named all the same.
    """
    commas: list[tuple[str, str]] = []
    groups: dict[str, list[str]] = {}
    dotted = False
    for name, cells in columns:
        present = [cell.strip() for cell in cells if cell.strip() not in MISSING]
        if not present or all(map(_WHOLE.fullmatch, present)):
            continue
        comma_marks = {mark for cell in present if (mark := _mark_beside_comma(cell)) is not None}
        is_comma = len(comma_marks - {""}) <= 1 and all(
            _mark_beside_comma(c) is not None or _WHOLE.fullmatch(c) for c in present
        )
        mark = _group_mark(present)
        if mark == "," and is_comma and delimiter == ";":
            mark = None
        if mark is not None:
            groups.setdefault(mark, []).append(name)
        elif is_comma and any("," in cell for cell in present):
            commas.append((name, "".join(comma_marks)))
        elif any(map(_DIGITS_AND_DOTS.fullmatch, present)):
            dotted = True
    grouped = [name for names in groups.values() for name in names]
    comma_columns = tuple(name for name, _ in commas)
    marks = {mark for _, mark in commas if mark} | (set(groups) if commas else set())
    if commas and not dotted and len(marks) <= 1 and "," not in marks:
        among = (*grouped, *(name for name, mark in commas if mark))
        return Numbers(",", marks.pop() if marks else None, comma_columns, among)
    if len(groups) == 1 and not commas:
        return Numbers(".", next(iter(groups)), (), tuple(grouped))
    return Numbers(comma_columns=comma_columns, grouped_columns=tuple(grouped))


def _mark_beside_comma(cell: str) -> str | None:
    """What groups the thousands of a number with a decimal comma, empty for nothing; None for another text."""
    if _COMMA_REAL.fullmatch(cell):
        return ""
    found = _GROUPED_COMMA_REAL.fullmatch(cell)
    return found[1] if found else None


def _group_mark(cells: Sequence[str]) -> str | None:
    """What groups the thousands of these numbers, some of which are large enough to show it."""
    marks = {found[1] for cell in cells if (found := _GROUPS.fullmatch(cell))}
    if len(marks) != 1 or not all(_GROUPS.fullmatch(cell) or _REAL.fullmatch(cell) for cell in cells):
        return None
    return marks.pop()


def value_dtype(values: Iterable[object]) -> str:
    """The dtype of a column of typed values as pandas would make it; None and an empty text are missing."""
    kinds = set()
    missing = False
    for value in values:
        match value:
            case None | "":
                missing = True
            case bool():
                kinds.add("bool")
            case int():
                kinds.add("int64" if -(2**63) <= value < 2**63 else "object")
            case float():
                kinds.add("int64" if value.is_integer() and abs(value) < 2**53 else "float64")
            case datetime.date():
                kinds.add("datetime64")
            case str():
                kinds.add("str")
            case _:
                kinds.add("object")
    return _united(kinds, missing)


def _united(kinds: set[str], missing: bool) -> str:
    if not kinds:
        return "object"
    if kinds <= {"int64", "float64"}:
        return "int64" if kinds == {"int64"} and not missing else "float64"
    if len(kinds) > 1 or (missing and kinds == {"bool"}):
        return "object"
    return kinds.pop()


def duration_words(duration: datetime.timedelta) -> str:
    """A duration as pandas writes it: `1 days 02:03:04.500000`, `-1 days +23:00:00`."""
    if type(duration) is not datetime.timedelta:
        # Of pandas itself, with its nanoseconds.
        return str(duration)
    hours, seconds = divmod(duration.seconds, 3_600)
    clock = f"{hours:02}:{seconds // 60:02}:{seconds % 60:02}"
    fraction = f".{duration.microseconds:06}" if duration.microseconds else ""
    return f"{duration.days} days {'+' if duration.days < 0 else ''}{clock}{fraction}"


def plain_value(value: object) -> Value:
    """`value` as something JSON can hold: dates as ISO text, containers as JSON text, bytes as hexadecimal digits."""
    match value:
        case None | bool() | int():
            # Beyond 64 bits, readers of JSON lose digits.
            return value if value is None or abs(value) < 2**63 else str(value)
        case float():
            return value if math.isfinite(value) else (None if math.isnan(value) else str(value))
        case str():
            return (
                value[:CELL_CHARACTERS].encode("utf-8", "replace").decode()
                if not value.isascii()
                else value[:CELL_CHARACTERS]
            )
        case datetime.datetime():
            midnight = value.time() == datetime.time() and value.tzinfo is None
            return value.date().isoformat() if midnight else value.isoformat()
        case datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return duration_words(value)
        case decimal.Decimal():
            return str(value)
        case bytes():
            return "0x" + value[:32].hex() + ("…" if len(value) > 32 else "")
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, default=str)[:CELL_CHARACTERS]
        case _:
            return str(value)[:CELL_CHARACTERS]
