"""Lines around a table that are none of its rows: remarks below it, titles above it (B5, B20)."""

from __future__ import annotations

from datetime import date
from typing import Any

import openpyxl
import pytest

from lci.core.files import Preview
from lci.workspace.preview import preview
from tests.workspace.conftest import Folder, assert_reader_agrees, codes

YEARS = "".join(f"{2000 + n},{100 + n}\n" for n in range(8))
AREAS = "".join(f"{2000 + n},{100 + n},{n}\n" for n in range(8))
PEOPLE = "name,score\n" + "".join(f"{name},{n}\n" for n, name in enumerate(["Ann", "Bob", "Cy", "Dee", "Eve"]))


def types(found: Preview) -> list[str]:
    return [column.dtype for column in found.tables[0].columns]


def sheet(folder: Folder, rows: list[list[Any]]) -> Preview:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder.path / "a.xlsx")
    return preview(folder.path / "a.xlsx", "a.xlsx")


WITH_NOTES = {
    "with the delimiter": (f"year,pop\n{YEARS}\nNote: provisional\nSource: office, 2024\n", 2),
    "with the delimiter, in fewer cells": (
        f"year,pop,x\n{AREAS}\nNote: provisional figures, revised in 2024\nSource: office of statistics, Bern\n", 2
    ),
    "with the delimiter, in more cells": (f"year,pop\n{YEARS}\nNote: births, deaths, and moves, by year\n", 1),
    "with the delimiter, without a mark": (f"year,pop,x\n{AREAS}\nFigures were revised, see below\n", 1),
    "directly below": (f"year,pop\n{YEARS}Source: office, 2024\n", 1),
    "padded, in several columns": (f'year,pop,x\n{AREAS}Note: provisional,,\n"Source: office, 2024",,\n', 2),
    "padded, in two columns": (f"year,pop\n{YEARS}Source: the national office of statistics,\n", 1),
    "padded, without a mark": (f"year,pop\n{YEARS}Estimated by hand,\n", 1),
    "padded, beneath an empty row": (f"year,pop,x\n{AREAS},,\nprovisional,,\n", 1),
    "below names": (f"{PEOPLE}Source: a survey,\n", 1),
    "below names, apart": (f"{PEOPLE},\nprovisional,\nby hand,\n", 2),
    "below names, with the delimiter": (f"{PEOPLE}Source: a survey, 2024\n", 1),
    "numbered": (f"year,pop,x\n{AREAS}(a) provisional,,\n2) see above,,\n* estimated,,\n", 3),
    "in Chinese": (f"year,pop\n{YEARS}注：暂定,\n", 1),
    "mark and text in cells of their own": (f"year,pop\n{YEARS}Source:,office\n", 1),
    "below many rows": ("year,pop\n" + "2001,5\n" * 3_000 + "Source: office, 2024\n", 1),
}  # fmt: skip


@pytest.mark.parametrize("case", WITH_NOTES)
def test_remarks_below_a_table_are_left_out_and_told(folder: Folder, case: str) -> None:
    text, lines = WITH_NOTES[case]
    found = folder.preview("a.csv", text)
    assert types(found)[-1] == "int64" and types(found)[0] in ("int64", "str"), found.reader
    assert codes(found) == {"notes_below_table"}
    (note,) = [each for each in found.warnings if each.code == "notes_below_table"]
    assert note.facts["lines"] == lines
    assert found.kind == "table"
    assert_reader_agrees(folder, found)


def test_a_remark_is_told_as_the_line_that_it_is(folder: Folder) -> None:
    found = folder.preview("a.csv", f"year,pop,x\n{AREAS}\nNote: births, deaths\n")
    (note,) = [each for each in found.warnings if each.code == "notes_below_table"]
    assert note.facts["first"] == "Note: births, deaths"


def test_remarks_between_two_tables_belong_to_neither(folder: Folder) -> None:
    found = folder.preview("a.csv", f"year,pop\n{YEARS}Source: office, 2024\n\nname,x,y\na,1,2\nb,3,4\nNote: by hand\n")
    assert [[column.dtype for column in table.columns] for table in found.tables] == [
        ["int64", "int64"], ["str", "int64", "int64"],
    ]  # fmt: skip
    assert codes(found) == {"several_tables", "notes_below_table"}


WITHOUT_NOTES = {
    "a total": f"year,pop,x\n{AREAS}Total,2190,190\n",
    "a total with a colon": f"year,pop,x\n{AREAS}Total:,2190,190\n",
    "a total behind blanks": f"year,pop,x\n{AREAS}Total, 2190, 190\n",
    "a name of which nothing is known": f"{PEOPLE}Flo,\n",
    "a long name of which nothing is known": "land,a,b\nSaint Kitts & Nevis,1,2\nPeru,3,4\nTrinidad and Tobago,,\n",
    "a code among numbers": "id,a,b\n1001,1,2\n1002,3,4\n1003,3,4\n1004,3,4\n1005,3,4\nX1006,,\n",
    "rows that all begin with a mark": "text,n\nTodo: milk,1\nTodo: bread,2\nDone: eggs,3\nTodo: rice,\n",
    "lonely names among others": "name,n\nAnn,1\nBob,\nCy,2\n,\nDee,\n",
    "a year that is not known": f"year,pop\n{YEARS}unknown,12\n",
}


@pytest.mark.parametrize("case", WITHOUT_NOTES)
def test_a_last_row_of_the_table_is_no_remark(folder: Folder, case: str) -> None:
    text = WITHOUT_NOTES[case]
    found = folder.preview("a.csv", text)
    assert "notes_below_table" not in codes(found), found.reader
    assert found.tables[0].rows == text.count("\n") - 1
    assert_reader_agrees(folder, found)


SHEETS: dict[str, list[list[Any]]] = {
    "short": [["date", "n", "x"], [date(2024, 1, 1), 1, 2.5], [date(2024, 1, 2), 2, 3.5], [], ["Source: office"]],
    "below two columns": [["year", "n"], [2001, 1], [2002, 2], [2003, 3], ["Source: the office of statistics"]],
    "one word, apart": [["name", "n"], ["Ann", 1], ["Bob", 2], [], ["provisional"]],
    "several": [["name", "n"], ["Ann", 1], ["Bob", 2], [], ["Note: by hand"], [], ["* estimated"]],
}


@pytest.mark.parametrize("case", SHEETS)
def test_remarks_below_the_table_of_a_sheet_are_left_out_and_told(folder: Folder, case: str) -> None:
    found = sheet(folder, SHEETS[case])
    assert codes(found) == {"notes_below_table"}, found.reader
    assert types(found)[0] in ("int64", "str", "datetime64[us]") and types(found)[1] == "int64"
    assert_reader_agrees(folder, found)


TITLED: dict[str, tuple[str, str, list[str]]] = {
    "above years": (
        "Population by country, thousands\ncountry,2022,2023,2024\nA,9105,9159,9198\nB,11697,11823,11900\n",
        ",",
        ["country", "2022", "2023", "2024"],
    ),
    "above one year": ("Population, thousands\ncountry,2024\nA,9198\nB,11900\nC,7\n", ",", ["country", "2024"]),
    "two of them, above years": (
        "Table 1\nUmsatz; in Tausend\nland;2022;2023\nA;1;2\nB;3;4\nC;5;6\n",
        ";",
        ["land", "2022", "2023"],
    ),
    "with the delimiter": (f"Population by year, thousands\nyear,pop\n{YEARS}", ",", ["year", "pop"]),
    "with the delimiter and a number": (f"Sales, by region, 2024\nyear,pop,x\n{AREAS}", ",", ["year", "pop", "x"]),
    "with the delimiter, in fewer cells": (f"Sales, by region\nyear,pop,x\n{AREAS}", ",", ["year", "pop", "x"]),
    "with the delimiter, in more cells": (f"Births, deaths, and moves\nyear,pop\n{YEARS}", ",", ["year", "pop"]),
    "with semicolons": (f"Births; France\n{'year,pop' + chr(10) + YEARS}".replace(",", ";"), ";", ["year", "pop"]),
    "in two lines": (f"Births, deaths, and moves\nBy year, in thousands\nyear,pop\n{YEARS}", ",", ["year", "pop"]),
    "above remarks": (f"Births, France\nyear,pop\n{YEARS}Source: office, 2024\n", ",", ["year", "pop"]),
    "above an empty row": (f"Population by year,\n,\nyear,pop\n{YEARS}", ",", ["year", "pop"]),
    "above an empty row and texts": ("People of the town,\n,\nname,city\nAnn,Oslo\nBob,Rome\n", ",", ["name", "city"]),
    "two above an empty row": (f"Births,\nProvisional,\n,\nyear,pop\n{YEARS}", ",", ["year", "pop"]),
}


@pytest.mark.parametrize("case", TITLED)
def test_titles_above_the_names_are_passed_over(folder: Folder, case: str) -> None:
    text, delimiter, names = TITLED[case]
    found = folder.preview("a.csv", text)
    assert ([column.name for column in found.tables[0].columns], found.delimiter) == (names, delimiter), found.reader
    assert {"title_rows_above_header"} <= codes(found) <= {"title_rows_above_header", "notes_below_table"}
    assert types(found) in (["int64"] * len(names), ["str", "str"], ["str", *["int64"] * (len(names) - 1)])
    assert_reader_agrees(folder, found)


UNTITLED = {
    "names behind blanks": "time, depth\n1,2.5\n2,3.5\n3,4.5\n",
    "names behind blanks above units": "time, depth\ns,m\n1,2.5\n2,3.5\n3,4.5\n",
    "names behind blanks above texts": "name, city\nAnn,Oslo\nBob,Rome\nCy,Lyon\n",
    "names and values behind some blanks": "name, city\nAnn, Oslo\nbob,Rome\nCy,1\nDee, 2\nEve,3\n",
}


@pytest.mark.parametrize("case", UNTITLED)
def test_names_behind_blanks_are_no_title(folder: Folder, case: str) -> None:
    found = folder.preview("a.csv", UNTITLED[case])
    assert "title_rows_above_header" not in codes(found), found.reader
    assert [column.name.strip() for column in found.tables[0].columns][1] in ("depth", "city")
    assert_reader_agrees(folder, found)


def test_tables_beneath_titles_with_the_delimiter_are_told_apart(folder: Folder) -> None:
    found = folder.preview(
        "a.csv", "Table 1, births by year\nyear,n\n2001,5\n2002,6\n\nTable 2, deaths by year\nyear,n\n2001,7\n2002,8\n"
    )
    assert [table.name for table in found.tables] == ["Table 1, births by year", "Table 2, deaths by year"]
    assert [[(column.name, column.dtype) for column in table.columns] for table in found.tables] == [
        [("year", "int64"), ("n", "int64")]
    ] * 2


TITLED_SHEETS: dict[str, list[list[Any]]] = {
    "two columns": [["Population by year"], [], ["year", "pop"], [2000, 100], [2001, 101]],
    "two columns of texts": [["People of the town"], ["by hand"], [], ["year", "pop"], ["a", "b"], ["c", "d"]],
}


@pytest.mark.parametrize("case", TITLED_SHEETS)
def test_a_title_and_an_empty_row_stand_above_two_columns_of_a_sheet(folder: Folder, case: str) -> None:
    found = sheet(folder, TITLED_SHEETS[case])
    assert [column.name for column in found.tables[0].columns] == ["year", "pop"], found.reader
    assert codes(found) == {"title_rows_above_header"}
    assert_reader_agrees(folder, found)


def test_codes_above_a_remark_keep_their_zeros(folder: Folder) -> None:
    found = sheet(folder, [["code", "n"], ["007", 1], ["010", 2], [], ["Note: by hand"]])
    assert types(found) == ["str", "int64"], found.reader
    assert codes(found) == {"notes_below_table", "leading_zeros"}
    assert_reader_agrees(folder, found)
