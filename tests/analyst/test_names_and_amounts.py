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
    "team.csv": {
        "name": [f"Kim {at}" for at in range(ROWS)], "manager": of("Young", "Best", "Kelly Brown"),
        "pay": [30_000 + at * 31 % 700 for at in range(ROWS)], "performance": of("High", "Low"),
    },
    "baskets.csv": {
        "order_id": list(range(ROWS)), "city": of("Boston", "York"), "quantity": of(1, 2, 3, 4, 5),
        "unit_price": [at * 7 % 97 + 0.5 for at in range(ROWS)], "total": [at * 11 % 89 + 0.5 for at in range(ROWS)],
        "rating": of(1, 2, 3, 4, 5),
    },
    "account.csv": {
        "day": [f"2024-03-{at // 3 + 1:02}" for at in range(ROWS)], "category": of("Rent", "Salary", "Food"),
        "amount": [(-1) ** at * (at * 13 % 71 + 1.5) for at in range(ROWS)],
    },
    "stays.csv": {
        "guest": of("A. March", "B. Short", "A. Young"), "arrival": [f"2024-0{at % 6 + 1}-11" for at in range(ROWS)],
        "nights": of(1, 2, 3, 4, 5, 6),
    },
    "宿泊.csv": {
        "一泊料金": of(7500, 9000, 12_000), "合計": [7_500 + at * 100 for at in range(ROWS)],
        "施設": of("海の家", "山の家"), "泊数": of(1, 2, 3, 4), "評価": of(1, 2, 3, 4, 5),
    },
    "流水账.csv": {
        "日期": [f"2024-03-{at // 3 + 1:02}" for at in range(ROWS)], "余额": [at * 37 % 990 for at in range(ROWS)],
        "到店次数": of(1, 2, 3, 4), "类别": of("房租", "工资", "餐饮"),
        "金额": [(-1) ** at * (at * 13 % 71 + 1.5) for at in range(ROWS)],
    },
    "joiners.csv": {
        "name": [f"Kim {at}" for at in range(ROWS)], "age": [at * 7 % 40 + 20 for at in range(ROWS)],
        "region": of("South", "West", "North"), "income": [30_000 + at * 37 % 900 for at in range(ROWS)],
        "hire_date": [f"{2008 + at % 15}-05-{at % 28 + 1:02}" for at in range(ROWS)],
    },
    "undated.csv": {
        "employee": [f"Kim {at}" for at in range(ROWS)], "age": [at * 7 % 40 + 20 for at in range(ROWS)],
    },
    "员工表.csv": {
        "姓名": [f"张{at}" for at in range(ROWS)], "月薪": [9_000 + at * 37 % 900 for at in range(ROWS)],
        "入职日期": [f"{2012 + at % 12}-05-{at % 28 + 1:02}" for at in range(ROWS)],
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
    ("team.csv", "average pay of Young"): "mean of `pay` · only where `manager` is “Young”",
    ("team.csv", "average pay of manager young"): "mean of `pay` · only where `manager` is “Young”",
    (
        "baskets.csv",
        "what is the highest unit price in Boston?",
    ): "highest `unit_price` · only where `city` is “Boston”",
    ("baskets.csv", "how many orders have a rating of 1 or 2?"): "number of rows · only where `rating` is 1 or 2",
    ("baskets.csv", "how many orders with a rating of 3, 4 or 5"): (
        "number of rows · only where `rating` is 3 or 4 or 5"
    ),
    ("baskets.csv", "How many orders gave a rating of 4 or more?"): (
        "number of rows · only where `rating` is at least 4"
    ),
    ("baskets.csv", "total sales by city"): "total of `total` · for each `city`",
    ("baskets.csv", "What was our revenue from Boston?"): "total of `total` · only where `city` is “Boston”",
    ("宿泊.csv", "施設ごとの売上合計"): "`合計`の合計 · `施設`ごと",
    ("joiners.csv", "How many people were hired after 2020?"): (
        "number of rows · only where year of `hire_date` is above 2020"
    ),
    ("joiners.csv", "how many people were hired each year?"): "number of rows · for each year of `hire_date`",
    ("joiners.csv", "people hired before 2012"): "all rows · only where year of `hire_date` is below 2012",
    ("joiners.csv", "Do people in the South earn more than people in the West?"): (
        "mean of `income` · the difference · for each `region` · only where `region` is “South” or “West”"
    ),
    ("员工表.csv", "每年入职人数"): "行数 · 按`入职日期`的年份分组",
    ("员工表.csv", "2020年以后入职的有多少人"): "行数 · 只看 `入职日期`的年份不小于 2020 的行",
    ("joiners.csv", "who has the earliest hire date?"): "the first row · by `hire_date` · lowest first · table",
    ("account.csv", "what was the amount of the most recent row?"): (
        "the first row · by day of `day` · highest first · showing `amount`"
    ),
    ("stays.csv", "When was the latest row of A. Young?"): (
        "the first row · by `arrival` · highest first · only where `guest` is “A. Young”"
    ),
    ("account.csv", "when was the row with the highest amount?"): (
        "the first row · by `amount` · highest first · showing `day`"
    ),
    ("员工表.csv", "最早的入职日期"): "第一行 · 按`入职日期`排序 · 从低到高",
    ("社員.csv", "入社日が一番新しい人は誰？"): "先頭の行 · `入社日`の順 · 大きい順",
    ("account.csv", "which category has the highest total amount?"): (
        "total of `amount` · for each `category` · highest first · the first one"
    ),
    ("stays.csv", "stays in March"): "all rows · only where month of the year of `arrival` is 3",
    ("stays.csv", "How many stays of 3 nights or more?"): "number of rows · only where `nights` is at least 3",
    ("stays.csv", "How many stays for 2 or 3 nights?"): "number of rows · only where `nights` is 2 or 3",
    ("宿泊.csv", "3泊以上の件数は？"): "行の数 · `泊数`が 3 以上 の行だけ",
    ("宿泊.csv", "評価が4か5の件数は？"): "行の数 · `評価`が4または5 の行だけ",
    ("流水账.csv", "到店次数为3或4的有多少行"): "行数 · 只看 `到店次数`为3或4 的行",
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
    # Each is as old as often as there are visits of theirs.
    ("visits.csv", "average age of the patients"),
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
    ("team.csv", "average pay of young employees"),
    ("team.csv", "how many employees are young?"),
    ("team.csv", "what is the best performance?"),
    ("baskets.csv", "What was the most expensive order in Boston?"),
    ("baskets.csv", "orders with a rating of 1 and 2"),
    ("baskets.csv", "Do orders in Boston cost more than orders in York?"),
    ("undated.csv", "employees before 2012"),
    ("joiners.csv", "what is the latest income?"),
    ("baskets.csv", "what is the latest total?"),
    ("account.csv", "which category costs the most?"),
    ("流水账.csv", "花费最多的类别是哪个？"),
    ("流水账.csv", "支出最多的类别"),
    ("stays.csv", "stays of C. March"),
    ("流水账.csv", "余额低于500的有几天？"),
    ("流水.csv", "平均每月手续费是多少？"),
    ("社員.csv", "給与が一番多い部署は？"),
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
