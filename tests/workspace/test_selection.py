"""The SQL of what is in view gives what pandas gives for the same conditions and order (P18)."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from lci.core.files import Value
from lci.workspace.selection import (
    RESERVED,
    Condition,
    Contains,
    Missing,
    OneOf,
    Order,
    Present,
    Range,
    Selection,
    quoted,
    table_name,
    table_names,
)
from tests.examples import share

NAMES = ("plain", "Two words", 'with "quotes"', "select", "d.a'y")
TEXTS = st.one_of(st.none(), st.text("ab%_\\'\" ;-", max_size=4))
FLOATS = st.one_of(st.none(), st.floats(-3, 3, allow_nan=False).map(lambda x: round(x, 1)), st.just(float("inf")))
INTS = st.one_of(st.none(), st.integers(-3, 3), st.integers(2**60, 2**60 + 3))
DAYS = st.one_of(st.none(), st.dates(pd.Timestamp("2024-02-27").date(), pd.Timestamp("2024-03-02").date()))
TRUTHS = st.one_of(st.none(), st.booleans())
ROWS = st.lists(st.tuples(TEXTS, FLOATS, INTS, DAYS, TRUTHS), max_size=12)


def frame_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    kinds = ("str", "float64", "Int64", "datetime64[us]", "boolean")
    return pd.DataFrame(
        {name: pd.Series(list(values), dtype=kind) for name, values, kind in zip(NAMES, columns, kinds, strict=True)}
    )


def bound(value: object) -> Value:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


@st.composite
def selections(draw: st.DrawFn) -> tuple[list[tuple[Any, ...]], Selection]:
    strategies = (TEXTS, FLOATS, INTS, DAYS, TRUTHS)
    conditions: list[Condition] = []
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, 4))
        name, values = NAMES[at], strategies[at]
        kind = draw(st.sampled_from(("contains", "range", "one_of", "missing", "present")))
        match kind:
            case "contains" if at == 0:
                conditions.append(Contains(name, draw(st.text("aB%_\\'", min_size=1, max_size=2))))
            case "range" if at in (1, 2, 3):
                low, high = bound(draw(values)), bound(draw(values))
                conditions.append(Range(name, low, high, closed=draw(st.booleans())))
            case "one_of":
                chosen = draw(st.lists(values, min_size=1, max_size=3))
                conditions.append(OneOf(name, tuple(map(bound, chosen))))
            case "missing":
                conditions.append(Missing(name))
            case _:
                conditions.append(Present(name))
    order = draw(st.one_of(st.none(), st.builds(Order, st.sampled_from(NAMES), st.booleans())))
    return draw(ROWS), Selection("t", tuple(conditions), order)


def kept(frame: pd.DataFrame, condition: Condition) -> pd.Series:
    """What pandas says of each row."""
    column = frame[condition.column]

    def moment(value: Value) -> Any:
        return pd.Timestamp(value) if isinstance(value, str) else value

    match condition:
        case Contains(text=text):
            return column.str.contains(text, case=False, regex=False).fillna(False).astype(bool)
        case Range(low=low, high=high, closed=closed):
            rows = column.notna()
            if low is not None:
                rows &= (column >= moment(low)).fillna(False).astype(bool)
            if high is not None:
                below = column <= moment(high) if closed else column < moment(high)
                rows &= below.fillna(False).astype(bool)
            return rows
        case OneOf(values=values):
            is_day = column.dtype.kind == "M"
            among = column.isin([moment(value) if is_day else value for value in values if value is not None])
            among = among.fillna(False).astype(bool) & column.notna()
            return among | (column.isna() if None in values else False)
        case Missing():
            return column.isna()
        case Present():
            return column.notna()


@settings(max_examples=share(300), deadline=None)
@given(selections())
def test_its_sql_gives_the_rows_that_pandas_gives_in_its_order(made: tuple[list[tuple[Any, ...]], Selection]) -> None:
    rows, selection = made
    frame = frame_of(rows)
    expected = frame
    for condition in selection.conditions:
        expected = expected[kept(expected, condition)]
    if selection.order is not None:
        # The largest first and, among equals, the earlier: neither is what turning the order round gives.
        expected = expected.sort_values(
            selection.order.column, ascending=not selection.order.descending, kind="stable", na_position="last"
        )
    with duckdb.connect() as connection:
        connection.from_df(frame.assign(at=range(len(frame)))).create("t")
        places = [row[-1] for row in connection.execute(selection.sql).fetchall()]
        assert places == list(expected.index), selection.sql
        if selection.window:
            pages = [
                [row[-1] for row in connection.execute(selection.window, {"rows": 2, "offset": offset}).fetchall()]
                for offset in range(0, len(frame) + 2, 2)
            ]
            assert [place for page in pages for place in page] == places, selection.window
    assert bool(selection.window) is (selection.order is not None)


def test_the_words_that_need_quotes_are_duckdbs() -> None:
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
    with duckdb.connect() as connection:
        assert {word for (word,) in connection.execute(query).fetchall()} == RESERVED


@pytest.mark.parametrize(
    ("file", "sheet", "name"),
    [
        ("sales.csv", None, "sales"),
        ("in/2024 sales (final).csv.gz", None, "t2024_sales_final"),
        ("order.csv", None, "order_"),
        ("class.csv", None, "class_"),
        ("Umsätze.xlsx", "Q 1", "Umsätze_Q_1"),
        ("数据.parquet", None, "数据"),
        ("….csv", None, "table_"),
        ("v1.2.csv", None, "v1_2"),
    ],
)
def test_a_table_is_called_as_its_file_in_words_that_need_no_quotes(file: str, sheet: str | None, name: str) -> None:
    assert table_name(file, sheet) == name
    assert name.isidentifier()
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT 1 AS a")
        assert connection.execute(f"SELECT a FROM {name}").fetchall() == [(1,)]


def test_no_two_tables_have_one_name() -> None:
    names = table_names([("a/x.csv", None), ("b/X.csv", None), ("x_2.csv", None), ("x.xlsx", "s")])
    assert len({name.lower() for name in names.values()}) == 4
    assert names["a/x.csv", None] == "x"
