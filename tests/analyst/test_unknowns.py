"""B45, B58: of rows without a value nobody knows whether they are meant; the answer says what became of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analyst.asking import ask, brief_preview

PEOPLE = """name,sex,smoker,city,stress
A,f,yes,York,1
B,f,no,Leeds,2
C,m,,York,3
D,m,no,,4
E,f,,Leeds,5
F,m,yes,York,6
G,f,no,Leeds,7
H,f,no,York,8
I,,no,York,9
"""


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(question: str, text: str = PEOPLE) -> str:
    Path("people.csv").write_text(text, "utf-8")
    return ask(question, brief_preview(Path("people.csv"))).answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("how many people are not smokers?", "Left out, for it is not known: 2 rows without `smoker`."),
        ("average stress of non-smokers by sex", "Left out, for it is not known: 2 rows without `smoker`."),
        ("how many people are not from York?", "Left out, for it is not known: 1 row without `city`."),
        ("show people who are not from York", "Left out, for it is not known: 1 row without `city`."),
        ("what percentage of people smoke?", "Counted in the whole, though it is not known: 2 rows without `smoker`."),
        ("what share of each sex smokes?", "Counted in the whole, though it is not known: 2 rows without `smoker`."),
        ("不吸烟的有多少人", "没有`smoker`的 2 行情况不明，未计入。"),
        ("cityがYorkではない人は何人", "`city`のない 1 行は、わからないので除きました。"),
    ],
)
def test_rows_of_which_it_is_not_known_are_told(question: str, sentence: str) -> None:
    assert sentence in answer(question), answer(question)


def test_only_those_that_meet_all_else_are_told() -> None:
    text = answer("how many men are not from York?")
    assert "1 row without `city`" in text
    text = answer("how many women are not from York?")
    assert "without" not in text


@pytest.mark.parametrize(
    "question",
    [
        "how many women are there?",
        "how many people are from York?",
        "how many people smoke?",
        "how many people have no city?",
    ],
)
def test_nothing_is_told_where_nobody_takes_them_for_meant(question: str) -> None:
    assert "not known" not in answer(question)


def test_nothing_is_told_where_all_is_known() -> None:
    whole = "\n".join(line for line in PEOPLE.splitlines() if ",," not in line) + "\n"
    assert "not known" not in answer("how many people are not smokers?", whole)
