"""A query that is kept is Python that gives the same rows, and leaves the names that are there alone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lci.workspace.kept_query import kept_query

READERS = {"sales": 'pd.read_csv("sales.csv")', "t2024": 'pd.read_parquet("2024.parquet")'}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"Name": ["a", "b%"], "n": [2, 1]}).to_csv("sales.csv", index=False)
    pd.DataFrame({"n": [1, 2], "label": ["one", 'tw"o']}).to_parquet("2024.parquet")


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(source, names)
    return names


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (
            "SELECT label, Name\nFROM sales JOIN t2024 USING (n)\nORDER BY label, sales.rowid",
            [["one", "b%"], ['tw"o', "a"]],
        ),
        ("SELECT n FROM sales WHERE Name ILIKE '%\\%%' ESCAPE '\\'", [[1]]),
        ('SELECT label AS "a ""b""" FROM t2024 WHERE label = \'tw"o\'', [['tw"o']]),
        ('SELECT \'"""\' AS a', [['"""']]),
    ],
)
def test_it_gives_the_rows(files: None, sql: str, rows: list[list[Any]]) -> None:
    """B9."""
    assert run(kept_query(sql, READERS, ()))["selection"].to_numpy().tolist() == rows


def test_it_reads_as_a_person_would_write_it() -> None:
    assert kept_query("SELECT *\nFROM sales", {"sales": READERS["sales"]}, ()) == (
        "import duckdb\nimport pandas as pd\n\n"
        "with duckdb.connect() as tables:\n"
        '    tables.from_df(pd.read_csv("sales.csv")).create("sales")\n'
        '    selection = tables.sql("""\nSELECT *\nFROM sales\n""").df()\n'
        "selection"
    )


def test_no_variable_that_is_there_is_overwritten(files: None) -> None:
    source = kept_query("FROM sales", READERS, {"selection", "tables", "selection_2"})
    bound = {
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert bound == {"tables_2", "selection_3"}
    assert "sales" not in run(source)
