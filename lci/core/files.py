"""What is known of a file without running code: its place in the workspace, its preview, how to read it."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.outputs import BlobRef
from lci.core.remarks import Remark
from lci.errors import Problem

FileKind: TypeAlias = Literal["table", "tables", "image", "archive", "text", "notebook", "other"]
FileOrigin: TypeAlias = Literal["upload", "sample", "local", "code"]
Value: TypeAlias = str | int | float | bool | None
#: What a person says a column holds; dates by which of day and month is written first.
ColumnKind: TypeAlias = Literal["text", "integer", "number", "day_first", "month_first"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a person says that a file is to be read; None, or no word of a column, where it is to be found out.

    `header` is the number of the row, from 1, in which the names of the columns begin, 0 where no row holds them.
    `sheet` is a sheet or a database's table, `member` a file of an archive, which all the rest is said of.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header: int | None = None
    kinds: tuple[tuple[str, ColumnKind], ...] = ()
    member: str | None = None


#: Everything is to be found out.
AS_FOUND = Reading()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name as in the file, its type in the reader's words, its missing values if counted.

    The rest is known of the rows that its table says were looked at: how many `distinct` values there are, which, where
    they are few, and the least and the greatest of numbers and dates. `stored` is the type that a Parquet file names.
    """

    name: str
    dtype: str
    nulls: int | None = None
    distinct: int | None = None
    values: tuple[Value, ...] = ()
    low: Value = None
    high: Value = None
    stored: str = ""


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A value of a column of texts, as it stands there."""

    column: str
    value: str
    #: Whether the words are all of it, not one of the words in it: the first name of somebody.
    is_whole: bool = True


#: The values of a file's first table that are called by one of some words, among all rows; none where that takes long.
ValueLookup: TypeAlias = Callable[[str, tuple[str, ...]], Awaitable[tuple[NamedValue, ...]]]


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """One row from the middle of a table, with its number from 1."""

    number: int
    cells: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The first and last rows of a table; values are text as in the file unless the format is typed.

    `rows` is None while unknown; `rows_exact` is false for an estimate. `between` are some rows from among the first
    `looked_at` ones, which are those that the columns' values are known of: 0 where these are not known. `reader` is
    the expression that reads a table which the file's own does not.
    """

    name: str
    rows: int | None
    rows_exact: bool
    columns: tuple[Column, ...]
    head: tuple[tuple[Value, ...], ...]
    tail: tuple[tuple[Value, ...], ...] = ()
    between: tuple[NumberedRow, ...] = ()
    looked_at: int = 0
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image's format and size in pixels, or that of a document's first page in points.

    `blob` is a small copy, for models that see and for what a browser cannot draw: PNG, or JPEG of a JPEG.
    """

    format: str
    width: int
    height: int
    blob: BlobRef | None = None

    @property
    def blob_type(self) -> str:
        """The MIME type of `blob`."""
        return "image/jpeg" if self.format in ("JPEG", "MPO") else "image/png"


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be shown of a file without running its content.

    `error` is set when nothing can be shown; the file stays attached all the same. `text` is the beginning of a text
    file. `reader` is the Python expression that reads the (first) table, ready for the kernel, or None.
    """

    name: str
    kind: FileKind
    bytes: int
    encoding: str | None = None
    delimiter: str | None = None
    compression: str | None = None
    tables: tuple[Table, ...] = ()
    image: ImageFacts | None = None
    members: tuple[str, ...] = ()
    text: str | None = None
    warnings: tuple[Remark, ...] = ()
    error: Problem | None = None
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One table of a workspace file, read as the person says; or of a folder's Parquet files, its `parts` in order."""

    file: str
    reading: Reading = AS_FOUND
    parts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The files that are read."""
        return self.parts or (self.file,)


@dataclass(frozen=True, slots=True)
class WorkspaceFile:
    """A file in the kernel's working directory, under exactly this name.

    `preview` is a short one (a few rows), enough for the model; the Data tab makes its own. Both are read as `reading`
    says. `source` is the path on this machine of a file that is used in place and not copied, else empty.
    """

    name: str
    size: int
    modified: float
    origin: FileOrigin
    preview: Preview | None = None
    reading: Reading = AS_FOUND
    source: str = ""


#: Distinct values that a short preview keeps of a column, and tables that it has.
_VALUES, _TABLES = 20, 20
_LEFT_OUT = "tables_left_out"


def brief(preview: Preview, rows: int = 5, columns: int = 200, cell_chars: int = 80) -> Preview:
    """`preview` cut down to what fits into an event: few rows, many columns, short cells, no long text."""

    def cut(value: Value) -> Value:
        if isinstance(value, str) and len(value) > cell_chars:
            return value[: cell_chars - 1] + "…"
        return value

    def cut_row(row: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(map(cut, row[:columns]))

    def cut_column(column: Column) -> Column:
        values = tuple(map(cut, column.values)) if len(column.values) <= _VALUES else ()
        return dataclasses.replace(column, values=values, low=cut(column.low), high=cut(column.high))

    tables = tuple(
        dataclasses.replace(
            table,
            columns=tuple(map(cut_column, table.columns[:columns])),
            head=tuple(map(cut_row, table.head[:rows])),
            tail=tuple(map(cut_row, table.tail[-2:])),
            between=tuple(NumberedRow(row.number, cut_row(row.cells)) for row in table.between[:rows]),
        )
        for table in preview.tables[:_TABLES]
    )
    text = preview.text[:1000] if preview.text is not None else None
    return dataclasses.replace(
        preview, tables=tables, text=text, members=preview.members[:50], warnings=_with_tables_cut(preview)
    )


def _with_tables_cut(preview: Preview) -> tuple[Remark, ...]:
    """The warnings, among them the names of the tables that a short preview does not have."""
    cut = [table.name for table in preview.tables[_TABLES:]]
    if not cut:
        return preview.warnings
    known = next((each.facts for each in preview.warnings if each.code == _LEFT_OUT), {})
    names = ", ".join([*cut, *filter(None, [str(known.get("names", ""))])])
    tables = known.get("tables", len(preview.tables))
    others = [each for each in preview.warnings if each.code != _LEFT_OUT]
    return (*others, Remark(_LEFT_OUT, {"shown": _TABLES, "tables": tables, "names": names}))
