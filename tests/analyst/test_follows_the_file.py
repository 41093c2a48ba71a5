"""What is said follows the file, also where everybody knows what a well-known one says (B58)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.analyst.asking import Asked, ask, brief_preview
from tests.analyst.corpus import DATA

#: The file, the column that is turned round, the group it is asked by, and the question; of the mean by group.
KNOWN = [
    ("penguins.csv", "body_mass_g", "species", "average body mass by species"),
    ("titanic.csv", "age", "class", "average age by class"),
    ("gapminder.csv", "lifeExp", "continent", "average lifeExp by continent"),
    ("cars.csv", "Miles_per_Gallon", "Origin", "average miles per gallon by origin"),
    ("airquality.csv", "Temp", "Month", "average temp by month"),
    ("msleep.csv", "sleep_total", "vore", "average sleep total by vore"),
]


@pytest.fixture
def asked_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, pd.DataFrame, str], Asked]:
    """What is answered of a table that lies in a file of that name."""

    def answered(name: str, table: pd.DataFrame, question: str) -> Asked:
        table.to_csv(tmp_path / name, index=False)
        return ask(question, brief_preview(tmp_path / name))

    monkeypatch.chdir(tmp_path)
    return answered


def stated(asked: Asked) -> set[str]:
    """The numbers of the answer, without what only sets them in type."""
    return set(re.findall(r"\d+(?:\.\d+)?", asked.answer.replace(",", "")))


@pytest.mark.parametrize(("name", "column", "group", "question"), KNOWN, ids=[each[0] for each in KNOWN])
def test_with_a_column_turned_round_other_numbers_are_said(
    asked_of: Callable[[str, pd.DataFrame, str], Asked], name: str, column: str, group: str, question: str
) -> None:
    table = pd.read_csv(DATA / name)
    turned = table.assign(**{column: table[column].to_numpy()[::-1]})
    answers = [asked_of(name, each, question) for each in (table, turned)]
    means = [each.groupby(group)[column].mean() for each in (table, turned)]
    assert not means[0].round(6).equals(means[1].round(6))
    for asked, mean in zip(answers, means, strict=True):
        highest = mean.sort_values(ascending=False)
        assert str(highest.index[0]) in asked.answer
        value = min(stated(asked), key=lambda number: abs(float(number) - highest.iloc[0]))
        assert round(highest.iloc[0], len(value.partition(".")[2])) == pytest.approx(float(value))
    assert answers[0].answer != answers[1].answer


@pytest.mark.parametrize(("name", "column", "group", "question"), KNOWN, ids=[each[0] for each in KNOWN])
def test_the_order_of_the_rows_changes_nothing(
    asked_of: Callable[[str, pd.DataFrame, str], Asked], name: str, column: str, group: str, question: str
) -> None:
    table = pd.read_csv(DATA / name)
    shuffled = table.sample(frac=1, random_state=7)
    one, other = (asked_of(name, each, question) for each in (table, shuffled))
    assert one.answer == other.answer
    assert one.opening == other.opening
