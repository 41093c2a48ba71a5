"""B58: what stands within a name, how old somebody is, groups with so many of something, both of all there are."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from lci.analyst.questions import questions_about
from lci.analyst.tables import tables_of
from lci.core.files import NamedValue
from tests.analyst.small_tables import ROWS, amounts, of, plan_of, previewed, write

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
    "空气.csv": {
        "日期": [str(day.date()) for day in pd.date_range("2011-01-03", periods=ROWS)],
        "PM2.5日均浓度": [at * 17 % 300 / 10 for at in range(ROWS)],
        "AQI": amounts(10, 7, 90),
    },
    "uscereal.csv": {
        "mfr": of("N", "K", "G"),
        "name": [f"Bran {at}" for at in range(ROWS)],
        "calories": amounts(80, 37, 300),
        "sugars": amounts(1, 7, 20),
    },
    "自転車.csv": {
        "日付": [str(day.date()) for day in pd.date_range("2011-01-01", periods=5) for _ in range(24)],
        "時": [at % 24 for at in range(ROWS)],
        "利用者数": amounts(1, 37, 400),
    },
    "run.csv": {
        "sex": of("M", "F"),
        "race": of("half-marathon", "5k", "5k"),
        "run_time_minutes": amounts(20, 7, 90),
        "age": amounts(14, 7, 60),
        "name": [f"N{at}" for at in range(ROWS)],
        "last_initial": of(*"ABCDEFGHIJKLM"),
        "state": of("IN", "OH", "IL"),
    },
    "保险.csv": {
        "年龄": amounts(18, 7, 60),
        "性别": of("男", "女"),
        "自雇": of("是", "否", "否"),
        "有医疗保险": of("是", "是", "否", "是"),
    },
    "奥运奖牌.csv": {
        "年份": [1900 + at // 3 * 4 for at in range(ROWS)],
        "奖牌": of("金牌", "银牌", "铜牌"),
        "运动员": [f"运{at % 50}" for at in range(ROWS)],
        "国家": of("美国", "牙买加", "英国", "美国"),
        "成绩": [11 - at / 100 for at in range(ROWS)],
    },
    "中古車.csv": {"車種": of("A", "B"), "価格": amounts(900, 53, 1_700), "気筒数": of(4, 6, 8)},
    "選手.csv": {"競技": of("水泳", "陸上"), "性別": of("男", "女"), "身長": amounts(150, 7, 50)},
    "txhousing.csv": {
        "city": of("Austin", "Dallas", "Waco"),
        "year": [2000 + at // 8 for at in range(ROWS)],
        "sales": amounts(20, 37, 900),
    },
    "homes.csv": {
        "YearBuilt": [1950 + at % 40 for at in range(ROWS)],
        "YearSold": [2003 + at % 9 for at in range(ROWS)],
        "shelf": of(1, 2, 3),
        "SalePrice": amounts(90_000, 7_919, 900_000),
    },
    "old_homes.csv": {"YearBuilt": [1950 + at % 70 for at in range(ROWS)], "Price": amounts(90, 17, 900)},
    "电信.csv": {"上网方式": of("光纤", "DSL", "无"), "月费": amounts(20, 7, 90)},
    "sales.csv": {
        "Date": [str(day.date()) for day in pd.date_range("2024-01-01", periods=ROWS)],
        "Rep": of("Ann", "Bob", "Cy"),
        "Units": amounts(1, 7, 20),
        "Discount %": of("0%", "5%", "10%", None),
        "Revenue": [f"${100 + at * 37 % 900}.50" for at in range(ROWS)],
    },
    "weather.csv": {
        "ts": [str(day) for day in pd.date_range("2024-01-01", periods=ROWS, freq="h")],
        "temp": amounts(1, 7, 30),
        "wet": amounts(10, 3, 80),
    },
    "textbooks.csv": {
        "subject": [f"S{at % 40}" for at in range(ROWS)],
        "course": [f"C{at % 110}" for at in range(ROWS)],
        "price": amounts(9, 7, 90),
    },
    "衣料品店.csv": {
        "店舗番号": [f"{at + 1}" for at in range(ROWS)],
        "粗利率": amounts(20, 7, 40),
        "店舗投資額": amounts(9_000, 791, 90_000),
    },
    "成績.csv": {
        "生徒番号": [f"{at + 1}" for at in range(ROWS)],
        "性別": of("男子", "女子"),
        "数学": amounts(20, 7, 60),
        "理科": amounts(20, 11, 60),
    },
    "到着.csv": {
        "年": [1990 + at // 4 for at in range(ROWS)],
        "出身国": of("日本", "米国"),
        "到着者数": amounts(9, 7, 900),
    },
    "用电.csv": {
        "日期": [str(day.date()) for day in pd.date_range("2014-01-01", periods=ROWS)],
        "用电量": amounts(90, 37, 300),
        "最高气温": amounts(5, 7, 35),
    },
    "solar.csv": {
        "location": of("Sunset", "Haight"),
        "date": [str(day.date()) for day in pd.date_range("2015-12-01", periods=60) for _ in range(2)],
        "kwh": [at * 17 % 50 / 10 for at in range(ROWS)],
    },
    "カブ価.csv": {
        "日付": [f"2021-04-{1 + at % 30:02}" for at in range(ROWS)],
        "カブ価": [None if at % 9 == 0 else 60 + at * 7 % 500 for at in range(ROWS)],
    },
    "earners.csv": {
        "who": [f"P{at}" for at in range(ROWS)],
        "earnings": amounts(9, 77, 900),
        "celebrity": of("yes", "no", "no"),
    },
    "信用卡.csv": {"是否获批": of("是", "否", "是"), "不良记录数": of(0, 0, 1, 3, 0), "年龄": amounts(18, 7, 60)},
    "ポッサム.csv": {"性別": of("オス", "メス"), "年齢": amounts(1, 1, 9), "全長cm": amounts(70, 3, 26)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("names"))


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
        ("penguins.csv", "Is the body mass of the islands different?", "differs between groups of `island`"),
        ("ポッサム.csv", "オスとメスで全長に差があるか検定してほしい", "differs between groups of `性別`"),
        # Orders above so many yuan are not so many orders.
        ("订单.csv", "订单超过10元的客户类型有哪些", "showing `客户类型` · only where `金额` is above 10"),
        # A number within a name, an abbreviation, a code before what rows are.
        ("空气.csv", "有多少天PM2.5超过25", "only where `PM2.5日均浓度` is above 25"),
        ("空气.csv", "pm2.5浓度的中位数", "median of `PM2.5日均浓度`"),
        ("uscereal.csv", "which cereal has the most sugar", "by `sugars` · highest first"),
        ("uscereal.csv", "avg calories for each manufacturer", "mean of `calories` · for each `mfr`"),
        # The hour that a column numbers, where dates have none.
        ("自転車.csv", "時間帯ごとの平均利用者数を折れ線で", "mean of `利用者数` · for each `時` · as lines"),
        # Men and women are told apart where it is said who is which; the fastest takes least time.
        ("run.csv", "average half marathon time for men and women", "`run_time_minutes` · for each `sex` · only where"),
        ("run.csv", "who was fastest in the 5k", "by `run_time_minutes` · lowest first"),
        ("奥运奖牌.csv", "跑得最快的是谁", "by `成绩` · lowest first"),
        # Medals are what rows tell of, not kinds of medals.
        ("奥运奖牌.csv", "每个国家拿了多少块奖牌", "number of rows · for each `国家`"),
        ("奥运奖牌.csv", "哪些运动员拿过两块以上奖牌", "one for each `运动员` · by their number of rows · where"),
        ("奥运奖牌.csv", "美国拿了几块金牌", "number of rows · only where `国家` is “美国” and `奖牌` is “金牌”"),
        # Whether somebody has one is not that there is none.
        ("保险.csv", "有没有医疗保险和性别有关系吗", "whether the shares of"),
        ("保险.csv", "年龄和自雇对有没有医疗保险有什么影响", "explained by `年龄`, `自雇`"),
        ("保险.csv", "自雇的人和医疗保险有关系吗", "whether the shares of `有医疗保险` differ between"),
        ("保险.csv", "没有医疗保险的有多少人", "`有医疗保险` is “否”"),
        ("保险.csv", "有没有缺失值", "missing values"),
        ("中古車.csv", "平均価格より高い車は何台？", "number of rows · only where `価格` is above the mean of all"),
        ("選手.csv", "一番背が高い選手の競技は？", "by `身長` · highest first · showing `競技`"),
        ("選手.csv", "男女の平均身長", "mean of `身長` · for each `性別`"),
        ("中古車.csv", "気筒数と価格の関係を箱ひげ図で", "`価格` against `気筒数` · as a box plot"),
        # The year of what the verb says; a number of few values is a group; what one pays more is no total.
        ("homes.csv", "mean SalePrice of homes sold in 2010", "only where `YearSold` is 2010"),
        ("homes.csv", "how many homes were built in 1970", "only where `YearBuilt` is 1970"),
        ("homes.csv", "avg SalePrice per shelf", "mean of `SalePrice` · for each `shelf`"),
        ("电信.csv", "光纤和DSL的月费差多少", "mean of `月费` · the difference · for each `上网方式`"),
        # Those of whom each has a row, and whose initial is no sex.
        ("run.csv", "number of runners by state || only the women", "for each `state` · only where `sex` is “F”"),
        ("run.csv", "percentage of runners that are female", "share of rows where (`sex` is “F”)"),
        ("衣料品店.csv", "粗利率が４０以上の店は何店ありますか", "number of rows · only where `粗利率` is at least 40"),
        ("成績.csv", "数学の平均点を男女別に教えて", "mean of `数学` · for each `性別`"),
        ("成績.csv", "理科の点が一番高かった生徒は？", "the first row · by `理科` · highest first"),
        ("到着.csv", "到着者数の合計を国別に", "total of `到着者数` · for each `出身国`"),
        ("用电.csv", "用电最多的那天最高气温是多少", "by `用电量` · highest first · showing `日期`, `最高气温`"),
        ("カブ価.csv", "カブ価の記録がない日を見せて", "showing `日付` · only where `カブ価` is missing"),
        ("earners.csv", "celebrityかどうかでearningsの中央値を出して", "median of `earnings` · for each `celebrity`"),
        # What code makes numbers of is asked by number, and the sign in a column's name is of the name.
        ("sales.csv", "how many sales had a discount of 10%?", "number of rows · only where `Discount %` is 10"),
        ("sales.csv", "list the rows where discount is not 10%", "all rows · only where `Discount %` is not 10"),
        ("sales.csv", "折扣为10%的有多少行？", "number of rows · only where `Discount %` is 10"),
        ("sales.csv", "how many sales had revenue of $650.50?", "`Revenue` is 650.5"),
        ("sales.csv", "average units by discount %", "mean of `Units` · for each `Discount %`"),
        # The largest sales are so by what was paid, also behind another question.
        ("sales.csv", "which rep has the highest revenue? || show the 5 largest sales", "the first 5 rows · by `Reve"),
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
        # Houses are not what a row of a month's sales is; of whom there is none is not asked.
        ("txhousing.csv", "how many houses were sold in Austin"),
        ("保险.csv", "有没有医疗保险的人数"),
        # Each subject has one subject, and a course is a course.
        ("textbooks.csv", "top 4 subjects by number of courses"),
        # Each place has its day, or all have it together; those who have records are no number of records.
        ("solar.csv", "list the days with less than 1 kwh"),
        ("信用卡.csv", "有不良记录的人里还有多少人获批了"),
        # Of no column called so it is not asked how many rows there are.
        ("weather.csv", "plot value over time"),
        ("weather.csv", "value by month"),
        ("sales.csv", "units where the price of 10 is paid"),
        # The year in which it was built is not that in which it was sold.
        ("old_homes.csv", "how many homes were sold in 2005"),
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


@pytest.fixture(scope="module")
def nested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nested") / "people.json"
    rows = [{"name": f"n{at}", "score": at / 2, "tags": ["a", "b"], "addr": {"city": "XY"[at % 2]}} for at in range(30)]
    path.write_text(json.dumps(rows))
    return path


def test_no_question_is_offered_about_what_lies_within_cells(nested: Path) -> None:
    """Lists and objects are no groups: Python cannot compare them."""
    (table,) = tables_of(previewed(nested))
    offered = questions_about(table)
    assert offered
    assert not any("tags" in question or "addr" in question for question in offered)


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("how many rows for each addr", None),
        ("average score by tags", None),
        ("how many different addr are there", None),
        ("how many rows have no tags", None),  # each has some
        ("average score", "mean of `score`"),
    ],
)
def test_what_lies_within_cells_is_no_group(nested: Path, question: str, plan: str | None) -> None:
    assert plan_of(nested, question) == plan
