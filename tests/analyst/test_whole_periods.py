"""B58: half a year is less than a whole one; totals of periods say where the dates begin and end within one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import ask, brief_preview


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(question: str, first: str, last: str, step: str = "D") -> str:
    days = pd.date_range(first, last, freq=step)
    sales = pd.DataFrame({"date": days.strftime("%Y-%m-%d"), "region": "North", "sales": range(1, len(days) + 1)})
    sales.to_csv("sales.csv", index=False)
    return ask(question, brief_preview(Path("sales.csv"))).answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("how did sales change from 2023 to 2024?", "The dates end on 2024-06-15: 2024 may not be whole."),
        ("total sales by year", "The dates end on 2024-06-15: 2024 may not be whole."),
        ("total sales by quarter", "The dates end on 2024-06-15: 2024Q2 may not be whole."),
        ("total sales by month", "The dates end on 2024-06-15: 2024-06 may not be whole."),
        ("年ごとの売上合計", "日付は 2024-06-15 までなので、2024年は一部かもしれません。"),
        ("每年的销售额", "日期到 2024-06-15 为止，2024年可能不完整。"),
    ],
)
def test_a_last_period_that_has_only_begun_is_told(question: str, sentence: str) -> None:
    text = answer(question, "2023-01-01", "2024-06-15")
    assert sentence in text, text
    assert "begin" not in text


def test_a_first_period_of_which_the_beginning_lacks_is_told() -> None:
    text = answer("total sales by year", "2022-09-10", "2023-12-31")
    assert "The dates begin on 2022-09-10: 2022 may not be whole." in text
    assert "end on" not in text


@pytest.mark.parametrize(
    ("question", "first", "last", "step"),
    [
        ("total sales by year", "2023-01-01", "2024-12-31", "D"),
        ("total sales by year", "2023-01-01", "2024-12-01", "MS"),
        ("total sales by quarter", "2023-01-02", "2024-03-27", "W-MON"),
        ("average sales by year", "2023-01-01", "2024-06-15", "D"),
        ("total sales by region", "2023-01-01", "2024-06-15", "D"),
    ],
)
def test_of_whole_periods_and_of_means_nothing_is_told(question: str, first: str, last: str, step: str) -> None:
    assert "may not be whole" not in answer(question, first, last, step)
