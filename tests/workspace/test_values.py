"""What is told of the values of a table: true of every row that was read, and of no other (B5)."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pandas as pd
import pytest

from lci.core.files import Column, Preview, brief
from lci.core.remarks import Remark
from lci.workspace.preview import preview
from lci.workspace.texts import WHOLE_BYTES
from tests.workspace.conftest import Folder

DAYS = pd.date_range("2024-01-30", periods=60)
FRAME = pd.DataFrame(
    {
        "key": range(1, 61),
        "code": [1, 2, 9] * 20,
        "share": [0.25, None, 1.5] * 20,
        "city": ["Rome", "Oslo", "Ürümqi"] * 20,
        "name": [f"n{n}" for n in range(60)],
        "day": DAYS,
        "flag": [True, False] * 30,
        "gone": [None] * 60,
    }
)


def known(found: Preview) -> dict[str, tuple[Any, ...]]:
    (table,) = found.tables
    return {c.name: (c.distinct, c.values, c.low, c.high) for c in table.columns}


WRITTEN = {
    "csv": lambda path: FRAME.to_csv(path, index=False, date_format="%d/%m/%Y"),
    "xlsx": lambda path: FRAME.to_excel(path, index=False),
    "parquet": lambda path: FRAME.to_parquet(path, row_group_size=7),
    "feather": lambda path: FRAME.to_feather(path),
    "json": lambda path: path.write_text(FRAME.drop(columns="day").to_json(orient="records")),
}


@pytest.mark.parametrize("ending", WRITTEN)
def test_ranges_and_distinct_values_are_those_of_every_row(folder: Folder, ending: str) -> None:
    """B5: whatever the format, and however few rows are shown."""
    path = folder.path / f"a.{ending}"
    WRITTEN[ending](path)
    found = preview(path, path.name, 3)
    told = known(found)
    assert told["key"] == (60, (), 1, 60)
    assert told["code"] == (3, (1, 2, 9), 1, 9)
    assert told["share"] == (None, (), 0.25, 1.5)
    assert told["city"] == (3, ("Oslo", "Rome", "Ürümqi"), None, None)
    assert told["name"] == (60, (), None, None)
    assert told["gone"] == (None, (), None, None)
    assert told["flag"] == (None, (False, True), None, None)
    if "day" in told:
        assert told["day"][2:] == ("2024-01-30", "2024-03-29")
    (table,) = found.tables
    assert table.looked_at == 60
    assert [(row.number, row.cells[0]) for row in table.between] in ([(21, 21), (41, 41)], [(21, "21"), (41, "41")])


def test_what_is_told_is_what_the_call_returns(folder: Folder) -> None:
    """B5: a decimal comma, a date, a code with zeros, words that mean a missing value."""
    found = folder.preview("a.csv", "d;z;x;w\n" + "".join(f"{n:02d}/03/2024;0{n};{n},5;NULL\n" for n in range(1, 21)))
    frame = folder.frame(found)
    told = known(found)
    assert (told["d"][2], told["d"][3]) == (str(frame["d"].min().date()), str(frame["d"].max().date()))
    assert told["x"][2:] == (frame["x"].min(), frame["x"].max()) == (1.5, 20.5)
    assert told["z"][0] == frame["z"].nunique() == 20 and told["w"] == (None, (), None, None)


def test_of_a_text_that_is_read_in_part_values_are_those_of_the_part(folder: Folder) -> None:
    """B5: how many rows that is, is known; rows between come from it, the last one from the file's end."""
    line = "x" * 200
    rows = WHOLE_BYTES // 200 + 10_000
    content = "n,t\n" + "".join(f"{n},{line}\n" for n in range(rows))
    found = folder.preview("a.csv", content)
    (table,) = found.tables
    assert 0 < table.looked_at < rows
    n, t = table.columns
    assert (n.low, n.high, n.distinct) == (0, table.looked_at - 1, table.looked_at)
    assert all(row.number < table.looked_at and row.cells[0] == str(row.number - 1) for row in table.between)
    assert table.tail[-1][0] == str(rows - 1) and t.distinct == 1


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_of_a_long_typed_table_values_are_those_of_its_first_rows(folder: Folder, ending: str) -> None:
    """B5: nothing was told of them, though the first million cells are read in a moment."""
    rows = 600_000
    frame = pd.DataFrame({"n": range(rows), "c": ["a", "b"] * (rows // 2)})
    path = folder.path / f"a.{ending}"
    getattr(frame, f"to_{ending}")(path)
    found = preview(path, path.name, 3)
    (table,) = found.tables
    n, c = table.columns
    assert 0 < table.looked_at < rows == table.rows
    assert (n.low, n.high, n.distinct) == (0, table.looked_at - 1, table.looked_at)
    assert c.values == ("a", "b") and n.dtype == "int64"
    assert Remark("values_of_first_rows", {"rows": table.looked_at}) in found.warnings


def test_what_cannot_be_compared_has_no_range(folder: Folder) -> None:
    """Containers, mixed values and infinite numbers stand for themselves."""
    content = [{"a": [1], "b": {"x": 1}, "c": 1 if n else "x", "d": float(n)} for n in range(9)]
    found = folder.preview("a.json", json.dumps(content))
    told = known(found)
    assert told["a"] == told["b"] == told["c"] == (None, (), None, None)
    infinite = folder.preview("b.csv", "n,x\n1,inf\n2,3\n")
    assert known(infinite)["x"] == (None, (), None, None)
    times = pd.DataFrame({"t": [datetime.timedelta(1)] * 3, "z": pd.date_range("2024", periods=3, tz="Asia/Tokyo")})
    times.to_parquet(folder.path / "c.parquet")
    told = known(preview(folder.path / "c.parquet", "c.parquet"))
    assert told["t"] == (None, (), "1 days 00:00:00", "1 days 00:00:00")
    assert str(told["z"][2]).startswith("2024-01-01T00:00:00+09:00")


def test_a_short_preview_keeps_what_is_short(folder: Folder) -> None:
    """What a worker answers is believed no further: values are few and cut."""
    found = folder.preview("a.csv", "a,b\n" + "".join(f"{n},{n % 3}\n" for n in range(50)))
    (table,) = found.tables
    hostile = Column("a", "str", 0, 99, tuple("x" * 500 for _ in range(99)), "l" * 500, "h" * 500)
    short = brief(Preview("a.csv", "table", 1, tables=(type(table)("t", 1, True, (hostile,), (), ()),)))
    (column,) = short.tables[0].columns
    assert column.values == () and len(str(column.low)) == len(str(column.high)) == 80
    assert brief(found).tables[0].between == table.between
