"""Errors told without the values they quote (B51): their kind, the line of code, the fixed words of known libraries."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from dataclasses import dataclass

from lci.core.code.parsing import without_magics
from lci.core.outputs import ErrorOutput, without_ansi

_KNOWN_ERRORS = frozenset(
    {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)}
    | {
        "ParserError", "EmptyDataError", "MergeError", "IntCastingNaNError", "OutOfBoundsDatetime",
        "InvalidIndexError", "DataError", "UndefinedVariableError", "SpecificationError", "LinAlgError", "AxisError",
        "ColumnNotFoundError", "ComputeError", "SchemaError", "InvalidOperationError", "ArrowInvalid",
        "ArrowTypeError", "ArrowKeyError", "BinderException", "CatalogException", "ParserException",
        "ConversionException", "NotFittedError", "JSONDecodeError", "DateParseError", "OperationalError",
        "UnsupportedOperation", "PandasFutureWarning", "SettingWithCopyError", "BadZipFile", "InvalidFileException",
    }
)  # fmt: skip

#: What libraries say around the values they name; told alone it holds none.
_SAYINGS = (
    "could not convert string to float", "cannot convert the series to", "cannot convert float NaN to integer",
    "cannot convert non-finite values", "invalid literal for int", "unsupported operand type",
    "not supported between instances of", "has no attribute", "is not defined", "object is not callable",
    "object is not subscriptable", "object is not iterable", "is not in index", "not in index", "not found in axis",
    "The truth value of a Series is ambiguous", "The truth value of an array", "Length of values",
    "Length mismatch", "All arrays must be of the same length", "arrays must be same length",
    "Can only use .str accessor", "Can only use .dt accessor", "index out of range", "out of bounds",
    "single positional indexer is out-of-bounds", "cannot reindex on an axis with duplicate labels",
    "Index contains duplicate entries", "You are trying to merge on", "No numeric types to aggregate",
    "agg function failed", "unexpected keyword argument", "missing 1 required positional argument",
    "positional arguments but", "got multiple values for", "No module named", "cannot import name",
    "No such file or directory", "codec can't decode", "Error tokenizing data", "No columns to parse from file",
    "does not match format", "Unknown datetime string format", "Mixed timezones", "division by zero",
    "shapes", "must be same size", "x and y must have same first dimension", "Unable to allocate", "unhashable type",
    "setting an array element with a sequence", "Input contains NaN", "Found array with 0 sample",
    "Could not interpret value", "cannot perform", "Expecting value", "database is locked", "no such table",
    "no such column", "File is not a zip file",
)  # fmt: skip

_LINE = re.compile(r"Cell In\s*\[\d+\], line (\d+)|Input In \[\d+\], in .*?line (\d+)|<ipython-input[^>]*>, line (\d+)")


@dataclass(frozen=True, slots=True)
class Failure:
    """What may be told of an error: its kind, the line of the model's own code, the fixed part of its message."""

    kind: str
    line: int | None = None
    code: str = ""
    saying: str = ""


def failure(error: ErrorOutput, source: str) -> Failure:
    """An error without its values; a name that is no known exception's is one, too, and is not told."""
    kind = error.ename if error.ename in _KNOWN_ERRORS else ""
    message = without_ansi(error.evalue)
    saying = next((known for known in _SAYINGS if known.casefold() in message.casefold()), "")
    lines = source.split("\n")
    frames = [match for frame in error.traceback for match in _LINE.finditer(without_ansi(frame))]
    numbers = [int(next(group for group in match.groups() if group)) for match in frames]
    line = numbers[0] if numbers and 1 <= numbers[0] <= len(lines) else None
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        line, saying = _syntax(source) or (line, saying)
    return Failure(kind, line, lines[line - 1].strip() if line is not None and line <= len(lines) else "", saying)


def _syntax(source: str) -> tuple[int | None, str] | None:
    """What is wrong with the code itself, told by the code alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(without_magics(source))
    except SyntaxError as error:
        return error.lineno, error.msg
    except (ValueError, RecursionError, MemoryError):
        return None
    return None
