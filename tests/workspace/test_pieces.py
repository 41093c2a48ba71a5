"""A table written piece by piece is the whole that pandas makes of the pieces (P8, P18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from lci.workspace.pieces import rows_at_once, write_pieces
from tests.examples import share

#: Columns of a piece as `pd.read_csv` makes them.
_WHOLE = st.lists(st.integers(-(2**53), 2**53), min_size=3, max_size=3).map(lambda each: pd.Series(each, dtype="int64"))
_REAL = st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), min_size=3, max_size=3).map(
    lambda each: pd.Series(each, dtype="float64")
)
_GAPS = st.just(pd.Series([1.0, None, 3.0]))
_EMPTY = st.just(pd.Series([None] * 3, dtype="float64"))
_TEXT = st.lists(st.text("ab ,'\n日", min_size=1), min_size=3, max_size=3).map(
    lambda each: pd.Series(each, dtype="str")
)
_TEXT_WITH_GAPS = st.just(pd.Series(["a", None, "1"], dtype="str"))
_SWITCH = st.just(pd.Series([True, False, True]))
_DAYS = st.sampled_from(["s", "us", "ns"]).map(
    lambda unit: pd.Series(pd.to_datetime(["2024-01-01", None, "1999-12-31"])).astype(f"datetime64[{unit}]")
)
_NUMBERS, _TEXTS = (_WHOLE, _REAL, _GAPS, _EMPTY), (_TEXT, _TEXT_WITH_GAPS, _EMPTY)


def written(pieces: Iterator[pd.DataFrame]) -> tuple[pd.DataFrame, list[str]]:
    with duckdb.connect() as connection:
        write_pieces(connection, pieces, '"t"')
        kinds = [str(kind) for _, kind, *_ in connection.execute('DESCRIBE "t"').fetchall()]
        return connection.execute('FROM "t"').df(), kinds


def frames(kinds: tuple[st.SearchStrategy[pd.Series], ...]) -> st.SearchStrategy[list[pd.DataFrame]]:
    return st.lists(st.one_of(*kinds).map(lambda each: pd.DataFrame({'the "column"': each})), min_size=1, max_size=8)


def values(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column.tolist()]


@given(pieces=frames(_NUMBERS) | frames(_TEXTS) | frames((_SWITCH,)) | frames((_DAYS,)))
@settings(max_examples=share(150), deadline=None)
def test_what_fits_together_is_the_whole(pieces: list[pd.DataFrame]) -> None:
    table, _ = written(iter(pieces))
    whole = pd.concat(pieces, ignore_index=True)
    assert table.columns.tolist() == whole.columns.tolist()
    assert values(table.iloc[:, 0]) == values(whole.iloc[:, 0])


@given(pieces=frames((*_NUMBERS, *_TEXTS, _SWITCH)))
@settings(max_examples=share(150), deadline=None)
def test_what_does_not_is_text_and_none_of_it_is_lost(pieces: list[pd.DataFrame]) -> None:
    """The missing stay missing, texts and whole numbers are written as they are."""
    table, (kind,) = written(iter(pieces))
    whole = pd.concat(pieces, ignore_index=True).iloc[:, 0]
    assert len(table) == len(whole)
    assert table.iloc[:, 0].isna().tolist() == whole.isna().tolist()
    if kind == "VARCHAR":
        pairs = zip(table.iloc[:, 0], pd.concat(pieces)['the "column"'].astype(object), strict=True)
        assert all(ours == its for ours, its in pairs if isinstance(its, str))
        assert all(float(ours) == its for ours, its in pairs if type(its) in (int, float) and its == its)


def test_whole_numbers_stay_whole_where_some_are_missing() -> None:
    """Gaps in a piece make floats of its whole numbers, which are none of the table's."""
    gaps = pd.DataFrame({"n": [1.0, None]})
    whole = pd.DataFrame({"n": [2, 3]})
    assert written(iter([whole, gaps, whole]))[1] == ["BIGINT"]
    assert written(iter([whole, gaps, pd.DataFrame({"n": [0.5]}), whole]))[1] == ["DOUBLE"]


def test_parts_of_several_kinds_become_text() -> None:
    mixed = pd.DataFrame({"n": pd.Series([1, "one", None], dtype=object), "m": [1, 2, 3]})
    table, kinds = written(iter([pd.DataFrame({"n": [7], "m": [0]}), mixed]))
    assert kinds == ["VARCHAR", "BIGINT"]
    assert values(table["n"]) == ["7", "1", "one", None]


def test_what_reading_raises_is_raised() -> None:
    def pieces() -> Iterator[pd.DataFrame]:
        yield pd.DataFrame({"n": [1]})
        yield pd.DataFrame({"n": [2]})
        raise pd.errors.ParserError("Expected 1 fields in line 4, saw 2")

    with pytest.raises(pd.errors.ParserError, match="line 4"):
        written(pieces())


def test_a_piece_has_no_more_cells_the_wider_it_is() -> None:
    assert rows_at_once(9) == 122_880
    assert rows_at_once(100) == 12_000
    assert rows_at_once(100_000) == 2_048
