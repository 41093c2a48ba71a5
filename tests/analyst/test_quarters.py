"""B58: quarters by their names, in three languages: those of one year or of all, and never beside another meaning."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import Asked, ask, brief_preview

DAYS = pd.date_range("2023-01-01", "2024-11-15")
SALES = pd.DataFrame({"date": DAYS, "region": (["North", "South"] * len(DAYS))[: len(DAYS)], "sales": range(len(DAYS))})
QUARTERS, YEARS = SALES["date"].dt.quarter, SALES["date"].dt.year


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(question: str, table: pd.DataFrame = SALES) -> Asked:
    table.to_csv("sales.csv", index=False)
    return ask(question, brief_preview(Path("sales.csv")))


def written(number: float) -> str:
    return f"{number:,}"


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("total sales in Q1 2024", (YEARS == 2024) & (QUARTERS == 1)),
        ("total sales in 2024 Q1", (YEARS == 2024) & (QUARTERS == 1)),
        ("what were the total sales in the second quarter of 2023?", (YEARS == 2023) & (QUARTERS == 2)),
        ("total sales in the 3rd quarter", QUARTERS == 3),
        ("total sales in Q2 to Q4 2023", (YEARS == 2023) & (QUARTERS >= 2)),
        ("2024年第一季度的销售额合计", (YEARS == 2024) & (QUARTERS == 1)),
        ("第4季度的总销售额是多少", QUARTERS == 4),
        ("2023年第2四半期の売上の合計", (YEARS == 2023) & (QUARTERS == 2)),
        ("Q3の売上の合計は？", QUARTERS == 3),
    ],
)
def test_a_quarter_is_that_of_its_year_or_of_all(question: str, kept: pd.Series) -> None:
    answer = asked(question).answer
    assert f"**{written(SALES.loc[kept, 'sales'].sum())}**" in answer, answer


def test_two_quarters_are_compared_and_one_that_has_only_begun_is_told() -> None:
    answer = asked("compare sales in Q3 and Q4 of 2024").answer
    of_year = SALES[YEARS == 2024].groupby(QUARTERS)["sales"].sum()
    third, fourth = written(of_year[3]), written(of_year[4])
    assert f"**Q3**: {third}, **Q4**: {fourth}" in answer
    assert "The dates end on 2024-11-15: 2024Q4 may not be whole." in answer
    assert "may not be whole" not in asked("compare sales in Q1 and Q2 of 2024").answer


def test_the_end_of_a_year_does_not_matter_to_its_first_quarter() -> None:
    assert "may not be whole" not in asked("how did Q1 sales change from 2023 to 2024?").answer


@pytest.mark.parametrize("question", ["total sales in January and Q1", "total sales in Q1 2023 and Q2 2024"])
def test_two_periods_that_are_not_alike_are_declined(question: str) -> None:
    assert asked(question).source is None


@pytest.mark.parametrize("name", ["quarter", "fiscal_qtr", "Q1", "四半期", "会计季度"])
def test_where_a_column_tells_quarters_dates_do_not(name: str) -> None:
    table = SALES.assign(**{name: "second half"})
    assert asked("total sales in Q1 2024", table).source is None


def test_values_of_the_data_that_are_called_so_are_meant() -> None:
    table = SALES.assign(period=["Q1", "Q2", "Q3"] * (len(SALES) // 3) + ["Q1"] * (len(SALES) % 3))
    answer = asked("total sales in Q1", table).answer
    assert f"**{written(table.loc[table['period'] == 'Q1', 'sales'].sum())}**" in answer, answer


def test_rows_without_a_date_do_not_change_how_a_quarter_is_called() -> None:
    table = SALES.assign(date=SALES["date"].where(SALES.index % 7 > 0))
    answer = asked("compare sales in Q1 and Q2 of 2023", table).answer
    assert "**Q1**" in answer and "**Q2**" in answer, answer
