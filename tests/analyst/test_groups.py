"""B45, B58: groups as one each: who came how often, days by what was taken, what is typical of a month."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from lci.analyst.changing.changes import changes_of
from lci.analyst.plan import Field, Groups, Limit, Measure
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.tables import tables_of
from tests.analyst.asking import Asked, ask, brief_preview

VISITS = 130
#: Of seven clients some come often; of three services one is seldom; some days have several visits, most have none.
WHO = [0, 1, 2, 0, 3, 1, 0, 4, 0, 2, 5, 1, 0, 6]
SERVICES = [0, 1, 0, 0, 1, 0, 2, 0, 1, 0]
PRICES = [25, 60, 12]


def visits() -> list[tuple[date, int, int, int]]:
    rows, day = [], date(2024, 1, 8)
    for at in range(VISITS):
        who = WHO[at % len(WHO)]
        # Only the first client ever has the third service.
        service = SERVICES[at % len(SERVICES)]
        rows.append((day, who, service if service != 2 or who == 0 else 0, PRICES[service % 3]))
        day += timedelta(days=[0, 2, 1, 0, 0, 4, 1][at % 7])
    return rows


ROWS = visits()
NAMES = {
    "visits.csv": (
        ("visit_id", "date", "client", "service", "price_eur"),
        ("Ann Lee", "Bo Chan", "Cy Young", "Di Marsh", "Ed Price", "Flo Hart", "Gus Webb"),
        ("haircut", "colour", "perm"),
    ),
    "来店.csv": (
        ("受付番号", "来店日", "お客様名", "メニュー", "料金(円)"),
        ("伊藤愛", "森健", "林翔", "原葵", "辻誠", "堀舞", "岡優"),
        ("カット", "カラー", "パーマ"),
    ),
    "订单.csv": (
        ("单号", "日期", "顾客", "项目", "金额(元)"),
        ("李安", "陈博", "杨丛", "马迪", "林恩", "何芙", "魏古"),
        ("剪发", "染发", "烫发"),
    ),
}


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(name: str) -> None:
    columns, people, services = NAMES[name]
    rows = [
        (number, day.isoformat(), people[who], services[what], price)
        for number, (day, who, what, price) in enumerate(ROWS, 1)
    ]
    pd.DataFrame(rows, columns=list(columns)).to_csv(name, index=False)


def asked(name: str, question: str) -> Asked:
    written(name)
    return ask(question, brief_preview(Path(name)))


def plan_of(name: str, question: str) -> object:
    written(name)
    preview = brief_preview(Path(name))
    read = plan_in_words(ask(question, preview).opening, tables_of(preview)[0].table)
    return read[0] if read is not None else None


def client(row: tuple[date, int, int, int]) -> object:
    return row[1]


def day(row: tuple[date, int, int, int]) -> object:
    return row[0]


def month(row: tuple[date, int, int, int]) -> object:
    return row[0].year, row[0].month


def counts(key: Callable[[tuple[date, int, int, int]], object], service: int | None = None) -> list[int]:
    return list(Counter(key(row) for row in ROWS if service in (None, row[2])).values())


def totals(key: Callable[[tuple[date, int, int, int]], object]) -> list[int]:
    sums: Counter[object] = Counter()
    for row in ROWS:
        sums[key(row)] += row[3]
    return list(sums.values())


def within(numbers: Iterable[int], holds: Callable[[int], bool]) -> str:
    return f"**{sum(map(holds, numbers))}**"


def mean(numbers: list[int]) -> str:
    return f"**{float(f'{statistics.fmean(numbers):.5g}'):,.10g}"


V, R, D = "visits.csv", "来店.csv", "订单.csv"


@pytest.mark.parametrize(
    ("name", "question", "number"),
    [
        (V, "How many clients came more than 15 times?", within(counts(client), lambda n: n > 15)),
        (V, "How many people came at least 18 times?", within(counts(client), lambda n: n >= 18)),
        (V, "How many clients have fewer than 10 visits?", within(counts(client), lambda n: n < 10)),
        (V, "How many clients had colour more than twice?", within(counts(client, 1), lambda n: n > 2)),
        (V, "Which clients visited more than 15 times?", within(counts(client), lambda n: n > 15)),
        (V, "clients with at least 18 visits", within(counts(client), lambda n: n >= 18)),
        (V, "how many clients never had a perm", within(range(7), lambda who: who != 0)),
        (V, "which clients have never had a perm?", within(range(7), lambda who: who != 0)),
        (V, "On how many days were there at least three visits?", within(counts(day), lambda n: n >= 3)),
        (V, "which days had more than 2 visits", within(counts(day), lambda n: n > 2)),
        (V, "clients who spent more than 500 in total", within(totals(client), lambda n: n > 500)),
        (V, "How many clients spent over 500 altogether?", within(totals(client), lambda n: n > 500)),
        (V, "which clients have total spending above 500", within(totals(client), lambda n: n > 500)),
        (V, "average number of visits per client", mean(counts(client))),
        (V, "how many visits does a client have on average", mean(counts(client))),
        (V, "How many visits per day on average?", mean(counts(day))),
        (V, "visits per month on average", mean(counts(month))),
        (V, "average monthly revenue", mean(totals(month))),
        (V, "average daily takings", mean(totals(day))),
        (V, "average total spending per client", mean(totals(client))),
        (R, "15回以上来店したお客様は何人ですか", within(counts(client), lambda n: n >= 15)),
        (R, "15回以上来店したお客様は誰ですか", within(counts(client), lambda n: n >= 15)),
        (R, "3回以上カラーをしたお客様は何人？", within(counts(client, 1), lambda n: n >= 3)),
        (R, "パーマを一度もしていないお客様は何人？", within(range(7), lambda who: who != 0)),
        (R, "1日に3件以上来店があった日は何日ありますか", within(counts(day), lambda n: n >= 3)),
        (R, "来店が3件以上あった日はいつですか", within(counts(day), lambda n: n >= 3)),
        (R, "料金の合計が500円を超えるお客様は何人ですか", within(totals(client), lambda n: n > 500)),
        (R, "一人あたり平均何回来店していますか", mean(counts(client))),
        (R, "1日あたりの平均来店件数", mean(counts(day))),
        (R, "月平均の来店件数", mean(counts(month))),
        (R, "1か月あたりの平均売上はいくらですか", mean(totals(month))),
        (R, "平均して1日に何件の来店がありますか", mean(counts(day))),
        (D, "来过15次以上的顾客有多少个", within(counts(client), lambda n: n >= 15)),
        (D, "订单超过15笔的顾客有哪些", within(counts(client), lambda n: n > 15)),
        (D, "从来没有烫发的顾客有哪些", within(range(7), lambda who: who != 0)),
        (D, "有多少天订单超过2笔", within(counts(day), lambda n: n > 2)),
        (D, "总消费超过500元的顾客有几位", within(totals(client), lambda n: n > 500)),
        (D, "累计金额超过500的顾客有哪些", within(totals(client), lambda n: n > 500)),
        (D, "平均每位顾客来几次", mean(counts(client))),
        (D, "平均每天有多少订单", mean(counts(day))),
        (D, "平均每月订单数是多少", mean(counts(month))),
        (D, "平均每月营业额", mean(totals(month))),
        (D, "平均每位顾客消费多少", mean(totals(client))),
    ],
)
def test_groups_count_as_one_each(name: str, question: str, number: str) -> None:
    answer = asked(name, question)
    assert answer.source is not None, answer.opening
    assert number in answer.answer, answer.answer


def test_the_mean_over_days_without_any_row_is_said_beside() -> None:
    """Both may be meant by "per day", so both are said, each over the days that it is over."""
    days = {row[0] for row in ROWS}
    span = (max(days) - min(days)).days + 1
    answer = asked(V, "How many visits per day on average?").answer
    assert f"From the first to the last there are {span}, {span - len(days)} of them without any row" in answer
    assert f"**{VISITS / span:.5g}**" in answer


@pytest.mark.parametrize(
    ("name", "question"),
    [(V, "average revenue per month"), (R, "一人あたりの平均料金"), (D, "平均每月金额")],
)
def test_what_may_be_the_mean_of_rows_or_of_totals_is_asked_or_said(name: str, question: str) -> None:
    """Where it is answered, the plan says that it is the mean of totals."""
    answer = asked(name, question)
    if answer.source is not None:
        plan = plan_of(name, question)
        assert isinstance(plan, Groups)
        assert plan.measure.how == "sum"


@pytest.mark.parametrize(
    ("name", "question"),
    [
        # Of whom, and of which of two conditions, is not said.
        (V, "which clients never had a perm for 25"),
        (V, "average visit per client"),
        (V, "clients with no visits in March"),
        (V, "clients with at least 3 paid visits"),
        (D, "消费超过15次的顾客有几位"),
        (R, "3枚以上のお客様"),
    ],
)
def test_what_is_no_number_of_rows_is_declined(name: str, question: str) -> None:
    assert asked(name, question).source is None, asked(name, question).opening


def test_the_words_of_such_a_plan_ask_for_it() -> None:
    """B45: a click on a part asks the changed plan in words."""
    plan = plan_of(V, "How many clients came more than 15 times?")
    assert plan == Groups("visits.csv", "number", Field("client"), Measure("rows"), Limit("above", 15))


def test_the_mean_of_a_total_is_that_of_its_column_where_there_is_one() -> None:
    """A column of totals is averaged row by row: nobody asks for the mean of the totals of kinds of them."""
    sleep = {"name": [f"animal {at}" for at in range(12)], "diet": ["plants", "meat", "both"] * 4}
    pd.DataFrame({**sleep, "sleep_total": range(8, 20)}).to_csv("animals.csv", index=False)
    for question in ("average total sleep per diet", "how much total sleep does each diet get on average"):
        opening = ask(question, brief_preview(Path("animals.csv"))).opening
        assert "one for each" not in opening, opening


@pytest.mark.parametrize(
    ("questions", "number"),
    [
        (
            ("How many clients came more than 15 times?", "more than 20 times?"),
            within(counts(client), lambda n: n > 20),
        ),
        (("How many clients came more than 15 times?", "which ones?"), within(counts(client), lambda n: n > 15)),
        (("clients with at least 18 visits", "how many is that?"), within(counts(client), lambda n: n >= 18)),
        (("How many clients came more than twice?", "only colour"), within(counts(client, 1), lambda n: n > 2)),
        (("How many visits per day on average?", "per month"), mean(counts(month))),
    ],
)
def test_a_follow_up_changes_what_groups_are_told(questions: tuple[str, str], number: str) -> None:
    written(V)
    first = ask(questions[0], brief_preview(Path(V)))
    second = ask(questions[1], brief_preview(Path(V)), before=first.messages)
    assert second.source is not None, second.opening
    assert number in second.answer, (second.opening, second.answer)


def test_every_part_of_such_a_plan_can_be_changed() -> None:
    """B45: what is said of them, the groups, their number and its limit."""
    written(V)
    preview = brief_preview(Path(V))
    parts = {
        part.name: [choice.label for choice in part.choices]
        for part in changes_of(ask("How many clients came more than 15 times?", preview).opening, (preview,))
    }
    assert parts["of"] == ["the groups, one for each `client`"]
    assert "`service`" in parts["key"]
    assert "total of `price_eur`" in parts["measure"]
    assert "where that is above 14" in parts["limit"]
