"""A folder of Parquet files is told as the one table that one call makes of it (B5, B20)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lci.agent.prompts.many_files import attached_notes
from lci.agent.prompts.room import Room
from lci.core.files import WorkspaceFile, brief
from lci.workspace.preview import preview

FRAME = pd.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"], "price": [0.5, None, 2.0], "on": [True, False, True]})
_LINE = re.compile(r"At once: (?P<call>pd\..*\)) returns (?P<rows>\S+) rows with these columns(.*)\.$", re.MULTILINE)


def write(folder: Path, names: Sequence[str], frame: pd.DataFrame = FRAME) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(folder / name, index=False)


def told(folder: Path) -> str:
    files = [
        WorkspaceFile(name := path.relative_to(folder).as_posix(), path.stat().st_size, 0.0, "upload",
                      brief(preview(path, name, 20)))
        for path in sorted(folder.rglob("*")) if path.is_file()
    ]  # fmt: skip
    return "\n".join(attached_notes([files], Room(10_000, len))[0])


@contextmanager
def within(folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


FOLDERS = {
    "flat": ["sales/part-0.parquet", "sales/part-1.parquet"],
    "deeper": ["data/sales/a/0.parquet", "data/sales/b/0.parquet", "data/sales/b/1.parquet"],
    "by year": ["sales/year=2023/0.parquet", "sales/year=2024/0.parquet"],
    "of one year": ["sales/year=2024/0.parquet", "sales/year=2024/1.parquet"],
    "by place and month": [f"a b/place={place}/month={n}/x.parquet" for place in ("東京", "Lyon") for n in (1, 2)],
}


@pytest.mark.parametrize("case", FOLDERS)
def test_the_call_returns_what_is_told(tmp_path: Path, case: str) -> None:
    write(tmp_path, FOLDERS[case])
    # Arrow leaves its own remarks in a folder, which are no data.
    (tmp_path / FOLDERS[case][0]).parent.joinpath("_SUCCESS").write_text("")
    line = _LINE.search(told(tmp_path))
    assert line is not None
    with within(tmp_path):
        frame = eval(line["call"], {"pd": pd})
    assert line["rows"] == f"{len(frame):,}" == str(3 * len(FOLDERS[case]))
    added = [name for name in frame.columns if name not in FRAME.columns]
    assert frame.columns.tolist() == [*FRAME.columns, *added]
    assert frame.dtypes[list(FRAME.columns)].tolist() == FRAME.dtypes.tolist()
    named = ", ".join(f"{name} ({frame[name].dtype})" for name in added)
    assert line[3] == (f", and of the folders' names {named}" if added else "")


@pytest.mark.parametrize("case", FOLDERS)
def test_a_single_file_is_read_without_the_names_of_its_folders(tmp_path: Path, case: str) -> None:
    """B5: the call of one of them returns the columns that were told of it."""
    write(tmp_path, FOLDERS[case])
    for name in FOLDERS[case]:
        seen = preview(tmp_path / name, name)
        with within(tmp_path):
            frame = eval(str(seen.reader), {"pd": pd})
        assert [column.name for column in seen.tables[0].columns] == frame.columns.tolist()
        assert [column.dtype for column in seen.tables[0].columns] == [str(kind) for kind in frame.dtypes]


def test_no_single_call_is_told_where_it_would_return_something_else(tmp_path: Path) -> None:
    """Another file between them, other types, no folder of their own, a column that a folder is named for."""
    cases = {
        "beside": (["s/0.parquet", "s/1.parquet"], FRAME, lambda: (tmp_path / "beside/s/notes.txt").write_text("x")),
        "types": (["s/0.parquet", "s/1.parquet"], FRAME,
                  lambda: write(tmp_path / "types", ["s/2.parquet"], FRAME.assign(id=[1.5, 2, 3]))),
        "a missing key": (["s/k=a/0.parquet", "s/k=__HIVE_DEFAULT_PARTITION__/0.parquet"], FRAME, None),
        "loose": (["0.parquet", "1.parquet"], FRAME, None),
        "named": (["s/id=1/0.parquet", "s/id=2/0.parquet"], FRAME, None),
        "mixed": (["s/year=1/0.parquet", "s/1.parquet"], FRAME, None),
    }  # fmt: skip
    for case, (names, frame, also) in cases.items():
        write(tmp_path / case, names, frame)
        if also is not None:
            also()
        note = told(tmp_path / case)
        assert "with the same columns" in note
        assert "At once" not in note, case


def test_whole_numbers_with_gaps_are_not_taken_for_fractions(tmp_path: Path) -> None:
    """Both are floats to pandas; Arrow refuses to make one column of them."""
    for folder, numbers in {"s": ([1, None], [1.5, None]), "t": ([1, None], [2, 3, None])}.items():
        (tmp_path / folder).mkdir()
        for at, values in enumerate(numbers):
            pq.write_table(pa.table({"n": values, "w": ["a"] * len(values)}), tmp_path / folder / f"{at}.parquet")
    note = told(tmp_path)
    assert 'pd.read_parquet("s")' not in note
    with within(tmp_path), pytest.raises(pa.ArrowInvalid):
        pd.read_parquet("s")
