"""What a person says of how a file is to be read holds: for what is told, for the call, for every row (B20, B5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from lci.core.files import ColumnKind, Preview, Reading
from lci.workspace.columns import column_values
from lci.workspace.preview import preview
from lci.workspace.statistics import StatisticsJob
from lci.workspace.tables import TableJob
from tests.workspace.conftest import Folder

SALES = "Report of sales\nyear,2020\nid,day,amount\n1,03/04/2020,5\n2,05/06/2020,7\n"


def agrees(folder: Folder, seen: Preview) -> pd.DataFrame:
    """The frame that the told call returns, which has the told names, types, rows and missing values."""
    frame = folder.frame(seen)
    table = seen.tables[0]
    assert [(str(name), str(dtype)) for name, dtype in frame.dtypes.items()] == [
        (c.name, c.dtype) for c in table.columns
    ]
    assert (len(frame), [int(n) for n in frame.isna().sum()]) == (table.rows, [c.nulls for c in table.columns])
    return frame


@pytest.mark.parametrize(
    ("header", "names", "rows"),
    [(3, ["id", "day", "amount"], 2), (1, ["Report of sales", "column 2", "column 3"], 4), (0, ["0", "1", "2"], 4)],
)
def test_the_header_stands_where_the_person_says(folder: Folder, header: int, names: list[str], rows: int) -> None:
    seen = folder.preview("a.csv", SALES, reading=Reading(header=header))
    assert [column.name for column in seen.tables[0].columns] == names
    assert seen.tables[0].rows == rows
    agrees(folder, seen)


def test_the_header_of_a_sheet_stands_where_the_person_says(folder: Folder) -> None:
    pd.DataFrame([["Sales", None], ["a", "b"], ["c", "d"], [1, 2]]).to_excel(
        folder.path / "a.xlsx", index=False, header=False
    )
    seen = preview(folder.path / "a.xlsx", "a.xlsx", 10, Reading(header=3))
    assert [column.name for column in seen.tables[0].columns] == ["c", "d"]
    agrees(folder, seen)


KINDS: tuple[tuple[str, str, ColumnKind, str, object], ...] = (
    ("numbers as text", "n\n1\n2\n", "text", "str", "1"),
    ("codes as numbers", "n\n01\n02\n", "integer", "Int64", 1),
    ("integers with gaps", "n\n1\nNA\n", "integer", "Int64", 1),
    ("integers as decimals", "n\n1\n2\n", "number", "float64", 1.0),
    ("dates as text", "n\n2020-01-02\n2020-01-03\n", "text", "str", "2020-01-02"),
    ("day first", "n\n03/04/2020\n05/06/2020\n", "day_first", "datetime64[us]", pd.Timestamp(2020, 4, 3)),
    ("month first", "n\n03/04/2020\n05/06/2020\n", "month_first", "datetime64[us]", pd.Timestamp(2020, 3, 4)),
    ("digits as dates", "n\n20200304\n20200506\n", "day_first", "datetime64[us]", pd.Timestamp(2020, 3, 4)),
)


@pytest.mark.parametrize(
    ("content", "kind", "dtype", "first"), [each[1:] for each in KINDS], ids=[each[0] for each in KINDS]
)
def test_a_column_holds_what_the_person_says(
    folder: Folder, content: str, kind: ColumnKind, dtype: str, first: object
) -> None:
    text = "".join(f"{line},x\n" if at else f"{line},m\n" for at, line in enumerate(content.splitlines()))
    seen = folder.preview("a.csv", text, reading=Reading(kinds=(("n", kind),)))
    frame = agrees(folder, seen)
    assert (str(frame["n"].dtype), frame["n"].iloc[0]) == (dtype, first)


@pytest.mark.parametrize("kind", ["integer", "number", "day_first"])
def test_what_cannot_be_read_as_the_person_says_is_named(folder: Folder, kind: ColumnKind) -> None:
    seen = folder.preview("a.csv", "a,b\nx,1\ny,2\n", reading=Reading(kinds=(("a", kind), ("b", "text"))))
    assert [(each.code, each.facts) for each in seen.warnings] == [("kinds_refused", {"names": "a"})]
    assert [column.dtype for column in seen.tables[0].columns] == ["str", "str"]
    agrees(folder, seen)


def test_a_sheets_columns_hold_what_the_person_says(folder: Folder) -> None:
    pd.DataFrame({"zip": [123, 456], "day": ["03/04/2020", "05/06/2020"]}).to_excel(folder.path / "a.xlsx", index=False)
    seen = preview(folder.path / "a.xlsx", "a.xlsx", 10, Reading(kinds=(("zip", "text"), ("day", "month_first"))))
    frame = agrees(folder, seen)
    assert list(frame["zip"]) == ["123", "456"]
    assert frame["day"].iloc[0] == pd.Timestamp(2020, 3, 4)


def _profiled(path: Path, reading: Reading) -> list[str]:
    job = StatisticsJob(path.name, "t")
    return [
        column.name for column in job.read(job.performed(TableJob(path.name, "t", reading).performed(path))).columns
    ]


def _searched(path: Path, reading: Reading) -> list[str]:
    return list(column_values(path, path.name, ("a;b,c", "d"), reading) or {})


@pytest.mark.parametrize("names_of", [_profiled, _searched])
def test_every_row_is_read_as_the_person_says(folder: Folder, names_of: Callable[[Path, Reading], list[str]]) -> None:
    path = folder.path / "a.csv"
    path.write_text("a;b,c|d\n1;2,x|2\n3;4,y|4\n")
    assert names_of(path, Reading(delimiter="|")) == ["a;b,c", "d"]


def test_what_stands_above_a_corrected_header_is_not_known_to_be_searched(folder: Folder) -> None:
    """B51: a person may call rows of data a title; whoever reads the file in another way sees them."""
    path = folder.path / "a.csv"
    path.write_text("name,n\nZebrawald,1\nc,d\nQuorndale,4\n")
    assert column_values(path, path.name, ("c",)) is not None
    assert column_values(path, path.name, ("c",), Reading(header=3)) is None
