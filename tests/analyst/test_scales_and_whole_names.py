"""B58: numbers in the unit of their column, names that hold others, what is asked of people: as meant, or declined."""

from __future__ import annotations

from pathlib import Path

import pytest

from lci.analyst.column_names import scale_of
from tests.analyst.small_tables import ROWS, amounts, of, plan_of, write

TABLES: dict[str, dict[str, list[object]]] = {
    "调查.csv": {
        "性别": of("男", "女"),
        "家庭收入(千美元)": amounts(12, 7, 180),
        "体重(千克)": amounts(40, 7, 60),
        "年龄": amounts(18, 7, 60),
    },
    "失業.csv": {"年": [2000 + at // 6 for at in range(ROWS)], "失業者数(千人)": amounts(100, 37, 3_000)},
    "cities.csv": {"city": [f"C{at}" for at in range(ROWS)], "population_thousands": amounts(5, 37, 9_000)},
    "stops.csv": {"machine": of("Mill", "Press", "Saw"), "minutes": amounts(5, 13, 170)},
    "teams.csv": {
        "team": of("Reds", "Blues", "Greens"),
        "year": [1990 + at // 3 for at in range(ROWS)],
        "wins": amounts(50, 7, 60),
        "league_winner": of("Y", "N", "N"),
    },
    "家賃.csv": {
        "都市番号": amounts(1, 1, 60),
        "年": of(1980, 1990),
        "賃貸戸数": amounts(900, 37, 2_000),
        "総戸数": amounts(3_000, 37, 4_000),
    },
    "心拍数.csv": {"性別": of("男", "女"), "喫煙": of("しない", "する", "しない"), "心拍数": amounts(60, 7, 50)},
    "睡眠.csv": {
        "幼い子ども": of("なし", "あり", "なし"),
        "睡眠時間": amounts(300, 7, 200),
        "年齢": amounts(20, 7, 60),
    },
    "宿泊予約.csv": {
        "予約番号": amounts(1, 1, 120),
        "朝食": of("あり", "なし", "なし"),
        "料金": amounts(5_000, 37, 9_000),
    },
    "学生出勤.csv": {
        "年级": of("大一", "大二", "大三"),
        "缺勤次数": amounts(0, 7, 30),
        "ACT成绩": amounts(10, 7, 26),
        "期末考试分数": amounts(20, 37, 80),
    },
    "房屋.csv": {
        "成交年份": [2006 + at % 5 for at in range(ROWS)],
        "成交月份": [at % 12 + 1 for at in range(ROWS)],
        "成交价": amounts(90_000, 37_000, 900_000),
    },
    "houses.csv": {"MonthSold": [at % 12 + 1 for at in range(ROWS)], "SalePrice": amounts(90_000, 37_000, 900_000)},
    "SecurityBreaches.csv": {
        "Type.of.Breach": of("Theft", "Loss", "Hacking"),
        "Year": [2009 + at % 5 for at in range(ROWS)],
        "State": of("CA", "NY", "TX"),
    },
    "表情.csv": {
        "表情": [chr(0x1F600 + at % 80) + str(at) for at in range(ROWS)],
        "名称": [f"{of('猫脸', '笑脸', '心')[at]}{at}" for at in range(ROWS)],
        "分类": of("笑脸", "动物"),
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("scales"))


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("家庭收入(千美元)", 1e3),
        ("人口(百万人)", 1e6),
        ("売上（億円）", 1e8),
        ("income (thousands)", 1e3),
        ("income_thousands", 1e3),
        ("revenue (USD million)", 1e6),
        ("产量(千克)", 1),
        ("power (kW)", 1),
        ("thousand oaks", 1),
        ("价格(美元)", 1),
        ("price", 1),
    ],
)
def test_names_say_in_which_thousands_their_column_is(name: str, scale: float) -> None:
    assert scale_of(name) == scale


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        # In the unit of the column: thousands of dollars, of people.
        (
            "调查.csv",
            "家庭收入10万美元以上的有多少人",
            "number of rows · only where `家庭收入(千美元)` is at least 100",
        ),
        ("调查.csv", "家庭收入超过5万的有多少人", "number of rows · only where `家庭收入(千美元)` is above 50"),
        ("调查.csv", "家庭收入超过50的有多少人", "number of rows · only where `家庭收入(千美元)` is above 50"),
        # Too much for the column and too little for one in thousands: it is as it stands.
        ("调查.csv", "家庭收入超过500的有多少人", "number of rows · only where `家庭收入(千美元)` is above 500"),
        ("调查.csv", "体重80千克以上的有多少人", "number of rows · only where `体重(千克)` is at least 80"),
        (
            "失業.csv",
            "失業者数が100万人以上の年は？",
            "all rows · showing `年` · only where `失業者数(千人)` is at least 1000",
        ),
        (
            "cities.csv",
            "how many cities have a population above 2 million",
            "number of rows · only where `population_thousands` is above 2000",
        ),
        # Hours of a column of minutes.
        ("stops.csv", "how many rows have minutes above 2 hours", "number of rows · only where `minutes` is above 120"),
        # A column's own name is not passed over.
        ("teams.csv", "average wins per team", "mean of `wins` · for each `team`"),
        ("teams.csv", "how many wins did the Reds have in 1998", None),
        # A name is whole, not the total of another's part.
        (
            "家賃.csv",
            "総戸数に占める賃貸戸数の割合を年ごとに",
            "total of `賃貸戸数` divided by total of `総戸数` · for each `年`",
        ),
        # People are counted, not the answers that there are.
        ("心拍数.csv", "タバコを吸う人は何人いますか", "number of rows · only where `喫煙` is “する”"),
        ("宿泊予約.csv", "朝食がない予約の割合", "share of rows where (`朝食` is “なし”)"),
        ("宿泊予約.csv", "朝食ありの予約は何件？", "number of rows · only where `朝食` is “あり”"),
        ("宿泊予約.csv", "朝食の有無で料金の平均を比べて", "mean of `料金` · the difference · for each `朝食`"),
        # Small children are no smaller ones.
        ("睡眠.csv", "小さい子どもがいる人の睡眠時間の中央値は", None),
        # A name without what is in its midst.
        ("学生出勤.csv", "缺勤次数和期末分数相关吗", "correlation of `缺勤次数` with `期末考试分数`"),
        ("学生出勤.csv", "按年级画期末分数的箱线图", "`期末考试分数` against `年级` · as a box plot"),
        # Months in numbers are what rows are counted by.
        ("房屋.csv", "一年里哪个月卖得最多", "number of rows · for each `成交月份` · highest first · the first one"),
        (
            "houses.csv",
            "in which month do most houses get sold",
            "number of rows · for each `MonthSold` · highest first · the first one",
        ),
        # Breaches are not the types that there are of them.
        ("SecurityBreaches.csv", "number of breaches per year as a line", None),
        ("SecurityBreaches.csv", "how many types of breaches are there", "number of different `Type.of.Breach`"),
        # Of what stands in the name, not in what is called otherwise.
        ("表情.csv", "名称里带“猫”的表情有哪些", "all rows · showing `表情` · only where `名称` contains “猫”"),
        # Of what each is in one row none is the most common.
        ("表情.csv", "哪个表情最受欢迎", None),
        ("表情.csv", "最常见的分类是什么", "number of rows · for each `分类` · highest first · the first one"),
    ],
)
def test_it_is_told_as_meant_or_declined(folder: Path, name: str, question: str, plan: str | None) -> None:
    assert plan_of(folder / name, question) == plan
