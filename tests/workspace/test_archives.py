"""Archives: every member is named, and the one that a person chooses is read in place (B5, B20)."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from lci.core.files import Preview, Reading
from lci.workspace.preview import preview
from lci.workspace.tables import TableJob
from tests.workspace.conftest import Folder
from tests.workspace.test_told_is_read import assert_told_is_read

SALES = pd.DataFrame({"id": ["007", "008"], "amount": [1.5, None]})
PLACES = pd.DataFrame({"place": ["東京", "Köln", "Lyon"], "people": [14, 1, 2]})


def _workbook() -> bytes:
    content = io.BytesIO()
    with pd.ExcelWriter(content) as writer:
        PLACES.to_excel(writer, sheet_name="places", index=False)
        SALES.to_excel(writer, sheet_name="sales", index=False)
    return content.getvalue()


MEMBERS = {
    "notes/read me.txt": b"Nothing but words.\n",
    "2023/sales.csv": SALES.to_csv(index=False, sep=";").encode(),
    "2024/sales.csv": PLACES.to_csv(index=False).encode(),
    "places.parquet": PLACES.to_parquet(index=False),
    "book.xlsx": _workbook(),
    "inner.zip": b"PK\x05\x06" + b"\0" * 18,
}


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in MEMBERS.items():
            archive.writestr(name, content)


def _tar(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in MEMBERS.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def _seen(folder: Folder, archive: str, **reading: str) -> Preview:
    (_zip if archive.endswith("zip") else _tar)(folder.path / archive)
    return preview(folder.path / archive, archive, 10, Reading(**reading))


ARCHIVES = pytest.mark.parametrize("archive", ["a.zip", "a.tar.gz"])


@ARCHIVES
@pytest.mark.parametrize(
    ("member", "frame"), [("2023/sales.csv", SALES), ("2024/sales.csv", PLACES), ("places.parquet", PLACES)]
)
def test_a_chosen_member_is_read_where_it_is(folder: Folder, archive: str, member: str, frame: pd.DataFrame) -> None:
    """The told call returns it, the table that queries see is the same, and the others stay in reach."""
    seen = _seen(folder, archive, member=member)
    read = folder.frame(seen)
    assert_told_is_read(seen, read)
    assert read.columns.tolist() == frame.columns.tolist()
    assert read.iloc[:, 0].tolist() == frame.iloc[:, 0].tolist()
    assert seen.members == tuple(MEMBERS)
    job = TableJob(archive, "t", Reading(member=member))
    assert job.performed(folder.path / archive).stat().st_size > 0


@ARCHIVES
def test_a_sheet_of_a_workbook_in_an_archive_is_a_table(folder: Folder, archive: str) -> None:
    seen = _seen(folder, archive, member="book.xlsx")
    assert [table.name for table in seen.tables] == ["places", "sales"]
    sales = _seen(folder, archive, member="book.xlsx", sheet="sales")
    assert [column.name for column in sales.tables[0].columns] == ["id", "amount"]
    assert_told_is_read(sales, folder.frame(sales))


@ARCHIVES
def test_what_is_no_table_in_an_archive_is_shown_as_what_it_is(folder: Folder, archive: str) -> None:
    assert _seen(folder, archive, member="notes/read me.txt").text == "Nothing but words.\n"
    packed = _seen(folder, archive, member="inner.zip")
    assert (packed.kind, packed.tables, [each.code for each in packed.warnings]) == ("other", (), ["no_preview"])


@ARCHIVES
def test_a_member_that_is_not_there_any_more_is_one_of_a_list(folder: Folder, archive: str) -> None:
    seen = _seen(folder, archive, member="2022/sales.csv")
    assert (seen.kind, seen.error, seen.members) == ("archive", None, tuple(MEMBERS))


def test_beside_the_one_table_of_a_zip_the_other_files_are_named(folder: Folder) -> None:
    with zipfile.ZipFile(folder.path / "a.zip", "w") as archive:
        archive.writestr("licence.md", "free")
        archive.writestr("sales.csv", MEMBERS["2023/sales.csv"])
    seen = preview(folder.path / "a.zip", "a.zip")
    assert (len(seen.tables), seen.members) == (1, ("licence.md", "sales.csv"))
    with zipfile.ZipFile(folder.path / "b.zip", "w") as archive:
        archive.writestr("sales.csv", MEMBERS["2023/sales.csv"])
    assert preview(folder.path / "b.zip", "b.zip").members == ()
