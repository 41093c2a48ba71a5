"""B45, B58: where a question is declined, a click away stands what was meant: values by a part, columns, either."""

from __future__ import annotations

from pathlib import Path

import pytest

from lci.analyst.offers import offers
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.reading import language_of
from tests.analyst import meanings
from tests.analyst.small_tables import amounts, of, write

TABLES: dict[str, dict[str, list[object]]] = {
    "roster.csv": {
        "player": [f"P{at}" for at in range(120)],
        "team": of("New York Yankees", "Boston Red Sox", "Chicago White Sox"),
        "hometown": of("Dallas, Texas", "Houston, Texas", "Queens, New York", "ELK_GROVE"),
        "salary": amounts(400_000, 37_000, 9_000_000),
        "visib": amounts(1, 7, 10),
        "hour": [at % 24 for at in range(120)],
        "callback": of("yes", "no", "no"),
    },
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The values that a lookup finds are those of the file, as in the app."""
    write(TABLES, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(question: str, *before: str) -> list[str]:
    meant = meanings.asked(question, ["roster.csv"], before)
    assert len(meant.plans) != 1
    listed = offers(meant, question, before, language_of(question, before))
    assert all(plan_in_words(each, meant.data.table) is not None for each in listed)
    return [each.rpartition(" · table")[0] for each in listed]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        # A value of which a word is a part.
        ("total salary of the yankees", "total of `salary` · only where `team` is “New York Yankees”"),
        ("total salary of the red sox please", "total of `salary` · only where `team` is “Boston Red Sox”"),
        # Several hold it, as a name.
        ("how many come from Texas", "number of rows · only where `hometown` contains “texas”"),
        # An everyday word for a column, or one that is called like it.
        ("average visibility per hour", "mean of `visib` · for each `hour`"),
        ("at which hour is visibility worst", "mean of `visib` · for each `hour` · lowest first · the first one"),
        # A column that says yes.
        ("callback percentage of the ones on the yankees", "share of rows where (`callback` is “yes”)"),
        # A limit is no denial.
        ("how many sluggers have a salary under 500000", "number of rows · only where `salary` is below 500000"),
    ],
)
def test_what_was_meant_is_a_click_away(question: str, meant: str) -> None:
    assert any(each.startswith(meant) for each in offered(question)), offered(question)


def test_names_with_a_sign_between_their_words_are_read_without_it() -> None:
    meant = meanings.asked("how many come from Elk Grove", ["roster.csv"])
    assert [each.conditions[0].values for each in meant.plans] == [("ELK_GROVE",)]


def test_nearly_half_of_what_the_corpora_decline_is_a_click_away() -> None:
    """20 of 58 before values and columns that are like a word were offered, 26 when this was written."""
    found = total = 0
    for record in meanings.questions():
        before = tuple(record["before"])
        meant = meanings.asked(record["question"], record["files"], before)
        if len(meant.plans) == 1 or not record["plan"]:
            continue
        total += 1
        listed = offers(meant, record["question"], before, language_of(record["question"], before))
        plans = [stated[0] for each in listed if (stated := plan_in_words(each, meant.data.table)) is not None]
        found += any(meanings.same(plan, right) for plan in plans for right in meanings.plans_of(record))
    assert total and found >= 0.4 * total, (found, total)


@pytest.mark.parametrize(
    ("follow_up", "meant"),
    [
        ("just the yankees squad", "mean of `salary` · for each `callback` · only where `team` is “New York Yankees”"),
        ("only round 7", "mean of `salary` · for each `callback` · only where `visib` is 7"),
    ],
)
def test_a_follow_up_with_unknown_words_is_offered_as_the_question_before_with_what_is_known(
    follow_up: str, meant: str
) -> None:
    listed = offered(follow_up, "average salary by callback")
    assert any(each.startswith(meant) for each in listed), listed
