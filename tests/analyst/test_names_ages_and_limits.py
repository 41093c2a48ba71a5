"""B58: what stands within a name, how old somebody is, groups with so many of something, both of all there are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from lci.analyst.reading import understood
from lci.analyst.tables import tables_of
from lci.analyst.telling import phrased
from lci.core.files import NamedValue, Preview
from tests.analyst.asking import brief_preview

ROWS = 120


def of(*values: object) -> list[object]:
    return [values[at % len(values)] for at in range(ROWS)]


def amounts(first: int, step: int, different: int) -> list[int]:
    return [first + at * step % different for at in range(ROWS)]


TABLES: dict[str, dict[str, list[object]]] = {
    "survey.csv": {
        "age": amounts(12, 1, 7),
        "gender": of("female", "male"),
        "height": [1.5 + at * 7 % 60 / 100 for at in range(ROWS)],
    },
    "cars.csv": {"name": [f"{of('ford', 'opel')[at]} {at}" for at in range(ROWS)], "mpg": amounts(10, 3, 30)},
    "空港.csv": {
        "空港名": [f"{of('新', '大')[at]}{at}空港" for at in range(ROWS)],
        "都道府県": of(*(f"県{at}" for at in range(17))),
        "滑走路長": amounts(800, 37, 3_000),
    },
    "电影.csv": {
        "片名": [f"{of('爱', '战争')[at]}{at}" for at in range(ROWS)],
        "导演": [f"导{at % 70}" for at in range(ROWS)],
        "评分": [at * 17 % 100 / 10 for at in range(ROWS)],
    },
    "企业.csv": {
        "公司": [f"司{at}" for at in range(ROWS)],
        "国家": of(*(f"国{at}" for at in range(9))),
        "利润": amounts(1, 7, 90),
    },
    "订单.csv": {
        "订单号": [f"B{at:03}" for at in range(ROWS)],
        "客户类型": of("个人", "企业", "学校"),
        "金额": amounts(20, 37, 900),
    },
    "polls.csv": {
        "state": [*(f"S{at % 60}" for at in range(ROWS - 6)), *("U.S.", "St. Croix") * 3],
        "lead": amounts(30, 7, 30),
    },
    "credit.csv": {"Balance": amounts(0, 37, 1_900), "Student": of("Yes", "No", "No"), "Age": amounts(23, 7, 60)},
    "肉生産量.csv": {"年": amounts(1900, 1, 120), "牛肉": amounts(90, 37, 400), "豚肉": amounts(10, 7, 300)},
    "penguins.csv": {
        "island": of("Dream", "Biscoe", "Torgersen"),
        "body_mass": amounts(2_900, 37, 3_000),
        "sex": of("male", "female", "male", "female", None),
    },
    "ポッサム.csv": {"性別": of("オス", "メス"), "年齢": amounts(1, 1, 9), "全長cm": amounts(70, 3, 26)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("names")
    for name, columns in TABLES.items():
        pd.DataFrame(columns).to_csv(made / name, index=False)
    return made


@cache
def previewed(path: Path) -> Preview:
    return brief_preview(path)


def plan_of(path: Path, questions: str, *named: NamedValue) -> str | None:
    """The plan that the last of them is understood as, in words, without its table; None where it is not one."""
    *before, question = questions.split(" || ")
    plans = understood(question, tables_of(previewed(path), named), tuple(before)).plans
    return phrased(plans[0], "en").rpartition(" · table")[0] if len(plans) == 1 else None


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        ("survey.csv", "mean height of 17 year olds", "mean of `height` · only where `age` is 17"),
        ("survey.csv", "how many 15-year-old girls are there", "`age` is 15 and `gender` is “female”"),
        ("survey.csv", "mean height of 15 to 17 year olds", "`age` is from 15 to 17"),
        ("survey.csv", "how many girls are under 15 years old", "`gender` is “female” and `age` is below 15"),
        ("survey.csv", "height of girls older than 14 years of age", "`gender` is “female” and `age` is above 14"),
        # What stands in a name, quoted or not, in the column that holds the names.
        ("cars.csv", "how many cars have ford in their name", "number of rows · only where `name` contains “ford”"),
        ("cars.csv", "average mpg of cars with “opel” in the name", "only where `name` contains “opel”"),
        ("空港.csv", "名前に「新」がつく空港は何か所？", "number of rows · only where `空港名` contains “新”"),
        ("空港.csv", "名前に新がつく空港", "all rows · only where `空港名` contains “新”"),
        ("空港.csv", "「大」という字が名前に入っている空港", "all rows · only where `空港名` contains “大”"),
        ("电影.csv", "名字带“爱”的电影", "all rows · only where `片名` contains “爱”"),
        ("电影.csv", "名字里有战争的电影有几部", "number of rows · only where `片名` contains “战争”"),
        # Groups by how many there are, in the orders in which it is said.
        ("空港.csv", "空港が5つ以上ある都道府県はどこ", "the groups, one for each `都道府県` · by their number"),
        ("空港.csv", "5つ以上の空港がある都道府県はいくつ", "number of groups, one for each `都道府県`"),
        ("电影.csv", "拍了10部以上电影的导演有几个", "number of groups, one for each `导演`"),
        ("电影.csv", "电影超过2部的导演有几位", "where that is above 2"),
        ("企业.csv", "公司超过12家的国家有哪些", "the groups, one for each `国家` · by their number of rows"),
        ("企业.csv", "哪些国家有12家以上的公司", "by their number of rows · where that is at least 12"),
        # Both of all there are, told apart.
        ("credit.csv", "average balance of students and non students", "mean of `Balance` · for each `Student`"),
        ("credit.csv", "how many students and non students are there", "number of rows · for each `Student`"),
        ("penguins.csv", "how many male and female penguins", "for each `sex` · only where `sex` is “male” or “fem"),
        ("ポッサム.csv", "オスとメスで全長に差があるか検定してほしい", "differs between groups of `性別`"),
        # Orders above so many yuan are not so many orders.
        ("订单.csv", "订单超过10元的客户类型有哪些", "showing `客户类型` · only where `金额` is above 10"),
        # Of what there is so much is said by the name of the file.
        ("肉生産量.csv", "牛肉の生産量の平均", "mean of `牛肉`"),
        ("肉生産量.csv", "牛肉の生産量から豚肉の生産量を予測する回帰直線", "line that explains `豚肉` by `牛肉`"),
    ],
)  # fmt: skip
def test_names_ages_limits_and_both_are_understood(folder: Path, name: str, question: str, plan: str) -> None:
    assert plan in (plan_of(folder / name, question) or "")


@pytest.mark.parametrize(
    ("name", "question"),
    [
        # A kind of customers is no customer.
        ("订单.csv", "有多少客户"),
        ("订单.csv", "订单超过10笔的客户有几个"),
        ("cars.csv", "how many 4 year old cars"),
    ],
)
def test_what_may_be_something_else_is_declined(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) is None


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("mean lead in the U.S.", "mean of `lead` · only where `state` is “U.S.”"),
        ("除了U.S.，lead 的平均值", "mean of `lead` · only where `state` is not “U.S.”"),
        ("mean lead in St Croix", "mean of `lead` · only where `state` is “St. Croix”"),
        ("Show us the mean lead", "mean of `lead`"),
    ],
)
def test_a_value_with_periods_is_found_with_and_without(folder: Path, question: str, plan: str) -> None:
    named = NamedValue("state", "U.S."), NamedValue("state", "St. Croix")
    assert plan_of(folder / "polls.csv", question, *named) == plan
