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
    "hr.csv": {
        "employee_id": list(range(1000, 1000 + ROWS)), "name": [f"Kim {at}" for at in range(ROWS)],
        "department": of("IT", "Sales", "Marketing"), "class": of("A", "B"), "left": of(0, 0, 1, 0, 1),
        "overtime": of("Yes", "No", "No"), "performance": of("High", "Low", "Medium", "High"),
        "salary": [30_000 + at * 17 % 900 for at in range(ROWS)], "bonus": [at % 7 * 100 for at in range(ROWS)],
        "training_count": [at % 4 for at in range(ROWS)],
    },
    "bookings.csv": {
        "booking_id": list(range(ROWS)), "country": of("France", "UK", "USA"), "channel": of("Online", "Phone", "Desk"),
        "nights": [at % 9 + 1 for at in range(ROWS)], "amount": [80 + at * 7 for at in range(ROWS)],
        "cancelled": of("No", "Yes", "No", "No"), "children": [at % 3 for at in range(ROWS)],
    },
    "visits.csv": {"patient_id": [200 + at % 23 for at in range(ROWS)], "age": [at % 80 for at in range(ROWS)],
                   "gender": of("f", "m"), "fee": [at * 3.5 for at in range(ROWS)]},
    "shop.csv": {"order_id": list(range(ROWS)), "status": of("delivered", "pending"), "is_gift": of(0, 1, 0),
                 "city": of("Boston", "Newark"), "total": [at * 2.5 for at in range(ROWS)]},
    "宿泊予約.csv": {
        "予約ID": list(range(1, ROWS + 1)), "施設": of("海の家", "山の家"), "人数": [at % 4 + 1 for at in range(ROWS)],
        "予約経路": of("電話", "公式サイト", "旅行サイト"), "国": of("日本", "中国", "韓国"),
        "朝食": of("あり", "なし"), "キャンセル": of(0, 0, 1), "会員": of("会員", "一般", "一般"),
    },
    "商品.csv": {"商品": [f"品{at}" for at in range(ROWS)], "类型": of("饮料", "乳制品"), "等级": of("高", "中", "低"),
                 "毛利率": [0.1 + at % 30 / 100 for at in range(ROWS)]},
    "流水.csv": {
        "日期": [f"2024-{at % 5 + 1:02}-{at % 9 + 1:02}" for at in range(ROWS)],
        "类别": of("工资", "餐饮", "退款"), "金额": [at * 11.5 for at in range(ROWS)],
        "手续费": [at % 3 for at in range(ROWS)],
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
    ("hr.csv", "What share of those who left are class A?"): (
        "share of rows where (`class` is “A”) · only where `left` is 1"
    ),
    ("hr.csv", "Of those who left, what percentage are in IT?"): (
        "share of rows where (`department` is “IT”) · only where `left` is 1"
    ),
    ("hr.csv", "share of IT among those who left"): (
        "share of rows where (`department` is “IT”) · only where `left` is 1"
    ),
    ("hr.csv", "percentage of class A who left"): "share of rows where (`left` is 1) · only where `class` is “A”",
    ("hr.csv", "who left in marketing?"): "all rows · only where `left` is 1 and `department` is “Marketing”",
    ("hr.csv", "employees who have not left with low performance"): (
        "all rows · only where `left` is 0 and `performance` is “Low”"
    ),
    ("bookings.csv", "What percentage of cancelled bookings are from France?"): (
        "share of rows where (`country` is “France”) · only where `cancelled` is “Yes”"
    ),
    ("bookings.csv", "compare online and phone bookings by amount"): (
        "total of `amount` · the difference · for each `channel` · only where `channel` is “Online” or “Phone”"
    ),
    ("visits.csv", "How many patients are there?"): "number of different `patient_id`",
    ("visits.csv", "average age of the patients"): "mean of `age`",
    ("shop.csv", "How many orders were delivered?"): "number of rows · only where `status` is “delivered”",
    ("shop.csv", "total of gift orders"): "total of `total` · only where `is_gift` is 1",
    ("shop.csv", "total by city"): "total of `total` · for each `city`",
    ("宿泊予約.csv", "海の家の予約は何件ありますか？"): "行の数 · `施設`が「海の家」 の行だけ",
    ("宿泊予約.csv", "キャンセルした人のうち会員は何割？"): (
        "（`会員`が「会員」）の行の割合 · `キャンセル`が1 の行だけ"
    ),
    ("宿泊予約.csv", "会員のうちキャンセルした人の割合"): "（`キャンセル`が1）の行の割合 · `会員`が「会員」 の行だけ",
    ("宿泊予約.csv", "日本でも中国でもない件数"): "行の数 · `国`が「日本」または「中国」以外 の行だけ",
    ("宿泊予約.csv", "施設別の人数"): "`人数`の合計 · `施設`ごと",
    ("商品.csv", "饮料和乳制品哪个毛利率高？"): (
        "`毛利率`的平均值 · 两者之差 · 按`类型`分组 · 只看 `类型`为“饮料”或“乳制品” 的行 · 表"
    ),
    ("商品.csv", "高和中等级一共多少行？"): "行数 · 只看 `等级`为“高”或“中” 的行",
    ("门店销售.csv", "哪个城市的单价最高，是多少"): ("`单价`的平均值 · 按`城市`分组 · 从高到低 · 第一个"),
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
    ("hr.csv", "who has the lowest bonus?"),
    ("hr.csv", "who has the highest salary in each department?"),
    ("hr.csv", "do more people leave with overtime?"),
    ("hr.csv", "employees with a bonus by class"),
    ("hr.csv", "number of trainings per department"),
    ("hr.csv", "how many employees were promoted"),
    ("bookings.csv", "top 3 countries by number of nights"),
    ("bookings.csv", "average amount per night"),
    ("bookings.csv", "bookings with children by country"),
    ("shop.csv", "how many orders were shipped"),
    ("宿泊予約.csv", "朝食がない予約の割合"),
    ("流水.csv", "平均每月手续费是多少？"),
    ("社員.csv", "給与が一番多い部署は？"),
    ("流水.csv", "工资一共多少钱？"),
    ("流水.csv", "工资有多少？"),
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
