"""B58: what happened to whom is no word to pass over: who left, lived or came is not everybody."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from tests.analyst.small_tables import amounts, of, plan_of, write

TABLES: dict[str, dict[str, list[object]]] = {
    "titanic.csv": {
        "name": [f"N{at}" for at in range(120)],
        "sex": of("male", "female"),
        "age": amounts(1, 7, 80),
        "survived": of(0, 1, 1),
    },
    "顧客.csv": {"顧客番号": amounts(1, 1, 120), "性別": of("男性", "女性"), "年齢": amounts(20, 7, 60)},
    "客户.csv": {"客户编号": amounts(1, 1, 120), "性别": of("男", "女"), "年龄": amounts(20, 7, 60)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TABLES, tmp_path_factory.mktemp("passed"))


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("titanic.csv", "how many passengers lived"),
        ("titanic.csv", "how many passengers left"),
        ("titanic.csv", "how many passengers ever left"),
        ("titanic.csv", "how many passengers have ever run"),
        ("titanic.csv", "how many single passengers were there"),
        ("titanic.csv", "how many passengers are still there"),
        ("titanic.csv", "how many passengers work"),
        ("titanic.csv", "how many women were contacted"),
        ("titanic.csv", "average age of passengers with the same name"),
        ("titanic.csv", "how many passengers went home"),
        ("titanic.csv", "how many passengers flew"),
        # Verbs that are like the noun for rows, and what only sales have.
        ("titanic.csv", "how many passengers passed"),
        ("titanic.csv", "average age of passengers who finished"),
        ("titanic.csv", "average age of passengers who bought"),
        ("titanic.csv", "how many adult passengers were there"),
        ("titanic.csv", "how many guys were there"),
        # Words that are spelt right, whatever they are like: count, related, yearly.
        ("titanic.csv", "how many county passengers are there"),
        ("titanic.csv", "number of districts"),
        ("titanic.csv", "average age of early passengers"),
        ("顧客.csv", "支払った顧客は何人"),
        ("顧客.csv", "注文された顧客は何人"),
        ("顧客.csv", "乗った顧客は何人"),
        ("顧客.csv", "起きた顧客は何人"),
        ("顧客.csv", "検査を受けた女性は何人"),
        ("顧客.csv", "同じ年齢の人は何人"),
        ("客户.csv", "打算买房的客户有多少"),
        ("客户.csv", "有多少客户来过"),
        ("客户.csv", "通过的客户有多少"),
        ("客户.csv", "已经注册的客户有多少"),
        ("客户.csv", "戴眼镜的客户有多少"),
        ("客户.csv", "有钱的客户有多少"),
        ("客户.csv", "成年客户的平均年龄是多少"),
        ("客户.csv", "其他的客户有多少"),
        ("客户.csv", "卖的客户有多少"),
    ],
)
def test_what_happened_to_some_is_not_asked_of_all(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) is None


_IN_MIDST = (
    ("titanic.csv", "average age of {} passengers", "mean of `age`"),
    ("顧客.csv", "{}顧客の平均年齢", "mean of `年齢`"),
    ("客户.csv", "{}客户的平均年龄是多少", "mean of `年龄`"),
)
#: What says the same again, or that rows are meant, or nothing without what follows it.
_SAY_NOTHING = frozenset({
    "age", "age rating", "ages", "athlete", "cases", "display", "item", "items", "kind", "make", "name", "passengers",
    "people", "type", "us", "won by", "お客", "人数", "値", "客户", "岁数", "年", "年份", "年纪", "年齢", "年龄", "是",
    "結果", "结果", "运动员", "选手", "選手", "選手名", "顧客", "上映年份",
})  # fmt: skip


def _everyday_words() -> list[str]:
    """What columns and values are called in everyday words, in three languages."""
    text = (resources.files("lci.analyst") / "languages" / "common.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return [phrase for part in ("columns", "values") for phrases in table[part].values() for phrase in phrases]


def _passed_over(folder: Path, words: list[str]) -> set[str]:
    """Those that change nothing of what is asked where they stand before what rows are called."""
    return {
        word
        for word in words
        for name, question, plan in (_IN_MIDST[:1] if word.isascii() else _IN_MIDST[1:])
        if plan_of(folder / name, question.format(word)) == plan
    }


def test_everyday_words_change_what_is_asked_or_are_not_understood(folder: Path) -> None:
    words = _everyday_words()
    assert len(words) > 3_000
    assert _passed_over(folder, words[::10]) <= _SAY_NOTHING


@pytest.mark.nightly
def test_every_everyday_word_changes_what_is_asked_or_is_not_understood(folder: Path) -> None:
    passed = _passed_over(folder, _everyday_words())
    assert passed <= _SAY_NOTHING
    assert "people" in passed


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("titanic.csv", "how many passengers were there"),
        ("titanic.csv", "how many passengers were on board"),
        ("顧客.csv", "顧客は何人いますか"),
        ("客户.csv", "一共有多少客户"),
    ],
)
def test_that_they_were_there_says_nothing(folder: Path, name: str, question: str) -> None:
    assert plan_of(folder / name, question) == "number of rows"
