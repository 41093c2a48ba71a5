"""B57, B58: a limit beyond all numbers of a column is answered with what the column holds, so that it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analyst.asking import ask, brief_preview
from tests.analyst.small_tables import amounts, of, write

TABLES: dict[str, dict[str, list[object]]] = {
    "results.csv": {
        "score": amounts(18, 7, 60),
        "sex": of("F", "M"),
        "price": [f"${at % 9 + 1}.50" for at in range(120)],
    },
    "调查.csv": {"分数": amounts(18, 7, 60), "性别": of("男", "女")},
    "調査.csv": {"点数": amounts(18, 7, 60), "性別": of("男", "女")},
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(TABLES, tmp_path)


@pytest.mark.parametrize(
    ("name", "question", "said"),
    [
        ("results.csv", "how many rows have a score above 200", "`score` lies between 18 and 77 in all rows."),
        (
            "results.csv",
            "average score by sex of those with a score under 5",
            "`score` lies between 18 and 77 in all rows.",
        ),
        (
            "results.csv",
            "number of rows · only where `score` is 200 · table `results.csv`",
            "`score` lies between 18 and 77 in all rows.",
        ),
        ("results.csv", "what percent have a score above 200", "`score` lies between 18 and 77 in all rows."),
        ("调查.csv", "分数大于200的有多少人", "全部行的`分数`在 18 到 77 之间。"),
        ("調査.csv", "点数が200以上の人は何人", "全行の`点数`は 18 から 77 までです。"),
    ],
)
def test_what_the_column_holds_is_said_where_no_row_can_meet_a_limit(name: str, question: str, said: str) -> None:
    asked = ask(question, brief_preview(Path(name)))
    assert said in asked.answer, asked.answer


@pytest.mark.parametrize("question", ["how many rows have a score above 70", "average score by sex"])
def test_of_a_limit_within_nothing_more_is_said_or_computed(question: str) -> None:
    asked = ask(question, brief_preview(Path("results.csv")))
    assert asked.source is not None
    assert "lies between" not in asked.answer and "least" not in asked.source
