"""B58: all groups taken together, whole years, and rows above or below the mean or median of all."""

from __future__ import annotations

import pandas as pd
import pytest

from lci.analyst.offers import offers
from lci.analyst.telling import phrased
from tests.analyst.asking import ask
from tests.analyst.corpus import DATA
from tests.analyst.meanings import asked, preview_of

CARS, PEOPLE, WEATHER = "cars.csv", "salaries.csv", "seattle-weather.csv"


def plan_of(name: str, question: str) -> str | None:
    """The plan that is understood, in words, without its table; None where there is none, or are several."""
    plans = asked(question, [name]).plans
    return phrased(plans[0], "en").rpartition(" · table")[0] if len(plans) == 1 else None


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        (PEOPLE, "whats the average salary across all ranks", "mean of `salary`"),
        (PEOPLE, "median salary over all ranks", "median of `salary`"),
        (PEOPLE, "average salary regardless of rank", "mean of `salary`"),
        (PEOPLE, "average salary by sex across all ranks", "mean of `salary` · for each `sex`"),
        ("売上.csv", "全地域の売上合計", "total of `売上`"),
        ("売上.csv", "地域に関係なく平均利益は？", "mean of `利益`"),
        ("超市订单.csv", "所有地区的总销售额", "total of `销售额`"),
        ("超市订单.csv", "不分地区的平均利润", "mean of `利润`"),
        # What is compared or drawn is each of them.
        (PEOPLE, "compare average salary across all ranks", "mean of `salary` · for each `rank`"),
        (PEOPLE, "bar chart of average salary across all ranks", "mean of `salary` · for each `rank` · as bars"),
        (PEOPLE, "how many different ranks", "number of different `rank`"),
        # Twelve months are the year.
        (WEATHER, "average wind from january to december", "mean of `wind`"),
        (
            WEATHER,
            "average wind by month from january to december",
            "mean of `wind` · for each month of the year of `date`",
        ),
        (
            "気温.csv",
            "1月から12月まで平均気温を月別に見たい",
            "mean of `気温` · for each month of the year of `日時`",
        ),
    ],
)  # fmt: skip
def test_all_groups_together_are_no_groups(name: str, question: str, plan: str) -> None:
    assert plan_of(name, question) == plan


ABOVE = "only where `Horsepower` is above the mean of all rows"
EARNS = "only where `salary` is above the mean of all rows"


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        (CARS, "how many cars have above average horsepower", f"number of rows · {ABOVE}"),
        (CARS, "how many cars are heavier than average?", "`Weight_in_lbs` is above the mean of all rows"),
        (CARS, "what share of cars have below average mpg", "rows where (`Miles_per_Gallon` is below the mean"),
        (CARS, "average horsepower of cars heavier than average", "mean of `Horsepower` · only where `Weight_in_lbs`"),
        (PEOPLE, "list the people who earn more than average", f"all rows · {EARNS}"),
        (PEOPLE, "how many people have a salary above the median", "`salary` is above the median of all rows"),
        (WEATHER, "days with more rain than the average", "`precipitation` is above the mean of all rows"),
        (PEOPLE, "平均より高い給料の人は何人？", f"number of rows · {EARNS}"),
        ("売上.csv", "平均を下回る利益の件数", "number of rows · only where `利益` is below the mean of all rows"),
        (PEOPLE, "高于平均工资的有多少人", f"number of rows · {EARNS}"),
        ("超市订单.csv", "比平均销售额高的订单有几笔", "only where `销售额` is above the mean of all rows"),
    ],
)  # fmt: skip
def test_rows_above_and_below_the_average_are_those(name: str, question: str, plan: str) -> None:
    assert plan in (plan_of(name, question) or "")


@pytest.mark.parametrize(
    ("name", "question"),
    [
        # Above the average of all cars, or of the Japanese ones.
        (CARS, "how many japanese cars have above average horsepower"),
        # Of groups it may be their mean, their total, or that of all groups.
        (CARS, "which origins have above average horsepower"),
        (CARS, "how many origins have above average horsepower"),
        ("gapminder.csv", "which countries have above average life expectancy"),
        ("超市订单.csv", "哪些地区的销售额高于平均值"),
        (WEATHER, "which month was warmer than average"),
        # Of days with several rows each it may be their totals.
        ("flights.parquet", "on how many days was the distance above average"),
        # Nothing is said of rows.
        (CARS, "is the average horsepower above 100"),
    ],
)
def test_where_another_average_may_be_meant_it_is_declined(name: str, question: str) -> None:
    assert plan_of(name, question) is None


def test_a_follow_up_says_no_average_of_those_that_are_left() -> None:
    first = "how many cars have above average horsepower"
    assert asked("how many japanese cars have above average horsepower", [CARS], (first,)).plans == ()
    of_these = asked("how many of those are japanese", [CARS], (first,)).plans
    assert [len(plan.conditions) for plan in of_these] == [2]


def test_the_average_of_all_is_offered_where_that_of_some_may_be_meant() -> None:
    question = "how many japanese cars have above average horsepower"
    offered = offers(asked(question, [CARS]), question, (), "en")
    assert offered[0].startswith("number of rows · only where `Origin` is “Japan” and `Horsepower` is above the mean")
    assert plan_of(CARS, offered[0]) == offered[0].rpartition(" · table")[0]


def test_what_numbers_are_compared_with_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """B57: the mean is of all rows, and no number of the question."""
    monkeypatch.chdir(DATA)
    power = pd.read_csv(CARS)["Horsepower"]
    given = ask("how many cars have above average horsepower", preview_of(CARS))
    assert f"**{(power > power.mean()).sum()} rows**" in given.answer
    assert f"The mean of `Horsepower` over all rows is {power.mean():.5g}" in given.answer
