"""What stands above a column is counted over every row, and a click on it gives as many (P18)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from lci.workspace.column_facts import ColumnFactsJob, TableFacts
from lci.workspace.inference import plain_value
from lci.workspace.selection import Missing, OneOf, Range, Selection
from tests.examples import share

NUMBERS = st.floats(-1e15, 1e15, allow_subnormal=False) | st.sampled_from([float("inf"), float("-inf")])
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "float64": NUMBERS,
    "Int64": st.integers(-20, 20) | st.integers(-(2**40), 2**40),
    "datetime64[us]": st.datetimes(
        pd.Timestamp("1900-01-01").to_pydatetime(), pd.Timestamp("2100-01-01").to_pydatetime()
    ),
    "str": st.text("abc'\"%", max_size=2),
    "boolean": st.booleans(),
}


def facts_of(frame: pd.DataFrame, folder: Path) -> tuple[TableFacts, Path]:
    path = folder / "t.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.from_df(frame).create("t")
        note = json.dumps(['pd.read_csv("t.csv")', [str(kind) for kind in frame.dtypes]])
        connection.execute(f"COMMENT ON TABLE t IS '{note}'")
    job = ColumnFactsJob("t.csv", "t")
    return job.read(job.performed(path)), path


@settings(max_examples=share(60), deadline=None)
@given(st.data())
def test_each_count_is_that_of_the_rows_a_click_gives(tmp_path_factory: Any, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(COLUMNS)))
    values = data.draw(st.lists(st.none() | COLUMNS[kind], min_size=1, max_size=40))
    frame = pd.DataFrame({"some value": pd.Series(values, dtype=kind)})
    facts, path = facts_of(frame, tmp_path_factory.mktemp("facts"))
    (column,) = facts.columns
    assert (facts.rows, column.missing) == (len(frame), int(frame["some value"].isna().sum()))
    assert (column.distinct, column.distinct_exact) == (frame["some value"].nunique(), True)

    def count(condition: Any) -> int:
        with duckdb.connect(str(path), read_only=True) as connection:
            return len(connection.execute(Selection("t", (condition,)).sql).fetchall())

    assert count(Missing(column.name)) == column.missing
    for bar in column.bars:
        assert count(Range(column.name, bar.low, bar.high, bar.closed)) == bar.rows
    if column.bars:
        finite = [value for value in values if value is not None and value not in (float("inf"), float("-inf"))]
        assert (column.least, column.greatest) == (plain_value(min(finite)), plain_value(max(finite)))
    for value, rows in column.top:
        assert count(OneOf(column.name, (value,))) == rows
    if column.bars:
        finite = [value for value in values if value is not None and value not in (float("inf"), float("-inf"))]
        assert sum(bar.rows for bar in column.bars) == len(finite)
        assert len(column.bars) <= 15


@pytest.mark.parametrize(
    "values",
    [
        [1e9 + n / 1e5 for n in range(9)],
        [0.1, 0.1 + 2e-17, 0.3],
        [1.0, 1.0000000000000002],
        [-1e300, 1e300],
        [5e-324, 1],
        [-1.7e308, 1.7e308],
    ],
)
def test_numbers_that_are_close_or_far_are_all_counted(tmp_path: Path, values: list[float]) -> None:
    facts, _ = facts_of(pd.DataFrame({"x": values}), tmp_path)
    assert sum(bar.rows for bar in facts.columns[0].bars) == len(values)


def test_its_reader_is_told_with_it(tmp_path: Path) -> None:
    facts, _ = facts_of(pd.DataFrame({"a": [1]}), tmp_path)
    assert facts.reader == 'pd.read_csv("t.csv")'


def test_columns_without_values_or_of_lists_have_no_bars(tmp_path: Path) -> None:
    facts, _ = facts_of(pd.DataFrame({"gone": [None, None], "lists": [[1], [2]]}), tmp_path)
    assert [(each.bars, each.top) for each in facts.columns] == [((), ()), ((), ())]
    assert [each.missing for each in facts.columns] == [2, 0]


def test_the_ends_are_values_of_the_column_where_the_bars_end_at_round_numbers(tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-01-04", "2024-06-28 10:30"], format="mixed")
    frame = pd.DataFrame({"id": [1001, 1240], "quantity": [1, 5], "day": days, "price": [2.25, 119.5]})
    facts, _ = facts_of(frame, tmp_path)
    assert [(each.least, each.greatest) for each in facts.columns] == [
        (1001, 1240),
        (1, 5),
        ("2024-01-04", "2024-06-28T10:30:00"),
        (2.25, 119.5),
    ]
