"""Tables one directly below the other, without a blank line between them (B5, B20)."""

from __future__ import annotations

from typing import Any

import openpyxl
import pandas as pd
import pytest

from lci.core.files import Preview
from lci.workspace.preview import preview
from tests.workspace.conftest import Folder, assert_reader_agrees, codes

Columns = list[tuple[str, str]]
N: Columns = [("year", "int64"), ("n", "int64")]
RATE: Columns = [*N, ("rate", "float64")]


def columns(found: Preview) -> list[Columns]:
    return [[(column.name, column.dtype) for column in table.columns] for table in found.tables]


STACKED: dict[str, tuple[str, list[str], list[Columns]]] = {
    "titles above both": (
        "Births\nyear,n\n2001,5\n2002,6\nDeaths\nyear,n\n2001,7\n2002,8\n", ["Births", "Deaths"], [N, N]
    ),
    "padded titles": (
        "Births,\nyear,n\n2001,5\n2002,6\nDeaths,\nyear,n\n2001,7\n2002,8\n", ["Births", "Deaths"], [N, N]
    ),
    "a title above the second": (
        "year,n\n2001,5\n2002,6\nDeaths\nyear,n\n2001,7\n", ["table 1, line 1", "Deaths"], [N, N]
    ),
    "of another width": (
        "Births\nyear,n\n2001,5\n2002,6\nDeaths\nyear,n,rate\n2001,7,0.5\n2002,8,1.5\n", ["Births", "Deaths"], [N, RATE]
    ),
    "the same names again": (
        "year,n\n2001,5\n2002,6\nyear,n\n2001,7\n2002,8\n", ["table 1, line 1", "table 2, line 4"], [N, N]
    ),
    "the same years again": (
        "city,2019,2020\nOslo,1,2\nRome,4,5\ncity,2019,2020\nOslo,1,2\n", ["table 1, line 1", "table 2, line 4"],
        [[("city", "str"), ("2019", "int64"), ("2020", "int64")]] * 2,
    ),
    "three": (
        "Births\nyear,n\n2001,5\nDeaths\nyear,n\n2001,7\nMoves\nyear,n\n2001,7\n", ["Births", "Deaths", "Moves"],
        [N, N, N],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STACKED)
def test_names_that_stand_again_begin_another_table(folder: Folder, case: str) -> None:
    text, names, expected = STACKED[case]
    found = folder.preview("a.csv", text)
    assert ([table.name for table in found.tables], columns(found)) == (names, expected), found.reader
    assert "several_tables" in codes(found)
    assert_reader_agrees(folder, found)
    for table in found.tables[1:]:
        assert table.reader is not None
        assert len(eval(table.reader, {"pd": pd})) == table.rows


ONE = {
    "a word among numbers": "name,n\nAnn,5\nBob,absent\nCy,6\nDi,7\n",
    "a name of which nothing is known above a word": "name,n\nAnn,5\nBob,\nCy,absent\nDi,6\n",
    "a word in a column of its own": "year,n\n2001,5\nyear,6\n2002,7\n",
    "the names of texts again": "name,city\nAnn,Oslo\nname,city\nBob,Rome\n",
}


@pytest.mark.parametrize("case", ONE)
def test_odd_rows_begin_no_other_table(folder: Folder, case: str) -> None:
    found = folder.preview("a.csv", ONE[case])
    assert (found.kind, found.tables[0].rows) == ("table", ONE[case].count("\n") - 1)
    assert_reader_agrees(folder, found)


SHEETS: dict[str, tuple[list[list[Any]], Columns, str]] = {
    "the next one is wider": (
        [["Births"], ["year", "n"], [2001, 1], [2002, 3], [], ["Deaths"], ["year", "n", "rate"], [2001, 1, 0.5],
         [2002, 3, 0.7]],
        N, 'usecols="A:B"',
    ),
    "the next one is wider and stands directly below": (
        [["Births"], ["year", "n"], [2001, 1], [2002, 3], ["Deaths"], ["year", "n", "rate"], [2001, 1, 0.5]],
        N, 'usecols="A:B"',
    ),
    "the next one begins further to the left": (
        [[None, "year", "n"], [None, 2001, 1], [None, 2002, 3], [], ["k", "year", "n"], ["a", 1, 2], ["b", 1, 2]],
        N, 'usecols="B:C"',
    ),
    "the next one is wider and both have units": (
        [["Births"], ["year", "n"], ["yr", "days"], [2001, 1], [2002, 3], [], ["Deaths"], ["year", "n", "rate"],
         ["yr", "days", "%"], [2001, 1, 0.5], [2002, 2, 0.5]],
        N, 'usecols="A:B"',
    ),
    "the next one is wider than one with two rows of names": (
        [["year", "n", None], [None, "all", "new"], [2001, 1, 5], [2002, 3, 6], [], ["a", "b", "c", "d"], [1, 2, 3, 4],
         [1, 2, 3, 4]],
        [("year", "int64"), ("n all", "int64"), ("n new", "int64")], 'usecols="A:C"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHEETS)
def test_a_table_of_a_sheet_has_the_columns_that_it_fills(folder: Folder, case: str) -> None:
    rows, expected, within = SHEETS[case]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder.path / "a.xlsx")
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert columns(found)[0] == expected, found.reader
    assert within in (found.reader or "")
    assert_reader_agrees(folder, found)
