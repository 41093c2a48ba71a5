"""Column statistics of a whole file through DuckDB, which streams what does not fit into memory."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import duckdb

from lci.core.files import AS_FOUND, Preview, Reading, Value
from lci.errors import FileUnreadable
from lci.workspace.calls import Call, call_in
from lci.workspace.inference import MISSING, plain_value
from lci.workspace.preview import preview
from lci.workspace.quartiles import Ordered, quartiles
from lci.workspace.request import Request, literal
from lci.workspace.sniff import sniff
from lci.workspace.sources import opened

#: Rows of a table that only a preview can read.
ROWS_IN_MEMORY = 1_000_000
_LOOK_SECONDS = 0.1

Strictness: TypeAlias = Literal["strict", "lenient", "text"]


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column's statistics; numbers and dates are DuckDB's text, None where they make no sense.

    `distinct` is an approximation, everything else exact.
    """

    name: str
    dtype: str
    nulls_percent: float
    distinct: int
    minimum: Value
    maximum: Value
    mean: Value
    deviation: Value
    quartiles: tuple[Value, Value, Value]


@dataclass(frozen=True, slots=True)
class Profile:
    """The statistics of a table over all its rows."""

    name: str
    table: str
    rows: int
    columns: tuple[ColumnProfile, ...]


class ProfileCancelled(Exception):
    """The person asked to stop."""


def profile(
    path: Path,
    name: str,
    reading: Reading = AS_FOUND,
    *,
    progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
) -> Profile:
    """Column statistics of the (first) table in `path`, over every row.

    `progress` is called with 0 to 1 from this thread; setting `cancel` from another ends the query and raises
    `ProfileCancelled`. Tables that are neither delimited text, Parquet nor DuckDB are profiled up to a million rows.
    Raises `FileUnreadable`.
    """
    file_preview = preview(path, name, 5, reading)
    if file_preview.error is not None:
        raise FileUnreadable(name, file_preview.kind, file_preview.error.code)
    if not file_preview.tables:
        raise FileUnreadable(name, file_preview.kind, "no table")
    try:
        with relation(path, name, file_preview, reading) as (connection, relations):
            rows = _first_summary(connection, relations, progress, cancel or threading.Event())
    except duckdb.Error as error:
        raise FileUnreadable(name, "table", (str(error).strip().splitlines() or [""])[0][:200]) from error
    count = int(rows[0]["count"]) if rows else 0
    return Profile(name, file_preview.tables[0].name, count, tuple(map(_column, rows)))


def _column(row: dict[str, Any]) -> ColumnProfile:  # Any: DuckDB's row
    def value(key: str) -> Value:
        return plain_value(row[key])

    return ColumnProfile(
        name=str(row["column_name"]),
        dtype=str(row["column_type"]),
        nulls_percent=float(row["null_percentage"] or 0),
        distinct=int(row["approx_unique"] or 0),
        minimum=value("min"),
        maximum=value("max"),
        mean=value("avg"),
        deviation=value("std"),
        quartiles=(value("q25"), value("q50"), value("q75")),
    )


def _first_summary(
    connection: duckdb.DuckDBPyConnection,
    relations: list[str],
    progress: Callable[[float], None] | None,
    cancel: threading.Event,
) -> list[dict[str, Any]]:  # Any: DuckDB's rows
    """The summary of the first relation that can be read: each is more lenient than the one before."""
    for relation in relations[:-1]:
        try:
            return _summary(connection, relation, progress, cancel)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            continue
    return _summary(connection, relations[-1], progress, cancel)


def _summary(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    progress: Callable[[float], None] | None,
    cancel: threading.Event,
) -> list[dict[str, Any]]:  # Any: DuckDB's rows
    """`SUMMARIZE`, with the quartiles that it only estimates counted exactly."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        return _rows(connection, sql, progress, cancel)

    columns = [str(name) for name, *_ in query(f"DESCRIBE (SUMMARIZE FROM {relation})")]
    rows = [dict(zip(columns, row, strict=True)) for row in query(f"SUMMARIZE FROM {relation}")]
    ordered = [Ordered(_identifier(row["column_name"]), row["column_type"]) for row in rows if row["q50"] is not None]
    exact = quartiles(query, relation, ordered, int(rows[0]["count"]) if rows else 0)
    for row in rows:
        quarters = exact.get(_identifier(row["column_name"]))
        if quarters is not None:
            row |= {"q25": _written(quarters[0]), "q50": _written(quarters[1]), "q75": _written(quarters[2])}
    if progress is not None:
        progress(1.0)
    return rows


def _written(value: Any) -> str | None:  # Any: DuckDB's value
    return None if value is None else str(value)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    progress: Callable[[float], None] | None,
    cancel: threading.Event,
) -> list[tuple[Any, ...]]:  # Any: DuckDB's rows
    """The rows of a query that can be cancelled while it runs."""
    result: list[tuple[Any, ...]] = []
    failure: list[duckdb.Error] = []
    done = threading.Event()

    def run() -> None:
        try:
            result.extend(connection.execute(sql).fetchall())
        except duckdb.Error as error:
            failure.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=run, name="profile")
    thread.start()
    try:
        while not done.wait(_LOOK_SECONDS):
            if cancel.is_set():
                connection.interrupt()
            elif progress is not None:
                progress(max(0.0, min(1.0, connection.query_progress() / 100)))
    finally:
        if not done.is_set():
            connection.interrupt()
        thread.join()
    if cancel.is_set():
        raise ProfileCancelled
    if failure:
        raise failure[0]
    return result


@contextmanager
def relation(
    path: Path,
    name: str,
    file_preview: Preview,
    reading: Reading = AS_FOUND,
    strictness: Sequence[Strictness] = ("strict", "lenient"),
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[str]]]:
    """A connection that can read this file and no other, and the SQL that names its first table's rows.

    Delimited text has one for each of `strictness`: `lenient` leaves rows out that fit no layout, `text` leaves nothing
    out and makes nothing of what it reads. Raises `duckdb.Error`.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "256MB",
        "threads": "2",
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    reader = file_preview.reader or ""
    with tempfile.TemporaryDirectory(prefix="lci-profile-") as folder:
        if reader.startswith("duckdb.connect("):
            quoted = ".".join(_identifier(part) for part in file_preview.tables[0].name.split(".", 1))
            read_only = {**settings, "enable_external_access": "false", "temp_directory": folder}
            with duckdb.connect(str(path), read_only=True, config=read_only) as connection:
                yield connection, [quoted]
            return
        with duckdb.connect(config=settings) as connection:
            relations, readable = _readable(path, name, file_preview, reading, Path(folder), connection, strictness)
            connection.execute("SET enable_progress_bar=true")
            connection.execute("SET enable_progress_bar_print=false")
            connection.execute(f"SET temp_directory={_text(folder)}")
            connection.execute(f"SET allowed_paths=[{', '.join(map(_text, readable))}]")
            connection.execute(f"SET allowed_directories=[{_text(folder)}]")
            connection.execute("SET enable_external_access=false")
            connection.execute("SET lock_configuration=true")
            yield connection, relations


def _readable(
    path: Path,
    name: str,
    file_preview: Preview,
    reading: Reading,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    strictness: Sequence[Strictness],
) -> tuple[list[str], list[str]]:
    reader = file_preview.reader or ""
    if reader.startswith(f"pd.read_parquet({literal(name)}"):
        return [f"read_parquet({_text(str(path))})"], [str(path)]
    call = call_in(reader)
    if call is not None and call.function in ("read_csv", "read_fwf"):
        options = _csv_options(call, file_preview)
        if options is None:
            return _registered(connection, path, name, file_preview, call, strictness), []
        text = path
        if file_preview.encoding not in {"utf-8", "utf-8-sig", "ascii"} or file_preview.compression is not None:
            text = folder / "text.csv"
            _transcode(path, name, file_preview, text)
        return [_csv_relation(options, file_preview, text, each) for each in strictness], [str(text)]
    import pyarrow as pa

    whole = preview(path, name, ROWS_IN_MEMORY, reading).tables[0]
    columns = list(zip(*whole.head, strict=True)) or [() for _ in whole.columns]
    names = [f"{column.name or 'column'}" for column in whole.columns]
    arrays = [_array(list(values)) for values in columns]
    connection.register("table_in_memory", pa.table(arrays, names=names))
    return ["table_in_memory"], []


def _array(values: list[Value]) -> Any:  # Any: pyarrow has no types
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


def _csv_options(call: Call, file_preview: Preview) -> dict[str, str] | None:
    """DuckDB's words for what the call says of the layout; None where it has no words for it."""
    given = dict(call.arguments)
    if call.function != "read_csv" or given.keys() & {"nrows", "engine", "skipinitialspace", "date_format"}:
        return None
    skipped, delimiter = given.get("skiprows", 0), given.get("sep", ",")
    if (
        not isinstance(skipped, int)
        or len(delimiter) > 1
        or (given.get("thousands") or "," if "decimal" in given else ",") not in ",."
    ):
        return None
    names = [column.name for column in file_preview.tables[0].columns]
    missing = {"", *given["na_values"]} if isinstance(given.get("na_values"), list) else MISSING
    if given.get("keep_default_na") is False and not isinstance(given.get("na_values"), list):
        missing = {""}
    texts = [name for name, kind in given.get("dtype", {}).items() if kind is str]
    return {
        "delim": _text(delimiter),
        "header": str("header" not in given and "names" not in given).lower(),
        "quote": "''" if given.get("quoting") == 3 else _text(given.get("quotechar", '"')),
        **({"escape": _text(given["escapechar"])} if "escapechar" in given else {}),
        **({"comment": _text(given["comment"])} if "comment" in given else {}),
        **({"decimal_separator": "','"} if "decimal" in given else {}),
        "skip": str(skipped),
        "sample_size": "20480",
        "names": f"[{', '.join(map(_text, names))}]",
        "nullstr": f"[{', '.join(map(_text, sorted(missing)))}]",
        **({"types": "{" + ", ".join(f"{_text(str(name))}: 'VARCHAR'" for name in texts) + "}"} if texts else {}),
    }


def _csv_relation(options: Mapping[str, str], file_preview: Preview, text: Path, strictness: Strictness) -> str:
    codes = {each.code for each in file_preview.warnings}
    options = dict(options)
    if strictness == "text":
        options |= {"all_varchar": "true", "null_padding": "true", "strict_mode": "false"}
        options.pop("types", None)
        options.pop("decimal_separator", None)
    elif strictness == "lenient" or "ragged_rows" in codes:
        # Types over all rows, and rows that fit no layout left out: slower, so only where the strict way fails.
        options |= {"null_padding": "true", "ignore_errors": "true", "sample_size": "-1"}
    arguments = ", ".join(f"{key}={value}" for key, value in options.items())
    return f"read_csv({_text(str(text))}, {arguments})"


def _registered(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    file_preview: Preview,
    call: Call,
    strictness: Sequence[Strictness],
) -> list[str]:
    """The table as the call itself reads it, for layouts that DuckDB has no words for."""
    relations = []
    with opened(sniff(Request(path, name, file_preview.bytes)).source) as content:
        encoding = file_preview.encoding or "utf-8"
        with io.TextIOWrapper(content.stream, encoding, errors="replace", newline="") as decoded:
            text = decoded.read()
    layout = Call(call.function, {key: v for key, v in call.arguments.items() if not key.startswith(("enc", "compr"))})
    for each in strictness:
        as_text: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_filter": False} if each == "text" else {}
        frame = layout.frame(text, **as_text)
        frame.columns = [str(column) for column in frame.columns]
        connection.register(f"table_{each}", frame)
        relations.append(f"table_{each}")
    return relations


def _transcode(path: Path, name: str, file_preview: Preview, target: Path) -> None:
    """DuckDB reads UTF-8 only; other encodings and compressions go through a file beside."""
    source = sniff(Request(path, name, file_preview.bytes)).source
    with opened(source) as content, target.open("w", encoding="utf-8", newline="") as out:
        reader = io.TextIOWrapper(content.stream, file_preview.encoding or "utf-8", errors="replace", newline="")
        while piece := reader.read(1 << 20):
            out.write(piece)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
