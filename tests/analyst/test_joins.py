"""Questions that need the columns of two files are answered of both, joined on the one key that fits (B45)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from lci.analyst.changing import changes_of
from lci.analyst.joins import joined_files
from lci.core.files import Preview
from tests.analyst.asking import Asked, ask, brief_preview
from tests.examples import share

ORDERS = pd.DataFrame(
    {
        "order_id": [1, 2, 3, 4, 5, 6],
        "customer_id": [11, 12, 11, 13, 12, 19],
        "amount": [10.0, 20.5, 30.0, 40.0, 50.25, 60.0],
    }
)
CUSTOMERS = pd.DataFrame(
    {"customer_id": [11, 12, 13, 14], "country": ["Japan", "France", "Japan", "Kenya"], "age": [30, 41, 52, 63]}
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(**frames: pd.DataFrame) -> list[Preview]:
    for name, frame in frames.items():
        frame.to_csv(f"{name}.csv", index=False)
    return [brief_preview(Path(f"{name}.csv")) for name in frames]


def asked(question: str, **frames: pd.DataFrame) -> Asked:
    return ask(question, *written(**(frames or {"customers": CUSTOMERS, "orders": ORDERS})))


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("average amount by country", ("26.667", "35.375")),
        ("sum of amount for Japan", ("80",)),
        ("how many orders with amount above 15 are from France", ("2",)),
        ("countryごとのamountの平均", ("26.667", "35.375")),
        ("各country的平均amount", ("26.667", "35.375")),
        ("correlation between amount and age", ("5",)),
    ],
)
def test_a_question_that_needs_both_files_is_answered_of_both(question: str, numbers: tuple[str, ...]) -> None:
    got = asked(question)
    assert got.source is not None, got.opening
    assert '.merge(pd.read_csv("customers.csv")[["customer_id", "country", "age"]], how="left"' in got.source
    assert "`orders.csv + customers.csv (customer_id)`" in got.opening
    for number in numbers:
        assert number in got.answer


def test_a_question_about_one_file_stays_with_it() -> None:
    got = asked("average age by country")
    assert got.source is not None
    assert "merge" not in got.source


def test_the_id_of_one_file_is_the_key_that_another_names_after_it() -> None:
    got = asked("average amount by country", customers=CUSTOMERS.rename(columns={"customer_id": "id"}), orders=ORDERS)
    assert got.source is not None
    assert 'left_on="customer_id", right_on="id"' in got.source
    assert "26.667" in got.answer


@pytest.mark.parametrize(
    "customers",
    [
        pd.concat([CUSTOMERS, CUSTOMERS.head(1)]),
        CUSTOMERS.assign(customer_id=[1_011, 1_012, 1_013, 1_014]),
        CUSTOMERS.assign(customer_id=["a", "b", "c", "d"]),
        CUSTOMERS.assign(order_id=[1, 2, 3, 4]),
        CUSTOMERS.rename(columns={"customer_id": "number"}),
    ],
    ids=["the key twice", "no value in common", "another type", "two keys", "no key"],
)
def test_where_no_key_is_certain_nothing_is_joined(customers: pd.DataFrame) -> None:
    got = asked("average amount by country", customers=customers, orders=ORDERS)
    assert got.source is None
    assert "country" in got.opening or "amount" in got.opening


def test_columns_of_both_files_keep_their_own_meaning() -> None:
    """A name that both have is the left one's: the other file's would be another thing under one word."""
    customers = CUSTOMERS.assign(amount=[1, 2, 3, 4])
    (both,) = joined_files(written(customers=customers, orders=ORDERS))
    assert both.added == {"country", "age"}


def test_a_follow_up_and_a_changed_part_stay_with_both() -> None:
    previews = written(customers=CUSTOMERS, orders=ORDERS)
    first = ask("average amount by country", *previews)
    assert first.opening
    parts = changes_of(first.opening, tuple(previews))
    asked_anew = [choice.question for part in parts for choice in part.choices]
    assert asked_anew
    for question in asked_anew:
        assert ask(question, *previews).source is not None, question


@settings(max_examples=share(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(-40, 40)), min_size=3, max_size=20),
    st.lists(st.sampled_from(["red", "green", "blue"]), min_size=2, max_size=6),
)
def test_sums_over_both_are_those_of_sql(orders: list[tuple[int, int]], colors: list[str]) -> None:
    left = pd.DataFrame(orders, columns=["item_id", "amount"])
    right = pd.DataFrame({"item_id": range(1, len(colors) + 1), "color": colors})
    if not set(left["item_id"]) & set(right["item_id"]):
        return
    got = asked("total amount by color", items=right, sales=left)
    assert got.source is not None, got.opening
    assert got.out is not None
    sums = duckdb.sql('SELECT color, sum(amount) FROM "left" JOIN "right" USING (item_id) GROUP BY color').fetchall()
    shown = got.out.shown
    result = shown.iloc[:, 0] if isinstance(shown, pd.DataFrame) else shown
    assert {name: float(value) for name, value in result.dropna().items()} == {
        name: float(value) for name, value in sums
    }


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how many orders are there by country", "**Japan** (3)"),
        ("国ごとの注文数", "**Japan**（3）"),
        ("how many customers are there", "**4 rows**"),
        ("number of customers per country", "**Japan** (2)"),
        ("how many orders are there", "**6 rows**"),
    ],
)
def test_what_rows_of_one_file_are_called_is_not_counted_in_another(question: str, said: str) -> None:
    assert said in asked(question).answer


def test_rows_of_both_are_those_of_the_file_that_has_several_for_a_key() -> None:
    """Customers with large orders are not as many as these orders: rather no answer."""
    assert asked("how many customers have an amount above 15").source is None


@pytest.mark.parametrize(
    ("question", "is_answered"),
    [
        ("average age by product", False),
        ("total age by product", False),
        ("is the age different between products", False),
        ("oldest age by product", True),
        ("average amount by country", True),
        ("how many orders by country", True),
    ],
)
def test_what_stands_beside_several_rows_does_not_count_for_each_of_them(question: str, is_answered: bool) -> None:
    """A customer with three orders is not three customers."""
    orders = ORDERS.assign(product=["tea", "rice", "tea", "rice", "tea", "rice"])
    got = asked(question, customers=CUSTOMERS, orders=orders)
    assert (got.source is not None) == is_answered, got.opening


def test_where_each_row_stands_beside_one_everything_counts_once() -> None:
    details = pd.DataFrame({"customer_id": [11, 12, 13, 14], "plan": ["free", "paid", "free", "paid"]})
    got = asked("average age by plan", customers=CUSTOMERS, details=details)
    assert got.source is not None
    assert "41" in got.answer and "52" in got.answer
