"""Durations are told, queried and profiled as durations, in whatever format and unit they come (B5, B20)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies as st

from lci.core.files import WorkspaceFile, brief
from lci.core.parquet_folders import folder_tables
from lci.workspace.column_facts import ColumnFactsJob
from lci.workspace.inference import plain_value
from lci.workspace.preview import preview
from lci.workspace.queries import QueryJob, QueryPage
from lci.workspace.selection import Range, Selection
from lci.workspace.statistics import StatisticsJob
from lci.workspace.tables import TableJob
from tests.examples import share

SECONDS = [3_600, None, 86_400 * 40, -1, 90]
TOLD = ["0 days 01:00:00", None, "40 days 00:00:00", "-1 days +23:59:59", "0 days 00:01:30"]


def as_parquet(path: Path, unit: str) -> None:
    factor = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    values = [None if each is None else each * factor for each in SECONDS]
    pq.write_table(pa.table({"took": pa.array(values, pa.duration(unit))}), path)


def as_feather(path: Path, unit: str) -> None:
    frame_of(unit).to_feather(path)


def as_stream(path: Path, unit: str) -> None:
    table = pa.Table.from_pandas(frame_of(unit))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)


def frame_of(unit: str) -> pd.DataFrame:
    return pd.DataFrame({"took": pd.to_timedelta(pd.Series(SECONDS), unit="s").astype(f"timedelta64[{unit}]")})


FORMATS: dict[str, Callable[[Path, str], None]] = {
    "a.parquet": as_parquet, "a.feather": as_feather, "a.arrows": as_stream,
}  # fmt: skip


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("name", FORMATS)
def test_told_queried_and_profiled_are_one(tmp_path: Path, name: str, unit: str) -> None:
    path = tmp_path / name
    FORMATS[name](path, unit)
    (column,) = preview(path, name).tables[0].columns
    assert column.dtype == f"timedelta64[{unit}]"
    assert [row[0] for row in preview(path, name).tables[0].head] == TOLD
    stored = TableJob(name, "t").performed(path)
    page = QueryJob(name, "FROM t")
    rows = page.read(page.performed(stored))
    assert isinstance(rows, QueryPage)
    assert [row[0] for row in rows.rows] == TOLD
    profile = StatisticsJob(name, "t")
    (profiled,) = profile.read(profile.performed(stored)).columns
    values = frame_of(unit)["took"]
    assert profiled.dtype == column.dtype
    assert (profiled.missing, profiled.distinct) == (1, 4)
    assert (profiled.minimum, profiled.maximum) == ("-1 days +23:59:59", "40 days 00:00:00")
    assert profiled.mean == "10 days 00:15:22.250000"
    assert profiled.quartiles[1] == str(values.median())
    assert str(profiled.deviation).startswith("19 days 23:")
    above = ColumnFactsJob(name, "t")
    (facts,) = above.read(above.performed(stored)).columns
    assert (facts.dtype, facts.missing, facts.distinct) == (column.dtype, 1, 4)
    assert sum(bar.rows for bar in facts.bars) == 4


def test_their_ends_are_told(tmp_path: Path) -> None:
    as_parquet(tmp_path / "a.parquet", "us")
    (column,) = preview(tmp_path / "a.parquet", "a.parquet").tables[0].columns
    assert (column.low, column.high) == ("-1 days +23:59:59", "40 days 00:00:00")


def test_of_a_folder_the_ends_are_no_texts_in_order(tmp_path: Path) -> None:
    """`9 days` is less than `40 days`."""
    files = {}
    for at, days in enumerate((9, 40)):
        path = tmp_path / f"s/{at}.parquet"
        path.parent.mkdir(exist_ok=True)
        pq.write_table(pa.table({"took": pa.array([days * 86_400, 0], pa.duration("s"))}), path)
        name = f"s/{at}.parquet"
        files[name] = WorkspaceFile(name, 1, 0.0, "upload", brief(preview(path, name)))
    (folder,) = folder_tables(files)
    (column,) = folder.preview().tables[0].columns
    assert (column.dtype, column.low, column.high) == ("timedelta64[s]", None, None)
    stored = TableJob("s", "t", parts=folder.call.parts).performed(tmp_path / "s/0.parquet", tmp_path / "s/1.parquet")
    profile = StatisticsJob("s", "t")
    assert profile.read(profile.performed(stored)).columns[0].maximum == "40 days 00:00:00"


@given(st.timedeltas())
def test_a_duration_is_written_as_pandas_writes_it(duration: datetime.timedelta) -> None:
    try:
        written = str(pd.Timedelta(duration))
    except (OverflowError, pd.errors.OutOfBoundsTimedelta):
        return
    assert plain_value(duration) == written


@settings(max_examples=share(30), deadline=None)
@given(st.lists(st.integers(-(10**6), 10**14) | st.none(), min_size=1, max_size=30))
def test_each_count_is_that_of_the_rows_a_click_gives(tmp_path_factory: Any, values: list[int | None]) -> None:
    path = tmp_path_factory.mktemp("durations") / "a.parquet"
    pq.write_table(pa.table({"took": pa.array(values, pa.duration("us"))}), path)
    stored = TableJob("a.parquet", "t").performed(path)
    above = ColumnFactsJob("a.parquet", "t")
    (facts,) = above.read(above.performed(stored)).columns
    with duckdb.connect(str(stored), read_only=True) as connection:
        for bar in facts.bars:
            chosen = Selection("t", (Range("took", bar.low, bar.high, bar.closed),)).sql
            assert len(connection.execute(chosen).fetchall()) == bar.rows
    assert sum(bar.rows for bar in facts.bars) == len(values) - facts.missing
