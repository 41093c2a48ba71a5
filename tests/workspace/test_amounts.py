"""Amounts that a file holds as text are sorted as the numbers that they are (P18)."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from lci.core.files import Value
from lci.workspace.amounts import are_amounts
from lci.workspace.selection import Order, Selection

NUMBERS = st.floats(-99_999, 99_999, allow_nan=False).map(lambda number: round(number, 2))
FORMS = ("${:,.2f}", "{:,.2f}", "¥{:,.2f}", "{:.2f}%", "{:.2f}")


def written(number: float, form: str, *, in_parentheses: bool) -> str:
    if number < 0 and in_parentheses:
        return f"({form.format(-number)})"
    return form.format(number)


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.sampled_from(FORMS), st.booleans(), st.booleans())
def test_they_are_sorted_as_numbers(numbers: list[float], form: str, in_parentheses: bool, descending: bool) -> None:
    texts = [written(each, form, in_parentheses=in_parentheses) for each in numbers]
    assert are_amounts(texts)
    order = Order("amount", descending=descending, amounts=True)
    with duckdb.connect() as connection:
        connection.from_df(pd.DataFrame({"amount": texts})).create("t")
        listed = [row[0] for row in connection.execute(Selection("t", order=order).sql).fetchall()]
    known = dict(zip(texts, numbers, strict=True))
    assert [known[each] for each in listed] == sorted(numbers, reverse=descending)


@pytest.mark.parametrize(
    "values",
    [
        ["$1,293.84", "($5.00)", None],
        ["10%", "5%"],
        ["¥34,488"],
        ["12", "7"],
        ["1,200元"],
        [".5", "+3"],
        ["$(5)", "-$3", "$-4", " $7 "],
    ],
)
def test_texts_that_are_numbers_with_signs_are_amounts(values: list[Value]) -> None:
    assert are_amounts(values)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None],
        ["$"],
        ["a", "$5"],
        [5.0, 6.0],
        ["2025/05/31"],
        ["1-2"],
        ["12:30"],
        ["3 kg"],
        ["1.234,56 €"],
        ["１０%"],
        ["(-5)"],
        ["--5"],
        ["(5"],
    ],
)
def test_other_values_are_none(values: list[Value]) -> None:
    assert not are_amounts(values)


def test_a_long_text_is_no_amount_and_takes_no_time() -> None:
    """B13: a cell may hold thousands of blanks, or digits."""
    assert not are_amounts([" " * 5_000 + "x5"])
    assert not are_amounts(["1" * 5_000])
    assert not are_amounts(["$" * 5_000 + "5"])


def test_what_is_in_parentheses_is_below_zero_wherever_its_sign_stands() -> None:
    with duckdb.connect() as connection:
        connection.from_df(pd.DataFrame({"amount": ["$1", "$(5)", "($3)", "-$4", "$-2"]})).create("t")
        listed = connection.execute(Selection("t", order=Order("amount", amounts=True)).sql).fetchall()
    assert [row[0] for row in listed] == ["$(5)", "-$4", "($3)", "$-2", "$1"]


def test_what_is_no_amount_stands_last() -> None:
    with duckdb.connect() as connection:
        connection.from_df(pd.DataFrame({"amount": ["$900", "none", "$1,000", None]})).create("t")
        listed = connection.execute(Selection("t", order=Order("amount", amounts=True)).sql).fetchall()
    assert [row[0] for row in listed][:2] == ["$900", "$1,000"]
