"""Frames in the chat are tables with their true size; what they hold is read back as it is written (B36)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from lci.ui.output_tables import _frame, _size, displayed_names, output_table
from tests.examples import share


def html_of(frame: Any) -> str:
    with pd.option_context("display.notebook_repr_html", True, "display.max_columns", 20):
        html: str = frame._repr_html_()
    return html


@settings(max_examples=share(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**6), 10**6), st.text("a<&\"'é 0.", max_size=6), st.none() | st.text("01", max_size=3)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_small_frame_comes_back_cell_by_cell(rows: list[tuple[Any, ...]]) -> None:
    """What looks like a number and is written otherwise, 007, stays a text."""
    frame = pd.DataFrame(rows, columns=["n", "text", "code"])
    table = output_table(html_of(frame))
    assert table is not None
    assert (table.rows, table.width, table.columns) == (*frame.shape, (("n",), ("text",), ("code",)))
    drawn, _ = _frame(table)
    assert drawn["n"].tolist() == frame["n"].tolist()
    for written, shown in zip(table.cells, drawn["code"].tolist(), strict=True):
        assert pd.isna(shown) if written[2] in ("None", "NaN") else str(shown).removesuffix(".0") == written[2]


def test_of_a_long_frame_its_size_is_said() -> None:
    frame = pd.DataFrame({f"c{n}": range(344) for n in range(7)})
    table = output_table(html_of(frame))
    assert table is not None
    assert (len(table.cells), table.rows, table.width) == (10, 344, 7)
    assert table.index[:2] + table.index[-2:] == (("0",), ("1",), ("342",), ("343",))
    assert _size(table) == "first 5 and last 5 of 344 rows × 7 columns"
    wide = output_table(html_of(pd.DataFrame(np.zeros((3, 50)))))
    assert wide is not None
    assert (len(wide.columns), wide.width, _size(wide)) == (20, 50, "3 rows × 20 of 50 columns")


def test_numbers_are_sorted_as_numbers_and_shown_as_they_are_written() -> None:
    frame = pd.DataFrame(
        {"x": [10.5, 9.25, np.nan], "id": ["007", "1", "2"], "big": [2**60, 1, 2], "e": [1e-9, 1.0, 2.0]}
    )
    table = output_table(html_of(frame))
    assert table is not None
    drawn, formats = _frame(table)
    assert (str(drawn["x"].dtype), formats) == ("Float64", {"x": "%.2f"})
    assert drawn["x"].tolist()[:2] == [10.5, 9.25]
    assert drawn["id"].tolist() == ["007", "1", "2"]
    assert drawn["big"].tolist() == [str(2**60), "1", "2"]


def test_the_name_of_an_index_is_no_row() -> None:
    table = output_table(html_of(pd.DataFrame({"region": ["n", "s"], "x": [1, 2]}).groupby("region").sum()))
    assert table is not None
    assert (table.columns, table.index, table.cells) == ((("x",),), (("n",), ("s",)), (("1",), ("2",)))


LEVELS = pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 3], "x": [1, 2, 3]})


@pytest.mark.parametrize(
    "html",
    [
        LEVELS.style.to_html(),
        "<table><tr><td>1</td></tr></table>",
        '<table class="dataframe"><tbody><tr><td><img src="http://x/"></td></tr></tbody></table>',
        '<table class="dataframe"><thead><tr><th></th><th>a</th></tr></thead></table><script>1</script>',
        '<table class="dataframe">',
        'class="dataframe"',
        "",
    ],
)
def test_what_is_no_plain_frame_stays_what_it_is(html: str) -> None:
    """B36."""
    assert output_table(html) is None


FRAMES = {
    "two keys": LEVELS.set_index(["a", "b"]),
    "names of no level": LEVELS.set_index(["a", "b"]).rename_axis([None, None]),
    "several figures of a column": LEVELS.groupby("a").agg({"x": ["sum", "mean"]}),
    "pivot": LEVELS.pivot_table(index="a", columns="b", values="x", aggfunc=["sum", "mean"]),
    "columns with a name": LEVELS.rename_axis(columns="hue"),
    "a level without names": LEVELS.groupby("a").agg({"x": ["sum", "mean"]}).reset_index(),
    "all levels": LEVELS.pivot_table(index=["a", "b"], columns="x", values="x", aggfunc=["sum", "max"]),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_with_several_levels_of_names_is_a_table_too(name: str) -> None:
    """B36"""
    frame = FRAMES[name]
    table = output_table(html_of(frame))
    assert table is not None
    as_written = [tuple(map(str, each if isinstance(each, tuple) else (each,))) for each in frame.columns]
    labels = [tuple(map(str, each if isinstance(each, tuple) else (each,))) for each in frame.index]
    assert (list(table.columns), list(table.index)) == (as_written, labels)
    assert (table.rows, table.width) == frame.shape
    assert table.levels == tuple(each or "" for each in frame.index.names)
    drawn, _ = _frame(table)
    assert drawn.shape == frame.shape
    assert drawn.index.nlevels == frame.index.nlevels


@settings(max_examples=share(40), deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 90), st.integers(1, 25), st.integers(0, 2**32 - 1))
def test_levels_of_any_size_come_back_as_they_are_written(
    deep: int, high: int, rows: int, columns: int, seed: int
) -> None:
    """Whatever pandas joins over several rows or columns stands in each of them; what it leaves out is counted."""
    random = np.random.default_rng(seed)
    index = pd.MultiIndex.from_arrays(
        [np.sort(random.integers(0, 4, rows)) for _ in range(deep)], names=list("pqr")[:deep]
    )
    names = pd.MultiIndex.from_arrays([np.sort(random.integers(0, 4, columns)) for _ in range(high)])
    frame = pd.DataFrame(random.integers(0, 99, (rows, columns)), index=index, columns=names)
    table = output_table(html_of(frame))
    assert table is not None
    assert (table.rows, table.width) == frame.shape
    shown, wide = len(table.cells), len(table.columns)
    head, left = (shown + 1) // 2, (wide + 1) // 2
    part = pd.concat([frame.iloc[:head], frame.iloc[rows - (shown - head) :]]) if shown < rows else frame
    part = pd.concat([part.iloc[:, :left], part.iloc[:, columns - (wide - left) :]], axis=1) if wide < columns else part
    assert [list(map(int, row)) for row in table.cells] == part.to_numpy().tolist()
    assert [tuple(map(int, each)) for each in table.index] == [tuple(each) for each in part.index]
    assert [tuple(map(int, each)) for each in table.columns] == [tuple(each) for each in part.columns]


def test_the_variables_on_display_are_those_that_a_cell_hands_over() -> None:
    assert displayed_names("display(df)\nx = 1\ndisplay(x.head(), other)") == {"df", "other"}
    assert displayed_names("show(df)\ndf") == frozenset()
    assert displayed_names("not python (") == frozenset()
    assert displayed_names("") == frozenset()
