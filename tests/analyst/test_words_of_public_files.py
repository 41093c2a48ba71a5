"""B58: what newcomers ask of public files: who won, price per square foot, pets without a name, the 5 dearest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.small_tables import ROWS, amounts, of, plan_of, write

TABLES: dict[str, dict[str, list[object]]] = {
    "pets.csv": {
        "issue_date": [str(day.date()) for day in pd.date_range("2018-01-01", periods=ROWS)],
        "animal_name": [*(f"N{at}" for at in range(ROWS - 4)), None, None, None, "Name"],
        "species": of("Dog", "Cat", "Dog"),
        "breed": of("Beagle", "Poodle", "Siamese", "Collie"),
    },
    "oscars.csv": {
        "year": [1929 + at // 2 for at in range(ROWS)],
        "award": of("Best actress", "Best actor"),
        "name": [f"P{at % 90}" for at in range(ROWS)],
        "age": amounts(21, 7, 50),
        "birth_date": [f"{1880 + at // 2}-{at % 12 + 1:02}-11" for at in range(ROWS)],
    },
    "starbucks.csv": {
        "item": [f"Thing {at}" for at in range(ROWS)],
        "calories": amounts(80, 37, 420),
        "fat": amounts(0, 3, 28),
        "protein": amounts(0, 5, 34),
        "type": of("bakery", "sandwich", "parfait"),
    },
    "homes.csv": {
        "address": [f"{at} Oak Street" for at in range(ROWS)],
        "price": amounts(90_000, 7_919, 900_000),
        "bed": of(2, 3, 4, 5, 3),
        "area": amounts(800, 97, 5_000),
        "type": of("Condo", "Single Family", "Multi Family", "Condo"),
    },
    "deaths.csv": {
        "state": of("ca", "tx", "ny", "az", "fl", "wa"),
        "year": [1982 + at // 6 for at in range(ROWS)],
        "beertax": [(at * 13 % 40) / 10 for at in range(ROWS)],
        "fatal": amounts(70, 91, 2_500),
        "pop": amounts(400_000, 77_777, 9_000_000),
    },
    "loans.csv": {
        "state": of("CA", "NY", "TX"),
        "loan_amount": amounts(1_000, 777, 39_000),
        "interest_rate": [(50 + at * 7 % 250) / 10 for at in range(ROWS)],
    },
    "teaching.csv": {
        "gender": of("female", "male"),
        "beauty": [(at * 29 % 300 - 150) / 100 for at in range(ROWS)],
        "eval": [(20 + at * 17 % 30) / 10 for at in range(ROWS)],
        "tenure": of("yes", "no", "yes"),
    },
    "电脑.csv": {
        "价格": amounts(900, 53, 1_700),
        "屏幕": of(14, 15, 17),
        "光驱": of("有", "无", "无"),
        "品牌机": of("是", "否"),
    },
    "球员.csv": {
        "姓名": [f"球员{at}" for at in range(ROWS)],
        "球队": of("雷霆", "老鹰", "湖人"),
        "身高(厘米)": amounts(175, 7, 45),
    },
    "宿泊.csv": {
        "年": [1998 + at // 12 for at in range(ROWS)],
        "四半期": of("第1四半期", "第2四半期", "第3四半期", "第4四半期"),
        "州": of("タスマニア州", "ビクトリア州", "南部州"),
        "宿泊収入": amounts(20, 11, 300),
    },
    "健診.csv": {
        "性別": of("女", "男"),
        "年齢": amounts(18, 5, 50),
        "脈拍": amounts(55, 13, 60),
        "備考": of("済", None),
    },
    "birdstrikes.csv": {
        "Flight Date": [str(day.date()) for day in pd.date_range("1990-01-08", periods=ROWS)],
        "Time of day": of("Day", "Night", "Dusk"),
        "Wildlife Size": of("Small", "Large", "Medium"),
        "Cost Repair": amounts(0, 911, 9_000),
    },
    "olympians.csv": {
        "name": [f"A{at}" for at in range(ROWS)],
        "nationality": of("JPN", "ESP", "USA"),
        "sex": of("male", "female"),
        "height": [1.5 + at * 7 % 60 / 100 for at in range(ROWS)],
        "weight": amounts(45, 7, 70),
        "sport": of("rowing", "judo", "athletics", "sailing"),
    },
    "pizza.csv": {
        "order_date": [str(day.date()) for day in pd.date_range("2020-06-01", periods=ROWS, freq="5D")],
        "category": of("Classic", "Veggie"),
        "name": of("Hawaiian", "Margherita", "Four Cheese"),
        "orders": amounts(1, 3, 20),
        "revenue": amounts(20, 37, 400),
    },
    "counties.csv": {
        "county": [*(f"C{at % 70}" for at in range(ROWS - 2)), "OHIO", "OHIO"],
        "state": of("IL", "OH", "IN"),
        "poptotal": amounts(2_000, 7_919, 300_000),
        "percbelowpoverty": [at * 13 % 300 / 10 for at in range(ROWS)],
    },
    "regimes.csv": {
        "country": of("Japan", "Spain", "Chile", "Ghana"),
        "continent": of("Asia", "Europe", "Americas", "Africa"),
        "democracy": of("Democracy", "Non-democracy", "Democracy"),
        "duration": amounts(1, 3, 40),
    },
    "失業.csv": {
        "業種": of("製造業", "建設業"),
        "年": [2006 + at // 24 for at in range(ROWS)],
        "失業者数(千人)": amounts(100, 37, 900),
        "失業率(%)": [at * 7 % 90 / 10 for at in range(ROWS)],
    },
    "电影.csv": {
        "片名": [f"片{at}" for at in range(ROWS)],
        "类型": of("科幻/动作", "喜剧", "科幻/惊悚", "动作/喜剧", "惊悚"),
        "导演": of("甲", "乙", "丙", "丁"),
        "评分": [at * 17 % 100 / 10 for at in range(ROWS)],
        "奥斯卡奖": of(0, 1, 0, 3, 0),
    },
    "飞机.csv": {
        "注册号": [f"N{at}" for at in range(ROWS)],
        "制造商": of("波音", "空客"),
        "型号": of("A320", "B737", "B747"),
        "座位数": amounts(20, 37, 400),
    },
    "国家.csv": {
        "国家": [f"国{at}" for at in range(ROWS)],
        "大洲": of("非洲", "亚洲", "美洲"),
        "联合国会员国": of("是", "是", "否", "是", "是"),
    },
    "runs.csv": {
        "Date": [str(day.date()) for day in pd.date_range("2002-01-01", periods=ROWS, freq="3D")],
        "Time": [f"0{at % 3}:1{at % 10}:00" for at in range(ROWS)],
        "Miles": [2 + at * 7 % 24 for at in range(ROWS)],
    },
    "cpu.csv": {
        "company": of("Intel", "AMD"),
        "cores": of(2, 4, 8),
        "released": [str(day.date()) for day in pd.date_range("2010-04-18", periods=ROWS, freq="20D")],
    },
    "diseases.csv": {
        "disease": of("Measles", "Polio", "Pertussis"),
        "state": of("Ohio", "Texas"),
        "year": [1950 + at // 12 for at in range(ROWS)],
        "count": amounts(3, 91, 2_000),
        "population": amounts(900_000, 77_777, 9_000_000),
    },
    "出前.csv": {
        "配達時間（分）": amounts(12, 7, 50),
        "注文時刻": amounts(11, 3, 9),
        "品数": of(1, 2, 4),
    },
    "ratings.csv": {
        "series": [1 + at // 12 for at in range(ROWS)],
        "uk_airdate": [str(day.date()) for day in pd.date_range("2010-08-17", periods=ROWS, freq="7D")],
        "viewers_7day": [2 + at * 7 % 90 / 10 for at in range(ROWS)],
        "us_airdate": [None if at % 3 else f"2015-0{1 + at % 9}-04" for at in range(ROWS)],
    },
    "towns.csv": {
        "name": [f"T{at}" for at in range(ROWS)],
        "status": of("single-tier", "lower-tier", "upper-tier"),
        "area": amounts(10, 7, 90),
    },
    "mlb_players.csv": {
        "name": [f"P{at % 110}" for at in range(ROWS)],
        "team": of("BOS", "NYY"),
        "RBI": amounts(0, 7, 120),
    },
    "喫煙.csv": {
        "性別": of("女性", "男性"),
        "年齢": amounts(18, 7, 60),
        "地域": of("北部", "南部"),
        "喫煙": of("はい", "いいえ", "いいえ"),
    },
    "大学.csv": {
        "学校": [f"校{at}" for at in range(ROWS)],
        "性质": of("公立", "私立"),
        "外州学费": amounts(4_000, 911, 20_000),
    },
    "企业.csv": {
        "企业": [f"企{at}" for at in range(ROWS)],
        "行业": of("银行", "保险", "石油"),
        "利润": amounts(1, 7, 90),
    },
    "人口.csv": {
        "年份": [1900 + at // 60 * 100 for at in range(ROWS)],
        "年龄": of(*range(0, 90, 3)),
        "性别": of("男", "女"),
        "人口": amounts(90_000, 7_777, 900_000),
    },
    "投票.csv": {
        "性别": of("男", "女"),
        "年龄": amounts(18, 7, 60),
        "人口": of(25_000, 125_000, 250_000),
        "投票": of("是", "否", "弃权"),
    },
    "評価.csv": {"評価者": of(*range(1, 13)), "点数": amounts(1, 7, 15)},
    "developers.csv": {
        "Remote": of("Remote", "Not remote"),
        "Salary": amounts(30_000, 7_777, 120_000),
        "DevOps": of(0, 1),
    },
    "chicks.csv": {"weight": amounts(40, 7, 300), "Time": of(*range(0, 22, 2)), "Diet": of("A", "B", "C")},
    "credit.csv": {"Balance": amounts(0, 37, 1_900), "Married": of("Yes", "No", "Yes"), "Age": amounts(23, 7, 60)},
    "ポッサム.csv": {"性別": of("オス", "メス"), "年齢": amounts(1, 1, 9), "全長cm": amounts(70, 3, 26)},
    "choirs.csv": {"choir": [f"C{at}" for at in range(ROWS)], "voices": of("male", "female", "male/female")},
    "stays.csv": {
        "Booking no": [f"B{at:03}" for at in range(ROWS)],
        "Country": of("Italy", "France", "Spain", "Italy"),
        "Total": amounts(60, 37, 900),
    },
    "离职.csv": {
        "年龄": amounts(20, 7, 40),
        "月收入": amounts(3_000, 911, 15_000),
        "是否加班": of("是", "否"),
        "是否离职": of("否", "否", "是"),
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("public"))


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        # Each is counted, and they are told apart.
        ("pets.csv", "how many dogs and how many cats are there", "number of rows · for each `species`"),
        # A pet may be called Name, and "no name" is none.
        ("pets.csv", "how many pets have no name", "number of rows · only where `animal_name` is missing"),
        ("pets.csv", "line chart of pets per month", "number of rows · for each month of `issue_date` · as lines"),
        # Whoever has an award has won; some have several.
        ("oscars.csv", "avg age of winners by year", "mean of `age` · for each `year`"),
        ("oscars.csv", "who has won more than once", "by their number of rows · where that is above 1"),
        ("oscars.csv", "are best actress winners younger than best actor winners", "the difference · for each `award`"),
        # Rows are asked for by what they are not called.
        ("starbucks.csv", "anything under 200 calories with at least 10g protein?", "200 and `protein` is at least 10"),
        ("starbucks.csv", "カロリーが一番低いメニューは？", "the first row · by `calories` · lowest first"),
        ("starbucks.csv", "各 type 的平均脂肪", "mean of `fat` · for each `type`"),
        # A slope by its unit, a ratio by that of what it is divided by.
        ("homes.csv", "how much does the price go up for every extra sq ft of area", "explains `price` by `area`"),
        ("homes.csv", "price per square foot by number of bedrooms", "by total of `area` · for each `bed`"),
        ("homes.csv", "how many 4 bedroom homes cost less than 500k", "`bed` is 4 and `price` is below 500000"),
        # Two words that a column's name joins; values side by side.
        ("deaths.csv", "which state had the highest beer tax in 1988", "mean of `beertax` · for each `state` ·"),
        ("deaths.csv", "fatal over time for ca tx and ny, as lines", "“ca” or “tx” or “ny” · as lines"),
        ("deaths.csv", "top 5 states by traffic deaths per inhabitant", "divided by total of `pop` · for each `state`"),
        # How much a loan is, is its amount.
        ("loans.csv", "save all california loans above 35000 as excel", "`loan_amount` is above 35000 · saved as"),
        ("teaching.csv", "odds of having tenure by gender", "odds that `tenure` is “yes”, explained by `gender`"),
        ("teaching.csv", "eval 随 beauty 变化的回归线", "straight line that explains `eval` by `beauty`"),
        ("电脑.csv", "最贵的5台", "the first 5 rows · by `价格` · highest first"),
        ("电脑.csv", "17寸的里面品牌机占百分之多少", "(`品牌机` is “是”) · only where `屏幕` is 17"),
        ("电脑.csv", "有光驱的比没有光驱的平均贵多少？", "mean of `价格` · the difference · for each `光驱`"),
        ("球员.csv", "谁最高，多高", "by `身高(厘米)` · highest first · showing `姓名`"),
        ("球员.csv", "哪个队平均身高最高 || 最矮的呢", "for each `球队` · lowest first · the first one"),
        # A state without the character that says that it is one; what is to be saved was not saved before.
        ("宿泊.csv", "タスマニアとビクトリアの宿泊収入の推移を折れ線で", "“タスマニア州” or “ビクトリア州” · as lines"),
        ("宿泊.csv", "タスマニア州の行だけCSVで保存したい", "“タスマニア州” · saved as a CSV file"),
        ("健診.csv", "脈拍が一番高い人って何歳", "the first row · by `脈拍` · highest first · showing `年齢`"),
        ("健診.csv", "空欄が多いのはどの列？", "missing values"),
        # What rows are is joined in the name of the file, or in the singular behind a superlative.
        ("birdstrikes.csv", "how many bird strikes happened at night", "`Time of day` is “Night”"),
        ("birdstrikes.csv", "On which weekday do most strikes happen?", "day of the week of `Flight Date` · highest"),
        ("olympians.csv", "who is the tallest olympian", "the first row · by `height` · highest first"),
        ("olympians.csv", "heaviest 5 sports by average wieght", "mean of `weight` · for each `sport` · highest first"),
        ("pizza.csv", "how much did revenue grow from 2020 to 2021 in percent", "the change from first to last"),
        ("pizza.csv", "excel file with revenue per category please", "for each `category` · saved as an Excel file"),
        ("counties.csv", "which county has the highest poverty rate", "by `percbelowpoverty` · highest first"),
        ("counties.csv", "total population by state", "total of `poptotal` · for each `state`"),
        ("regimes.csv", "which continent has the highest share of democracies", "“Democracy”) · for each `continent`"),
        ("失業.csv", "製造業の失業者は2008年から2009年で何％増えた？", "mean of `失業者数(千人)` · the change"),
        ("电影.csv", "喜剧片平均评分多少", "mean of `评分` · only where `类型` contains “喜剧”"),
        ("飞机.csv", "座位最多的飞机是什么型号", "the first row · by `座位数` · highest first · showing `型号`"),
        ("国家.csv", "非洲有多少个国家 || 其中联合国会员国有几个", "`大洲` is “非洲” and `联合国会员国` is “是”"),
        ("runs.csv", "in how many months did i run more than 100 miles", "total of `Miles` · where that is above 100"),
        ("runs.csv", "plot miles per month over time as a line", "for each month of `Date` · as lines"),
        # Of counts it is the count that is asked for, and not how many rows hold one.
        ("diseases.csv", "how many polio cases were there in ohio in the 1950s", "total of `count` · only where"),
        ("diseases.csv", "measles cases per year as a line", "total of `count` · for each `year`"),
        ("diseases.csv", "which state had the most polio cases", "total of `count` · for each `state` · highest first"),
        ("diseases.csv", "how many rows are about polio", "number of rows · only where `disease` is “Polio”"),
        # The time that no row lacks; groups by a number that is drawn; two values in a pie.
        ("ratings.csv", "line chart of viewers_7day over time", "for each `uk_airdate` · as lines"),
        ("ratings.csv", "bar chart of the average viewers_7day per series", "for each `series` · as bars"),
        ("towns.csv", "pie chart of single-tier and lower-tier", "number of rows · for each `status`"),
        ("mlb_players.csv", "top 10 players by RBI please", "the first 10 rows · by `RBI` · highest first"),
        ("homes.csv", "price per square foot by type, 2 dearest", "for each `type` · highest first"),
        ("喫煙.csv", "喫煙率を地域ごとに高い順で見せて", "(`喫煙` is “はい”) · for each `地域` · highest first"),
        ("大学.csv", "学费最贵的5所大学", "the first 5 rows · by `外州学费` · highest first"),
        ("企业.csv", "银行业的总利润是多少 || 保险呢", "total of `利润` · only where `行业` is “保险”"),
        # People are those that are counted, not rows; where somebody lives there are many.
        ("人口.csv", "2000年65岁以上有多少人", "total of `人口` · only where `年份` is 2000"),
        ("人口.csv", "2000年65岁以上有多少人 || 1900年呢", "total of `人口` · only where `年龄` is at least 65"),
        ("投票.csv", "投票是弃权的有几个人", "number of rows · only where `投票` is “弃权”"),
        # A person by a number is no number of them, and a developer does no DevOps.
        ("評価.csv", "評価者は何人？", "number of different `評価者`"),
        # A number may be the time; both of two, each.
        ("chicks.csv", "how does the weight develop over time for each diet", "for each `Time` and `Diet` · as lines"),
        ("credit.csv", "balance, married vs not married", "mean of `Balance` · the difference · for each `Married`"),
        ("ポッサム.csv", "オスとメス、それぞれ何匹いますか", "number of rows · for each `性別`"),
        # Minutes are those of the column that is in minutes.
        ("出前.csv", "30分以上かかった注文の割合", "`配達時間（分）` is at least 30"),
        ("cpu.csv", "cpus released per year, line chart", "number of rows · for each year of `released` · as lines"),
        ("stays.csv", "top 3 countries by bookings", "for each `Country` · highest first · the first 3"),
        ("离职.csv", "年龄和是否加班对离职的影响，做个逻辑回归", "`是否离职` is “是”, explained by `年龄`, `是否加班`"),
        ("离职.csv", "按年龄和月收入分成3类", "clusters of rows that are alike in `年龄`, `月收入` · 3 clusters"),
    ],
)  # fmt: skip
def test_what_newcomers_ask_of_public_files_is_understood(folder: Path, name: str, question: str, plan: str) -> None:
    assert plan in (plan_of(folder / name, question) or "")


@pytest.mark.parametrize(
    ("name", "question"),
    [
        # Which of two things are counted is not the same as how many both are.
        ("pets.csv", "how many dogs and how many pets"),
        # Of Ohio the state there are several counties, of that name two.
        ("counties.csv", "how many counties in ohio have more than 100000 people"),
        # A pizza is in many rows; who has the most awards may have them in several.
        ("pizza.csv", "whats our best selling pizza"),
        ("电影.csv", "奥斯卡奖最多的导演是谁"),
        ("stays.csv", "average total by booking"),
        # How many of what there were is not said; the share of rows is none of cases.
        ("diseases.csv", "how many in ohio"),
        ("diseases.csv", "what share of the cases was polio"),
        ("人口.csv", "65岁以上有多少人"),
        ("developers.csv", "do remote devs earn more than not remote ones?"),
        # One letter more makes another word.
        ("loans.csv", "average loan prize"),
        ("homes.csv", "average prize by type"),
        # What is female holds the word male.
        ("choirs.csv", "how many choirs are male"),
        # The mean of what is said to be one number would be that number.
        ("电脑.csv", "屏幕17寸的平均屏幕"),
    ],
)
def test_what_is_no_sensible_plan_is_declined(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) is None
