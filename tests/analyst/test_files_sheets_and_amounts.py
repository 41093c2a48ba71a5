"""B58: a question may name its file, an answer names the sheet it read, and shows amounts as the file has them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lci.analyst.reading import understood
from lci.analyst.tables import tables_of
from lci.analyst.telling import phrased
from tests.analyst.asking import ask, brief_preview

SALES = {"rep": ["Ann", "Bob"] * 20, "revenue": list(range(40))}
FILES = {
    "sales.csv": SALES,
    "sales (2).csv": SALES,
    "big.csv": {"when": [f"2024-01-{at + 1:02}" for at in range(30)], "value": list(range(30))},
    "weather.csv": {"ts": [f"2024-02-{at + 1:02}" for at in range(20)], "temp": list(range(20))},
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, columns in FILES.items():
        pd.DataFrame(columns).to_csv(tmp_path / name, index=False)
    return tmp_path


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("how many rows in big.csv?", "number of rows · table `big.csv`"),
        ("how many rows in big", "number of rows · table `big.csv`"),
        ("average value in the big file", "mean of `value` · table `big.csv`"),
        ("average revenue in sales (2).csv", "mean of `revenue` · table `sales (2).csv`"),
        ("total revenue in sales.csv", "total of `revenue` · table `sales.csv`"),
        ("weather.csvは何行ありますか", "number of rows · table `weather.csv`"),
        ("big.csv里有多少行", "number of rows · table `big.csv`"),
        # A column that one file has is no word that says nothing in another.
        ("value over time", "mean of `value` · for each `when` · as lines · table `big.csv`"),
        ("plot value over time", "mean of `value` · for each `when` · as lines · table `big.csv`"),
    ],
)
@pytest.mark.parametrize("first", [0, 3])
def test_the_file_that_is_named_is_asked(desk: Path, question: str, plan: str, first: int) -> None:
    names = [*FILES][first:] + [*FILES][:first]
    tables = [table for name in names for table in tables_of(brief_preview(desk / name))]
    assert [phrased(each, "en") for each in understood(question, tables).plans] == [plan]


@pytest.mark.parametrize("question", ["total of sales", "biggest increase in sales"])
def test_what_the_numbers_may_be_of_is_no_name_of_a_file(desk: Path, question: str) -> None:
    pd.DataFrame({"rep": ["Ann", "Bob"] * 20, "a": range(40), "b": range(40)}).to_csv(desk / "sales.csv", index=False)
    assert understood(question, tables_of(brief_preview(desk / "sales.csv"))).plans == ()


@pytest.mark.parametrize(
    ("question", "sheet"), [("average cost", "Costs"), ("average revenue", "Sales"), ("cost の平均は？", "Costs")]
)
def test_an_answer_names_the_sheet_that_it_read(desk: Path, question: str, sheet: str) -> None:
    with pd.ExcelWriter(desk / "book.xlsx") as book:
        pd.DataFrame(SALES).to_excel(book, sheet_name="Sales", index=False)
        pd.DataFrame({"item": ["a", "b"] * 9, "cost": range(18)}).to_excel(book, sheet_name="Costs", index=False)
    assert f"`{sheet}`" in ask(question, brief_preview(desk / "book.xlsx")).opening


def test_amounts_beside_the_highest_are_shown_as_the_file_has_them(desk: Path) -> None:
    """Nothing makes numbers of a column that nobody asked for."""
    pd.DataFrame({"item": ["a", "b"], "mass": [1.5, 2.5], "price": ["$1", "$1,200"]}).to_csv("amounts.csv", index=False)
    assert "$1,200" in ask("what is the highest mass", brief_preview(desk / "amounts.csv")).answer


def test_of_the_only_sheet_nothing_is_said(desk: Path) -> None:
    pd.DataFrame(SALES).to_excel(desk / "one.xlsx", sheet_name="Sales", index=False)
    assert "Sales" not in ask("average revenue", brief_preview(desk / "one.xlsx")).opening
