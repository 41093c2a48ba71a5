"""B58: what somebody who read the rules got answered as another question: told as meant now, or declined."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.small_tables import ROWS, amounts, of, plan_of, write

TABLES: dict[str, dict[str, list[object]]] = {
    "gdp_by_country.csv": {
        "country": of("Japan", "Spain", "Chile", "Ghana", "Peru", "Fiji"),
        "year": [2000 + at // 6 for at in range(ROWS)],
        "gdp": amounts(9, 37, 900),
    },
    "奥运奖牌.csv": {
        "奖牌": of("金牌", "银牌", "铜牌"),
        "国家": of("美国", "英国"),
        "运动员": [f"运{at}" for at in range(ROWS)],
    },
    "titanic.csv": {
        "survived": of(0, 1, 0),
        "sex": of("male", "female"),
        "age": amounts(1, 7, 70),
        "pclass": of(1, 2, 3, 3),
    },
    "gym.csv": {"sex": of("M", "F"), "age": amounts(18, 7, 50), "membership": of("Yes", "No", "Yes")},
    "loans.csv": {"loan_id": amounts(1, 1, 120), "amount": amounts(900, 37, 9_000), "years": amounts(1, 7, 60)},
    "movies.csv": {
        "title": [f"{of('Love', 'War', 'Two Moons')[at]} {at}" for at in range(ROWS)],
        "gross": amounts(9, 7, 90),
    },
    "空港.csv": {"空港名": [f"{of('新島', '大田')[at]}{at}" for at in range(ROWS)], "便数": amounts(1, 7, 90)},
    "degrees.csv": {"name": [f"N{at}" for at in range(ROWS)], "degree": of("M.D.", "M.E.", "B.E.", "D.O.")},
    "house_price.csv": {"area": amounts(40, 7, 90), "rooms": of(2, 3, 4), "zone": of("A", "B")},
    "2020.csv": {
        "date": [str(day.date()) for day in pd.date_range("2019-10-01", periods=ROWS, freq="5D")],
        "n": amounts(1, 7, 90),
    },
    "保险.csv": {"性别": of("男", "女"), "费用": amounts(90, 37, 900), "有保险": of("是", "否", "是")},
    "covid.csv": {"week": amounts(1, 1, 52), "deaths": amounts(1, 37, 500), "region": of("N", "S")},
    "houses.csv": {"street": [f"S{at}" for at in range(ROWS)], "price": amounts(90, 37, 9_000), "rooms": of(2, 3)},
    "销售店.csv": {
        "日期": [str(day.date()) for day in pd.date_range("2024-01-01", periods=ROWS)],
        "品目": of("茶", "米"),
        "金额": amounts(9, 7, 90),
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("reader"))


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        # What a file is called after has several rows each.
        ("gdp_by_country.csv", "How many countries are there?", "number of different `country`"),
        ("titanic.csv", "How many victims were there?", "number of rows · only where `survived` is 0"),
        ("movies.csv", "movies with love in the title", "all rows · only where `title` contains “love”"),
        ("空港.csv", "名前に新島がつく空港", "all rows · only where `空港名` contains “新島”"),
        # 2020.csv holds other years, too.
        ("2020.csv", "how many rows in 2020", "number of rows · only where year of `date` is 2020"),
        ("保险.csv", "所有没有保险的人的平均费用", "mean of `费用` · only where `有保险` is “否”"),
        # Rows that are sorted are no groups for each number.
        ("houses.csv", "houses sorted by price", "all rows · by `price` · highest first"),
    ],
)
def test_what_was_told_as_something_else_is_told_as_meant(folder: Path, name: str, question: str, plan: str) -> None:
    assert plan_of(folder / name, question) == plan


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("奥运奖牌.csv", "奖牌有几种"),
        # Members are those who have a membership.
        ("gym.csv", "How many members are there?"),
        ("gym.csv", "average age of users"),
        # The longest is not the dearest.
        ("loans.csv", "longest loan"),
        ("loans.csv", "shortest loan"),
        # What tells of a name, or denies it, does not stand in it.
        ("movies.csv", "How many movies don't have love in the title?"),
        ("movies.csv", "Movies that do not have love in the title"),
        ("movies.csv", "How many movies have two words in the title?"),
        ("movies.csv", "movies with love or war in the title"),
        ("movies.csv", "movies with a number in the title"),
        ("空港.csv", "名前に島か田がつく空港"),
        ("空港.csv", "名前に数字が入っている空港"),
        # "me" is no M.E.
        ("degrees.csv", "average population for me"),
        ("house_price.csv", "average area price"),
        ("covid.csv", "deaths per week"),
        ("houses.csv", "houses with price above 900 or below 200"),
        # A row is a sale, whatever kind of shop the file is of.
        ("销售店.csv", "有多少店"),
    ],
)
def test_what_may_be_something_else_is_declined(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) is None


def test_a_pronoun_is_no_value_without_its_periods(folder: Path) -> None:
    assert plan_of(folder / "degrees.csv", "show me the first 5 rows") == "the first 5 rows"
