"""B45: questions that are offered, of samples, any table or where one was declined, are answered as they are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from lci.analyst import LANGUAGES, example_questions
from lci.analyst.changing import changes_of
from lci.analyst.questions import questions_about
from lci.analyst.tables import tables_of
from lci.core.files import Preview
from lci.core.ports import AnswerFinished
from lci.workspace.samples import SAMPLES, sample
from tests.analyst.asking import ask, brief_preview, streamed, user
from tests.analyst.corpus import DATA, HERE

FILES = sorted([*DATA.iterdir(), *(HERE / "practice").iterdir()])
#: Tables of which every question is tried for every change; of the others nightly.
FEW = {"penguins.csv", "売上.csv"}


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def copied(path: Path) -> Preview:
    shutil.copy(path, path.name)
    return brief_preview(Path(path.name))


def assert_answered(question: str, preview: Preview) -> None:
    asked = ask(question, preview)
    assert asked.source is not None, asked.opening
    assert asked.answer and not asked.answer.startswith("The code"), asked.answer
    assert "none is stated" not in asked.answer, (question, asked.out)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [each.name for each in SAMPLES])
def test_the_questions_of_the_samples_are_answered_and_the_first_draws(name: str, language: str) -> None:
    preview = copied(sample(name).path)
    first, *others = sample(name).questions[language]
    asked = ask(first, preview)
    assert asked.source is not None and len(asked.figures) == 1, asked.opening
    assert all(axes.get_xlabel() for axes in asked.figures[0].axes if axes.get_visible())
    for question in others:
        assert_answered(question, preview)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=() if path.name in FEW else pytest.mark.nightly) for path in FILES],
    ids=lambda path: path.name,
)
def test_the_questions_worth_asking_of_a_file_are_answered(path: Path, language: str) -> None:
    preview = copied(path)
    questions = example_questions((preview,), language)
    assert 3 <= len(questions) <= 6
    for question in questions:
        assert_answered(question, preview)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=() if at % 9 == 0 else pytest.mark.nightly) for at, path in enumerate(FILES)],
    ids=lambda path: path.name,
)
def test_each_of_them_is_understood_as_one_plan(path: Path, language: str) -> None:
    preview = brief_preview(path)
    for table in tables_of(preview):
        for question in questions_about(table, language):
            finished = streamed([user(question)], [preview])[-1]
            assert isinstance(finished, AnswerFinished) and len(finished.calls) == 1, question


#: Names that are words of the language, or of Markdown, too; the first are tried for every change.
NAMES = (
    ("mean", "count", "year"),
    ("`x`", "y z", "(1)"),
    ("売上", "地域", "平均"),
    ("a", "b", "c"),
    ("is", "the", "most"),
    ("Ship Mode", "atomic number", "yrs.service"),
    ("销售额", "最高", "的"),
    ("x.1", "x.2", "x.3"),
    ("Total per each", "top 5", "missing"),
)


@pytest.mark.parametrize(
    "columns", [pytest.param(each, marks=() if at < 3 else pytest.mark.nightly) for at, each in enumerate(NAMES)]
)
def test_names_that_are_words_of_the_language_too_make_no_question_that_is_not_understood(
    columns: tuple[str, str, str],
) -> None:
    first, second, third = columns
    frame = pd.DataFrame({first: ["p", "q", "p"], second: [1.5, 2.5, 4.0], third: [3, 1, 2]})
    frame.to_csv("names.csv", index=False)
    preview = brief_preview(Path("names.csv"))
    for language in LANGUAGES:
        for question in example_questions((preview,), language):
            assert_answered(question, preview)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_rows_are_not_worth_asking_of(language: str) -> None:
    STOPS.to_csv("downtime.csv", index=False)
    listed = example_questions((brief_preview(Path("downtime.csv")),), language)
    assert any("minutes" in each for each in listed) and not any("no" in each.split() for each in listed), listed


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_file_there_are_questions_that_suit_any(language: str) -> None:
    assert len(example_questions((), language)) == 3


# --- where a question is declined -------------------------------------------------------------------------------------


def offers(question: str, *previews: Preview) -> tuple[str, ...]:
    finished = streamed([user(question)], previews)[-1]
    assert isinstance(finished, AnswerFinished) and not finished.calls
    return finished.offers


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("average body mass by species of shiny ones", "mean of `body_mass_g` · for each `species`"),
        ("difference in body mass by species", "mean of `body_mass_g` · for each `species`"),
        ("種ごとの体重の平均を歌って", "`body_mass_g`の平均 · `species`ごと"),
        ("各物种的平均体重，唱出来", "`body_mass_g`的平均值 · 按`species`分组"),
    ],
)
def test_a_declined_question_offers_the_plans_that_differ_least(question: str, nearest: str) -> None:
    """A click asks one of them, and it is answered as that plan."""
    preview = copied(sample("penguins").path)
    listed = offers(question, preview)
    assert 1 <= len(listed) <= 3 and any(each.startswith(nearest) for each in listed), listed
    for each in listed:
        asked = ask(each, preview)
        assert asked.source is not None and each in asked.opening, asked.opening


STOPS = pd.DataFrame({
    "no": range(1, 61),
    "date": [f"2024-{at % 9 + 1:02}-{at * 7 % 27 + 1:02}" for at in range(60)],
    "machine": [("Laser cutter", "Mill", "Press")[at % 3] for at in range(60)],
    "hall": [("A", "B")[at % 2] for at in range(60)],
    "minutes": [5 + at * 13 % 170 for at in range(60)],
    "seen": [("yes", "no", "yes")[at % 3] for at in range(60)],
})  # fmt: skip


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        # A word for rows that no file says: the plan that counts them.
        ("machines with over 15 stoppages", "the groups, one for each `machine` · by their number of rows"),
        ("How many stoppages did the Mill have in March?", "number of rows · only where `machine` is “Mill”"),
    ],
)
def test_what_rows_may_be_called_is_offered_as_rows(question: str, offered: str) -> None:
    STOPS.to_csv("downtime.csv", index=False)
    assert offers(question, brief_preview(Path("downtime.csv")))[0].startswith(offered)


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        # What may be measured, in the mean and in total where neither is said, or counted; no yes and no.
        (
            "Standstill per machine",
            [
                "mean of `minutes` · for each `machine`",
                "total of `minutes` · for each `machine`",
                "number of rows · for each `machine`",
            ],
        ),
        # The mean of each of them, or of what they come to in all.
        (
            "average standstill per hall",
            [
                "mean of groups, one for each `hall` · by their total of `minutes`",
                "mean of `minutes` · for each `hall`",
            ],
        ),
        # What the columns and values that are named make together.
        ("who had which minutes by machine where and how", ["mean of `minutes` · for each `machine`"]),
        (
            "how many stoppages came without us getting them seen?",
            [
                "number of rows · only where `seen` is “no”",
                "number of different `machine` · only where `seen` is “no”",
                "number of different `hall` · only where `seen` is “no”",
            ],
        ),
        (
            "What share of outage does each hall have?",
            [
                "number of rows · for each `hall` · as shares of the total · highest first",
                "total of `minutes` · for each `hall` · as shares of the total · highest first",
                "mean of `minutes` · for each `hall`",
            ],
        ),
    ],
)
def test_columns_are_offered_for_words_that_nothing_uses(question: str, offered: list[str]) -> None:
    STOPS.to_csv("downtime.csv", index=False)
    listed = offers(question, brief_preview(Path("downtime.csv")))
    assert [each.rpartition(" · table")[0] for each in listed] == offered


@pytest.mark.parametrize(
    ("question", "clicked", "after", "plan", "said"),
    [
        (
            "machines with over 15 stoppages",
            "the groups, one for each `machine` · by their number of rows · where that is above 15",
            "how many stoppages did the Mill have in March?",
            "number of rows · only where `machine` is “Mill” and month of the year of `date` is 3",
            "I took “stoppages” for rows, as you chose before.",
        ),
        (
            "Standstill per machine",
            "total of `minutes` · for each `machine`",
            "average standstill by hall",
            "mean of `minutes` · for each `hall`",
            "I took “standstill” for `minutes`, as you chose before.",
        ),
        (
            "三月停顿的中位数",
            "`minutes`的中位数 · 只看 `date`的月份为3 的行",
            "Mill停顿的平均值",
            "`minutes`的平均值 · 只看 `machine`为“Mill” 的行",
            "按你之前的选择，把“停顿”理解为 `minutes`。",
        ),
    ],
)
def test_what_a_click_said_of_a_word_holds_from_then_on(
    question: str, clicked: str, after: str, plan: str, said: str
) -> None:
    """B45: said beside the plan, and also in questions that go on from there."""
    STOPS.to_csv("downtime.csv", index=False)
    preview = brief_preview(Path("downtime.csv"))
    declined = ask(question, preview)
    chosen = next(each for each in offers(question, preview) if each.startswith(clicked))
    taken = ask(chosen, preview, before=declined.messages)
    alone, explained = ask(after, preview), ask(after, preview, before=taken.messages)
    assert alone.source is None and explained.source is not None
    assert plan in explained.opening and said in explained.opening, explained.opening
    assert changes_of(explained.opening, (preview,)), "its parts can be changed by a click"
    changed = ask("and by seen?" if "I took" in said else "按seen呢？", preview, before=explained.messages)
    assert "`seen`" in changed.opening and plan.split(" · ")[0] in changed.opening, changed.opening


@pytest.mark.parametrize(
    "question",
    [
        # Without the words that nothing uses it would be the opposite.
        "how many stoppages came without us getting them seen?",
        # It is not asked how many there are.
        "did the Mill stand still more in 2024?",
        # So long something takes; it is no time of the day, and no number of minutes.
        "stoppages longer than two hours in hall A",
    ],
)
def test_what_would_be_another_question_is_not_offered(question: str) -> None:
    STOPS.to_csv("downtime.csv", index=False)
    listed = offers(question, brief_preview(Path("downtime.csv")))
    assert listed
    wrong = (
        "number of rows · table",
        "number of rows · only where `machine`",
        "`seen` is “yes”",
        "hour of",
        "`minutes` is above 2 ",
    )
    assert not any(each in offer for each in wrong for offer in listed), listed


@pytest.mark.parametrize(
    ("question", "file", "trend"),
    [
        ("forecast precipitation for next year", "seattle-weather.csv", "total of `precipitation` · for each `date`"),
        ("predict the population of Japan in 2050", "gapminder.csv", "mean of `pop` · for each `year`"),
        ("来年の降水量を予測して", "seattle-weather.csv", "`precipitation`の合計 · `date`ごと"),
        ("预测明年的降水量", "seattle-weather.csv", "`precipitation`的总和 · 按`date`分组"),
    ],
)
def test_what_will_be_is_declined_and_what_was_is_offered(question: str, file: str, trend: str) -> None:
    """No file says what will be."""
    assert offers(question, copied(DATA / file))[0].startswith(trend)


@pytest.mark.parametrize("question", ["write me a haiku", "delete all rows", "hello", "help", "俳句を書いて", "你好"])
def test_where_no_plan_is_near_questions_about_the_file_are_offered(question: str) -> None:
    preview = copied(sample("penguins").path)
    listed = offers(question, preview)
    assert len(listed) == 3
    for each in listed:
        assert_answered(each, preview)


def test_names_may_stand_in_backticks() -> None:
    frame = pd.DataFrame({"Ship Mode": ["air", "sea", "air"], "unit price": [1.5, 2.5, 4.5]})
    frame.to_csv("orders.csv", index=False)
    asked = ask("average `unit price` by `Ship Mode`", brief_preview(Path("orders.csv")))
    assert "**air** (3)" in asked.answer, asked.opening


def test_two_readings_that_are_as_likely_are_asked() -> None:
    frame = pd.DataFrame({"unit price": [1.0, 2.0], "list price": [3.0, 4.0], "town": ["Bern", "Rome"]})
    frame.to_csv("prices.csv", index=False)
    preview = brief_preview(Path("prices.csv"))
    listed = offers("average price by town", preview)
    assert {each.split(" · ")[0] for each in listed} == {"mean of `unit price`", "mean of `list price`"}
    assert "**Bern** (3)" in ask(next(each for each in listed if "list" in each), preview).answer


@pytest.mark.parametrize(
    ("follow_up", "changed"),
    [
        ("and by island?", "median of `body_mass_g` · for each `island` · only where `sex` is “female”"),
        ("only males", "median of `body_mass_g` · only where `sex` is “male”"),
    ],
)
def test_a_plan_that_was_clicked_is_changed_by_a_follow_up(follow_up: str, changed: str) -> None:
    preview = copied(sample("penguins").path)
    clicked = ask("median of `body_mass_g` · only where `sex` is “female” · table `penguins.csv`", preview)
    assert changed in ask(follow_up, preview, before=clicked.messages).opening


def test_a_plan_that_makes_no_sense_is_declined_in_words() -> None:
    asked = ask("number of rows · as a pie · table `penguins.csv`", copied(sample("penguins").path))
    assert asked.source is None and "Nothing can be computed of that" in asked.opening


def test_without_a_file_nothing_is_offered_that_could_not_be_answered() -> None:
    assert offers("average price by town") == ()


#: Columns of every kind that a table may end with, as the last number decides what is worth asking.
LAST = {
    "0 and 1": [0, 1, 1, 0],
    "whole numbers": [4, 1, 2, 4],
    "one value": [7, 7, 7, 7],
    "yes and no": ["yes", "no", "no", "yes"],
    "truth": [True, False, True, True],
    "years": [1999, 2000, 2001, 2002],
    "nothing": [None, None, None, None],
    "numbers of rows": [1, 2, 3, 4],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LAST)
def test_whatever_a_table_ends_with_there_are_questions_about_it(kind: str, language: str) -> None:
    name = {"years": "year", "numbers of rows": "patient"}.get(kind, "last")
    days = pd.date_range("2024-01-01", periods=4)
    pd.DataFrame({"day": days, "use": [1.5, 2.5, 4.0, 3.0], name: LAST[kind]}).to_csv("last.csv", index=False)
    preview = brief_preview(Path("last.csv"))
    questions = example_questions((preview,), language)
    assert 3 <= len(questions) <= 6
    for question in questions:
        assert_answered(question, preview)
    assert ask("what is the meaning of it all", preview).source is None
