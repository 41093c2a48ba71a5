"""The words of a question are looked up among all values of a table, not only those that a preview shows."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from lci.core.files import NamedValue
from lci.workspace.named_values import NamedValuesJob
from tests.analyst.meanings import named_values


def stored(frame: pd.DataFrame, folder: Path) -> Path:
    """The file that `TableJob` would have written."""
    path = folder / "t.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.from_df(frame).create("t")
        note = json.dumps(['pd.read_csv("t.csv")', [str(kind) for kind in frame.dtypes]])
        connection.execute(f"COMMENT ON TABLE t IS '{note}'")
    return path


def named(frame: pd.DataFrame, folder: Path, *words: str) -> set[tuple[str, str]]:
    job = NamedValuesJob("t.csv", "t", words)
    return {(each.column, each.value) for each in job.read(job.performed(stored(frame, folder)))}


def test_values_are_named_whatever_their_case_and_accents(tmp_path: Path) -> None:
    """B58."""
    frame = pd.DataFrame(
        {"species": ["Adélie", " Gentoo ", None], "island": ["Dream", "dream", "東京"], "n": [1, 2, 3]}
    )
    assert named(frame, tmp_path, "adelie", "gentoo", "dream", "東京", "nothing") == {
        ("species", "Adélie"), ("species", " Gentoo "), ("island", "Dream"), ("island", "dream"), ("island", "東京"),
    }  # fmt: skip


def test_one_of_several_values_in_a_cell_is_found_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"weather": ["雨", "雨・雷", "雷 / 霧", "大雨"]})
    job = NamedValuesJob("t.csv", "t", ("雨",))
    assert set(job.read(job.performed(stored(frame, tmp_path)))) == {
        NamedValue("weather", "雨"), NamedValue("weather", "雨・雷", is_whole=False),
    }  # fmt: skip


def test_words_are_only_compared(tmp_path: Path) -> None:
    frame = pd.DataFrame({'a "b"': ["x'; DROP TABLE t; --", "y"]})
    assert named(frame, tmp_path, "x'; drop table t; --") == {('a "b"', "x'; DROP TABLE t; --")}


def test_words_of_a_longer_value_and_words_with_a_sign_between_them_are_found(tmp_path: Path) -> None:
    frame = pd.DataFrame({"team": ["Boston Red Sox", "Chicago White Sox"], "town": ["ELK_GROVE", "Dallas, Texas"]})
    job = NamedValuesJob("t.csv", "t", ("sox", "elk grove", "texas"))
    assert set(job.read(job.performed(stored(frame, tmp_path)))) == {
        NamedValue("team", "Boston Red Sox", is_whole=False),
        NamedValue("team", "Chicago White Sox", is_whole=False),
        NamedValue("town", "ELK_GROVE"),
        NamedValue("town", "Dallas, Texas", is_whole=False),
    }


@pytest.mark.parametrize("word", ["yankees", "texas", "sox", "elk grove", "new york yankees", "雨", "st louis"])
def test_what_stands_in_for_it_in_tests_of_the_analyst_finds_the_same(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides of one contract."""
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({
        "team": ["New York Yankees", "Boston Red Sox", "Chicago White Sox"] * 2,
        "town": ["Dallas, Texas", "Houston, Texas", "ELK_GROVE", "St. Louis", "雨", "雨・雷"],
    })  # fmt: skip
    frame.to_csv("towns.csv", index=False)
    job = NamedValuesJob("t.csv", "t", (word,))
    assert set(job.read(job.performed(stored(frame, tmp_path)))) == set(named_values("towns.csv", word))


def test_one_of_a_million_values_is_found(tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": [f"value {n}" for n in range(1_000_000)], "same": ["Yes", "yes"] * 500_000})
    assert named(frame, tmp_path, "value 777777") == {("code", "value 777777")}


def test_what_comes_back_is_a_value_of_ours(tmp_path: Path) -> None:
    job = NamedValuesJob("t.csv", "t", ("a",))
    assert job.read(job.performed(stored(pd.DataFrame({"c": ["A"]}), tmp_path))) == (NamedValue("c", "A"),)


def test_a_value_with_periods_is_found_without_them(tmp_path: Path) -> None:
    """B58."""
    frame = pd.DataFrame({"state": ["U.S.", "St. Louis", "Ohio"], "n": [1, 2, 3]})
    assert named(frame, tmp_path, "st louis", "us") == {("state", "U.S."), ("state", "St. Louis")}
