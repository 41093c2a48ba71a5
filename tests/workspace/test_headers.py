"""Which row names the columns: numbers and dates may be names, and values are none (B5, B20)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import openpyxl
import pytest

from lci.workspace.preview import preview
from tests.workspace.conftest import Folder, assert_reader_agrees, codes

NAMED = {
    "a year": ("region,2024\nN,1.5\nS,2.5\nW,3.5\n", ["region", "2024"], "float64"),
    "a year beside another name": ("name,qty,2024\na,1,2.5\nb,2,3.5\n", ["name", "qty", "2024"], "float64"),
    "a year above whole numbers": ("land,2019\nJP,120\nFR,67\n", ["land", "2019"], "int64"),
    "a year in which one value could be one": ("land,2019\nJP,120\nFR,2001\nDE,83\n", ["land", "2019"], "int64"),
    "days as digits": ("id,20240101,20240102\na,1,2\nb,3,4\n", ["id", "20240101", "20240102"], "int64"),
    "months as digits": ("id,202401,202402\na,1,2\nb,3,4\n", ["id", "202401", "202402"], "int64"),
    "one date": ("city;2024-01-31\nOslo;1.5\nRome;2.5\n", ["city", "2024-01-31"], "float64"),
    "dates": ("city,31.01.2024,29.02.2024\nOslo,1,2\nRome,2,3\n", ["city", "31.01.2024", "29.02.2024"], "int64"),
    "a year beside no name": (",2024\nN,1.5\nS,2.5\n", ["Unnamed: 0", "2024"], "float64"),
    "running numbers": ("gene,1,2,3\nabc,5,9,7\nxyz,6,3,8\n", ["gene", "1", "2", "3"], "int64"),
    "numbers at equal steps": ("sample,400,400.5,401\na,1,3,7\nb,2,5,6\n", ["sample", "400", "400.5", "401"], "int64"),
    "years above years": ("team,2001,2002,2003\na,1990,1985,2000\n", ["team", "2001", "2002", "2003"], "int64"),
}


@pytest.mark.parametrize("case", NAMED)
def test_a_number_or_a_date_among_words_names_a_column(folder: Folder, case: str) -> None:
    text, names, last = NAMED[case]
    found = folder.preview("a.csv", text)
    columns = found.tables[0].columns
    assert ([column.name for column in columns], columns[-1].dtype) == (names, last), found.reader
    assert "no_header" not in codes(found)
    assert_reader_agrees(folder, found)


UNNAMED = {
    "years above years": "Oslo,2024\nRome,2023\nLyon,2019\n",
    "two years above years": "Ann,1990,2010\nBob,1985,2003\nCy,1991,2011\n",
    "dates above dates": "Oslo,2024-01-05,12\nRome,2024-01-06,15\n",
    "days above days": "Oslo,20240105\nRome,20240106\n",
    "a word that stands below again": "Oslo,2024,1\nOslo,12,2\nRome,15,3\n",
    "a number like those below": "Oslo,5,1.5\nRome,7,2.5\n",
    "equal steps in each row": "x,1,2,3\ny,4,5,6\n",
    "numbers alone": "2019,2020\n1,2\n",
    "the same row again and again": "Oslo,5\nOslo,5\nRome,7\n",
}


@pytest.mark.parametrize("case", UNNAMED)
def test_a_first_row_of_values_names_nothing(folder: Folder, case: str) -> None:
    found = folder.preview("a.csv", UNNAMED[case])
    assert "no_header" in codes(found), found.reader
    assert found.tables[0].rows == UNNAMED[case].count("\n")
    assert_reader_agrees(folder, found)


SHEETS: dict[str, tuple[list[list[Any]], list[str]]] = {
    "a year": ([["Country", 2021], ["FR", 2.5], ["DE", 5]], ["Country", "2021"]),
    "days as digits": ([[20240101, 20240102, "id"], [0, 2, "12"], [1, 3, "13"]], ["20240101", "20240102", "id"]),
    "dates": (
        [["Country", datetime(2021, 1, 1), datetime(2022, 1, 1)], ["FR", 2.5, 1], ["DE", 5, 1]],
        ["Country", "2021-01-01 00:00:00", "2022-01-01 00:00:00"],
    ),
    "a year further to the right": ([[None, "name", "qty", "2024"], [None, "a", 1, 2.5]], ["name", "qty", "2024"]),
}


@pytest.mark.parametrize("case", SHEETS)
def test_numbers_and_dates_name_the_columns_of_a_sheet(folder: Folder, case: str) -> None:
    rows, names = SHEETS[case]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder.path / "a.xlsx")
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert [column.name for column in found.tables[0].columns] == names, found.reader
    assert_reader_agrees(folder, found)


WITH_UNITS = {
    "a form of dates and a dash": (
        "Date,Flow,Level,Name\nYYYY-MM-DD,m3/s,cm,-\n2024-01-01,1.5,20,a\n2024-01-02,2.5,21,b\n",
        ["datetime64[us]", "float64", "int64", "str"],
    ),
    "a dash above numbers": ("t;pH;v\ns;-;m/s\n1;7.5;2\n2;7.0;3\n", ["int64", "float64", "int64"]),
    "a form of moments": (
        "t,v\nyyyy-mm-dd hh:mm,mm\n2024-01-01 10:00,1.5\n2024-01-01 11:00,2.5\n", ["datetime64[us]", "float64"]
    ),
    "a form with the day first": (
        "t,v\nDD/MM/YYYY,mm\n13/01/2024,1.5\n14/01/2024,2.5\n", ["datetime64[us]", "float64"]
    ),
    "no unit beneath no name": ("t,v,\ns,m,\n1,2.5,a\n2,3.5,b\n", ["int64", "float64", "str"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WITH_UNITS)
def test_a_row_of_units_is_no_row_of_data(folder: Folder, case: str) -> None:
    text, kinds = WITH_UNITS[case]
    found = folder.preview("a.csv", text)
    assert [column.dtype for column in found.tables[0].columns] == kinds, found.reader
    assert codes(found) == {"units_below_header"}
    assert_reader_agrees(folder, found)


WITHOUT_UNITS = {
    "letters among dashes": "sex,height,group\nm,-,A\nf,5,B\nm,6,A\n",
    "dashes alone": "name,a,b\nx,-,-\ny,1,2\nz,3,4\n",
    "a letter that stands below again": "kind,a,b\nm,s,-\ns,1,2\nm,3,4\n",
}


@pytest.mark.parametrize("case", WITHOUT_UNITS)
def test_a_first_row_with_dashes_for_gaps_is_data(folder: Folder, case: str) -> None:
    found = folder.preview("a.csv", WITHOUT_UNITS[case])
    assert "units_below_header" not in codes(found), found.reader
    assert found.tables[0].rows == 3
    assert_reader_agrees(folder, found)
