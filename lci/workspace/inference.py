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
_TRUTH = frozenset({"True", "TRUE", "true", "False", "FALSE", "false"})
_WHOLE = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_REAL = re.compile(r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity)\s*", re.ASCII | re.IGNORECASE)
_COMMA_REAL = re.compile(r"\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*", re.ASCII)
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
    thousands: Literal[",", "."] | None = None
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


def numbers_in(columns: Sequence[tuple[str, Sequence[str]]], delimiter: str) -> Numbers:
    """How these columns of text write decimals and thousands."""
    commas, groups, dots = [], [], []
    for name, cells in columns:
        present = [cell for cell in cells if cell not in MISSING]
        if not present or not any("," in cell for cell in present):
            if any(map(_DIGITS_AND_DOTS.fullmatch, present)):
                dots.append(name)
            continue
        grouped = all(_COMMA_GROUPS.fullmatch(c) or _REAL.fullmatch(c) for c in present)
        comma = all(_COMMA_REAL.fullmatch(c) or _DOTTED_COMMA_REAL.fullmatch(c) or _WHOLE.fullmatch(c) for c in present)
        if grouped and not (comma and delimiter == ";"):
            groups.append(name)
        elif comma:
            commas.append((name, any(map(_DOTTED_COMMA_REAL.fullmatch, present))))
    # Where a comma means one thing here and another there, nothing is read as what it may not be.
    if commas and not dots and not groups:
        dotted = tuple(name for name, is_dotted in commas if is_dotted)
        return Numbers(",", "." if dotted else None, tuple(name for name, _ in commas), dotted)
    if groups and not commas:
        return Numbers(".", ",", (), tuple(groups))
    return Numbers(comma_columns=tuple(name for name, _ in commas), grouped_columns=tuple(groups))


def text_dtype(cells: Sequence[str], numbers: Numbers = Numbers()) -> str:
    """The dtype of a column of texts; dates are `datetime64`, although `pd.read_csv` leaves them `str`."""
    if not cells:
        return "object"
    present = [cell for cell in cells if cell not in MISSING]
    if not present:
        return "float64"
    complete = len(present) == len(cells)
    plain = [_plain(cell, numbers) for cell in present]
    if all(map(_WHOLE.fullmatch, plain)):
        return _whole_dtype([int(cell) for cell in plain if len(cell) < 400], len(plain)) if complete else "float64"
    if all(map(_REAL.fullmatch, plain)):
        return "float64"
    if all(cell in _TRUTH for cell in present):
        return "bool" if complete else "object"
    if all(map(_DATE.fullmatch, present)):
        return "datetime64"
    return "str"


def _plain(cell: str, numbers: Numbers) -> str:
    if numbers.thousands and (_COMMA_GROUPS if numbers.thousands == "," else _DOTTED_COMMA_REAL).fullmatch(cell):
        cell = cell.replace(numbers.thousands, "")
    if numbers.decimal == "," and _COMMA_REAL.fullmatch(cell):
        return cell.replace(",", ".")
    return cell


def _whole_dtype(numbers: Sequence[int], count: int) -> str:
    if len(numbers) < count:
        return "str"
    if all(-(2**63) <= n < 2**63 for n in numbers):
        return "int64"
    return "uint64" if all(0 <= n < 2**64 for n in numbers) else "str"


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
            return str(value)
        case decimal.Decimal():
            return str(value)
        case bytes():
            return "0x" + value[:32].hex() + ("…" if len(value) > 32 else "")
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, default=str)[:CELL_CHARACTERS]
        case _:
            return str(value)[:CELL_CHARACTERS]
