"""B58: a word that all rows may be called by, or some, is asked about, and a value stands in cells with several too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analyst.small_tables import amounts, of, plan_of, plans_of, write

DAYS = [f"2023-{1 + at // 30:02}-{1 + at % 30:02}" for at in range(60)] + [
    f"2023-{4 + at // 30:02}-{1 + at % 30:02}" for at in range(60)
]
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
        ("states.csv", "gdp per capita per head"),
    ],
)
def test_what_is_neither_is_declined(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) is None
