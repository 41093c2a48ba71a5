"""Each sheet of a workbook is told, read by its own call, and queried as the first is (B5, B20)."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest

from lci.agent.prompts.file_notes import Detail, file_note
from lci.agent.prompts.same_schema import alike, schema_note
from lci.core.files import Preview, Reading, Table, WorkspaceFile, brief
from lci.core.readers import reader_imports
from lci.core.remarks import Remark
from lci.ui.view import sources_of
from lci.wording import warning
from lci.workspace.preview import preview
from lci.workspace.tables import TableJob, noted

Sheets = dict[str, list[list[Any]]]

YEAR: Sheets = {
    "Jan": [["day", "zip", "n"], [datetime.date(2024, 1, 2), "01234", 1], [datetime.date(2024, 1, 3), "04567", 2]],
    "codes": [["zip", "n"], ["01234", 1], ["00001", None]],
    "titled": [["Report"], [], ["id", "a", "b"], [1, 2, 3], [4, 5, 6], [], ["Source: the office"]],
    "two rows": [["who", "sales", "sales"], [None, "2023", "2024"], ["x", 1, 2], ["y", 3, 4]],
    "aside": [[None, "k", "v"], [None, "p", 1], [None, "q", 2]],
    "states": [["state", "n"], ["NO", 1], ["NA", 2], ["SE", 3]],
    "written days": [["when", "v"], ["03.04.2024", 1], ["25.04.2024", 2]],
    "nothing but names": [["a", "b"]],
}


def written(path: Path, sheets: Sheets) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def seen_in(folder: Path, sheets: Sheets, reading: Reading = Reading(), name: str = "book.xlsx") -> Preview:  # noqa: B008
    return preview(written(folder / name, sheets), name, 100, reading)


def returned(folder: Path, reader: str | None) -> pd.DataFrame:
    assert reader is not None
    names: dict[str, Any] = {}
    exec("\n".join(reader_imports(reader)), names)
    with contextlib.chdir(folder):
        return eval(reader, names)


def readers(seen: Preview) -> list[tuple[Table, str | None]]:
    return [(table, table.reader if at else seen.reader) for at, table in enumerate(seen.tables)]


def assert_each_is_read(folder: Path, seen: Preview) -> None:
    for table, reader in readers(seen):
        frame = returned(folder, reader)
        told = [(column.name, column.dtype, column.nulls) for column in table.columns]
        missing = frame.isna().sum()
        assert told == [(str(n), str(t), int(m)) for (n, t), m in zip(frame.dtypes.items(), missing, strict=True)]
        assert len(frame) == table.rows


def test_what_is_told_of_each_sheet_is_what_its_call_returns(tmp_path: Path) -> None:
    seen = seen_in(tmp_path, YEAR)
    assert [table.name for table in seen.tables] == list(YEAR)
    assert_each_is_read(tmp_path, seen)
    types = {table.name: {column.name: column.dtype for column in table.columns} for table in seen.tables}
    assert types["codes"]["zip"] == types["states"]["state"] == "str"
    assert types["written days"]["when"].startswith("datetime64")
    assert [column.nulls for column in seen.tables[5].columns] == [0, 0]


def test_what_is_odd_about_a_sheet_is_said_with_its_name(tmp_path: Path) -> None:
    seen = seen_in(tmp_path, YEAR)
    of_sheets = {(each.code, each.facts.get("sheets")) for each in seen.warnings}
    assert of_sheets == {
        ("leading_zeros", None), ("leading_zeros", "codes"), ("title_rows_above_header", "titled"),
        ("notes_below_table", "titled"), ("duplicate_columns", "two rows"), ("words_kept", "states"),
        ("header_only", "nothing but names"),
    }  # fmt: skip
    (of_codes,) = (each for each in seen.warnings if each.facts.get("sheets") == "codes")
    assert warning(of_codes.code, of_codes.facts).startswith("codes: Kept as text")


def test_what_is_odd_about_several_sheets_is_said_once(tmp_path: Path) -> None:
    months = {name: [["zip", "n"], ["01234", 1]] for name in ("Jan", "Feb", "Mar")}
    seen = seen_in(tmp_path, months)
    assert seen.warnings == (
        Remark("leading_zeros", {"names": "zip"}), Remark("leading_zeros", {"names": "zip", "sheets": "Feb, Mar"}),
    )  # fmt: skip


def test_of_many_sheets_it_is_said_in_which_codes_were_not_looked_for(tmp_path: Path) -> None:
    seen = seen_in(tmp_path, {f"s{n}": [["zip", "n"], ["01234", n]] for n in range(23)})
    assert_each_is_read(tmp_path, seen)
    assert [each.facts["names"] for each in seen.warnings if each.code == "sheets_read_plainly"] == ["s20, s21, s22"]
    assert [table.columns[0].dtype for table in seen.tables] == ["str"] * 20 + ["int64"] * 3


def test_a_short_preview_names_the_sheets_that_it_leaves_out(tmp_path: Path) -> None:
    seen = seen_in(tmp_path, {f"s{n}": [["a"], [n]] for n in range(52)})
    short = brief(seen)
    assert len(short.tables) == 20
    (left,) = (each.facts for each in short.warnings if each.code == "tables_left_out")
    assert (left["shown"], left["tables"]) == (20, 52)
    assert left["names"] == ", ".join(f"s{n}" for n in range(20, 52))


def attached(seen: Preview, name: str = "book.xlsx") -> WorkspaceFile:
    return WorkspaceFile(name, 10_000, 0.0, "upload", brief(seen))


@pytest.mark.parametrize("detail", [Detail.ALL, Detail.TYPES])
def test_the_model_has_the_call_of_each_sheet_and_its_columns(tmp_path: Path, detail: Detail) -> None:
    sheets = YEAR | {"Feb": YEAR["codes"]}
    seen = seen_in(tmp_path, sheets)
    note = file_note(attached(seen), detail)
    for table, reader in readers(seen):
        assert note.count(str(reader)) == 1
        assert f'"{table.name}"' in note
    assert 'Table "Feb": 2 rows × 2 columns: Read it with: pd.read_excel' in note
    assert 'columns as in "codes"' in note
    assert "in codes, Feb: codes with leading zeros" in note


def test_workbooks_alike_have_one_note_with_the_calls_of_their_sheets(tmp_path: Path) -> None:
    sheets = {"north": [["zip", "n"], ["01234", 1]], "south": [["zip", "n"], ["04321", 2]]}
    other = sheets | {"south": [["South"], [], ["zip", "n"], ["04321", 2], ["04322", 3]]}
    seen = [seen_in(tmp_path, each, name=f"{at}.xlsx") for at, each in enumerate([sheets, sheets, other])]
    files = [attached(each, each.name) for each in seen]
    assert len(alike(files)) == 1
    note = schema_note(files, Detail.ALL)
    assert str(seen[0].tables[1].reader) in note
    assert f"Otherwise 2.xlsx: {seen[2].tables[1].reader}" in note.replace('"2.xlsx":', "2.xlsx:")


def test_a_sheet_of_a_compressed_workbook_is_read_where_it_is(tmp_path: Path) -> None:
    import gzip

    content = written(tmp_path / "book.xlsx", YEAR).read_bytes()
    (tmp_path / "book.xlsx").unlink()
    (tmp_path / "book.xlsx.gz").write_bytes(gzip.compress(content))
    assert_each_is_read(tmp_path, preview(tmp_path / "book.xlsx.gz", "book.xlsx.gz", 100))


def test_the_data_page_reads_a_sheet_by_the_call_that_is_told(tmp_path: Path) -> None:
    """Also where the person has said of the first sheet where its header stands and what its columns hold."""
    sheets = {"first": [["Sales", None], ["x", "y"], ["zip", "n"], [123, 1]], "codes": YEAR["codes"]}
    reading = Reading(header=3, kinds=(("n", "text"),))
    seen = seen_in(tmp_path, sheets, reading)
    file = WorkspaceFile("book.xlsx", 10_000, 0.0, "upload", brief(seen), reading)
    for table, (source, reader) in zip(
        seen.tables, zip(sources_of({file.name: file}).values(), dict(readers(seen)).values(), strict=True), strict=True
    ):
        stored = TableJob(source.file, "t", source.reading).performed(tmp_path / "book.xlsx")
        with duckdb.connect(str(stored)) as connection:
            assert noted(connection) == (reader, [column.dtype for column in table.columns])
