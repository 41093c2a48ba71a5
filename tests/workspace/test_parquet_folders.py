"""A folder of Parquet files is one table: what is told of it, what queries see, and what its call returns (B5, B20)."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies as st

from lci.core.files import WorkspaceFile, brief
from lci.core.inspection import CallFacts
from lci.core.parquet_folders import FolderTable, folder_tables, united_files
from lci.errors import FileUnreadable
from lci.runtime.conversation.calls_elsewhere import as_there
from lci.workspace.preview import preview
from lci.workspace.tables import TableJob, noted

_KEYS = st.sampled_from(["2023", "2024", "-7", "007", "a b", "東京", "3000000000", "1.5", "x%2Fy", "true"])
_places = st.lists(
    st.tuples(st.sampled_from(["sales", "a b", "data/sales"]), st.tuples(_KEYS, _KEYS), st.integers(0, 20)),
    min_size=2,
    max_size=6,
    unique=True,
)


def attached(folder: Path) -> dict[str, WorkspaceFile]:
    return {
        (name := path.relative_to(folder).as_posix()): WorkspaceFile(
            name, path.stat().st_size, 0.0, "upload", brief(preview(path, name, 20))
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def returned(folder: Path, table: FolderTable) -> pd.DataFrame:
    with contextlib.chdir(folder):
        return eval(table.call.reader, {"pd": pd})


def queried(folder: Path, table: FolderTable) -> pd.DataFrame:
    source = table.source
    job = TableJob(source.file, "t", source.reading, source.parts)
    with duckdb.connect(str(job.performed(*(folder / name for name in source.parts)))) as connection:
        reader, words = noted(connection)
        rows = connection.execute("SELECT * FROM t").df()
    assert reader == table.call.reader
    assert words == [column.dtype for column in table.preview().tables[0].columns]
    return rows


@settings(max_examples=40, deadline=None)
@given(_places, st.integers(0, 2), st.integers(1, 9))
def test_told_read_and_queried_are_one_table(
    places: list[tuple[str, tuple[str, str], int]], keys: int, rows: int
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        top = places[0][0]
        for number, (_, values, part) in enumerate(places):
            named = "".join(f"/{key}={value}" for key, value in zip(("year", "place")[:keys], values, strict=False))
            file = folder / f"{top}{named}/part-{part}-{number}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            count = range(rows + number % 3)
            frame = pd.DataFrame({"n": [100 * number + at for at in count], "w": [f"{number} {at}" for at in count]})
            frame.to_parquet(file, index=False)
        (table,) = folder_tables(attached(folder))
        frame = returned(folder, table)
        told = table.preview().tables[0]
        assert told.rows == len(frame)
        assert [(column.name, column.dtype) for column in told.columns] == [
            (name, str(dtype)) for name, dtype in frame.dtypes.items()
        ]
        assert list(told.head) == list(frame.head(len(told.head)).itertuples(index=False, name=None))
        assert list(told.tail) == list(frame.tail(len(told.tail)).itertuples(index=False, name=None))
        assert len(told.head) == min(5, len(frame))
        for column in told.columns:
            assert column.nulls == 0
            assert set(column.values) <= set(frame[column.name])
        pd.testing.assert_frame_equal(queried(folder, table), frame)


_PARTS: dict[str, list[pa.Array]] = {
    "dates": [pa.array([date(2024, 1, 1)] * 2), pa.array([date(2024, 2, 1), None])],
    "whole numbers with gaps": [pa.array([1, 2]), pa.array([3, None], pa.int64())],
    "truths with gaps": [pa.array([True, None]), pa.array([True, False])],
    "categories": [pa.array(["a", "b"]).dictionary_encode(), pa.array(["a", "c"]).dictionary_encode()],
    "texts that are all missing": [pa.array(["a", "b"]), pa.array([None, None], pa.string())],
    "small numbers with gaps": [pa.array([1, None], pa.uint8()), pa.array([3, 4], pa.uint8())],
    "fractions that are whole": [pa.array([1.0, 2.0]), pa.array([3.0, None])],
    "amounts": [pa.array([Decimal("1.10")] * 2), pa.array([Decimal("2.00")] * 2)],
}


@pytest.mark.parametrize("case", _PARTS)
def test_what_is_missing_in_one_part_changes_the_type_of_the_whole(tmp_path: Path, case: str) -> None:
    (tmp_path / "s").mkdir()
    for number, values in enumerate(_PARTS[case]):
        pq.write_table(pa.table({"n": pa.array([number, number]), "x": values}), tmp_path / f"s/{number}.parquet")
    (table,) = folder_tables(attached(tmp_path))
    frame = returned(tmp_path, table)
    told = table.preview().tables[0]
    assert [column.dtype for column in told.columns] == [str(dtype) for dtype in frame.dtypes]
    assert told.columns[1].nulls == frame.x.isna().sum()
    assert len(queried(tmp_path, table)) == len(frame) == told.rows


def test_numbers_and_fractions_are_no_one_table(tmp_path: Path) -> None:
    """To pandas both may be floats; Arrow does not unite them."""
    (tmp_path / "s").mkdir()
    for number, values in enumerate([pa.array([1, None], pa.int64()), pa.array([1.5, 2.0])]):
        pq.write_table(pa.table({"x": values}), tmp_path / f"s/{number}.parquet")
    assert folder_tables(attached(tmp_path)) == ()


def test_parts_that_another_pandas_has_read_and_others_are_one_table(tmp_path: Path) -> None:
    """B40: of many files some are read in the kernel; what its pandas makes of texts it makes of all."""
    (tmp_path / "s").mkdir()
    for number in range(2):
        pq.write_table(pa.table({"x": pa.array(["a", "b"])}), tmp_path / f"s/{number}.parquet")
    first, second = attached(tmp_path).values()
    facts = CallFacts((("x", "object", 0),), 2)
    read = replace(first, preview=as_there(first.preview, facts, "2.2.3"))
    (table,) = folder_tables({each.name: each for each in (read, second)})
    assert table.preview().tables[0].columns[0].dtype == "object"


def test_a_longer_preview_of_the_first_part_shows_more_rows(tmp_path: Path) -> None:
    for name in ("s/year=1/a.parquet", "s/year=2/a.parquet"):
        (tmp_path / name).parent.mkdir(parents=True)
        pd.DataFrame({"n": range(50)}).to_parquet(tmp_path / name)
    (table,) = folder_tables(attached(tmp_path))
    first = table.parts[0].name
    assert len(table.preview().tables[0].head) == 5
    longer = table.preview(preview(tmp_path / first, first, 1000), 60).tables[0]
    # Of the second part no more than five are known.
    assert (len(longer.head), longer.head[-1], longer.rows) == (55, (4, 2), 100)


def test_tables_side_by_side_are_tables_of_their_own(tmp_path: Path) -> None:
    """Of one schema or two; what lies between them is none of theirs."""
    for name in (
        "d/north/0.parquet",
        "d/north/1.parquet",
        "d/south/0.parquet",
        "d/south/1.parquet",
        "d/costs/0.parquet",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"c" if "costs" in name else "n": [1, 2]}).to_parquet(tmp_path / name)
    (tmp_path / "d" / "notes.txt").write_text("x")
    files = attached(tmp_path)
    assert [(table.name, len(table.parts)) for table in folder_tables(files)] == [("d/north", 2), ("d/south", 2)]
    assert [file.name for file in united_files(files)] == ["d/costs/0.parquet", "d/north", "d/notes.txt", "d/south"]


def test_a_folder_whose_log_says_which_files_count_is_no_table(tmp_path: Path) -> None:
    """Delta Lake: some of the files hold rows that were deleted since."""
    for name in ("s/0.parquet", "s/1.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        pd.DataFrame({"n": [1, 2]}).to_parquet(tmp_path / name)
    (tmp_path / "s/_delta_log").mkdir()
    (tmp_path / "s/_delta_log/0.json").write_text("{}")
    assert folder_tables(attached(tmp_path)) == ()


def test_a_part_that_has_other_columns_by_now_is_named(tmp_path: Path) -> None:
    """It was written anew after the folder was looked at."""
    for name in ("0.parquet", "1.parquet"):
        pd.DataFrame({"n": [1, 2]}).to_parquet(tmp_path / name)
    pd.DataFrame({"n": ["a", "b"]}).to_parquet(tmp_path / "1.parquet")
    job = TableJob("s", "t", parts=("s/0.parquet", "s/1.parquet"))
    with pytest.raises(FileUnreadable, match=r"s/1\.parquet"):
        job.performed(tmp_path / "0.parquet", tmp_path / "1.parquet")
