"""Which table a question is about, and the Python that reads it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from lci.analyst.columns import FileColumn, file_columns, mentions
from lci.analyst.writing import literal
from lci.core.files import Preview, Table
from lci.core.readers import reader_imports

_WORKBOOKS = {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"}
_DATABASES = {".sqlite", ".sqlite3", ".db"}


@dataclass(frozen=True, slots=True)
class Source:
    """A table ready to be read: `reader` is a Python expression, `sheet` its name when the file has several.

    `values` are those of its categories that the preview shows.
    """

    file: str
    reader: str
    columns: tuple[FileColumn, ...]
    rows: int | None = None
    sheet: str | None = None
    dollars: bool = False
    values: frozenset[str] = frozenset()

    def of_kind(self, *kinds: str) -> tuple[FileColumn, ...]:
        """The columns of those kinds, in the file's order."""
        return tuple(column for column in self.columns if column.kind in kinds)

    @property
    def imports(self) -> tuple[str, ...]:
        """The import lines that `reader` needs, pandas always among them."""
        pandas = "import pandas as pd"
        return (pandas, *(line for line in reader_imports(self.reader) if line != pandas))


def source(preview: Preview, question: str) -> Source | None:
    """The table of `preview` that `question` names, else its first; None when the file holds no readable table."""
    if not preview.tables:
        return None
    table = _table(preview.tables, question)
    reader = _reader(preview, table)
    if reader is None or not table.columns:
        return None
    rows = table.head + table.tail
    shown = [str(value) for row in rows for value in row]
    columns = file_columns(table)
    categories = [at for at, column in enumerate(columns) if column.kind == "category"]
    return Source(
        file=preview.name,
        reader=reader,
        columns=columns,
        rows=table.rows,
        sheet=table.name if len(preview.tables) > 1 else None,
        dollars=any("$" in text for text in [*shown, *(column.name for column in table.columns)]),
        values=frozenset(text for row in rows for at in categories if at < len(row) and (text := str(row[at]).strip())),
    )


def _table(tables: tuple[Table, ...], question: str) -> Table:
    low = question.lower()
    named = [
        table for table in tables if table.name and re.search(rf"(?<!\w){re.escape(table.name.lower())}(?!\w)", low)
    ]
    return max(named, key=lambda table: len(table.name), default=tables[0])


def _reader(preview: Preview, table: Table) -> str | None:
    if table is preview.tables[0] and preview.reader and _is_expression(preview.reader):
        return preview.reader
    name, ending = literal(preview.name), PurePosixPath(preview.name.lower()).suffix
    if ending in _WORKBOOKS:
        return f"pd.read_excel({name}, sheet_name={literal(table.name)})"
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


def chosen(question: str, previews: tuple[Preview, ...], attached: str = "") -> Preview | None:
    """The file a question is about: named in it, else attached with it, else the newest with columns it names.

    `attached` is whatever text came along with the question. Files without tables come last.
    """
    tabular = [preview for preview in reversed(previews) if source(preview, question) is not None]
    for text in (question, attached):
        named = _named(text, tabular)
        if named is not None:
            return named
    if not tabular:
        return previews[-1] if previews else None
    return max(tabular, key=lambda preview: _fit(question, preview))


def _named(text: str, previews: list[Preview]) -> Preview | None:
    low = text.lower()
    for preview in previews:
        if preview.name.lower() in low:
            return preview
    for preview in previews:
        stem = preview.name.split(".", maxsplit=1)[0].lower()
        if len(stem) > 2 and len(previews) > 1 and re.search(rf"(?<!\w){re.escape(stem)}(?!\w)", low):
            return preview
    return None


def _fit(question: str, preview: Preview) -> float:
    table = source(preview, question)
    return sum(mention.score for mention in mentions(question, table.columns)) if table else 0.0
