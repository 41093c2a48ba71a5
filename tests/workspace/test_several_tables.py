"""Tables one below the other in a text: each is told, read by its call, queried and masked as itself (B5, B20)."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from hypothesis import given, settings, strategies as st

from lci.agent.prompts.file_notes import file_note
from lci.core.files import AS_FOUND, Reading, WorkspaceFile, brief
from lci.workspace.columns import column_values
from lci.workspace.preview import preview
from lci.workspace.tables import TableJob
from tests.examples import share

_HEADERS = (("region", "year", "sales"), ("name", "since", "score"), ("town", "2nd", "share"), ("k", "v"))
_TITLES = st.sampled_from(("", "Sales by region", "Table 2. People", "統計表"))
_tables = st.lists(st.tuples(st.integers(0, len(_HEADERS) - 1), _TITLES, st.integers(3, 6)), min_size=2, max_size=4)


def frame_of(header: tuple[str, ...], rows: int, number: int) -> pd.DataFrame:
    columns: list[list[Any]] = [
        [f"w{number}{row}" for row in range(rows)],
        [2000 + 10 * number + row for row in range(rows)],
        [number + row / 4 + 0.25 for row in range(rows)],
    ]
    return pd.DataFrame(dict(zip(header, columns[: len(header)], strict=True)))


def read(folder: Path, reader: str | None) -> pd.DataFrame:
    assert reader is not None
    with contextlib.chdir(folder):
        return eval(reader, {"pd": pd})


@settings(max_examples=share(60))
@given(_tables, st.booleans(), st.sampled_from((",", ";")))
def test_each_table_is_what_was_written(tables: list[tuple[int, str, int]], is_padded: bool, delimiter: str) -> None:
    """A blank line or one of empty cells between; a title of its own above each, or none."""
    with tempfile.TemporaryDirectory() as made:
        folder, pieces, frames = Path(made), [], []
        width = max(len(_HEADERS[at]) for at, _, _ in tables)
        blank = delimiter * (width - 1) if is_padded else ""
        for number, (at, title, rows) in enumerate(tables):
            frame = frame_of(_HEADERS[at], rows, number)
            frames.append(frame)
            pieces.append((f"{title}\n" if title else "") + frame.to_csv(index=False, sep=delimiter))
        (folder / "t.csv").write_text(f"{blank}\n".join(pieces), "utf-8")
        seen = preview(folder / "t.csv", "t.csv", 100)
        assert len(seen.tables) == len(frames)
        assert len({table.name for table in seen.tables}) == len(frames)
        for at, (table, frame) in enumerate(zip(seen.tables, frames, strict=True)):
            returned = read(folder, table.reader if at else seen.reader)
            pd.testing.assert_frame_equal(returned, frame, check_dtype=False)
            assert [column.name for column in table.columns] == list(frame.columns)
            assert [column.dtype for column in table.columns] == [str(dtype) for dtype in returned.dtypes]
            assert table.rows == len(frame)
            chosen = preview(folder / "t.csv", "t.csv", 100, Reading(sheet=table.name))
            assert [each.name for each in chosen.tables] == [table.name]
            assert chosen.reader == (table.reader if at else seen.reader)
            stored = TableJob("t.csv", "t", Reading(sheet=table.name)).performed(folder / "t.csv")
            with duckdb.connect(str(stored), read_only=True) as connection:
                pd.testing.assert_frame_equal(connection.execute("FROM t").df(), frame, check_dtype=False)


TWO = """Sales by region
region,year,sales
North,2020,10.5
South,2020,11.25

Staff
name,since,code
Ann,2019-01-02,007
Bob,2020-05-06,012
"""


def test_comments_above_the_first_do_not_shift_the_second(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("# by hand\nx,y\n1,2\n3,4\n\nname,u,v\np,1.5,2\nq,2.5,3\n")
    _, second = preview(tmp_path / "t.csv", "t.csv").tables
    assert read(tmp_path, second.reader).columns.tolist() == ["name", "u", "v"]


def test_the_model_is_told_the_call_of_each(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TWO)
    seen = preview(tmp_path / "t.csv", "t.csv")
    note = file_note(WorkspaceFile("t.csv", len(TWO), 0.0, "upload", brief(seen)))
    assert f"Read it with: {seen.reader}" in note
    assert f"Read it with: {seen.tables[1].reader}" in note


def test_values_of_both_tables_are_masked(tmp_path: Path) -> None:
    """Also where a column of that name stands in the second alone."""
    (tmp_path / "t.csv").write_text(TWO)
    values = column_values(tmp_path / "t.csv", "t.csv", ("name", "region"), AS_FOUND)
    assert values is not None
    assert values["name"].words == {"ann", "bob"}
    assert values["region"].words == {"north", "south"}
