"""B58: what columns hold numbers of is no row, and no mean or count stands for what is asked of one, or shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analyst.small_tables import amounts, of, plan_of, write

DAYS = [f"2023-{1 + at // 30:02}-{1 + at % 28:02}" for at in range(120)]
TABLES: dict[str, dict[str, list[object]]] = {
    # A row for each month and cause.
    "CholeraDeaths.csv": {
        "month": [f"M{at // 2}" for at in range(120)],
        "cause": of("Cholera", "Diarrhoea"),
        "deaths": amounts(1, 37, 190),
    },
    "Backpack.xlsx.csv": {"BackpackWeight": amounts(2, 3, 30), "BodyWeight": amounts(105, 7, 110)},
    "hawks.csv": {"species": of("RT", "CH", "SS"), "weight": amounts(100, 37, 900), "wing": amounts(100, 37, 400)},
    "株価.csv": {"日付": DAYS, "終値": amounts(200, 37, 900)},
    "広告.csv": {"表示時間": amounts(1, 37, 900), "地域": of("東", "西")},
    "排放.csv": {
        "国家": [f"国{at % 12}" for at in range(120)],
        "年份": [2000 + at // 12 for at in range(120)],
        "排放量": amounts(1, 37, 900),
    },
    "smoking.csv": {
        "level": of("heavy", "light", "none"),
        "relapse": of(0, 1, 1, 0),
        "age": amounts(20, 7, 60),
    },
    "births.csv": {"month": [at // 10 + 1 for at in range(120)], "births": amounts(8_000, 37, 3_000)},
    "寄付のお願い.csv": {"年齢": amounts(20, 7, 60), "寄付額": amounts(0, 7, 90)},
    "吸烟.csv": {"性别": of("男", "女"), "吸烟": of("是", "否", "否"), "年龄": amounts(20, 7, 60)},
    "titanic.csv": {"name": [f"N{at}" for at in range(120)], "survived": of(0, 1, 1), "age": amounts(1, 7, 80)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("doubtful"))


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        (
            "CholeraDeaths.csv",
            "Which month had the most cholera deaths?",
            "total of `deaths` · for each `month` · highest first · the first one · only where `cause` is “Cholera”",
        ),
        ("CholeraDeaths.csv", "total deaths by cause", "total of `deaths` · for each `cause`"),
        ("CholeraDeaths.csv", "how many deaths were there", "total of `deaths`"),
        ("titanic.csv", "how many passengers made it", "number of rows · only where `survived` is 1"),
        ("births.csv", "line chart of births per month", "total of `births` · for each `month` · as lines"),
        # Of those who smoke how many are men and how many women, and no rate of each.
        (
            "吸烟.csv",
            "吸烟的人里男女各占百分之几",
            "number of rows · for each `性别` · as shares of the total · only where `吸烟` is “是”",
        ),
        ("吸烟.csv", "男女的吸烟率", "share of rows where (`吸烟` is “是”) · for each `性别`"),
        # What is called so itself is not to be shown.
        ("広告.csv", "東の表示時間は", "mean of `表示時間` · only where `地域` is “東”"),
        ("hawks.csv", "heaviest hawk", "the first row · by `weight` · highest first"),
    ],
)
def test_numbers_of_something_are_added_up(folder: Path, name: str, question: str, plan: str) -> None:
    assert plan_of(folder / name, question) == plan


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("Backpack.xlsx.csv", "how heavy is a typical backpack"),
        ("hawks.csv", "whats the heaviest hawk and what species is it"),
        ("株価.csv", "2023年2月の終値を見せて"),
        # Who is more often so is not whose number is greater.
        ("smoking.csv", "did heavy smokers relapse more than light smokers"),
        # Some alone are asked of, and no condition says who.
        ("寄付のお願い.csv", "寄付した人だけで寄付額のヒストグラム"),
        # Each country has one row a year: to count them tells nothing.
        ("排放.csv", "国3哪一年最多"),
        ("排放.csv", "2005年国3是国5的多少倍"),
    ],
)
def test_no_mean_and_no_count_stands_for_something_else(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) is None
