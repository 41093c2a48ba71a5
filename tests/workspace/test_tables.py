"""The table that queries see is the table that was told: what the told call returns (B5, P18)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from lci.core.files import Reading
from lci.errors import FileUnreadable
from lci.workspace.pieces import rows_at_once
from lci.workspace.preview import preview
from lci.workspace.tables import TableJob, noted
from tests.examples import share
from tests.workspace.conftest import Folder
from tests.workspace.test_told_is_read import CASES, SHEETS, WRITERS, Written, tables


def stored(path: Path, **reading: Any) -> tuple[pd.DataFrame, str]:
    """The table as a query gives it back, and the reader it was read by."""
    made = TableJob(path.name, "t", Reading(**reading)).performed(path)
    with duckdb.connect(str(made), read_only=True) as connection:
        reader, _ = noted(connection)
        return connection.sql("FROM t").df(), str(reader)


def types_noted(path: Path) -> list[str]:
    with duckdb.connect(str(TableJob(path.name, "t").performed(path)), read_only=True) as connection:
        return noted(connection)[1]


def plain(value: Any) -> Any:
    """A cell that can be compared, whoever holds it."""
    if value is None or (not isinstance(value, list | dict) and pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    return value


def assert_same(table: pd.DataFrame, frame: pd.DataFrame) -> None:
    """Names but for those that differ by case only, rows, what is missing, and values."""
    assert [name.lower() for name in table.columns] == [str(name).lower() for name in frame.columns]
    assert len(table) == len(frame)
    for at in range(frame.shape[1]):
        left = [plain(value) for value in table.iloc[:, at].astype(object)]
        right = [plain(value) for value in frame.iloc[:, at].astype(object)]
        if str(frame.dtypes.iloc[at]) == "object":
            # Cells of several kinds are texts in a table of one kind each.
            assert [x is None for x in left] == [x is None for x in right]
            continue
        assert left == right, frame.columns[at]


@pytest.mark.parametrize("name", CASES)
def test_a_delimited_text_is_the_told_table(folder: Folder, name: str) -> None:
    """B5."""
    found = folder.preview("a.csv", CASES[name].content)
    table, reader = stored(folder.path / "a.csv")
    assert reader == found.reader
    assert_same(table, folder.frame(found))


@settings(max_examples=share(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_a_generated_text_is_the_told_table(folder: Folder, written: Written) -> None:
    """B5: whatever stands around it; what the call returns is the generator's own, which is shown where it is told."""
    found = folder.preview("made.csv", written.text)
    table, reader = stored(folder.path / "made.csv")
    assert reader == found.reader
    assert_same(table, folder.frame(found))


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_of_another_format_is_the_told_table(folder: Folder, name: str) -> None:
    """B5, B20."""
    path = folder.path / name
    WRITERS[name](path)
    found = preview(path, name)
    table, reader = stored(path)
    assert reader == found.reader
    assert_same(table, folder.frame(found).reset_index(drop=True))


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_the_told_table(folder: Folder, name: str) -> None:
    """B5."""
    book = openpyxl.Workbook()
    for row in SHEETS[name][0]:
        book.active.append(row)
    book.save(folder.path / "a.xlsx")
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert_same(stored(folder.path / "a.xlsx")[0], folder.frame(found))


def test_each_sheet_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["a"], [1]):
        book.active.append(row)
    for row in (["b"], ["two"]):
        book.create_sheet("other").append(row) if "other" not in book.sheetnames else book["other"].append(row)
    book.save(tmp_path / "a.xlsx")
    assert stored(tmp_path / "a.xlsx", sheet="Sheet")[0].to_dict("list") == {"a": [1]}
    assert stored(tmp_path / "a.xlsx", sheet="other")[0].to_dict("list") == {"b": ["two"]}


def test_what_the_person_corrected_is_what_is_read(tmp_path: Path) -> None:
    """B5."""
    path = tmp_path / "a.csv"
    path.write_bytes("city;n,o\nKöln;1,5\n".encode("cp1252"))
    table, reader = stored(path, encoding="cp1252", delimiter=",")
    assert table.to_dict("list") == {"city;n": ["Köln;1"], "o": [5]}
    assert "cp1252" in reader
    assert stored(path, encoding="cp1252", delimiter=";")[0].columns.tolist() == ["city", "n,o"]


def test_another_table_never_stands_under_a_name_that_no_reader_leads_to(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n\nname,x,y\nu,1.5,2\nv,2.5,3\n")
    names = [table.name for table in preview(tmp_path / "a.csv", "a.csv").tables]
    assert len(names) == 2
    assert stored(tmp_path / "a.csv", sheet=names[0])[0].columns.tolist() == ["a", "b"]
    assert stored(tmp_path / "a.csv", sheet=names[1])[0].columns.tolist() == ["name", "x", "y"]
    with pytest.raises(FileUnreadable):
        TableJob("a.csv", "t", Reading(sheet="another")).performed(tmp_path / "a.csv")


def test_names_that_differ_by_case_only_are_two_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name,name,NAME\na,1,x\n")
    assert stored(tmp_path / "a.csv")[0].to_numpy().tolist() == [["a", 1, "x"]]


@pytest.mark.filterwarnings("ignore::pandas.errors.DtypeWarning")
def test_a_text_too_large_to_be_read_at_once_is_the_told_table(folder: Folder) -> None:
    """B5: what comes late (a fraction, a gap, a text) is there as the call returns it for the whole file."""
    pad = "x" * 60
    rows = [f"{n},{n},{n},{n % 7},2024-01-{n % 28 + 1:02},{pad}" for n in range(300_000)]
    rows[-2:] = [f"1,0.5,,seven,2024-02-01,{pad}", f"2,3,4,5,2024-02-02,{pad}"]
    found = folder.preview("a.csv", "whole,late,gap,mixed,day,pad\n" + "\n".join(rows) + "\n")
    assert (folder.path / "a.csv").stat().st_size > 16 << 20
    assert len(rows) > 2 * rows_at_once(6)
    table, _ = stored(folder.path / "a.csv")
    frame = folder.frame(found)
    dtypes = {str(name): str(kind) for name, kind in frame.dtypes.items()} | {"mixed": "str"}
    assert dict(zip(dtypes, types_noted(folder.path / "a.csv"), strict=True)) == dtypes
    assert table.columns.tolist() == frame.columns.tolist()
    assert len(table) == len(frame)
    for name in ("whole", "late", "gap", "day", "pad"):
        assert table[name].isna().tolist() == frame[name].isna().tolist()
        assert table[name].dropna().tolist() == frame[name].dropna().tolist(), name
    assert table["mixed"].tolist() == [str(value) for value in frame["mixed"]]


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"only words here\n" * 3])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(FileUnreadable):
        TableJob("a.txt", "t").performed(tmp_path / "a.csv")


def test_what_was_told_as_missing_is_missing_in_the_table(folder: Folder) -> None:
    """B5: for a query as for pandas, a number that is none is no value."""
    numbers = pa.array([1.0, float("nan"), None])
    pq.write_table(pa.table({"x": numbers, "n": [1, 2, 3]}), folder.path / "a.parquet")
    table, _ = stored(folder.path / "a.parquet")
    made = TableJob("a.parquet", "t").performed(folder.path / "a.parquet")
    with duckdb.connect(str(made), read_only=True) as connection:
        assert connection.sql("SELECT count(*) FROM t WHERE x IS NULL").fetchall() == [(2,)]
    assert_same(table, pd.read_parquet(folder.path / "a.parquet"))
