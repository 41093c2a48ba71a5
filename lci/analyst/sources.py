"""The tables of a file, and the Python that reads each."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import PurePosixPath

from lci.analyst.columns import FileColumn, file_columns, unique_columns
from lci.analyst.writing import literal
from lci.core.files import Preview, Table
from lci.core.readers import reader_imports

_WORKBOOKS = {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"}
_DATABASES = {".sqlite", ".sqlite3", ".db"}


@dataclass(frozen=True, slots=True)
class Source:
    """A table ready to be read: `reader` is a Python expression, `sheet` its name when the file has several."""

    file: str
    reader: str
    columns: tuple[FileColumn, ...]
    rows: int | None = None
    sheet: str | None = None
    #: Columns that have another value in each row.
    unique: frozenset[str] = frozenset()

    def of_kind(self, *kinds: str) -> tuple[FileColumn, ...]:
        """The columns of those kinds, in the file's order."""
        return tuple(column for column in self.columns if column.kind in kinds)

    @property
    def imports(self) -> tuple[str, ...]:
        """The import lines that `reader` needs, pandas always among them."""
        pandas = "import pandas as pd"
        return (pandas, *(line for line in reader_imports(self.reader) if line != pandas))


def sources(preview: Preview) -> list[tuple[Source, Table]]:
    """All tables of a file that can be read."""
    return [(each, table) for table in preview.tables if (each := _source(preview, table)) is not None]


def _source(preview: Preview, table: Table) -> Source | None:
    reader = _reader(preview, table)
    if reader is None or not table.columns:
        return None
    return Source(
        file=preview.name,
        reader=reader,
        columns=file_columns(table),
        rows=table.rows,
        sheet=table.name if len(preview.tables) > 1 else None,
        unique=unique_columns(table),
    )


def _reader(preview: Preview, table: Table) -> str | None:
    if table is preview.tables[0] and preview.reader and _is_expression(preview.reader):
        return preview.reader
    if table.reader and _is_expression(table.reader):
        return table.reader
    name, ending = literal(preview.name), PurePosixPath(preview.name.lower()).suffix
    if ending in _WORKBOOKS:
        return f'pd.read_excel({name}, sheet_name={literal(table.name)}, engine="calamine")'
    if ending in _DATABASES:
        query = 'SELECT * FROM "' + table.name.replace('"', '""') + '"'
        return f"pd.read_sql({literal(query)}, sqlite3.connect({name}))"
    if ending in {".csv", ".tsv", ".txt"} and preview.kind == "table":
        return f"pd.read_csv({name}{_csv_options(preview)})"
    return None


def _csv_options(preview: Preview) -> str:
    options = ""
    if preview.delimiter not in {None, ","}:
        options += f", sep={literal(preview.delimiter or '')}"
    if preview.encoding and preview.encoding.lower().replace("_", "-") not in {"utf-8", "ascii"}:
        options += f", encoding={literal(preview.encoding)}"
    return options


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True
