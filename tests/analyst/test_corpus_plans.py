"""Every plan of the corpus compiles, runs and gives the numbers that were computed independently (B45)."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from lci.analyst.compiling import compiled
from lci.analyst.results import Findings, findings
from tests.analyst.corpus import DATA, plan_of, records
from tests.analyst.running import Ran, corpus_source, ran

Record = dict[str, Any]
ANSWERED: list[Record] = [record for record in records("open") if record["plan"]]
#: One of three is tried for every change.
EVERY_PLAN = [
    pytest.param(
        record, stated, id=f"{record['id']}-{at}", marks=() if number % 3 == 0 and at == 0 else pytest.mark.nightly
    )
    for number, record in enumerate(ANSWERED)
    for at, stated in enumerate([record["plan"], *record["also"]])
]
#: Further readings that say the same in another form: dates beside years, months of any year, totals beside shares.
OTHER_FORM = {"en-072-2", "zh-061-2", "ja-055-1", "ja-062-1"}


@pytest.fixture(autouse=True)
def in_folder_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)


def run(stated: Record) -> Ran:
    return ran(compiled(plan_of(stated), corpus_source(stated["table"], str(DATA))))


def near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)


def numbers_of(found: Findings) -> list[float]:
    """All numbers printed, also those in lists."""
    values: list[Any] = [*found.values.values(), *(value for pairs in found.series.values() for _, value in pairs)]
    flat = [part for value in values for part in (value if isinstance(value, list) else [value])]
    numbers = []
    for value in flat:
        try:
            numbers.append(float(value))
        except (TypeError, ValueError):
            continue
    return numbers


def texts_of(found: Findings) -> set[str]:
    """All labels and words printed."""
    texts = {label for pairs in found.series.values() for label, _ in pairs}
    values: list[Any] = [*found.values.values(), *(value for pairs in found.series.values() for _, value in pairs)]
    return texts | {str(part) for value in values for part in (value if isinstance(value, list) else [value])}


def is_stated(number: float, found: list[float]) -> bool:
    """A difference may have either sign, a ratio may stand the other way round."""
    return any(near(abs(number), abs(each)) for each in found)


@pytest.mark.parametrize(("record", "stated"), EVERY_PLAN)
def test_a_plan_gives_the_numbers_of_its_question(
    record: Record, stated: Record, request: pytest.FixtureRequest
) -> None:
    """B45."""
    out = run(stated)
    found = findings(out.printed)
    if "groups" in record and request.node.callspec.id not in OTHER_FORM:
        assert_groups(record, stated, out, found)
    for number in record.get("numbers") or ():
        assert is_stated(number, numbers_of(found)), (number, out.printed)
    for label in record.get("labels") or ():
        assert label in texts_of(found), (label, out.printed)
    if "rows" in record and stated["kind"] == "Picture":
        assert found.count("rows used") == record["rows"]


def assert_groups(record: Record, stated: Record, out: Ran, found: Findings) -> None:
    if stated["kind"] == "Picture":
        return
    if stated["kind"] == "Description":
        assert found.numbers("missing") == [(label, count) for label, count in record["groups"]]
        return
    expected = {
        " / ".join(g for g in group if isinstance(g, str)): [g for g in group if not isinstance(g, str)]
        for group in record["groups"]
    }
    if stated["kind"] == "Rows":
        labels = dict(found.series["words"])[stated["columns"][0]]
        values = dict(found.series["numbers"])[stated["by"]["column"]]
        assert list(expected) == labels
        assert [near(float(value), number) for value, (number,) in zip(values, expected.values(), strict=True)]
        return
    table: pd.DataFrame = out.shown
    columns = (
        ["part"]
        if stated.get("relative") and record["plan"].get("relative")
        else list(table.columns)[: len(stated["measures"])]
    )
    actual = dict(zip(out.names["names"], table[columns].to_numpy().tolist(), strict=True))
    assert set(actual) == set(expected)
    for label, numbers in expected.items():
        assert all(near(one, other) for one, other in zip(actual[label], numbers, strict=True)), label


def test_figures_are_drawn_where_a_chart_is_asked_for() -> None:
    for record in ANSWERED:
        if record["plan"].get("chart"):
            out = run(record["plan"])
            assert len(out.figures) == 1 and out.figures[0].axes, record["id"]
