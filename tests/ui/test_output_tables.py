"""Frames in the chat are tables with their true size; what they hold is read back as it is written (B36)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from lci.ui.output_tables import _frame, _shown_name, _size, output_table
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
    assert (table.rows, table.width, table.columns) == (*frame.shape, ("n", "text", "code"))
    drawn, _ = _frame(table)
    assert drawn["n"].tolist() == frame["n"].tolist()
    for written, shown in zip(table.cells, drawn["code"].tolist(), strict=True):
        assert pd.isna(shown) if written[2] in ("None", "NaN") else str(shown).removesuffix(".0") == written[2]


def test_of_a_long_frame_its_size_is_said() -> None:
    frame = pd.DataFrame({f"c{n}": range(344) for n in range(7)})
    table = output_table(html_of(frame))
    assert table is not None
    assert (len(table.cells), table.rows, table.width) == (10, 344, 7)
    assert table.index[:2] + table.index[-2:] == ("0", "1", "342", "343")
    assert _size(table) == "10 of 344 rows × 7 columns"
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
    assert (table.columns, table.index, table.cells) == (("x",), ("n", "s"), (("1",), ("2",)))


LEVELS = pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 3], "x": [1, 2, 3]})


@pytest.mark.parametrize(
    "html",
    [
        html_of(LEVELS.set_index(["a", "b"])),
        html_of(LEVELS.pivot_table(index="a", columns="b", values="x", aggfunc=["sum", "mean"])),
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


def test_the_variable_in_view_is_the_one_a_cell_ends_with() -> None:
    assert _shown_name("df = 1\ndf") == "df"
    assert _shown_name("df.head()") is None
    assert _shown_name("not python (") is None
    assert _shown_name("") is None
