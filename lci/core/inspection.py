"""What can be known of a kernel's memory without running a person's code: variables, rows of tables, facts of failures.

All of it comes from a process that runs untrusted code: bounded and of these types, but never to be believed further.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.outputs import Json


@dataclass(frozen=True, slots=True)
class Variable:
    """A name in memory; `shape` and `columns` are None for what has none.

    `value` is the text of plain ones, and the parameters of a function.
    """

    name: str
    type: str
    module: str = ""
    bytes: int | None = None
    shape: tuple[int, ...] | None = None
    columns: tuple[str, ...] | None = None
    value: str = ""
    is_table: bool = False

    @property
    def is_function(self) -> bool:
        """Whether it is a function of the user's own."""
        return self.type == "function"


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A table that a cell ended with and the kernel keeps: `name` asks for its rows, as a variable's does.

    `code` is the `source_digest` of that cell; `variable` a name that holds the same object, empty where none does.
    """

    name: str
    code: str
    shape: tuple[int, ...]
    variable: str = ""


def source_digest(source: str) -> str:
    """What tells the code of one cell from another's: its SHA-256 as hexadecimal digits."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Rows of the table `name`: sorted by a column, or only those with a text, if one is given."""

    name: str
    start: int
    stop: int
    column: str | None = None
    descending: bool = False
    containing: str = ""


Label: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some rows of a table; `rows` counts all that there are."""

    rows: int
    columns: tuple[Label, ...]
    index: tuple[Label, ...]
    data: tuple[tuple[Json, ...], ...]


#: What a table in memory can be written as.
TableFormat: TypeAlias = Literal["csv", "parquet"]
TABLE_FORMATS: tuple[TableFormat, ...] = ("csv", "parquet")


@dataclass(frozen=True, slots=True)
class NoTable:
    """There is no table of that name, or the kernel does not answer."""


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An object that a failing line names: what it is, its columns or keys, and one of its values as text."""

    name: str
    type: str
    columns: tuple[str, ...] = ()
    sample: str = ""


@dataclass(frozen=True, slots=True)
class FailureFacts:
    """What helps to repair the last error: the objects its line names, innermost first, and names that come close.

    `installed` are modules that serve in place of a missing one; `folder` is where the kernel works, if that is not the
    workspace.
    """

    objects: tuple[NamedObject, ...] = ()
    close: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What a reading call returns in the kernel's own Python: names, types and missing values of columns, and rows.

    `error` is the class of what it raises there instead, empty where it reads.
    """

    columns: tuple[tuple[str, str, int], ...] = ()
    rows: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class FigureNote:
    """A figure of the last cell: axes, series and ranges as JSON text, and codes of what makes it hard to read."""

    axes: str
    findings: tuple[str, ...] = ()
