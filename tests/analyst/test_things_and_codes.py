"""B58: what rows are where each has a name, codes for states, short names of columns, prices of one beside amounts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lci.core.files import NamedValue
from lci.workspace import named_values
from lci.workspace.preview import preview
from lci.workspace.tables import TableJob
from tests.analyst.asking import Asked, ask, brief_preview

ROWS = 80


def of(*values: object) -> list[object]:
    return [values[at % len(values)] for at in range(ROWS)]


TABLES: dict[str, dict[str, list[object]]] = {
    # No word of the file's name says what rows are.
    "top2000.csv": {
        "name": ["Bank", *(f"Firm {at}" for at in range(1, ROWS))],
        "country": of("Japan", "Germany", "United States", "Japan"),
        "category": of("Banking", "Oil", "Insurance", "Oil", "Banking"),
        "profits": [at * at - 10 for at in range(ROWS)],
        "marketvalue": [at * 37 % 211 for at in range(ROWS)],
    },
    "airports.csv": {
        "iata": [f"{chr(65 + at % 26)}{chr(65 + at // 26)}X" for at in range(ROWS)],
        "name": [("International", "Hill International", "Lake", "Hill")[at % 4] for at in range(ROWS)],
        "state": of("TX", "CA", "NY", "TX", *(f"{chr(65 + at)}Z" for at in range(17)), "IN", "FL"),
        "latitude": [25 + at % 40 for at in range(ROWS)],
        "longitude": [-70 - at % 50 for at in range(ROWS)],
    },
    "lincoln.csv": {
        "DATE": [str(day.date()) for day in pd.date_range("2023-12-01", periods=ROWS)],
        "TMAX": [30 + at * 7 % 60 for at in range(ROWS)],
        "TMIN": [10 + at * 7 % 60 for at in range(ROWS)],
    },
    "学生アンケート.csv": {
        "性別": of("女", "男", "女"),
        "年齢": [18 + at % 9 for at in range(ROWS)],
        "身長": [None if at % 8 == 3 else 150 + at % 40 for at in range(ROWS)],
        "運動": of("ときどき", "しない", "よくする"),
    },
    "电脑价格.csv": {
        "月份": [f"{1993 + at // 40}-{at % 12 + 1:02}-01" for at in range(ROWS)],
        "价格": [900 + at * 53 % 1700 for at in range(ROWS)],
        "光驱": of("有", "无", "无"),
    },
    "订单.csv": {
        "订单号": [f"D{at:04}" for at in range(ROWS)],
        "下单日期": [f"2024-{at % 6 + 1:02}-{at % 27 + 1:02}" for at in range(ROWS)],
        "城市": of("北京", "上海", "广州"),
        "数量": [at % 4 + 1 for at in range(ROWS)],
        "单价": [20 + at % 5 for at in range(ROWS)],
        "金额": [(at % 4 + 1) * (20 + at % 5) for at in range(ROWS)],
    },
    "家計簿.csv": {
        "日付": [f"2024/{at % 6 + 1:02}/{at % 27 + 1:02}" for at in range(ROWS)],
        "費目": of("食費", "交通費", "娯楽", "食費", "住居"),
        "金額": [f"{1000 + at * 97 % 9000:,}" for at in range(ROWS)],
        "メモ": of("割り勘", None),
    },
    "FamilyHeights.csv": {
        "family": [f"{at // 4 + 1:03}" for at in range(ROWS)],
        "kids": [at // 4 % 5 + 1 for at in range(ROWS)],
        "weight": [40 + at * 13 % 50 for at in range(ROWS)],
        "height": [150 + at * 7 % 40 for at in range(ROWS)],
    },
    "prestige.csv": {
        "occupation": [f"trade {at}" for at in range(ROWS)],
        "income": [900 + at * 71 % 997 for at in range(ROWS)],
        "type": of("prof", "bc", "wc", "bc"),
    },
    "lessons.csv": {
        "day": [f"2024-{at % 6 + 1:02}-{at % 27 + 1:02}" for at in range(ROWS)],
        "room": of("101", "102", "201", "101", "great hall", "great hall", "great hall", "102"),
        "teacher": of("Ito", "Kim", "Novak"),
        "minutes": [30 + at % 4 * 15 for at in range(ROWS)],
    },
    "matches.csv": {
        "HomeTeam": of("Bayern", "Bremen", "Stuttgart", "Bayern", "Mainz"),
        "AwayTeam": of("Bremen", "Stuttgart", "Bayern", "Mainz"),
        "HomeGoals": [at % 5 for at in range(ROWS)],
        "AwayGoals": [at % 3 for at in range(ROWS)],
    },
}  # fmt: skip
FIRMS, AIRPORTS, WEATHER, STUDENTS = "top2000.csv", "airports.csv", "lincoln.csv", "学生アンケート.csv"
COMPUTERS, ORDERS, HOUSE, MATCHES = "电脑价格.csv", "订单.csv", "家計簿.csv", "matches.csv"
FAMILIES, ROOMS, JOBS = "FamilyHeights.csv", "lessons.csv", "prestige.csv"
FRAMES = {name: pd.DataFrame(columns) for name, columns in TABLES.items()}


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(name: str, question: str) -> Asked:
    """The last of the questions, with the values looked up among all rows, as a conversation does."""
    FRAMES[name].to_csv(name, index=False)
    known = preview(Path(name), name)
    stored = TableJob(name, known.tables[0].name).performed(Path(name))

    async def values(file: str, phrases: tuple[str, ...]) -> tuple[NamedValue, ...]:
        job = named_values.NamedValuesJob(file, known.tables[0].name, phrases)
        return job.read(job.performed(stored))

    answer = Asked("")
    for each in question.split(" || "):
        answer = ask(each, brief_preview(Path(name)), before=answer.messages, values=values)
    return answer


def rows(name: str, query: str) -> str:
    return f"**{len(FRAMES[name].query(query))} "


YEN = FRAMES[HOUSE]["金額"].str.replace(",", "").astype(int)
FOOD_IN_MAY = YEN[FRAMES[HOUSE]["日付"].str.startswith("2024/05") & (FRAMES[HOUSE]["費目"] == "食費")].sum()
RICHEST = FRAMES[FIRMS].sort_values("marketvalue", ascending=False)["name"].iloc[0]
MOST = f"**{FRAMES[FIRMS].groupby('category')['profits'].sum().idxmax()}**"
AWAY = FRAMES[MATCHES].groupby("AwayTeam")["AwayGoals"].mean()
BEIJING = FRAMES[ORDERS].loc[lambda frame: frame["城市"] == "北京", "金额"].sum()
OLD = FRAMES[COMPUTERS].loc[lambda frame: frame["月份"] >= "1994", "价格"]


@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        # Each has a name, so that rows are firms; two words may be one in a column's name.
        (FIRMS, "how many companies come from Germany", rows(FIRMS, "country == 'Germany'")),
        (FIRMS, "Top 3 companies by market value", f"**{RICHEST}**"),
        (FIRMS, "Which industry makes the most profit in total?", MOST),
        (FIRMS, "how many firms outside the US are worth more than 100?",
         rows(FIRMS, "country != 'United States' and marketvalue > 100")),
        # Codes of states, and values behind a word for codes.
        (AIRPORTS, "How many airports are there in Texas?", rows(AIRPORTS, "state == 'TX'")),
        (AIRPORTS, "how many airports are in Indiana", rows(AIRPORTS, "state == 'IN'")),
        (AIRPORTS, "name of the airport with code AAX", "1 of 1 row"),
        (AIRPORTS, "the northernmost airport", "64"),
        # A word within a name, also where some name is that word alone.
        (AIRPORTS, 'how many airports have "international" in their name', "**40 "),
        # Short names of columns.
        (WEATHER, "how many days did it get hotter than 80 degrees?", rows(WEATHER, "TMAX > 80")),
        (WEATHER, "correlation between the highs and the lows", "**1**"),
        (WEATHER, "最低気温が60度以上だった日数 || 65度以上だと？", rows(WEATHER, "TMIN >= 65")),
        # What rows are stands within the file's name.
        (STUDENTS, "女子学生は何人いますか", rows(STUDENTS, "性別 == '女'")),
        (STUDENTS, "身長を答えていない学生は何人？", rows(STUDENTS, "身長 != 身長")),
        (STUDENTS, "運動の頻度ごとの人数", "| ときどき | 27 |"),
        (COMPUTERS, "带光驱的电脑占几成", "33.8"),
        (COMPUTERS, "1993年电脑价格的中位数 || 1994年的呢？", f"**{OLD.median():,g}"),
        # The price of one is not added up where another column holds what was paid.
        (ORDERS, "北京一共卖了多少钱？", f"**{BEIJING:,}"),
        (ORDERS, "每个月的销售额趋势", "2024-"),
        # How much money is all of it, also after another question.
        (HOUSE, "一番高い金額は || 5月の食費はいくら？", f"**{FOOD_IN_MAY:,}"),
        (HOUSE, "メモが空の行はいくつ", "**40 "),
        (HOUSE, "一番多い費目はどれ", "**食費**"),
        # The heaviest one is no number one; per order is of each row.
        (FAMILIES, "the heaviest one, what is its height", "**151**"),
        (FAMILIES, "is weight correlated with height?", "n = 80"),
        (ORDERS, "average 数量 per order", "**2.5**"),
        # How rows are spread over groups is how many there are of each.
        (STUDENTS, "運動の分布", "| ときどき | 27 |"),
        (FIRMS, "how are the categories distributed over the countries", "| Insurance / United States | 4 |"),
        # Each occupation has its row, and a column says of which type it is.
        (JOBS, "what's the average income for each type of job", "for each `type`"),
        (JOBS, "how many jobs have an income above 1500", rows(JOBS, "income > 1500")),
        # Rooms are no numbers, though most are called by one.
        (ROOMS, "which room is used the most", "**great hall** (30)"),
        (ROOMS, "average minutes by teacher for everything but the great hall", "`room` is not “great hall”"),
        # Sorted by what is limited.
        (STUDENTS, "身長が180以上の人を高い順に並べて", "`身長`"),
        # Of two columns with that value the one that was asked of before.
        (MATCHES, "average AwayGoals where AwayTeam is Bayern || and for Mainz?", f"{AWAY['Mainz']:.4g}"),
    ],
)  # fmt: skip
def test_things_are_known_by_their_names_and_codes(name: str, question: str, answer: str) -> None:
    given = asked(name, question)
    assert given.source is not None, given.opening
    assert answer in given.opening + given.answer, (given.opening, given.answer)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        # There is one company of that name, and banks are not that one.
        (FIRMS, "How many banks made a loss?"),
        # Nothing says that rows are people, or what else has no name here.
        (FIRMS, "how many refunds were there"),
        # A median of what is not said is no number of rows.
        (FIRMS, "median of the companies"),
        # It goes on from a question that was not understood.
        (COMPUTERS, "1993年电脑卖得怎么样 || 1994年的呢？"),
        # Of a family several children have a row.
        (FAMILIES, "number of families"),
        (FAMILIES, "average number of kids per family"),
        # By the price of one nothing is earned.
        (ORDERS, "单价最高的城市一共赚了多少"),
    ],
)
def test_what_no_name_says_is_declined(name: str, question: str) -> None:
    assert asked(name, question).source is None, asked(name, question).opening


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("ほげほげのぴよぴよをむにゃむにゃして", "「ほげほげのぴよぴよをむにゃむにゃ」"),
        ("写一首关于春天的诗", "“写一首关于春天的诗”"),
        ("average zorblax of the wibble in Germany", "“zorblax”, “wibble”"),
    ],
)
def test_words_that_are_not_known_are_quoted_as_they_stand_together(question: str, quoted: str) -> None:
    assert quoted in asked(FIRMS, question).opening
