"""All values of some columns of a file, whatever its format, so that they can be told from others and kept back."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from lci.core.files import AS_FOUND, Preview, Reading, Value
from lci.core.privacy.masking import MaskedValues
from lci.errors import FileUnreadable
from lci.workspace.calls import texts_in
from lci.workspace.inference import CELL_CHARACTERS
from lci.workspace.preview import preview
from lci.workspace.request import Request
from lci.workspace.returned import READERS_RAISE, value_of
from lci.workspace.tables import TableJob

_ROWS_AT_ONCE = 50_000
#: Rows of a table that only a preview can read.
ROWS_IN_MEMORY = 1_000_000
_DECIMAL_COMMA = re.compile(r"(?<![\d,])\d[\d.\s\u00a0\u202f'’]*,\d+(?![\d,])")


def column_values(
    path: Path, name: str, columns: tuple[str, ...], reading: Reading = AS_FOUND
) -> dict[str, MaskedValues] | None:
    """What to look for to find any value of each of `columns` that the file has; None when not all could be read.

    What stands above a header that the person has moved may be rows of data to whoever reads the file in another way.
    """
    file_preview = preview(path, name, 5, reading)
    if file_preview.error is not None or _leaves_out(file_preview) or reading.header:
        return None
    by_table: dict[str, MaskedValues] = {}
    for number, table in enumerate(file_preview.tables):
        for column in columns:
            # pandas numbers equal names: `name.1` is the file's second `name`.
            alike = re.compile(re.escape(column) + r"(\.\d+)?")
            positions = [at for at, each in enumerate(table.columns) if alike.fullmatch(each.name)]
            if not positions:
                continue
            values = _values(path, name, file_preview, reading, number, positions)
            if values is None:
                return None
            by_table[column] = by_table.get(column, MaskedValues()) | values
    return by_table


def _leaves_out(file_preview: Preview) -> bool:
    """Whether something of the file is in none of the tables: it may hold a column's values, too."""
    facts = {warning.code: warning.facts for warning in file_preview.warnings}
    if "tables_left_out" in facts or "notes_below_table" in facts:
        return True
    # Tables of one sheet, one below the other, are not listed; nor are members of an archive beside its table.
    reader = file_preview.reader or ""
    several = facts.get("several_tables")
    if several is not None and (several["tables"] != len(file_preview.tables) or reader.startswith("pd.read_excel(")):
        return True
    return "zipfile.ZipFile(" in reader or "tarfile.open(" in reader


def _spellings(values: Iterable[Value]) -> Iterator[Value]:
    """The values, and numbers written with a decimal comma also as code would print them."""
    for value in values:
        yield value
        if isinstance(value, str):
            for match in _DECIMAL_COMMA.findall(value):
                yield re.sub(r"[^\d,]", "", match).replace(",", ".")


def _values(
    path: Path, name: str, file_preview: Preview, reading: Reading, number: int, positions: list[int]
) -> MaskedValues | None:
    """The values in those places of one table's rows; None when not every row can be had."""
    reader = file_preview.reader or ""
    if number == 0 and (texts := texts_in(reader, _ROWS_AT_ONCE)) is not None:
        return _written(Request(path, name, file_preview.bytes), texts, positions)
    if number == 0 and reader.startswith(("pd.read_parquet(", "duckdb.connect(")):
        try:
            stored = TableJob(name, "stored", reading).performed(path)
            with duckdb.connect(str(stored), read_only=True) as connection:
                cursor = connection.execute("FROM stored")
                rows = itertools.chain.from_iterable(iter(lambda: cursor.fetchmany(_ROWS_AT_ONCE), []))
                return MaskedValues.of(_spellings(row[at] for row in rows for at in positions))
        except (duckdb.Error, FileUnreadable):
            return None
    table = file_preview.tables[number]
    sheet = table.name if len(file_preview.tables) > 1 else None
    whole = preview(path, name, ROWS_IN_MEMORY, replace(reading, sheet=sheet or reading.sheet)).tables
    chosen = next((each for each in whole if each.name == table.name), None)
    if chosen is None or not len(chosen.head) < ROWS_IN_MEMORY or len(chosen.head) < (chosen.rows or 0):
        return None
    values = [row[at] for row in chosen.head for at in positions if at < len(row)]
    # A text as long as a preview shows may go on.
    if any(isinstance(value, str) and len(value) >= CELL_CHARACTERS for value in values):
        return None
    return MaskedValues.of(_spellings(values))


def _written(request: Request, texts: str, positions: list[int]) -> MaskedValues | None:
    """The cells as they stand in a delimited text, read by the very call that was told."""
    pieces = value_of(request, texts)
    if pieces is None:
        return None

    def cells() -> Iterator[Value]:
        with pieces:
            for piece in pieces:
                for at in positions:
                    yield from piece.iloc[:, at].tolist()

    try:
        return MaskedValues.of(_spellings(cells()))
    except READERS_RAISE:
        return None
