"""Clusters: those that were planted are found, and what stands apart badly is said to (B45)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lci.analyst.columns import FileColumn
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.plan import Clusters, Condition, Field
from lci.analyst.results import Findings, findings
from lci.analyst.sources import Source
from lci.analyst.telling import said
from tests.analyst.running import ran

X, Y = Field("x"), Field("y")
SOURCE = Source(
    "t.csv",
    'pd.read_csv("t.csv")',
    (FileColumn("x", "number"), FileColumn("y", "number"), FileColumn("kind", "category")),
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planted(*sizes: int, far: float = 50.0) -> pd.DataFrame:
    """So many rows around middles that lie so far apart, of which `y` is counted in thousands."""
    chance = np.random.default_rng(3)
    places = [(far * at, 1_000 * far * (at % 2)) for at in range(len(sizes))]
    parts = [
        pd.DataFrame({"x": chance.normal(x, 1, size), "y": chance.normal(y, 1_000, size), "kind": "abcd"[at]})
        for at, (size, (x, y)) in enumerate(zip(sizes, places, strict=True))
    ]
    return pd.concat(parts, ignore_index=True)


#: By all numbers, as many as stand apart best.
ANY = Clusters("t.csv")


def found(table: pd.DataFrame, plan: Clusters = ANY) -> Findings:
    table.to_csv("t.csv", index=False)
    return findings(ran(compiled(plan, SOURCE)).printed)


def answer(table: pd.DataFrame, plan: Clusters = ANY, code: str = "en") -> str:
    text = said(plan, found(table, plan), code)
    assert text is not None
    return text


def numbers(listed: object) -> list[float]:
    assert isinstance(listed, list)
    return [float(each) for each in listed]


@pytest.mark.parametrize("sizes", [(30, 20), (40, 30, 20), (50, 40, 30, 20)])
def test_planted_clusters_are_found_the_largest_first(sizes: tuple[int, ...]) -> None:
    """Their number, who is in them, and their middles, whatever the scale of a column."""
    table = planted(*sizes)
    out = found(table)
    assert numbers(out.values["sizes"]) == list(sizes)
    means = table.groupby("kind")[["x", "y"]].mean()
    for name, values in out.series["means"]:
        assert np.allclose(numbers(values), means[name])
    text = answer(table)
    assert f"**{len(table)} rows** fall into **{len(sizes)} clusters**" in text
    assert "clearly" in text


def test_the_order_of_rows_changes_nothing() -> None:
    table = planted(40, 30, 20)
    assert answer(table) == answer(table.sample(frac=1, random_state=1))


def test_as_many_are_found_as_are_asked_for() -> None:
    table = planted(40, 30, 20)
    two = found(table, Clusters("t.csv", (X, Y), 2))
    assert two.count("clusters found") == 2
    assert two.number("silhouette") < found(table).number("silhouette")
    assert "Of two to" not in answer(table, Clusters("t.csv", (X, Y), 2))


def test_what_is_no_cluster_is_said_to_stand_apart_hardly() -> None:
    printed = "rows kept = 9\nrows used = 9\nrows sampled = 9\ncan cluster = True\nclusters found = 2\ndrawn = 9\n"
    for silhouette, words in ((0.2, "hardly"), (0.4, "weakly"), (0.8, "clearly")):
        more = f"silhouette = {silhouette}\nsizes = [5, 4]\nmeans 'x' = [1.5, 2.5]\n"
        text = said(Clusters("t.csv"), findings(printed + more), "en")
        assert text is not None
        assert words in text


@pytest.mark.parametrize(
    "rows",
    [
        {"x": [5] * 9, "y": [5] * 9},
        {"x": [1, 2] * 4, "y": [1, 2] * 4},
        {"x": [None] * 5, "y": range(5)},
        {"x": [1.0], "y": [2.0]},
    ],
)
def test_where_there_is_nothing_to_find_it_is_said(rows: dict[str, Any]) -> None:
    assert "no clusters to find" in answer(pd.DataFrame({**rows, "kind": "a"}))


def test_rows_without_a_value_are_left_out_and_counted() -> None:
    table = planted(20, 20)
    table.loc[0, "x"] = None
    table.loc[1, "y"] = np.inf
    assert "38 of 40 rows" in answer(table)


def test_of_many_rows_a_part_is_looked_at_and_all_are_sorted() -> None:
    table = planted(4_000, 3_000)
    out = found(table)
    assert numbers(out.values["sizes"]) == [4_000, 3_000]
    text = answer(table)
    assert "found in 3,000 rows" in text
    assert "shows 5,000 of 7,000 rows" in text


def test_conditions_choose_the_rows() -> None:
    table = planted(30, 20, 10)
    plan = Clusters("t.csv", (), None, (Condition(Field("kind"), "not_equal", ("c",)),))
    assert numbers(found(table, plan).values["sizes"]) == [30, 20]


@pytest.mark.parametrize(("code", "word"), [("en", "cluster"), ("ja", "クラスター"), ("zh", "类")])
def test_the_answer_is_in_the_language_of_the_question(code: str, word: str) -> None:
    assert f"| {word} |" in answer(planted(20, 10), code=code)


@pytest.mark.parametrize(
    "plan",
    [
        Clusters("t.csv", (Field("kind"),)),
        Clusters("t.csv", (X, X)),
        Clusters("t.csv", (X,), 1),
        Clusters("t.csv", (X,), 21),
    ],
)
def test_clusters_that_make_no_sense_are_not_looked_for(plan: Clusters) -> None:
    with pytest.raises(NotCompiled):
        compiled(plan, SOURCE)
