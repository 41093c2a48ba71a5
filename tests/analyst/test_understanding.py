"""Questions become the plans that are meant, or none: those of the corpus, and everyday ways to ask (B45)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from lci.analyst.assembling import NoPlan, assembled
from lci.analyst.chart import readings
from lci.analyst.lexicon import lexicon
from lci.analyst.plan import Plan, Summary
from lci.analyst.question_items import items, words_of
from lci.analyst.reading import SINGLES, language_of
from lci.analyst.word_forms import joined
from tests.analyst.corpus import plan_of
from tests.analyst.meanings import asked, everyday, plans_of, preview_of, questions, same

Record = dict[str, Any]
EVERY = questions()
EVERYDAY = everyday()
#: What must be understood of each hundred questions; what else there is must be declined.
RIGHT = 90
UNKNOWN = {"en": " zorblax ", "ja": "ゾルブ", "zh": "魑魅"}


def outcome(record: Record) -> str:
    plans = asked(record["question"], record["files"], tuple(record["before"])).plans
    if len(plans) != 1:
        return "right" if record["declined"] and not plans else "declined"
    return "right" if any(same(plans[0], each) for each in plans_of(record)) else "wrong"


@pytest.mark.parametrize("language", ["en", "ja", "zh"])
def test_most_questions_are_understood_and_none_as_another(language: str) -> None:
    """B45."""
    outcomes = {record["id"]: outcome(record) for record in EVERY if record["language"] == language}
    assert [name for name, each in outcomes.items() if each == "wrong"] == []
    assert Counter(outcomes.values())["right"] * 100 >= RIGHT * len(outcomes)


@pytest.mark.parametrize("record", EVERY[::4], ids=lambda record: record["id"])
def test_a_word_that_nobody_knows_is_never_passed_over(record: Record) -> None:
    """B45: wherever it stands in a question that is understood."""
    question, before = record["question"], tuple(record["before"])
    if len(asked(question, record["files"], before).plans) != 1:
        return
    places = [at for at, char in enumerate(question) if char == " "] or range(1, len(question))
    at = random.Random(question).choice(places)
    word = UNKNOWN[record["language"]]
    assert asked(question[:at] + word + question[at:], record["files"], before).plans == ()


#: Kinds of words that say which rows are meant, or which end; what else is said may go without saying.
TELLING = frozenset({
    "number", "year", "month", "date", "decade", "compare", "beyond", "missing", "negative", "not", "no", "not_after",
    "no_after", "flag", "does", "extreme", "quoted", "value",
})  # fmt: skip


#: Parts of the questions: the first for every change.
THIRDS = [0, *(pytest.param(part, marks=pytest.mark.nightly) for part in (1, 2))]


def telling_words(record: Record) -> Iterator[str]:
    """The question without each of the words that its plan was made of and that cannot go without saying."""
    understood = asked(record["question"], record["files"])
    words, language = words_of(record["question"]), lexicon(language_of(record["question"]))
    for reading in readings(items(words, language, understood.data), len(words.units), language, SINGLES):
        try:
            plan, _ = assembled(reading.constituents, understood.data, language.first)
        except NoPlan:
            continue
        if reading.unused or (plan,) != understood.plans:
            continue
        listed = [item for each in reading.constituents for item in each.items if item.kind in TELLING]
        for item in listed:
            if (item.kind, item.content) == ("compare", "equal"):
                continue  # "exactly one gold" is one gold
            if item.kind == "value" and item.content.value == understood.data.flags.get(item.content.column.name):
                continue  # a column that says yes or no says yes by its name
            if sum(each.content == item.content for each in listed) == 1:  # "full professors (rank Prof)"
                yield joined([*words.typed[: item.start], *words.typed[item.end :]])
        return


@pytest.mark.parametrize("part", THIRDS)
def test_without_a_word_that_tells_rows_apart_a_question_is_another(part: int) -> None:
    """B45: whichever of them is left out, the plan is another, or there is none."""
    tried = 0
    for record in EVERY[part::3][::2]:
        if record["before"] or record["plan"] is None:
            continue
        plans = asked(record["question"], record["files"]).plans
        if len(plans) != 1 or (isinstance(plans[0], Summary) and (plans[0].relative or plans[0].compared)):
            continue  # where all groups are shown, or two compared, one that is named is among them anyway
        for question in telling_words(record):
            others = asked(question, record["files"]).plans if question else ()
            assert len(others) != 1 or not same(others[0], plans[0]), question
            tried += 1
    assert tried > 50


def swaps(record: Record) -> list[tuple[str, Plan]]:
    """The question with a value of its plan that it names written as another of the same column, and its plan."""
    plans = asked(record["question"], record["files"], tuple(record["before"])).plans
    if len(plans) != 1 or record["before"]:
        return []
    plan = plans[0]
    columns = {
        column.name: column for name in record["files"] for table in preview_of(name).tables for column in table.columns
    }
    swapped = []
    for each in plan.conditions:
        others = [value for value in columns[each.field.column].values if value not in each.values]
        for value in each.values:
            if isinstance(value, str) and value in record["question"] and others:
                swapped.append((record["question"].replace(value, str(others[0]), 1), plan))
    return swapped


@pytest.mark.parametrize("part", THIRDS)
def test_another_value_never_gives_the_same_plan(part: int) -> None:
    """B45."""
    pairs = [(record, question, plan) for record in EVERY[part::3] for question, plan in swaps(record)]
    assert len(pairs) > 20
    same_plan = [question for record, question, plan in pairs if asked(question, record["files"]).plans == (plan,)]
    assert same_plan == []


@pytest.mark.parametrize("record", EVERYDAY, ids=lambda record: record["question"])
def test_an_everyday_question_is_understood_or_declined(record: Record) -> None:
    """B45: declined where it does not say enough, rather than answered as another one."""
    plans = asked(record["question"], [record["file"]], tuple(record["before"])).plans
    if record["plan"] is None:
        assert len(plans) != 1
    else:
        assert len(plans) == 1
        assert same(plans[0], plan_of(record["plan"])), plans[0]
