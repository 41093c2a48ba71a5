"""A file's preview in the Data tab: numbers are numbers, however the file writes them."""

from __future__ import annotations

import pandas as pd
import pytest

from lci.core.files import Column, Table, Value
from lci.ui.same import Same
from lci.ui.tables import columns_html, table_frame


def table(dtype: str, low: Value, high: Value, *values: str | None) -> Table:
    column = Column("amount", dtype, 0, low=low, high=high)
    return Table("t", len(values), True, (column,), tuple((value,) for value in values))


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        (table("int64", 950, 12480, "1,234", "12,480", "950"), [1234, 12480, 950]),
        (table("float64", -1.5, 2500.25, "2.500,25", "-1,5", None), [2500.25, -1.5, None]),
        (table("float64", 1.125, 2.5, "1,125", "2,5"), [1.125, 2.5]),
        (table("float64", 1.125, 2.25, "1,125", "2,250"), [1.125, 2.25]),
        (table("float64", 3.0, 12000.25, "12 000,25", "3,0"), [12000.25, 3.0]),
    ],
)
def test_numbers_written_with_marks_are_numbers(given: Table, numbers: list[float | None]) -> None:
    """B20: they line up, and have a range and a histogram."""
    frame, marked = table_frame(given)
    assert marked == ("amount",)
    assert [None if pd.isna(value) else value for value in frame["amount"]] == numbers
    drawn = columns_html(Same(given))
    assert "lci-bars" in drawn and " – " in drawn


def test_numbers_written_plainly_are_shown_as_the_file_has_them() -> None:
    """B20"""
    frame, marked = table_frame(table("int64", 1, 12480, "1", "12480"))
    assert marked == () and frame["amount"].tolist() == [1, 12480]


def test_texts_that_are_not_all_numbers_written_in_one_way_stay_texts() -> None:
    """B20"""
    frame, marked = table_frame(table("int64", 1, 12480, "1,234", "about 3"))
    assert marked == () and frame["amount"].tolist() == ["1,234", "about 3"]
