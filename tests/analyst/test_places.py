"""The second highest, and years that no date lies in: what is said of places in an order, and outside the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from lci.analyst.plan import Field, Measure, Plan, Rows, Summary
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.telling.plan_words import phrased
from tests.analyst.asking import ask, brief_preview
from tests.analyst.corpus import DATA
from tests.analyst.meanings import asked
from tests.analyst.running import corpus_source

SECOND = [
    ("gapminder.csv", "which country had the second highest life expectancy in 2007?", "Number 2 from the top: **Hong"),
    ("売上.csv", "利益が2番目に大きいサブカテゴリは？", "大きい方から 2 番目は **コピー機**"),
    ("超市订单.csv", "利润第二高的子类别是哪个", "从高到低第 2 位是 **配件**"),
    ("titanic.csv", "second youngest passenger", "Number 2 from the bottom:"),
]
OUTSIDE = [
    ("gapminder.csv", "mean life expectancy in 2030", "There is nothing of 2030 here"),
    ("中国节假日.csv", "2050年春节放假几天", "这里没有 2050 年的数据"),
]


@pytest.fixture(autouse=True)
def in_folder_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)


@pytest.mark.parametrize(("file", "question", "sentence"), SECOND)
def test_the_second_of_an_order_is_named_and_not_the_first(file: str, question: str, sentence: str) -> None:
    """B45."""
    assert sentence in ask(question, brief_preview(Path(file))).answer


def test_a_place_that_no_group_has_is_said_to_be_none() -> None:
    answer = ask("which category has the fifth most sales", brief_preview(Path("superstore.csv"))).answer
    assert "There is no number 5: only 3 groups." in answer


@pytest.mark.parametrize(("file", "question", "sentence"), OUTSIDE)
def test_a_year_outside_the_dates_is_said_to_be_none_of_them(file: str, question: str, sentence: str) -> None:
    asked_of = ask(question, brief_preview(Path(file)))
    assert sentence in asked_of.opening
    assert asked_of.source is None


def test_a_year_that_no_row_has_is_said_to_have_none() -> None:
    answer = ask("2030年の平均寿命の平均は？", brief_preview(Path("gapminder.csv"))).answer
    assert "この条件に合う行はありません" in answer


def test_a_number_that_is_no_year_is_not_said_to_be_outside_the_dates() -> None:
    assert asked("countries zorblaxed 2030 times in 2007", ["gapminder.csv"]).beyond is None


@pytest.mark.parametrize("code", ["en", "ja", "zh"])
@pytest.mark.parametrize(
    "plan",
    [
        Rows("gapminder.csv", (), Field("pop"), "downwards", 2, ("country",), last=True),
        Summary("gapminder.csv", (Measure("sum", Field("pop")),), (Field("continent"),), (), "upwards", 3, last=True),
    ],
    ids=["row", "group"],
)
def test_a_place_in_the_words_of_a_plan_is_read_back(plan: Plan, code: str) -> None:
    assert plan_in_words(phrased(plan, code), corpus_source("gapminder.csv", str(DATA))) == (plan, code)


def test_those_of_a_party_are_not_counted_as_rows() -> None:
    assert asked("how many people ate on Saturday", ["tips.xlsx"]).plans == ()


def test_votes_are_not_told_apart_by_who_won_a_district() -> None:
    assert asked("average votes for Coderre in the districts he won", ["montreal_election.csv"]).plans == ()
