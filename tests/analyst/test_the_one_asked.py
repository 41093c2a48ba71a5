"""B58: of a question about one group, one person, one order or one day the answer is about that one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import Asked, ask, brief_preview

ROWS = 60


def of(*values: object) -> list[object]:
    return [values[at % len(values)] for at in range(ROWS)]


TABLES: dict[str, dict[str, list[object]]] = {
    "baskets.csv": {
        "order_id": list(range(10_001, 10_001 + ROWS)),
        "order_date": [f"2023-{at % 12 + 1:02}-{at * 5 % 27 + 1:02}" for at in range(ROWS)],
        "customer_id": [500 + at * 7 % 31 for at in range(ROWS)], "city": of("Boston", "York", "Newark", "Boston"),
        "category": of("Hats", "Shoes", "Bags"), "payment": of("Card", "Cash"), "state": of("open", "delivered"),
        "quantity": of(1, 2, 3), "unit_price": [at * 7 % 97 + 0.5 for at in range(ROWS)],
        "total": [at * 11 % 89 + 0.5 for at in range(ROWS)], "rating": of(1, 2, 3, 4, 5),
    },
    "予約.csv": {
        "施設": of("海の家", "山の家", "湖の宿"), "合計": [7_500 + at * 100 for at in range(ROWS)],
    },
    "账目.csv": {
        "类别": of("餐饮", "交通", "购物"), "手续费": [at % 7 + 0.5 for at in range(ROWS)],
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def frame(name: str) -> pd.DataFrame:
    return pd.DataFrame(TABLES[name])


def asked(name: str, question: str, *before: str) -> Asked:
    frame(name).to_csv(name, index=False)
    preview, answer = brief_preview(Path(name)), None
    for each in (*before, question):
        answer = ask(each, preview, before=answer.messages if answer is not None else ())
    assert answer is not None
    return answer


# --- one group's share of a total -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "question", "group", "value"),
    [
        ("baskets.csv", "what percentage of the total comes from Boston?", "Boston", "total"),
        ("baskets.csv", "what share of sales is from Boston?", "Boston", "total"),
        ("予約.csv", "合計に占める海の家の割合は？", "海の家", "合計"),
        ("账目.csv", "餐饮占手续费总额的比例是多少？", "餐饮", "手续费"),
    ],
)
def test_of_a_share_of_a_total_that_of_the_group_named_is_told(
    name: str, question: str, group: str, value: str
) -> None:
    answer, rows = asked(name, question), frame(name)
    named = rows[(rows == group).any(axis=1)][value].sum()
    assert f"**{group}**" in answer.answer.split("\n")[0], answer.answer
    assert f"**{100 * named / rows[value].sum():.3g} %**" in answer.answer.split("\n")[0], answer.answer


def test_a_further_group_is_told_as_the_first_was() -> None:
    answer, rows = asked("baskets.csv", "and York?", "what share of sales is from Boston?"), frame("baskets.csv")
    part = rows[rows["city"] == "York"]["total"].sum() / rows["total"].sum()
    assert f"**York**: **{100 * part:.3g} %**" in answer.answer, answer.answer


def test_of_the_first_groups_the_first_is_told() -> None:
    answer = asked("baskets.csv", "top 2", "what share of sales is from Boston?")
    assert "of these that of" not in answer.opening
    assert answer.answer.startswith("Highest: **Boston**")


# --- the greatest and the least value, and where they stand -----------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "column", "end"),
    [
        ("highest unit price", "unit_price", "max"),
        ("lowest total", "total", "min"),
        ("unit_priceの最大", "unit_price", "max"),
        ("total的最小值", "total", "min"),
    ],
)
def test_the_rows_in_which_the_greatest_value_stands_are_shown(question: str, column: str, end: str) -> None:
    table = frame("baskets.csv")
    there = table[table[column] == table[column].agg(end)]
    answer = asked("baskets.csv", question)
    assert answer.out is not None and len(there) <= 3
    for order, city in zip(there["order_id"], there["city"], strict=True):
        assert f"| {order} |" in answer.answer and f" {city} |" in answer.answer, answer.answer


def test_where_the_greatest_value_stands_in_many_rows_their_number_is_stated() -> None:
    answer = asked("baskets.csv", "highest rating").answer
    assert "**5**" in answer and "That is so in 12 rows." in answer and "|" not in answer


def test_of_several_measures_no_rows_are_shown() -> None:
    assert "|" not in asked("baskets.csv", "highest and lowest total").answer
