"""Calls of folders and of further sheets are tried in the kernel's own Python, too: what is told is what they return
there (B40, B5)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from lci.core.files import WorkspaceFile, brief
from lci.core.inspection import CallFacts
from lci.core.parquet_folders import FolderTable, folder_tables
from lci.runtime.conversation.calls_elsewhere import checked_elsewhere, told_alike
from lci.testing.scripted import ScriptedKernel
from lci.wording import warning
from lci.workspace.preview import preview

Files = dict[str, WorkspaceFile]
PANDAS = "2.2.3"


def attached(folder: Path, *names: str) -> Files:
    return {
        name: WorkspaceFile(name, (folder / name).stat().st_size, 0.0, "upload", brief(preview(folder / name, name)))
        for name in names
    }


def kernel_that_returns(calls: dict[str, CallFacts]) -> ScriptedKernel:
    kernel = ScriptedKernel(lambda _: ())
    kernel.inspector.known_calls = calls
    return kernel


def check(files: Files, calls: dict[str, CallFacts]) -> list[str]:
    """Check the files where the calls return that; the names of those that were recorded anew."""
    recorded: list[str] = []

    async def again(name: str) -> None:
        raise AssertionError(name)

    def record(file: WorkspaceFile) -> None:
        files[file.name] = file
        recorded.append(file.name)

    kernel = kernel_that_returns(calls)
    asyncio.run(
        checked_elsewhere(lambda: list(files.values()), kernel, {"pandas": PANDAS}, again, record, asyncio.Event())
    )
    return recorded


@pytest.fixture
def parts(tmp_path: Path) -> Files:
    names = ("s/place=a/0.parquet", "s/place=b/0.parquet")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True)
        pd.DataFrame({"n": [1, 2], "w": ["x", "y"]}).to_parquet(tmp_path / name)
    return attached(tmp_path, *names)


def of_parts(files: Files) -> dict[str, CallFacts]:
    there = CallFacts((("n", "int64", 0), ("w", "object", 0)), 2)
    return {str(file.preview.reader): there for file in files.values() if file.preview is not None}


def folder_of(files: Files) -> FolderTable:
    (folder,) = folder_tables(files)
    return folder


def test_a_folder_is_told_as_its_call_reads_it_there(parts: Files) -> None:
    """Once: what was tried is not tried again with each turn."""
    whole = CallFacts((("n", "int64", 0), ("w", "object", 0), ("place", "object", 0)), 4)
    calls = of_parts(parts) | {folder_of(parts).call.reader: whole}
    assert check(parts, calls) == ["s/place=a/0.parquet", "s/place=b/0.parquet", "s/place=a/0.parquet"]
    told = folder_of(parts).preview().tables[0]
    assert [(column.name, column.dtype, column.nulls) for column in told.columns] == list(whole.columns)
    assert check(parts, calls) == []


@pytest.mark.parametrize(
    "whole",
    [
        CallFacts(error="ArrowInvalid"),
        CallFacts((("n", "int64", 0), ("w", "object", 0), ("place", "category", 0)), 4),
        CallFacts((("n", "int64", 0), ("w", "object", 0)), 4),
        CallFacts((("n", "int64", 0), ("w", "object", 0), ("place", "object", 0)), 3),
    ],
)
def test_a_folder_whose_call_returns_something_else_there_is_no_table(parts: Files, whole: CallFacts) -> None:
    calls = of_parts(parts) | {folder_of(parts).call.reader: whole}
    check(parts, calls)
    assert folder_tables(parts) == ()
    remarks = [each for file in parts.values() if file.preview for each in file.preview.warnings]
    (apart,) = (each for each in remarks if each.code == "folder_read_apart")
    assert warning(apart.code, apart.facts).startswith("Read as one, s is another table or none")
    assert check(parts, calls) == []


def test_a_folder_that_the_kernel_does_not_see_stays_as_it_is(parts: Files) -> None:
    calls = of_parts(parts) | {folder_of(parts).call.reader: CallFacts(error="FileNotFoundError")}
    check(parts, calls)
    assert folder_of(parts).call.keys == ("place",)


@pytest.fixture
def book(tmp_path: Path) -> Files:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name in ("one", "two", "three"):
        sheet = workbook.create_sheet(name)
        for row in (["w", "n"], ["x", 1], ["y", 2]):
            sheet.append(row)
    workbook.save(tmp_path / "a.xlsx")
    return attached(tmp_path, "a.xlsx")


def test_each_sheet_is_told_as_its_call_reads_it_there(book: Files) -> None:
    there = CallFacts((("w", "object", 0), ("n", "int64", 0)), 2)
    seen = book["a.xlsx"].preview
    assert seen is not None
    one, two, three = str(seen.reader), str(seen.tables[1].reader), str(seen.tables[2].reader)
    check(book, {one: there, two: there, three: CallFacts(error="ValueError")})
    short = book["a.xlsx"].preview
    assert short is not None
    for told in (short, told_alike(seen, short)):
        assert [table.columns[0].dtype for table in told.tables] == ["object", "object", "str"]
        assert [table.reader for table in told.tables] == [None, two, None]
        assert [(each.code, each.facts.get("sheets")) for each in told.warnings] == [
            ("types_of_another_pandas", None), ("call_fails_there", "three"),
        ]  # fmt: skip


def test_where_the_first_sheet_cannot_be_read_there_none_can(book: Files) -> None:
    seen = book["a.xlsx"].preview
    assert seen is not None
    check(book, {str(seen.reader): CallFacts(error="ImportError")})
    short = book["a.xlsx"].preview
    assert short is not None
    assert [short.reader, *(table.reader for table in short.tables)] == [None] * 4
