"""B58: what is asked of workouts, tickets, loans, flats and a shop is answered, or nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import Asked, ask, brief_preview

ROWS = 120


def of(*values: object) -> list[object]:
    return [values[at % len(values)] for at in range(ROWS)]


TABLES: dict[str, dict[str, list[object]]] = {
    "gym.csv": {
        "Date": [str(day.date()) for day in pd.date_range("2023-03-02", periods=ROWS, freq="4D")],
        "Person": of("Anna", "Ben", "Carla", "Dev", "Emil"),
        "Exercise": of("Running", "Yoga", "Squat", "Deadlift", "Rowing", "Squat", "Yoga"),
        "Distance (km)": [at * 7 % 11 + 0.5 if at % 7 in (0, 4) else None for at in range(ROWS)],
        "Duration (min)": [at * 13 % 71 + 20 for at in range(ROWS)],
        "Calories": [at * 31 % 400 + 90 for at in range(ROWS)],
        "Mood": of("good", "tired", "great"),
    },
    "tickets.csv": {
        "Ticket ID": [f"T-{at:04}" for at in range(ROWS)],
        "Customer": [f"C{at * 7 % 17} Ltd" for at in range(ROWS)],
        "Agent": of("Maria", "Tom", "Olga"),
        "Priority": of("low", "high", "low", "urgent", "medium"),
        "Status": of("open", "closed", "closed", "pending"),
        "Resolution Hours": [at * 17 % 95 + 0.5 for at in range(ROWS)],
        "Channel": of("phone", "email"),
    },
    "loans.csv": {
        "貸出番号": list(range(1, ROWS + 1)),
        "利用者ID": [f"U{at * 7 % 23:03}" for at in range(ROWS)],
        "年齢": [12 + at * 7 % 23 * 2 for at in range(ROWS)],
        "性別": [("男", "女")[at * 7 % 23 % 2] for at in range(ROWS)],
        "書名": of("雪国", "こころ", "人間失格"),
        "分館": of("中央館", "南館"),
    },
    "flats.csv": {
        "listing_id": list(range(1001, 1001 + ROWS)),
        "city": of("Munich", "Leipzig", "Berlin"),
        "area_sqm": [30 + at * 7 % 90 + 0.5 for at in range(ROWS)],
        "rent_eur": [400 + at * 37 % 1500 for at in range(ROWS)],
    },
    "kakeibo.csv": {
        "日付": [str(day.date()) for day in pd.date_range("2023-01-04", periods=ROWS, freq="5D")],
        "費目": of("食費", "光熱費", "娯楽", "食費", "交通費"),
        "金額(円)": [at * 371 % 8000 + 120 for at in range(ROWS)],
        "支払方法": of("現金", "クレジットカード", "現金"),
        "担当": of("妻", "夫"),
    },
    "weather.csv": {
        "日期": [str(day.date()) for day in pd.date_range("2023-01-01", periods=ROWS // 3, freq="6D")] * 3,
        "站点": ["北京"] * (ROWS // 3) + ["上海"] * (ROWS // 3) + ["广州"] * (ROWS // 3),
        "天气": of("雨", "晴", "多云"),
        "最低气温(℃)": [at * 7 % 30 - 8 for at in range(ROWS)],
        "风速(m/s)": [at * 13 % 97 / 10 for at in range(ROWS)],
    },
    "services.csv": {
        "Service date": [str(day.date()) for day in pd.date_range("2023-02-14", periods=ROWS, freq="3D")],
        "Plate": [f"BGH-{at * 7 % 41:03}" for at in range(ROWS)],
        "Owner": of("Hill", "Khan", "Lopez", "Berg", "Ruiz", "Sato"),
        "Mechanic": of("Igor", "Lena", "Sara"),
        "Warranty": of("Yes", "No", "No"),
        "Paid": of("Yes", "Yes", "Yes", "No"),
        "Total ($)": [at * 11 % 600 + 0.5 for at in range(ROWS)],
    },
    "チケット.csv": {
        "注文番号": [f"T{500 + at}" for at in range(ROWS)],
        "購入者": of("小林", "山田", "佐藤", "鈴木", "田中"),
        "会場": of("東京ドーム", "大阪城ホール"),
        "枚数": of(1, 2, 4),
        "支払方法": of("カード", "コンビニ", "現金"),
        "合計金額（円）": [at * 700 % 30_000 + 500 for at in range(ROWS)],
    },
    "bookings.csv": {
        "booking_id": [f"B{1000 + at}" for at in range(ROWS)],
        "room_type": of("Double", "Single", "Suite"),
        "nights": of(2, 1, 4, 3),
        "breakfast": of("yes", "no"),
    },
    "shop.csv": {
        "order_no": [f"A{at:05}" for at in range(ROWS)],
        "order_date": [str(day.date()) for day in pd.date_range("2022-06-05", periods=ROWS, freq="5D")],
        "customer": of("Sato", "Rossi", "Chen", "Brown", "Diaz", "Khan", "Lund"),
        "product": of("Pen", "Notebook", "Lamp", "Mug"),
        "quantity": of(1, 2, 3, 5, 4),
        "unit_price_usd": of(1.5, 4.0, 34.0, 9.0),
        "payment": of("card", "paypal", None, "card"),
        "total_usd": [at * 11 % 89 + 0.5 for at in range(ROWS)],
    },
}
GYM, TICKETS, LOANS, FLATS, BUDGET, WEATHER, SERVICES, CONCERTS, _, SHOP = (
    pd.DataFrame(columns) for columns in TABLES.values()
)
SHOP_2023 = SHOP[SHOP["order_date"].str.startswith("2023")]
CHENS = SHOP[(SHOP["customer"] == "Chen") & SHOP["product"].isin(["Pen", "Notebook"])]
BENS = GYM[GYM["Person"] == "Ben"]


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(name: str, question: str) -> Asked:
    pd.DataFrame(TABLES[name]).to_csv(name, index=False)
    return ask(question, brief_preview(Path(name)))


@pytest.mark.parametrize(
    ("name", "question"),
    [
        # Runs are rows of Running, which the question does not name.
        ("gym.csv", "top 3 longest runs by distance"),
        ("gym.csv", "Total distance run in 2023"),
        # The first time is no duration of one minute.
        # Of four priorities two are named: together, or each?
        ("tickets.csv", "share of high and urgent tickets"),
        ("tickets.csv", "What's the longest resolution time and whose ticket was it?"),
        # What is low or highest is not the priority, or the number of rows.
        ("tickets.csv", "Tickets with low resolution hours"),
        ("tickets.csv", "Highest priority tickets: how many?"),
        # Loans are counted, not those who have them.
        ("loans.csv", "20歳未満の利用者の貸出件数"),
        ("loans.csv", "利用者の貸出件数"),
        # Who comes often is no older for it.
        ("loans.csv", "男女別の平均年齢"),
        ("loans.csv", "分館ごとの平均年齢"),
        # Bigger flats are not more of them.
        ("flats.csv", "Are flats in Munich bigger than in Leipzig?"),
        ("flats.csv", "which city is bigger, Munich or Leipzig?"),
        # What is called a cost is money, not how often it was paid.
        ("kakeibo.csv", "食費は全体の何%ですか"),
        ("kakeibo.csv", "妻の食費の割合"),
        ("kakeibo.csv", "娯楽を除いた費目別の割合"),
        # A month's total is beyond a limit, not one of its rows.
        # Three stations have the same days.
        ("weather.csv", "下雨的天数有多少"),
        ("weather.csv", "最低气温低于0度的有几天"),
        ("weather.csv", "风速前10的记录"),
        ("weather.csv", "风速最大的三天"),
        # "No service" says nothing of a warranty, 何枚 asks for more than orders.
        ("services.csv", "How many days were there with no service in June 2023?"),
        ("チケット.csv", "東京ドームは何枚売れましたか"),
        ("チケット.csv", "カード以外で支払った人の数"),
        # Days without a row are in no row; hours that work took are none of the clock, and no money.
        ("チケット.csv", "注文がなかった日は何日"),
        ("services.csv", "How many days were without warranty?"),
        ("services.csv", "Who paid the most?"),
        ("チケット.csv", "一番多く払った購入者"),
        ("services.csv", "How many hours were spent by Sara?"),
        # What lacks is what stands before the word for it.
        ("weather.csv", "风速为空的站点"),
        # A room is not a type of rooms.
        ("bookings.csv", "How many rooms have breakfast?"),
    ],
)
def test_another_question_is_not_answered(name: str, question: str) -> None:
    assert asked(name, question).source is None


@pytest.mark.parametrize(
    ("name", "question", "number"),
    [
        ("gym.csv", "How many workouts did Anna do?", (GYM["Person"] == "Anna").sum()),
        (
            "gym.csv",
            "How many sessions were neither Running nor Yoga?",
            (~GYM["Exercise"].isin(["Running", "Yoga"])).sum(),
        ),
        ("gym.csv", "Which exercise does Ben do most often?", BENS["Exercise"].value_counts().max()),
        ("gym.csv", "Who burned the most calories in total?", GYM.groupby("Person")["Calories"].sum().max()),
        ("gym.csv", "Which person was tired most?", GYM[GYM["Mood"] == "tired"]["Person"].value_counts().max()),
        ("tickets.csv", "How many tickets are still open?", (TICKETS["Status"] == "open").sum()),
        ("tickets.csv", "How many tickets did Tom handle?", (TICKETS["Agent"] == "Tom").sum()),
        ("tickets.csv", "the longest resolution time", TICKETS["Resolution Hours"].max()),
        ("loans.csv", "女性の貸出件数", (LOANS["性別"] == "女").sum()),
        ("loans.csv", "20歳未満の利用者は何人ですか", LOANS[LOANS["年齢"] < 20]["利用者ID"].nunique()),
        ("flats.csv", "how many flats are bigger than 80 sqm", (FLATS["area_sqm"] > 80).sum()),
        ("kakeibo.csv", "食費の合計はいくらですか", BUDGET[BUDGET["費目"] == "食費"]["金額(円)"].sum()),
        ("kakeibo.csv", "交通費の中央値", BUDGET[BUDGET["費目"] == "交通費"]["金額(円)"].median()),
        ("kakeibo.csv", "5000円以上の支出は何件ありますか", (BUDGET["金額(円)"] >= 5000).sum()),
        ("kakeibo.csv", "食費は何件？", (BUDGET["費目"] == "食費").sum()),
        ("weather.csv", "how many days with 雨", WEATHER[WEATHER["天气"] == "雨"]["日期"].nunique()),
        ("services.csv", "how many cars are there", SERVICES["Plate"].nunique()),
        ("services.csv", "Which owner has the most cars?", SERVICES.groupby("Owner")["Plate"].nunique().max()),
        ("チケット.csv", "会場ごとの枚数", CONCERTS.groupby("会場")["枚数"].sum().max()),
        ("チケット.csv", "会場ごとの合計金額", CONCERTS.groupby("会場")["合計金額（円）"].sum().max()),
        ("bookings.csv", "how many room types are there", 3),
        ("チケット.csv", "購入者は何人ですか", CONCERTS["購入者"].nunique()),
        ("shop.csv", "What was our total revenue in 2023?", SHOP_2023["total_usd"].sum()),
        ("shop.csv", "How many pens and notebooks did Chen buy?", CHENS["quantity"].sum()),
        ("shop.csv", "How many orders have no payment method?", SHOP["payment"].isna().sum()),
        ("shop.csv", "Which customer placed the most orders?", SHOP["customer"].value_counts().max()),
    ],
)
def test_what_everyday_words_ask_is_computed(name: str, question: str, number: float) -> None:
    answer = asked(name, question).answer
    assert any(f"{number:{form}}" in answer for form in (",", ",.0f", ",.1f", ".5g")), answer


def test_a_total_in_dollars_adds_up() -> None:
    assert "total of `total_usd`" in asked("shop.csv", "revenue by product").opening
