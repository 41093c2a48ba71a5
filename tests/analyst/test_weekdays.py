"""B45, B58: days of the week that are named keep the rows of those days, in three languages."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.analyst.asking import ask, brief_preview

DAYS = [date(2024, 1, 3) + timedelta(days=at * at % 97) for at in range(50)]
MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answered(question: str) -> tuple[str, str | None]:
    rows = (f"{day},{'Bonn' if at % 3 else 'Kyoto'},{at + 0.5}" for at, day in enumerate(DAYS))
    Path("sales.csv").write_text("\n".join(["day_of_sale,city,amount", *rows]) + "\n", encoding="utf-8")
    asked = ask(question, brief_preview(Path("sales.csv")))
    return asked.answer, asked.source


def count(*weekdays: int) -> int:
    return sum(day.weekday() in weekdays for day in DAYS)


@pytest.mark.parametrize(
    ("question", "weekdays"),
    [
        ("How many rows are there on Sundays?", (SUNDAY,)),
        ("number of rows on Saturday", (SATURDAY,)),
        ("How many rows on weekends?", (SATURDAY, SUNDAY)),
        ("How many rows on weekdays?", (0, 1, 2, 3, 4)),
        ("number of rows on Saturdays and Sundays", (SATURDAY, SUNDAY)),
        ("How many rows are not on Sunday?", (0, 1, 2, 3, 4, 5)),
        ("日曜日の行数は？", (SUNDAY,)),
        ("週末の件数は？", (SATURDAY, SUNDAY)),
        ("平日の件数", (0, 1, 2, 3, 4)),
        ("月曜日以外の件数は？", (1, 2, 3, 4, 5, 6)),
        ("星期一有多少行？", (MONDAY,)),
        ("周末有多少行？", (SATURDAY, SUNDAY)),
        ("周日的记录有多少条？", (SUNDAY,)),
        ("How many rows are there between Monday and Friday?", (0, 1, 2, 3, 4)),
        ("number of rows from Friday to Sunday", (4, SATURDAY, SUNDAY)),
        ("金曜日から月曜日までの件数", (4, SATURDAY, SUNDAY, MONDAY)),
        ("周一到周五有多少行？", (0, 1, 2, 3, 4)),
        ("周一和周五有多少行？", (MONDAY, 4)),
    ],
)
def test_rows_of_the_days_that_are_named_are_counted(question: str, weekdays: tuple[int, ...]) -> None:
    answer, source = answered(question)
    assert source is not None, answer
    assert f"**{count(*weekdays)} " in answer


def test_of_what_is_measured_on_such_days_all_is_said_together() -> None:
    answer, _ = answered("average amount on weekends in Kyoto")
    amounts = [at + 0.5 for at, day in enumerate(DAYS) if day.weekday() in (SATURDAY, SUNDAY) and not at % 3]
    assert f"**{sum(amounts) / len(amounts):.5g}**" in answer


@pytest.mark.parametrize(
    "question",
    ["average amount on weekdays and weekends", "average amount from weekend to Monday", "每周一共有多少条记录"],
)
def test_what_would_be_lost_among_all_days_is_no_answer(question: str) -> None:
    assert answered(question)[1] is None


def test_names_of_days_that_stand_in_a_column_are_its_values() -> None:
    rows = (f"{('Sunday', 'Monday', 'Friday')[at % 3]},{at}" for at in range(40))
    Path("shifts.csv").write_text("\n".join(["weekday,hours", *rows]) + "\n", encoding="utf-8")
    asked = ask("How many rows on Sundays?", brief_preview(Path("shifts.csv")))
    assert "`weekday` is “Sunday”" in asked.opening
    assert "**14 " in asked.answer
