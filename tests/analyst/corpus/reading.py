"""Files of the corpus as tables of DuckDB: read without pandas, as a plain reader takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from openpyxl import load_workbook

DATA = Path(__file__).parent / "data"
MISSING = ("", "NA", "NaN", "nan")
Row = tuple[Any, ...]


class Tables:
    """One DuckDB for all files; each table is read once, when it is first asked for."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set preserve_insertion_order = true")
        self._views: dict[str, str] = {}

    def view(self, table: str) -> str:
        """The quoted name of the view that holds `table`: a file's name, or `file.xlsx#Sheet`."""
        if table not in self._views:
            name = f'"{table}"'
            self._create(name, table)
            self._views[table] = name
        return self._views[table]

    def _create(self, name: str, table: str) -> None:
        file, _, sheet = table.partition("#")
        path = str(DATA / file).replace("'", "''")
        match Path(file).suffix:
            case ".parquet":
                source = f"read_parquet('{path}')"
            case ".xlsx":
                self._load_sheet(name, DATA / file, sheet)
                return
            case _:
                missing = ", ".join(f"'{word}'" for word in MISSING)
                source = f"read_csv('{path}', header = true, sample_size = -1, nullstr = [{missing}])"
        self.connection.execute(f"create table {name} as select * from {source}")

    def _load_sheet(self, name: str, path: Path, sheet: str) -> None:
        book = load_workbook(path, read_only=True, data_only=True)
        head, *body = (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
        book.close()
        columns = ", ".join(
            f'"{title}" {_sql_type([row[place] for row in body])}' for place, title in enumerate(head) if title
        )
        self.connection.execute(f"create table {name} ({columns})")
        self.connection.executemany(f"insert into {name} values ({', '.join('?' * len(head))})", body)

    def columns(self, table: str) -> tuple[str, ...]:
        described = self.connection.execute(f"describe {self.view(table)}").fetchall()
        return tuple(row[0] for row in described)

    def rows(self, sql: str, table: str) -> list[Row]:
        """What `sql` gives, `{file}` standing for `table`."""
        return self.connection.execute(sql.replace("{file}", self.view(table))).fetchall()


def _sql_type(values: list[Any]) -> str:
    present = [value for value in values if value is not None]
    if all(isinstance(value, int) for value in present):
        return "bigint"
    if all(isinstance(value, int | float) for value in present):
        return "double"
    return "varchar"
