"""B58: a word that all rows may be called by, or some, is asked about, and a value stands in cells with several too."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.small_tables import amounts, of, plan_of, plans_of, write

DAYS = [str(day.date()) for day in pd.date_range("2023-01-01", periods=120)]
TABLES: dict[str, dict[str, list[object]]] = {
    "动物特征.csv": {
        "名称": [f"名{at}" for at in range(120)],
        "类别": of("哺乳动物", "鸟", "鱼"),
        "腿数": amounts(0, 2, 9),
    },
    "animals.csv": {"name": [f"N{at}" for at in range(120)], "class": of("Mammal", "Bird"), "legs": amounts(0, 2, 9)},
    "epa.csv": {"model": [f"M{at}" for at in range(120)], "kind": of("car", "truck"), "mpg": amounts(9, 7, 40)},
    "weather.csv": {
        "date": DAYS,
        "events": of("Rain", "Snow", "Rain-Snow", "Fog", "Fog-Rain", "Fog-Snow"),
        "wind": amounts(1, 7, 40),
    },
    "players.csv": {
        "player": [f"P{at}" for at in range(120)],
        "team": [f"T{at % 30}" for at in range(120)],
        "home_run": amounts(0, 7, 40),
    },
    "sleep.csv": {
        "occupation": of("Nurse", "Engineer"),
        "quality_of_sleep": amounts(1, 1, 10),
        "sleep_duration": amounts(5, 1, 9),
    },
    "quality.csv": {"occupation": of("Nurse", "Engineer"), "quality_of_sleep": amounts(1, 1, 10)},
    "states.csv": {
        "country": [f"C{at}" for at in range(120)],
        "capital_population": amounts(9_000, 37, 90_000),
        "gdp_per_capita": amounts(900, 37, 90_000),
    },
    "trail.csv": {"weekday": of(True, True, False), "precip": amounts(0, 3, 9), "volume": amounts(60, 7, 400)},
    "houses.csv": {"price": amounts(60_000, 711, 90_000), "lot_size": amounts(600, 71, 900), "stories": of(1, 2, 3)},
    "riders.csv": {
        "date": DAYS,
        "day": of("Sat", "Sun", "Mon", "Tue"),
        "riders": amounts(60, 7, 40),
        "precip": amounts(0, 3, 9),
    },
    "车祸记录.csv": {"事故年份": of(1997, 1998, 1999), "年龄": amounts(17, 7, 60), "结果": of("死亡", "存活", "存活")},
    "气囊.csv": {"安全气囊": of("有", "无"), "结果": of("死亡", "存活", "存活"), "年龄": amounts(17, 7, 60)},
    "健康保険加入.csv": {
        "性別": of("男性", "女性"),
        "保険加入": of("あり", "なし", "あり"),
        "年齢": amounts(17, 7, 60),
    },
    "书包.csv": {"性别": of("男", "女"), "年数": of(1, 2, 3), "书包重量": amounts(2, 7, 20)},
    "事故.csv": {
        "年": [1900 + at for at in range(120)],
        "旅客機事故件数": amounts(1, 7, 90),
        "旅客機死者数": amounts(2, 37, 700),
        "ハイジャック件数": amounts(1, 7, 30),
        "ハイジャック死者数": amounts(0, 3, 50),
    },
    "countries.csv": {
        "country_name": [f"Country {at % 40}" for at in range(120)],
        "country_code": [f"C{at % 40}" for at in range(120)],
        "year": [2000 + at // 40 for at in range(120)],
        "population": amounts(9_000, 37, 90_000),
    },
    "jobs.csv": {
        "job": [f"{('Baker', 'Farmer', 'Nurse')[at % 3]}" for at in range(120)],
        "sex": [("men", "women")[at // 3 % 2] for at in range(120)],
        "year": [1900 + at // 6 for at in range(120)],
        "count": amounts(9_000, 37, 90_000),
    },
    "趣味調査.csv": {
        "性別": of("男性", "女性"),
        "職業": of("農業", "管理職", "事務", "無職"),
        "年齢": amounts(17, 7, 60),
    },
    "oswego.csv": {
        "age": amounts(3, 7, 70),
        "ill": of("Y", "N"),
        "vanilla.ice.cream": of("Y", "Y", "N"),
    },
    "hr.csv": {"status": of("fired", "promoted", "ok"), "gender": of("female", "male"), "hours": amounts(30, 7, 40)},
    "beans.csv": {
        "process": of("Washed / Wet", "Natural / Dry", "Semi-washed / Semi-pulped"),
        "score": amounts(60, 7, 40),
    },
    "洋書一覧.csv": {
        "書名": [f"B{at}" for at in range(120)],
        "出版社": of("A社", "B社", "C社"),
        "頁数": amounts(99, 7, 400),
    },
    "稻农调查.csv": {"村庄": of("东村", "西村", "南村"), "土地权属": of("租种", "自有"), "总产量": amounts(99, 7, 400)},
    "マンション.csv": {
        "地区": of("東", "西"),
        "面積（㎡）": amounts(20, 7, 90),
        "㎡単価（ユーロ）": amounts(900, 37, 9_000),
    },
    "図鑑.csv": {
        "名前": [f"N{at}" for at in range(120)],
        "種類": of("虫", "魚"),
        "売値（ベル）": amounts(900, 371, 19_000),
    },
    "schools.csv": {"county": [f"C{at % 20}" for at in range(120)], "students": amounts(90, 37, 900)},
    "quakes.csv": {"region": of("Chile", "Japan"), "richter": amounts(3, 1, 6), "deaths": amounts(0, 37, 900)},
    "衣料品店.csv": {
        "店舗番号": [*range(1, 121)],
        "1平米あたり売上高": amounts(900, 37, 5_000),
        "一人あたり労働時間": amounts(9, 7, 20),
    },
    "cities.csv": {
        "city": [f"C{at}" for at in range(120)],
        "capital": of("primary", "admin"),
        "population": amounts(9, 371, 999),
    },
    "visits.csv": {"result": of("N/A", "Other/unknown", "done"), "minutes": amounts(9, 7, 90)},
    "coffee.csv": {"country": of("Japan", "Kenya"), "total_cup_points": amounts(60, 7, 40)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("all_or_some"))


@pytest.mark.parametrize(
    ("name", "question", "plan"),
    [
        ("动物特征.csv", "有多少种哺乳动物", "number of rows · only where `类别` is “哺乳动物”"),
        ("animals.csv", "how many mammals are there", "number of rows · only where `class` is “Mammal”"),
        ("animals.csv", "how many animals are there", "number of rows"),
        # What it is said to be the kind of is no other name for all.
        ("epa.csv", "how many rows of the kind car", "number of rows · only where `kind` is “car”"),
        ("weather.csv", "how many days did it snow", "number of rows · only where `events` contains “Snow”"),
        ("quality.csv", "mean sleep quality", "mean of `quality_of_sleep`"),
        (
            "weather.csv",
            "mean wind with rain and snow",
            "mean of `wind` · only where `events` contains “Rain” and `events` contains “Snow”",
        ),
        (
            "sleep.csv",
            "do nurses sleep less than engineers",
            "mean of `sleep_duration` · the difference · for each `occupation` · only where `occupation` is “Nurse” or "
            "“Engineer”",
        ),
        # What is asked beside a year, and not beside an age.
        ("车祸记录.csv", "每年事故数的折线图", "number of rows · for each `事故年份` · as lines"),
        ("健康保険加入.csv", "保険に入ってない人は何人？", "number of rows · only where `保険加入` is “なし”"),
        (
            "健康保険加入.csv",
            "男女別の平均年齢は？ || 保険に入っていない人だけだと？",
            "mean of `年齢` · for each `性別` · only where `保険加入` is “なし”",
        ),
        # A pie shows parts of one whole, the jobs of the women.
        (
            "趣味調査.csv",
            "女性の職業の内訳を円グラフで",
            "number of rows · for each `職業` · as shares of the total · highest first · only where `性別` is “女性” · "
            "as a pie",
        ),
        # Who got so, and what somebody ate.
        ("oswego.csv", "how many people got ill", "number of rows · only where `ill` is “Y”"),
        ("oswego.csv", "how many people did not get ill", "number of rows · only where `ill` is “N”"),
        (
            "oswego.csv",
            "mean age of the people who ate vanilla ice cream",
            "mean of `age` · only where `vanilla.ice.cream` is “Y”",
        ),
        ("hr.csv", "how many people got fired", "number of rows · only where `status` is “fired”"),
        # One side of a value with two names, and one character of a column's name.
        ("beans.csv", "mean score of the washed ones", "mean of `score` · only where `process` is “Washed / Wet”"),
        (
            "洋書一覧.csv",
            "本の数が多い出版社トップ3",
            "number of rows · for each `出版社` · highest first · the first 3",
        ),
        ("稻农调查.csv", "每个村租种的比例", "share of rows where (`土地权属` is “租种”) · for each `村庄`"),
        ("稻农调查.csv", "各村的平均总产量", "mean of `总产量` · for each `村庄`"),
        # It rained where a column of rain is above zero.
        ("riders.csv", "how many days did it rain", "number of rows · only where `precip` is above 0"),
        ("riders.csv", "average riders without rain", "mean of `riders` · only where `precip` is 0"),
        # A number of stories is a group, and no total.
        (
            "houses.csv",
            "price per square foot of lot size, by number of stories",
            "total of `price` divided by total of `lot_size` · for each `stories`",
        ),
        # Units as names of columns have them.
        ("マンション.csv", "地区別の平均㎡単価", "mean of `㎡単価（ユーロ）` · for each `地区`"),
        ("マンション.csv", "100㎡を超えるのは何件", "number of rows · only where `面積（㎡）` is above 100"),
        (
            "図鑑.csv",
            "売値が1万ベル以上の虫は何件",
            "number of rows · only where `売値（ベル）` is at least 10000 and `種類` is “虫”",
        ),
        # Students are added up, of all schools of a county.
        (
            "schools.csv",
            "top 10 counties by number of students",
            "total of `students` · for each `county` · highest first · the first 10",
        ),
        ("quakes.csv", "deadliest earthquake", "the first row · by `deaths` · highest first"),
        # No word of a question is half of a value.
        ("visits.csv", "is there a mean of minutes", "mean of `minutes`"),
        # Other groups take the place of those that were named.
        ("书包.csv", "男生和女生的书包重量平均是多少 || 按年数看呢", "mean of `书包重量` · for each `年数`"),
        # Both sides of a particle are parts of one name.
        ("事故.csv", "旅客機の死者数の推移をグラフにして", "total of `旅客機死者数` · for each `年` · as lines"),
        (
            "事故.csv",
            "ハイジャックが20件以上あった年はいくつある？",
            "number of rows · only where `ハイジャック件数` is at least 20",
        ),
        (
            "countries.csv",
            "how many countries had less than 20000 people in 2001",
            "number of different `country_name` · only where `population` is below 20000 and `year` is 2001",
        ),
        # Where a column says how many there are, bakers are counted by it.
        (
            "jobs.csv",
            "how many bakers were there in 1903 || only men",
            "total of `count` · only where `job` is “Baker” and `year` is 1903 and `sex` is “men”",
        ),
        (
            "states.csv",
            "10 poorest countries by gdp per head",
            "the first 10 rows · by `gdp_per_capita` · lowest first · showing `country`",
        ),
    ],
)
def test_a_word_for_some_rows_and_one_of_several_values_are_read(
    folder: Path, name: str, question: str, plan: str
) -> None:
    assert plan_of(folder / name, question) == plan


@pytest.mark.parametrize(
    ("name", "question", "plans"),
    [
        ("epa.csv", "how many cars are there", {"number of rows", "number of rows · only where `kind` is “car”"}),
        (
            "weather.csv",
            "mean wind with only snow",
            {"mean of `wind` · only where `events` contains “Snow”", "mean of `wind` · only where `events` is “Snow”"},
        ),
    ],
)
def test_what_may_be_all_or_some_is_asked(folder: Path, name: str, question: str, plans: set[str]) -> None:
    assert {*plans_of(folder / name, question)} == plans


@pytest.mark.parametrize(
    ("name", "question"),
    [
        # The teams that hit most in all, or those of the players who did.
        ("players.csv", "top 10 teams by home runs"),
        # How well somebody sleeps is not how long.
        ("quality.csv", "do nurses sleep less than engineers"),
        ("coffee.csv", "Japanのコーヒーは何点？"),
        # Each day has a row, and another column says how busy it was.
        ("riders.csv", "busiest day of the week?"),
        ("riders.csv", "5 busiest days"),
        # Weekends are compared with the other days, and not Saturdays with Sundays.
        ("riders.csv", "are there less riders on weekends?"),
        ("趣味調査.csv", "職業別の女性の割合を円グラフで"),
        ("趣味調査.csv", "女性の職業の割合を棒グラフで"),
        # What goes on from a question without an answer has none, and nobody asks for the sex of the men.
        ("趣味調査.csv", "謎のある日の割合は？ || 男性だけだとどうですか"),
        ("趣味調査.csv", "男性の性別"),
        # What stands before の is the beginning of a name, and no あたり within it.
        ("衣料品店.csv", "1労働時間あたりの売上が高い店トップ5"),
        # Capitals are no people.
        ("cities.csv", "how many primary capitals have less than 500 population"),
        # Days are no weekdays.
        ("trail.csv", "on how many days did it rain"),
        # No row can meet both.
        ("气囊.csv", "有气囊和没气囊的，哪个死亡率更高"),
        ("states.csv", "gdp per capita per head"),
    ],
)
def test_what_is_neither_is_declined(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) is None
