"""B58: what newcomers ask of a shop's orders: the latest one, what sells best, what is not done yet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import Asked, ask, brief_preview

ROWS = 120
ORDERS = pd.DataFrame({
    "order_id": range(10_100, 10_100 + ROWS),
    "order_date": pd.date_range("2023-01-03", periods=ROWS, freq="3D"),
    "customer": (["Jack Hill", "Ann Lee", "Bo Chan", "Mia Cruz", "Tom Fox"] * ROWS)[:ROWS],
    "region": (["North", "South", "East"] * ROWS)[:ROWS],
    "product": (["desk", "chair", "lamp", "shelf"] * ROWS)[:ROWS],
    "units": [at * 7 % 9 + 1 for at in range(ROWS)],
    "status": (["shipped", "pending", "shipped", "cancelled", "pending", "shipped", "shipped"] * ROWS)[:ROWS],
})  # fmt: skip
JACKS = ORDERS[ORDERS["customer"] == "Jack Hill"]
UNITS = ORDERS.groupby("product")["units"].sum()


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ORDERS.to_csv("orders.csv", index=False)


def asked(question: str) -> Asked:
    return ask(question, brief_preview(Path("orders.csv")))


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("which region had the latest order?", ORDERS["region"].iloc[-1]),
        ("what is the status of the latest order", ORDERS["status"].iloc[-1]),
        ("which customer has the earliest order?", ORDERS["customer"].iloc[0]),
        ("what is the status of Jack Hill's latest order", JACKS["status"].iloc[-1]),
    ],
)
def test_what_comes_last_is_one_row_and_no_mean_of_days(question: str, label: str) -> None:
    out = asked(question)
    assert f"**{label}**" in out.answer, out
    assert "mean" not in out.opening


@pytest.mark.parametrize(
    "question",
    ["best-selling product", "which product sells best", "一番売れている商品は", "最畅销的产品是什么"],
)
def test_what_sells_best_is_what_most_units_were_sold_of(question: str) -> None:
    assert f"**{UNITS.idxmax()}**" in (answer := asked(question).answer) and str(UNITS.max()) in answer


@pytest.mark.parametrize(
    "question",
    [
        "how many orders weren't shipped?",
        "how many orders were not yet shipped?",
        "how many orders haven't been shipped?",
    ],
)
def test_what_is_not_done_yet_is_not_done(question: str) -> None:
    assert f"**{(ORDERS['status'] != 'shipped').sum()} rows**" in asked(question).answer


@pytest.mark.parametrize(
    "question",
    [
        "month over month change of units",
        "前年比のunits",
        "units同比增长",
        "is North better than South?",
        "average units per month",
        "monthly average units",
        "average number of units per customer",
        "每月平均units",
    ],
)
def test_what_rows_one_by_one_do_not_say_is_declined(question: str) -> None:
    """Changes from month to month, what may be the mean of rows or of totals, what is better in nothing."""
    assert asked(question).source is None


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("average units by month", "mean of `units` · for each month"),
        ("average units per region", "mean of `units` · for each `region`"),
        ("is North better than South in units?", "total of `units` · the difference"),
        ("customers with more than 100 units in total", "by their total of `units` · where that is above 100"),
        ("unitsの合計が100を超えるcustomer", "グループごとの値は`units`の合計 · その値が 100 より大きい"),
        ("总共units超过100的customer", "每组的值为`units`的总和 · 该值大于 100"),
        ("total units of orders above 5 units", "total of `units` · only where `units` is above 5"),
    ],
)
def test_what_stands_beside_it_is_answered(question: str, plan: str) -> None:
    assert plan in asked(question).opening
