"""What can be chosen on the Data tab and page can be shown there (B20)."""

from __future__ import annotations

import pytest

from lci.core.files import Column, Preview, Table, WorkspaceFile
from lci.ui.shown_files import shown_files
from lci.ui.view import PARTS_MOST, sources_of, tables_of


def part(name: str) -> WorkspaceFile:
    table = Table(name, 1, True, (Column("n", "int64", 0, stored="int64"),), ((1,),), looked_at=1)
    preview = Preview(name, "table", 1, tables=(table,), reader=f'pd.read_parquet("{name}")')
    return WorkspaceFile(name, 1, 0.0, "upload", preview)


@pytest.mark.parametrize("count", [2, PARTS_MOST, PARTS_MOST + 1])
def test_a_folder_that_can_be_chosen_can_be_queried(count: int) -> None:
    files = {name: part(name) for name in (f"sales/{at:04d}.parquet" for at in range(count))} | {"a.csv": part("a.csv")}
    shown = shown_files(files)
    assert ("sales" in shown.files) == (count <= PARTS_MOST)
    called = tables_of(files)
    assert all((name, None) in called for name in shown.files)
    assert set(sources_of(files)) == set(called.values())


def test_a_folder_stands_behind_the_last_of_its_parts_and_is_titled_by_their_number() -> None:
    files = {name: part(name) for name in ("s/1.parquet", "s/2.parquet", "z.parquet", ".hidden")}
    shown = shown_files(files)
    assert list(shown.files) == ["s/1.parquet", "s/2.parquet", "s", "z.parquet"]
    assert (shown.title("s"), shown.title("z.parquet")) == ("s · 2 files", "z.parquet")
    assert shown.folder_of("s/1.parquet") is not None
    assert shown.folder_of("z.parquet") is None
