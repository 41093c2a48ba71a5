"""Queries over tables that `TableJob` wrote: one page of the rows, or all of them as a file.

A query sees those tables and nothing else: no other file, no extension, no setting; it only selects.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import duckdb

from lci.core.files import Value
from lci.errors import FileUnreadable, Problem, QueryRefused
from lci.workspace.inference import plain_value
from lci.workspace.jobs import parsed, written
from lci.workspace.selection import literal
from lci.workspace.tables import SETTINGS, first_line

T = TypeVar("T")

#: Columns of a page; a query that names some reaches the others.
COLUMNS_SHOWN = 200
#: Rows below its header that a sheet can have.
ROWS_OF_A_SHEET = 1_048_575

ResultFormat: TypeAlias = Literal["csv", "parquet", "xlsx"]
RESULT_FORMATS: tuple[ResultFormat, ...] = ("csv", "parquet", "xlsx")


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result; `dtype` is what `.df()` makes of it."""

    name: str
    dtype: str


@dataclass(frozen=True, slots=True)
class QueryPage:
    """Some rows of a result; `total` is the number of all of them, `width` that of its columns."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    offset: int
    total: int
    width: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class QueryJob:
    """The rows of `sql` from `offset` on, as a `QueryPage`, over the tables of the files that come with it.

    `total` is the number of rows where it is known; `counted` has as many and is counted faster. With `steady` every
    page comes from one and the same order, which costs a sort of all rows: what a person writes need not say which of
    two equal rows comes first. `window` gives the same page sooner, with `$rows` and `$offset`.
    """

    name: str
    sql: str
    offset: int = 0
    rows: int = 100
    total: int | None = None
    counted: str = ""
    steady: bool = False
    window: str = ""

    def performed(self, path: Path, *others: Path) -> bytes:
        """A page, or a `Problem` with the query; never raises for what it says."""
        try:
            with self.opened(path, *others) as connection:
                return written(self.answered(connection))
        except QueryRefused as refusal:
            return written(refusal.problem)

    @contextmanager
    def opened(self, path: Path, *others: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in which this job and others that are as steady are answered. Raises `QueryRefused`."""
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(connected([path, *others]))
                if self.steady:
                    connection.execute("SET threads=1")
                    connection.execute("SET disabled_optimizers='top_n,late_materialization'")
                connection.execute("SET lock_configuration=true")
            except duckdb.Error as error:
                raise refused(error) from error
            yield connection

    def answered(self, connection: duckdb.DuckDBPyConnection) -> QueryPage | Problem:
        """A page, or what is wrong with the query."""
        began = time.perf_counter()
        try:
            page = self._page(connection, selecting(connection, self.sql))
        except QueryRefused as refusal:
            return refusal.problem
        except (duckdb.Error, MemoryError, UnicodeError) as error:
            return refused(error).problem
        return replace(page, seconds=time.perf_counter() - began)

    @property
    def same_opening(self) -> str:
        """The same for jobs that one connection can answer."""
        return f"query {self.steady}"

    def _page(self, connection: duckdb.DuckDBPyConnection, sql: str) -> QueryPage:
        total = self.total
        if total is None:
            ((total,),) = connection.execute(f"SELECT count(*) FROM ({self.counted or sql}\n)").fetchall()
        if self.window:
            result = connection.execute(self.window, {"rows": self.rows, "offset": self.offset})
        else:
            result = connection.execute(f"SELECT * FROM ({sql}\n) LIMIT {self.rows} OFFSET {self.offset}")
        columns = tuple(ResultColumn(str(name), dtype_of(str(kind))) for name, kind, *_ in result.description or ())
        rows = tuple(tuple(map(plain_value, row[:COLUMNS_SHOWN])) for row in result.fetchall())
        return QueryPage(columns[:COLUMNS_SHOWN], rows, self.offset, int(total), len(columns))

    def read(self, answer: bytes) -> QueryPage | Problem:
        """What an answer says."""
        page: QueryPage | Problem = parsed(QueryPage | Problem, answer, self.name)
        return page


@dataclass(frozen=True, slots=True)
class ResultJob:
    """All rows of `sql` as a file of that format.

    A workbook holds texts as texts: none of them becomes a formula, whatever it begins with.
    """

    name: str
    sql: str
    format: ResultFormat

    def performed(self, path: Path, *others: Path) -> Path:
        """The file, in the folder for temporary ones. Raises `QueryRefused`."""
        folder = Path(tempfile.mkdtemp(prefix="lci-result-"))
        target = folder / f"result.{self.format}"
        try:
            with connected([path, *others], folder) as connection:
                sql = selecting(connection, self.sql)
                connection.execute("SET lock_configuration=true")
                if self.format == "xlsx":
                    _write_workbook(connection.execute(sql), target)
                else:
                    connection.execute(f"COPY ({sql}\n) TO {literal(str(target))} (FORMAT {self.format})")
        except duckdb.Error as error:
            raise refused(error) from error
        return target

    def read(self, answer: bytes) -> None:
        """Nothing: the answer is a file."""


# --- what a query may do ----------------------------------------------------------------------------------------------


@contextmanager
def connected(paths: Sequence[Path], *folders: Path, memory: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the tables in these files by their own names; it may write to `folders`, open nothing.

    `memory` is what it may take, where that is not what every one may. The caller sets `lock_configuration`. Raises
    `duckdb.Error`.
    """
    settings = {**SETTINGS, "memory_limit": memory or SETTINGS["memory_limit"]}
    with tempfile.TemporaryDirectory(prefix="lci-query-") as spill, duckdb.connect(config=settings) as connection:
        for at, path in enumerate(paths):
            connection.execute(f"ATTACH {literal(str(path))} AS file_{at} (READ_ONLY)")
        connection.execute(f"SET search_path={literal(','.join(f'file_{at}.main' for at in range(len(paths))))}")
        connection.execute(f"SET temp_directory={literal(spill)}")
        allowed = ", ".join(literal(str(folder)) for folder in (spill, *folders))
        connection.execute(f"SET allowed_directories=[{allowed}]")
        connection.execute("SET max_temp_directory_size='10GB'")
        connection.execute("SET enable_external_access=false")
        yield connection


def of_table(path: Path, name: str, answer: Callable[[duckdb.DuckDBPyConnection], T], memory: str | None = None) -> T:
    """What `answer` finds out in the file that `TableJob` wrote of the file called `name`. Raises `FileUnreadable`."""
    try:
        with connected([path], memory=memory) as connection:
            connection.execute("SET lock_configuration=true")
            return answer(connection)
    except duckdb.Error as error:
        raise FileUnreadable(name, "table", first_line(error)) from error


def selecting(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """`sql` as it stands in another query. Raises `QueryRefused` unless it is one statement that only reads rows."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise refused(error) from error
    if len(statements) != 1:
        raise QueryRefused("several" if statements else "empty")
    kind = statements[0].type
    if kind != duckdb.StatementType.SELECT:
        raise QueryRefused("statement", kind.name)
    return sql.rstrip().rstrip(";")


#: What DuckDB's words are about, by the kind of its error and the cause that we make of it.
_ABOUT: tuple[tuple[type[duckdb.Error], str, str], ...] = (
    (duckdb.ParserException, "syntax", r'at or near "([^"]*)"'),
    (duckdb.CatalogException, "table", r"Table with name (.+?) does not exist"),
    (duckdb.CatalogException, "function", r"(?:Function|Macro) with name (.+?) does not exist"),
    (duckdb.BinderException, "ambiguous", r'Ambiguous reference to column name "([^"]+)"'),
    (duckdb.BinderException, "grouping", r'column "([^"]+)" must appear in the GROUP BY'),
    (duckdb.BinderException, "table", r'Referenced table "([^"]+)" not found'),
    (duckdb.BinderException, "column", r'[Cc]olumn "?([^"\n]+?)"? (?:not found|does not exist)'),
)
_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (duckdb.ParserException, "unreadable"),
    (duckdb.ConversionException, "conversion"),
    (duckdb.PermissionException, "permission"),
    (duckdb.OutOfMemoryException, "memory"),
    (MemoryError, "memory"),
)


def refused(error: Exception) -> QueryRefused:
    """An error of DuckDB's as one of ours."""
    words = str(error).strip()[:2_000]
    for kind, cause, pattern in _ABOUT:
        if isinstance(error, kind) and (about := re.search(pattern, words)):
            return QueryRefused(cause, about[1][:80], words)
    cause = next((cause for kind, cause in _CAUSES if isinstance(error, kind)), "other")
    return QueryRefused(cause, words=words)


# --- results ----------------------------------------------------------------------------------------------------------


#: What `.df()` makes of DuckDB's types, where it is no object.
_DTYPES = {
    "BOOLEAN": "bool", "TINYINT": "int8", "SMALLINT": "int16", "INTEGER": "int32", "BIGINT": "int64",
    "UTINYINT": "uint8", "USMALLINT": "uint16", "UINTEGER": "uint32", "UBIGINT": "uint64", "HUGEINT": "float64",
    "FLOAT": "float32", "DOUBLE": "float64", "DECIMAL": "float64", "VARCHAR": "str", "ENUM": "category",
    "DATE": "datetime64[us]", "TIMESTAMP": "datetime64[us]", "TIMESTAMP_S": "datetime64[s]",
    "TIMESTAMP_MS": "datetime64[ms]", "TIMESTAMP_NS": "datetime64[ns]",
    "TIMESTAMP WITH TIME ZONE": "datetime64[us, UTC]", "INTERVAL": "timedelta64[us]",
}  # fmt: skip


def dtype_of(kind: str) -> str:
    """A type of DuckDB's in pandas' words."""
    return "object" if kind.endswith("]") else _DTYPES.get(kind.partition("(")[0], "object")


def _write_workbook(result: duckdb.DuckDBPyConnection, target: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("result")

    def cell(value: object) -> object:
        if _fits_a_cell(value):
            return value
        plain = plain_value(value)
        if plain is None:
            return None
        # Set after the value: a text that begins like a formula is a text.
        text = WriteOnlyCell(sheet, value="")
        text.value = ILLEGAL_CHARACTERS_RE.sub("", str(plain))[:32_767]
        text.data_type = "s"
        return text

    sheet.append([cell(str(column[0])) for column in result.description or ()])
    while rows := result.fetchmany(10_000):
        for row in rows:
            sheet.append([cell(value) for value in row])
    workbook.save(target)


def _fits_a_cell(value: object) -> bool:
    """Whether a workbook holds it as it is: digits beyond the fifteenth are lost there, and so are time zones."""
    import datetime

    match value:
        case bool() | None:
            return True
        case int():
            return abs(value) < 10**15
        case float():
            return value - value == 0
        case datetime.datetime():
            return value.tzinfo is None and value.year >= 1900
        case datetime.date():
            return value.year >= 1900
        case _:
            return False
