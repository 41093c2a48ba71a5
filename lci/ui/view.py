"""What one tab looks at on the Data page: a table with conditions and an order, or a query of the person's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lci.core.files import Reading, Source, Value, WorkspaceFile
from lci.core.parquet_folders import FolderTable, folder_tables
from lci.runtime.conversation.queries import Query
from lci.workspace.column_facts import ColumnFacts
from lci.workspace.selection import Condition, Missing, OneOf, Order, Range, Selection, table_names

#: Rows of one page.
ROWS = 100
#: Files of a folder that a query reads as one table: a process may have some more open.
PARTS_MOST = 500


@dataclass(frozen=True, slots=True)
class View:
    """The rows from `offset` on of a selection, or of the person's `own` query."""

    selection: Selection
    offset: int = 0
    own: str | None = None

    @property
    def sql(self) -> str:
        """The query whose rows are in view."""
        return self.selection.sql if self.own is None else self.own

    def at(self, offset: int) -> View:
        """The same rows, from `offset` on."""
        return replace(self, offset=max(0, offset))

    def asking(self, sql: str) -> View:
        """The rows of another query; of the selection's own text, the selection."""
        own = None if sql.strip() == self.selection.sql else sql
        return View(self.selection, own=own)

    def sorted_by(self, column: str, *, amounts: bool = False) -> View:
        """By that column upwards, by the same again downwards, and again as the file has them.

        `amounts` says that its texts are numbers with signs, and sorted as such.
        """
        order = self.selection.order
        if order is None or order.column != column:
            return self._with(order=Order(column, amounts=amounts))
        return self._with(order=None if order.descending else replace(order, descending=True))

    def where(self, condition: Condition) -> View:
        """With one more condition; one that is there already is taken out."""
        conditions = self.selection.conditions
        if condition in conditions:
            return self.without(conditions.index(condition))
        # Two that are met by no row together: the later one is meant.
        others = tuple(each for each in conditions if not _replaces(condition, each))
        return self._with(conditions=(*others, condition))

    def without(self, at: int) -> View:
        """Without one condition."""
        conditions = self.selection.conditions
        return self._with(conditions=(*conditions[:at], *conditions[at + 1 :]))

    def _with(self, **changes: object) -> View:
        return View(replace(self.selection, **changes))  # type: ignore[arg-type]


def _replaces(condition: Condition, earlier: Condition) -> bool:
    return condition.column == earlier.column and type(condition) in (type(earlier), Missing)


def picked(column: ColumnFacts, kind: str, at: int) -> Condition | None:
    """The condition that a click above a column stands for; None for one on what is not there any more."""
    if kind == "missing":
        return Missing(column.name)
    if kind == "bar" and 0 <= at < len(column.bars):
        bar = column.bars[at]
        return Range(column.name, bar.low, bar.high, bar.closed)
    if kind == "value" and 0 <= at < len(column.top):
        return OneOf(column.name, (column.top[at][0],))
    return None


def tables_of(files: Mapping[str, WorkspaceFile]) -> dict[tuple[str, str | None], str]:
    """The tables of these files, by file or folder and sheet, and what each is called in SQL."""
    tables: list[tuple[str, str | None]] = [(folder.name, None) for folder in queried_folders(files)]
    for name, file in files.items():
        shown = file.preview.tables if file.preview is not None else ()
        tables += [(name, None)] if len(shown) == 1 else [(name, table.name) for table in shown]
    return table_names(tables)


def queried_folders(files: Mapping[str, WorkspaceFile]) -> list[FolderTable]:
    """The folders that queries can read as one table: all their files are open at once for that."""
    return [folder for folder in folder_tables(files) if len(folder.parts) <= PARTS_MOST]


def sources_of(files: Mapping[str, WorkspaceFile]) -> dict[str, Source]:
    """Where the tables come from, by what they are called in SQL."""
    folders = {folder.name: folder.source for folder in queried_folders(files)}
    return {
        table: folders.get(name) or Source(name, _reading_of(files[name], sheet))
        for (name, sheet), table in tables_of(files).items()
    }


def _reading_of(file: WorkspaceFile, sheet: str | None) -> Reading:
    """How a table of the file is read; what the person says of header and columns is said of the first one."""
    is_first = file.preview is None or sheet in (None, file.preview.tables[0].name)
    return replace(file.reading, sheet=sheet) if is_first else replace(file.reading, sheet=sheet, header=None, kinds=())


def query_of(view: View, sources: Mapping[str, Source]) -> Query:
    """The query, with the tables that it names: its own first."""
    table = view.selection.table
    if view.own is None:
        counted = Selection(table, view.selection.conditions).sql
        return Query(view.sql, ((table, sources[table]),), counted, window=view.selection.window)
    used = [name for name in sources if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", view.own, re.IGNORECASE)]
    return Query(view.own, tuple((name, sources[name]) for name in used or [table]), steady=True)


def as_number(text: str) -> Value:
    """What a person typed as a bound or a value of a column of numbers. Raises `ValueError`."""
    plain = text.strip().replace(" ", "").replace("_", "")
    return int(plain) if re.fullmatch(r"[+-]?\d+", plain) else float(plain)


def decimals(column: Sequence[Value]) -> int | None:
    """How many decimals the numbers of a column are shown with; None where they are no plain decimals."""
    most = 0
    for value in column:
        if isinstance(value, float):
            whole, _, fraction = repr(value).partition(".")
            if not whole.strip("-").isdigit() or not fraction.isdigit():
                return None
            most = max(most, 0 if fraction == "0" else len(fraction))
    return most if most <= 6 else None
