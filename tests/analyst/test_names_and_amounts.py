"""B58: names are used whole, numbers that number rows are no amounts, and what asks for a number gets no list."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import ask, brief_preview

ROWS = 60


def of(*values: object) -> list[object]:
    return [values[at % len(values)] for at in range(ROWS)]


TABLES: dict[str, dict[str, list[object]]] = {
    "admissions.csv": {
        "patient": list(range(1000, 1000 + ROWS)),
        "age": [at * 7 % 90 for at in range(ROWS)],
        "gender": of("female", "male"),
        "smoker": of(True, False, False),
        "outcome": of("recovered", "died", "transferred", "recovered", "recovered"),
    },
    "staff.csv": {
        "Name": [f"Person {at}" for at in range(ROWS)],
        "Department": of("Sales", "IT", "HR"),
        "Salary": [30_000 + at * 531 for at in range(ROWS)],
        "Left": of("Yes", "No", "No", "No"),
    },
    "harvest.csv": {
        "farm": of("Hill Farm", "Oakwood"),
        "crop": of("wheat", "barley", "maize"),
        "year": of(2019, 2020, 2021, 2022),
        "yield_t": [at % 17 + 0.5 for at in range(ROWS)],
        "fertilizer_kg": [at * 13 % 97 for at in range(ROWS)],
    },
    "library.csv": {
        "book_title": [f"Book {at}" for at in range(ROWS)],
        "author": of("Austen", "Orwell", "Kafka"),
        "pages": [80 + at * 11 for at in range(ROWS)],
    },
    "matches.csv": {
        "season": of("2011/12", "2012/13", "2013/14"),
        "home_goals": [at % 5 for at in range(ROWS)],
        "attendance": [20_000 + at * 97 for at in range(ROWS)],
    },
    "energy.csv": {"building": of("A", "B", "C"), "kwh": [at * 1.5 for at in range(ROWS)], "occupied": of(0, 1)},
    "门店销售.csv": {
        "城市": of("北京", "上海", "成都"), "渠道": of("线上", "线下"), "销量": [at % 9 + 1 for at in range(ROWS)],
        "单价": of(199, 999, 2999),
    },
    "成绩.csv": {
        "学号": [f"S{at:03}" for at in range(ROWS)], "班级": of("一班", "二班", "三班"),
        "数学": [40 + at for at in range(ROWS)], "出勤率": of(0.62, 0.75, 0.8, 0.93, 1.0),
    },
    "社員.csv": {
        "社員番号": list(range(1, ROWS + 1)), "部署": of("営業", "開発"), "性別": of("男", "女", "女"),
        "給与": [300_000 + at * 1_000 for at in range(ROWS)],
        "入社日": [f"{2010 + at % 10}-04-01" for at in range(ROWS)],
    },
}  # fmt: skip

READ = {
    ("admissions.csv", "How many female patients under 18 died?"): (
        "number of rows · only where `gender` is “female” and `age` is below 18 and `outcome` is “died”"
    ),
    ("admissions.csv", "share of patients who recovered, by smoker"): (
        "share of rows where (`outcome` is “recovered”) · for each `smoker`"
    ),
    ("staff.csv", "How many employees left in each department?"): (
        "number of rows · for each `Department` · only where `Left` is “Yes”"
    ),
    ("staff.csv", "average salary of employees who left"): "mean of `Salary` · only where `Left` is “Yes”",
    ("library.csv", "books by Orwell with more than 500 pages"): (
        "all rows · showing `book_title` · only where `author` is “Orwell” and `pages` is above 500"
    ),
    ("matches.csv", "average home goals per season"): "mean of `home_goals` · for each `season`",
    ("energy.csv", "total kwh by building"): "total of `kwh` · for each `building`",
    ("门店销售.csv", "成都线下的平均单价"): "`单价`的平均值 · 只看 `城市`为“成都”，并且 `渠道`为“线下” 的行",
    ("门店销售.csv", "北京和上海哪个卖得多？"): (
        "`销量`的总和 · 两者之差 · 按`城市`分组 · 只看 `城市`为“北京”或“上海” 的行"
    ),
    ("成绩.csv", "出勤率低于80%的学生有几个"): "行数 · 只看 `出勤率`小于 0.8 的行",
    ("成绩.csv", "数学平均分最高的班级是哪个？"): "`数学`的平均值 · 按`班级`分组 · 从高到低 · 第一个",
    ("社員.csv", "2015年以降に入社した人は何人"): "行の数 · `入社日`の年が 2015 以上 の行だけ",
    ("社員.csv", "営業の女性は何名？"): "行の数 · `部署`が「営業」、かつ `性別`が「女」 の行だけ",
}
#: What would be answered with something else: an area by its rows, growth for what grows, a mean for the most.
DECLINED = (
    ("energy.csv", "which building uses the most energy"),
    ("energy.csv", "energy use by building"),
    ("energy.csv", "average kwh of the whole campus on holidays"),
    ("harvest.csv", "How many different crops does Hill Farm grow?"),
    ("harvest.csv", "Which farm used the most fertilizer in 2020?"),
    ("harvest.csv", "How much wheat did we harvest in 2019?"),
)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked_of(name: str, question: str) -> tuple[str, str | None]:
    pd.DataFrame(TABLES[name]).to_csv(name, index=False)
    asked = ask(question, brief_preview(Path(name)))
    return asked.opening, asked.source


@pytest.mark.parametrize(("name", "question"), READ)
def test_what_is_asked_is_read_whole(name: str, question: str) -> None:
    opening, source = asked_of(name, question)
    assert source is not None, opening
    assert READ[name, question] in opening


@pytest.mark.parametrize(("name", "question"), DECLINED)
def test_what_the_table_does_not_say_is_declined(name: str, question: str) -> None:
    opening, source = asked_of(name, question)
    assert source is None, opening


def test_who_is_highest_is_told_by_what_no_two_rows_share() -> None:
    pd.DataFrame(TABLES["社員.csv"]).to_csv("社員.csv", index=False)
    asked = ask("給与が一番高い人は誰？", brief_preview(Path("社員.csv")))
    assert "**60**" in asked.answer, asked.answer


@pytest.mark.parametrize("question", ["montly average attendance", "averge attendance by seasonn"])
def test_a_misspelt_word_of_the_language_means_what_it_would(question: str) -> None:
    """Also one that no table has anything for."""
    opening, _ = asked_of("matches.csv", question)
    assert opening
