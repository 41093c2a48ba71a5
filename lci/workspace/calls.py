"""Calls of pandas as values: one value is run to see what it reads, and written out for the code that will read."""

from __future__ import annotations

import ast
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from lci.workspace.request import literal

if TYPE_CHECKING:
    import pandas as pd

#: What an argument may be; `str` the type is `dtype=str`.
Argument: TypeAlias = Any  # Any: literals, and lists and dicts of them


@dataclass(frozen=True, slots=True)
class Call:
    """A function of pandas with its arguments but for the file."""

    function: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)

    def with_(self, **more: Argument) -> Call:
        """The call with more arguments, or other values for them; those that are None stay as they are."""
        return Call(self.function, {**self.arguments, **{name: v for name, v in more.items() if v is not None}})

    def frame(self, text: str, **more: Argument) -> pd.DataFrame:
        """What the call returns for a file that holds `text`. Raises what pandas raises."""
        import pandas

        with warnings.catch_warnings():
            # Mixed types and the like are seen in the result.
            warnings.simplefilter("ignore")
            frame: pd.DataFrame = getattr(pandas, self.function)(io.StringIO(text), **{**self.arguments, **more})
        return frame

    def source(self, file: str, **more: Argument) -> str:
        """The call as Python, for the file that the expression `file` names."""
        arguments = {**self.arguments, **more}
        return f"pd.{self.function}({', '.join([file, *(f'{name}={written(v)}' for name, v in arguments.items())])})"


#: What says how cells become values; without it they are texts as they stand in the file.
_VALUES = frozenset({"dtype", "parse_dates", "date_format", "na_values", "keep_default_na", "decimal", "thousands"})


def texts_in(reader: str, rows_at_once: int) -> str | None:
    """The expression that reads a delimited text as `reader` does, but each cell as it is written, in pieces.

    None for what reads something else.
    """
    call = call_in(reader)
    if call is None or call.function not in ("read_csv", "read_fwf"):
        return None
    expression = ast.parse(reader, mode="eval").body
    assert isinstance(expression, ast.Call)
    layout = {name: value for name, value in call.arguments.items() if name not in _VALUES}
    as_written = {"dtype": str, "keep_default_na": False, "na_filter": False, "chunksize": rows_at_once}
    return Call(call.function, layout | as_written).source(ast.get_source_segment(reader, expression.args[0]) or "")


def call_in(reader: str) -> Call | None:
    """The call that a preview's `reader` is, encoding and compression among its arguments; None for another one."""
    try:
        expression = ast.parse(reader, mode="eval").body
        match expression:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="pd"), attr=function), args=[_], keywords=keywords):
                return Call(function, {each.arg: _read(each.value) for each in keywords if each.arg is not None})
            case _:
                return None
    except (SyntaxError, ValueError):
        return None


def function_in(reader: str) -> str | None:
    """The function of pandas that reads the file, whatever is done with what it returns; None where none does."""
    try:
        calls = [node.func for node in ast.walk(ast.parse(reader, mode="eval")) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError):
        return None
    for called in calls:
        match called:
            case ast.Attribute(value=ast.Name(id="pd"), attr=function) if function.startswith("read_"):
                return function
    return None


def _read(node: ast.expr) -> Argument:
    """What `written` wrote."""
    match node:
        case ast.Name(id="str"):
            return str
        case ast.Dict(keys=keys, values=values):
            return {_read(key): _read(value) for key, value in zip(keys, values, strict=True) if key is not None}
        case _:
            return ast.literal_eval(node)


def written(value: Argument) -> str:
    """An argument as Python source."""
    match value:
        case None:
            return "None"
        case str():
            return rf'r"{value}"' if value == r"\s+" else literal(value)
        case type():
            return value.__name__
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            return "{" + ", ".join(f"{written(key)}: {written(each)}" for key, each in value.items()) + "}"
        case _:
            return repr(value)
