"""The corpus of questions is well-formed, and its numbers come out of its files again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.analyst.corpus import DATA, plan_of, records
from tests.analyst.corpus.reading import Tables

Record = dict[str, Any]
Stated = dict[str, Any]
PARTS = ("open", "apart")
EVERY: list[Record] = [record for part in PARTS for record in records(part)]
ANSWERED = [record for record in EVERY if record["plan"]]


def _name(record: Record) -> str:
    return record["id"]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables()


def _plans(record: Record) -> list[Stated]:
    return [record["plan"], *record["also"]]


def _inside(stated: Any) -> Iterator[Stated]:
    """Every object in a plan, the plan itself too."""
    if isinstance(stated, dict):
        yield stated
        for part in stated.values():
            yield from _inside(part)
    elif isinstance(stated, list):
        for part in stated:
            yield from _inside(part)


def test_languages_and_parts_have_their_numbers_of_questions() -> None:
    assert Counter(record["language"] for record in EVERY) == {"en": 100, "ja": 70, "zh": 70}
    assert Counter(record["language"] for record in records("open")) == {"en": 67, "ja": 47, "zh": 47}


def test_identifiers_and_questions_are_there_once() -> None:
    assert max(Counter(record["id"] for record in EVERY).values()) == 1
    asked = Counter((record["question"], *record["before"], *record["files"]) for record in EVERY)
    assert max(asked.values()) == 1


def test_every_file_is_asked_about_and_some_only_apart() -> None:
    held = {path.name for path in DATA.iterdir()}
    asked = {part: {file for record in records(part) for file in record["files"]} for part in PARTS}
    assert len(held) >= 20
    assert asked["open"] | asked["apart"] == held
    assert asked["apart"] - asked["open"]


def test_files_are_small_and_their_origin_is_written_down() -> None:
    sizes = {path.name: path.stat().st_size for path in DATA.iterdir()}
    assert max(sizes.values()) <= 200_000 and sum(sizes.values()) <= 2_500_000
    sources = (DATA.parent / "SOURCES.md").read_text(encoding="utf-8")
    assert not [name for name in sizes if f"`{name}`" not in sources]


@pytest.mark.parametrize("record", EVERY, ids=_name)
def test_record_is_well_formed(record: Record) -> None:
    assert record["language"] == record["id"][:2]
    assert record["question"].strip() and isinstance(record["before"], list)
    assert record.keys() <= {
        "id", "language", "files", "before", "question", "plan", "also", "declined",
        "sql", "numbers", "labels", "groups", "rows", "reason",
    }  # fmt: skip
    if record["plan"] is None:
        assert record["declined"]["words"] and not record["also"] and "sql" not in record
        assert any(word in record["question"] for word in record["declined"]["words"])
    else:
        assert record["declined"] is None
        assert "groups" in record or "rows" in record or record["numbers"] or record["labels"]


@pytest.mark.parametrize("record", ANSWERED, ids=_name)
def test_plan_names_only_what_its_file_holds(record: Record, tables: Tables) -> None:
    for plan in _plans(record):
        assert plan["table"].partition("#")[0] in record["files"]
        columns = tables.columns(plan["table"])
        used = [part["column"] for part in _inside(plan) if "column" in part]
        assert set(used) | set(plan.get("columns", ())) <= set(columns)
        for condition in (part for part in _inside(plan) if "comparison" in part):
            _check_values(condition, plan["table"], tables)


def _check_values(condition: Stated, table: str, tables: Tables) -> None:
    column, values = condition["field"]["column"], condition.get("values", [])
    how_many = {"missing": 0, "present": 0, "between": 2, "equal": None, "not_equal": None}
    expected = how_many.get(condition["comparison"], 1)
    assert len(values) == expected if expected is not None else values
    if "part" in condition["field"] or condition["comparison"] not in {"equal", "not_equal"}:
        return
    held = {row[0] for row in tables.rows(f'select distinct "{column}" from {{file}}', table)}
    assert set(values) <= held, f"{column} holds no {set(values) - held}"


@pytest.mark.parametrize("record", ANSWERED, ids=_name)
def test_plan_is_a_plan_of_the_project(record: Record) -> None:
    plans = [plan_of(plan) for plan in _plans(record)]
    assert len(set(plans)) == len(plans), "a further reading is a different one"


@pytest.mark.parametrize("record", ANSWERED, ids=_name)
def test_sql_gives_the_stated_numbers_again(record: Record, tables: Tables) -> None:
    found = tables.rows(record["sql"], record["plan"]["table"])
    if "groups" in record:
        assert len(found) == len(record["groups"])
        for row, stated in zip(found, record["groups"], strict=True):
            assert _same(list(row), stated)
        assert record.get("rows", len(found)) == len(found)
    elif record["plan"]["kind"] == "Picture":
        assert found == [(record["rows"],)]
    else:
        cells = [cell for row in found for cell in row]
        assert _same([cell for cell in cells if not isinstance(cell, str)], record["numbers"])
        assert [cell for cell in cells if isinstance(cell, str)] == record["labels"]


def _same(found: list[Any], stated: list[Any]) -> bool:
    return len(found) == len(stated) and all(
        one == other if isinstance(other, str) else math.isclose(one, other, rel_tol=1e-9)
        for one, other in zip(found, stated, strict=True)
    )
