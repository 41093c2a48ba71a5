"""B58: who, how many people, which row: people have several rows, and a number beside "job" or "homes" is no value."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import Asked, ask, brief_preview

ROWS = 60


def of(*values: object) -> list[object]:
    return [values[at % len(values)] for at in range(ROWS)]


TABLES: dict[str, dict[str, list[object]]] = {
    "orders.csv": {
        "Order ID": [f"A{at:05}" for at in range(ROWS)],
        "Order Date": [f"202{4 + at % 2}-{at % 12 + 1:02}-{at * 5 % 27 + 1:02}" for at in range(ROWS)],
        "Category": of("Toys", "Garden", "Office"),
        "Region": of("East", "West", "North", "South"),
        "Customer": of("Ann", "Bob", "Cy", "Di", "Ed", "Flo", "Gus"),
        "Quantity": of(1, 2, 3, 4, 5),
        "Unit Price": of(1.5, 2.5, 9.5),
        "Total": [at * 11 % 89 + 0.5 for at in range(ROWS)],
    },
    "staffed.csv": {
        "employee": of("Kim", "Lee", "Max", "Ned", "Oda"),
        "customer": of("Ann", "Bob", "Cy", "Di", "Ed", "Flo", "Gus"),
        "quantity": of(1, 2, 3),
        "unit_price": of(1.5, 2.5, 9.5),
        "total": [at * 11 % 89 + 0.5 for at in range(ROWS)],
    },
    "gym.csv": {
        "membership_id": [f"{at * 7 % 53:05}" for at in range(ROWS)],
        "member": of("Ann", "Bob", "Cy", "Di", "Ed"),
        "gender": of("F", "M", "M", "F", "M"),
        "age": of(30, 40, 25, 61, 19),
        "plan": of("Premium", "No Contract", "Student"),
        "visits_per_month": [at * 3 % 17 for at in range(ROWS)],
        "has_locker": of("yes", "no"),
        "signup_fee": [at * 7 % 50 + 0.5 for at in range(ROWS)],
    },
    "repairs.csv": {
        "job_no": [f"{at:04}" for at in range(ROWS)],
        "customer": [f"P. {at}" for at in range(ROWS)],
        "model_year": of(2012, 2015, 2018),
        "mileage_km": [at * 777 % 99_000 for at in range(ROWS)],
        "date_in": [f"2023-{at % 12 + 1:02}-{at * 5 % 27 + 1:02}" for at in range(ROWS)],
        "total_price": [at * 11 % 89 + 0.5 for at in range(ROWS)],
    },
    "flights.csv": {
        "flight_no": [f"AL{at * 7 % 25:03}" for at in range(ROWS)],
        "captain": of("Lund", "Vega", "Ruiz"),
        "destination": of("OSL", "JFK", "CDG", "FRA"),
        "passengers": [at * 37 % 180 for at in range(ROWS)],
        "cancelled": of("No", "No", "No", "Yes"),
    },
    "homes.csv": {
        "listing_id": [f"{at:06}" for at in range(ROWS)],
        "agent": of("P. High", "R. Best", "T. Wood"),
        "sold_price_usd": [100_000 + at * 777 for at in range(ROWS)],
        "bedrooms": of(1, 2, 3),
    },
    "貸出.csv": {
        "貸出番号": [f"{at:05}" for at in range(ROWS)],
        "利用者名": of("伊藤愛", "森健", "林翔", "原葵"),
        "年齢": of(61, 34, 70, 15),
        "延滞日数": of(0, 3, 5),
    },
    "销售.csv": {
        "日期": [f"2024/{at % 12 + 1:02}/{at * 5 % 27 + 1:02}" for at in range(ROWS)],
        "城市": of("北京", "上海", "广州"),
        "渠道": of("线上", "门店", "代理"),
        "销量": [at * 7 % 41 for at in range(ROWS)],
        "销售额": [at * 77 % 4000 for at in range(ROWS)],
    },
    "成績.csv": {
        "生徒番号": [f"{at % 6:06}" for at in range(ROWS)],
        "生徒名": of("青木蓮", "木村葵", "林翔", "森健", "原愛", "小林陽"),
        "部活": of("野球部", "なし", "吹奏楽部"),
        "期末点": [at * 7 % 99 for at in range(ROWS)],
        "欠席日数": of(0, 1, 2, 3),
        "遅刻回数": of(0, 2, 0, 1, 5),
    },
    "注文.csv": {
        "注文ID": list(range(1, ROWS + 1)),
        "注文日": [f"2024年{at % 6 + 1:02}月{at * 5 % 27 + 1:02}日" for at in range(ROWS)],
        "店舗": of("本店", "駅前店", "空港店"),
        "売上金額(円)": [at * 77 % 4000 for at in range(ROWS)],
    },
    "电表.csv": {
        "户主": of("王伟", "李娜", "高山", "赵敏", "孙丽"),
        "区域": of("南区", "西区", "北区"),
        "用电类型": of("居民", "商业"),
        "抄表日期": [f"2023-{at % 12 + 1:02}-{at * 5 % 27 + 1:02}" for at in range(ROWS)],
        "用电量(千瓦时)": [at * 37 % 400 for at in range(ROWS)],
        "滞纳金(元)": of(0.0, 1.5, 3.0),
    },
}


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(name: str, question: str, *before: str) -> Asked:
    pd.DataFrame(TABLES[name]).to_csv(name, index=False)
    preview, answer = brief_preview(Path(name)), None
    for each in (*before, question):
        answer = ask(each, preview, before=answer.messages if answer is not None else ())
    assert answer is not None
    return answer


def read(name: str, question: str, *before: str) -> str:
    """The plan in words, after the words that begin it."""
    opening = asked(name, question, *before).opening
    return opening.partition(": " if ": " in opening else "：")[2]


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        (
            "gym.csv",
            "how many people have no contract",
            "number of different `member` · only where `plan` is “No Contract”",
        ),
        ("gym.csv", "how many women are there", "number of different `member` · only where `gender` is “F”"),
        ("貸出.csv", "60歳以上は何人", "異なる`利用者名`の数 · `年齢`が 60 以上 の行だけ"),
        ("orders.csv", "who spent the most?", "total of `Total` · for each `Customer` · highest first · the first one"),
        (
            "orders.csv",
            "Which customer spent the most?",
            "total of `Total` · for each `Customer` · highest first · the first one",
        ),
        ("orders.csv", "what is the average order value per region?", "mean of `Total` · for each `Region`"),
        ("repairs.csv", "average mileage of cars from 2015", "mean of `mileage_km` · only where `model_year` is 2015"),
        (
            "repairs.csv",
            "number of cars from 2015 onwards",
            "number of rows · only where `model_year` is at least 2015",
        ),
        (
            "repairs.csv",
            "number of cars from 2015 to 2018",
            "number of rows · only where `model_year` is from 2015 to 2018",
        ),
        (
            "flights.csv",
            "top 3 destinations by passengers",
            "total of `passengers` · for each `destination` · highest first",
        ),
        ("销售.csv", "哪个渠道的销量最高？", "`销量`的总和 · 按`渠道`分组 · 从高到低 · 第一个"),
        ("销售.csv", "哪个渠道的销售额最高？", "`销售额`的总和 · 按`渠道`分组 · 从高到低 · 第一个"),
        (
            "orders.csv",
            "Compare Toys and Garden sales by quarter",
            "total of `Total` · for each quarter of `Order Date` and `Category` · only where",
        ),
        (
            "orders.csv",
            "compare average total of North and South by category",
            "mean of `Total` · for each `Category` and `Region` · only where",
        ),
        ("注文.csv", "2024年3月の売上は？", "`売上金額(円)`の合計 · "),
        ("注文.csv", "店舗別の売上を高い順に", "`売上金額(円)`の合計 · `店舗`ごと · 大きい順"),
        ("电表.csv", "哪个区域用电最多？", "`用电量(千瓦时)`的总和 · 按`区域`分组 · 从高到低 · 第一个"),
        ("电表.csv", "总用电量是多少", "`用电量(千瓦时)`的总和"),
        ("电表.csv", "滞纳金大于0的有几条记录", "行数 · 只看 `滞纳金(元)`大于 0 的行"),
        (
            "flights.csv",
            "how many captains had more than 900 passengers",
            "number of groups, one for each `captain` · by their total of `passengers` · where that is above 900",
        ),
        (
            "flights.csv",
            "which captains never had a cancelled flight",
            "the groups, one for each `captain` · by their share of rows where (`cancelled` is “Yes”) · where that is",
        ),
        (
            "homes.csv",
            "how many agents sold more than 15 homes",
            "number of groups, one for each `agent` · by their number of rows · where that is above 15",
        ),
        ("销售.csv", "北京和上海的销售额按季度对比", "`销售额`的总和 · 按`日期`的季度和`城市`分组 · 只看"),
    ],
)
def test_it_is_of_whom_and_of_what_is_asked(name: str, question: str, plan: str) -> None:
    assert read(name, question).startswith(plan), asked(name, question).opening


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("gym.csv", "what percentage of people have a locker"),
        ("gym.csv", "who visits the most?"),
        ("staffed.csv", "who spent the most?"),
        ("gym.csv", "avg age of members"),
        ("gym.csv", "how many members without a locker"),
        ("gym.csv", "how many people have no locker"),
        ("gym.csv", "how many people have more than 90 visits per month"),
        ("gym.csv", "top 2 plans by signup fee"),
        ("flights.csv", "captains without cancelled flights"),
        ("貸出.csv", "平均年齢"),
        ("成績.csv", "部活に入っていない生徒は何人"),
        ("成績.csv", "遅刻をしたことがない生徒は何人？"),
        ("成績.csv", "欠席が多い生徒トップ3"),
        ("repairs.csv", "job 0042 total"),
        ("repairs.csv", "job 42 total"),
        ("flights.csv", "how many flights were cancelled"),
        ("flights.csv", "which captain flew the most flights?"),
        ("orders.csv", "how much did we spend on Toys?"),
        ("orders.csv", "difference between Toys and Garden sales by quarter"),
    ],
)
def test_what_may_as_well_be_another_question_is_not_answered(name: str, question: str) -> None:
    answer = asked(name, question)
    assert answer.source is None, answer.opening


def test_a_count_after_groups_counts_all_where_it_says_what_is_counted() -> None:
    plan = read("销售.csv", "销售额超过2000的订单有多少", "每个渠道的销量")
    assert plan.startswith("行数 · 只看 `销售额`大于 2000 的行")


def test_the_best_months_are_no_line() -> None:
    plan = read("orders.csv", "top 5", "total sales by month", "as a line chart")
    assert "the first 5" in plan
    assert "as lines" not in plan


def test_a_chart_of_nothing_answers_nothing() -> None:
    """After a question that was declined, "as a line chart" is of nothing."""
    pd.DataFrame({"date": [f"2024-{at + 1:02}-01" for at in range(12)], "v": range(12)}).to_csv("one.csv", index=False)
    preview = brief_preview(Path("one.csv"))
    declined = ask("what is the meaning of life?", preview)
    assert ask("as a line chart", preview, before=declined.messages).source is None


def test_han_that_both_write_are_of_the_language_before() -> None:
    assert read("貸出.csv", "上位2件", "利用者名ごとの延滞日数の合計").startswith(
        "`延滞日数`の合計 · `利用者名`ごと · 大きい順"
    )
    assert "从高到低" in read("销售.csv", "前三", "每个渠道的销量")
