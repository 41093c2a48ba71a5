"""How a delimited text is laid out, found from the text alone (B20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from lci.workspace.dialects import Dialect, dialect_of, lines_of, records, rows_of
from lci.workspace.headers import has_header
from lci.workspace.layouts import layout_of

TABLE = "id,name,size\n1,a,2.5\n2,b,3.5\n"


@dataclass(frozen=True)
class Found:
    """What was found: `width` of the header (or the first row), `skipped` lines above it."""

    delimiter: str
    width: int
    quoted: bool = True
    skipped: int = 0
    has_header: bool = True


def layout(text: str, ending: str = ".csv", delimiter: str | None = None, *, complete: bool = True) -> Found | None:
    dialect = dialect_of(text, ending, delimiter, complete=complete)
    if dialect is None:
        return None
    rows = list(rows_of(lines_of(text), dialect))
    found = layout_of(rows if complete or len(rows) < 2 else rows[:-1], dialect)
    if found is None:
        return None
    table = found.table
    quoted = bool(dialect.quote) or len(dialect.delimiter) > 1
    return Found(dialect.delimiter, len(table.rows[0].cells), quoted, table.above, table.header > 0)


LAYOUTS: dict[str, tuple[str, str, Found | None]] = {
    "commas": (TABLE, ".csv", Found(",", 3)),
    "commas in a .txt": (TABLE, ".txt", Found(",", 3)),
    "semicolons where the ending promises commas": (TABLE.replace(",", ";"), ".csv", Found(";", 3)),
    "semicolons around decimal commas": ("a;b\n1,5;2,5\n3,5;4,5\n", ".csv", Found(";", 2)),
    "tabs around commas": ("a\tb\nx, y\t1\nz, w\t2\n", ".txt", Found("\t", 2)),
    "tabs in some cells between commas": ("a,b\nx\ty,1\nz,2\nw,3\nv,4\n", ".csv", Found(",", 2)),
    "a sign nobody uses for else": (TABLE.replace(",", "\x01"), ".txt", Found("\x01", 3)),
    "a list in one column between the promised commas": ("id,tags\n1,a;b\n2,c;d\n3,e;f\n", ".csv", Found(",", 2)),
    "a list in one column, nothing promised but semicolons": ("id;tags\n1;a,b\n2;c,d\n", ".ssv", Found(";", 2)),
    "one column": ("name\nAnn\nBob\n", ".csv", Found(",", 1)),
    "one column of a .tsv": ("name\nAnn\nBob\n", ".tsv", Found("\t", 1)),
    "one column, nothing promised": ("name\nAnn\nBob\n", ".txt", None),
    "a semicolon in one of many lines": ("name\nAnn\nBob; Cy\nDan\n", ".csv", Found(",", 1)),
    "a semicolon in one of many lines, nothing promised": ("name\nAnn\nBob; Cy\nDan\n", ".txt", None),
    "nothing": ("", ".csv", None),
    "blank lines": ("\n \n\n", ".csv", None),
    "colons between numbers": ("a:b\n1:2\n3:4\n", ".txt", Found(":", 2)),
    "spaces between numbers": ("a b\n1 2\n3  4\n", ".txt", Found(" ", 2)),
    "spaces, half of the cells numbers": ("n v\nx 2\ny 4\n", ".txt", Found(" ", 2)),
    "spaces, fewer than half of them numbers": ("n v w\nx y 2\nz w 4\n", ".txt", None),
    "spaces, one row beneath": ("a b\n1 2\n", ".txt", None),
    "spaces, a row too long": ("a b\n1 2\n3 4 5\n", ".txt", None),
    "prose with commas": ("Dear John,\nhow are you, my friend?\nBye\n", ".txt", None),
    "prose with as many commas in each line": ("Well, then\nSo, what\nNo, never\n", ".txt", None),
    "texts without a gap after the comma": ("a,b\nx,y\nz,w\n", ".txt", Found(",", 2)),
    "texts in two lines only": ("a,b\nx,y\n", ".txt", None),
    "a single line": ("a;b;c\n", ".txt", None),
    "a number in half of the rows": ("a, b\nx, 1\ny, z\n", ".txt", None),
    "a number in more than half of the rows": ("a, b\nx, 1\ny, 2\nz, w\n", ".txt", Found(",", 2)),
    "a date in each row": ("a, b\nx, 2024-01-02\ny, 2024-01-03\n", ".txt", Found(",", 2)),
    "semicolons between texts": ("a; b\nx; y\n", ".txt", Found(";", 2)),
    "cells as long as paragraphs": (f"a;b\n{'x' * 301};y\n", ".txt", None),
    "cells shorter than paragraphs": (f"a;b\n{'x' * 300};y\n", ".txt", Found(";", 2)),
    "a title": ("Report 2024\nid,name,size\n1,a,2\n", ".csv", Found(",", 3, skipped=1)),
    "a title above a blank line": ("Report 2024\n\nid,name,size\n1,a,2\n", ".csv", Found(",", 3, skipped=2)),
    "a title in a quoted cell of two lines": ('"Re\nport"\nid,name,size\n1,a,2\n', ".csv", Found(",", 3, skipped=2)),
    "a title with empty cells": ("Report,,\nid,name,size\n1,a,2\n", ".csv", Found(",", 3, skipped=1)),
    "a title above two columns": ("Report\nid,name\n1,a\n2,b\n", ".csv", Found(",", 2, skipped=1)),
    "two of six cells in a title": ("Report,2024\na,b,c,d,e,f\n1,2,3,4,5,6\n", ".csv", Found(",", 6, skipped=1)),
    "three of six cells, no title": ("x,y,z\na,b,c,d,e,f\n1,2,3,4,5,6\n", ".csv", Found(",", 3)),
    "an empty name in a header of two": (",b\n1,2\n3,4\n", ".csv", Found(",", 2)),
    "two names missing in a header of three": (",,c\n1,2,3\n4,5,6\n", ".csv", Found(",", 3, True, 1, False)),
    "rows longer than the header": ("a,b\n1,2,3\n4,5,6\n", ".csv", Found(",", 2)),
    "a header longer than the rows": ("a,b,c\n1,2\n3,4\n", ".csv", Found(",", 3)),
    "as many rows of one width as of another": ("x\na,b\n", ".csv", Found(",", 2, skipped=1)),
    "no header": ("1,2.5,x\n2,3.5,y\n", ".csv", Found(",", 3, has_header=False)),
    "no header beneath a title": ("Report\n1,2.5,x\n2,3.5,y\n", ".csv", Found(",", 3, skipped=1, has_header=False)),
    "a quote that never closes": ('a,b\n1,"x\n2,y\n', ".csv", Found(",", 2, quoted=False)),
    "quotes that close": ('a,b\n1,"x\ny"\n2,"z"\n', ".csv", Found(",", 2)),
    "a quote that closes with the text": ('a,b\n1,x\n2,"y"', ".csv", Found(",", 2)),
}  # fmt: skip


@pytest.mark.parametrize("case", LAYOUTS)
def test_the_layout_of_a_text_is_found(case: str) -> None:
    """B20."""
    text, ending, expected = LAYOUTS[case]
    assert layout(text, ending) == expected


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ",", "\x01", "\x1f", "^", "~", "¦", "§"])
def test_any_usual_delimiter_is_found_whatever_the_name(delimiter: str) -> None:
    """B20."""
    assert layout(TABLE.replace(",", delimiter), ".txt") == Found(delimiter, 3)


@pytest.mark.parametrize(
    ("ending", "delimiter"), [(".csv", ","), (".tsv", "\t"), (".tab", "\t"), (".psv", "|"), (".ssv", ";")]
)
def test_what_the_ending_promises_decides_between_two_regular_delimiters(ending: str, delimiter: str) -> None:
    """B20."""
    both = f"a,x{delimiter}b,y\n1,2{delimiter}3,4\n5,6{delimiter}7,8\n" if delimiter != "," else "a^x,b^y\n1^2,3^4\n"
    found = layout(both, ending)
    assert found is not None and (found.delimiter, found.width) == (delimiter, 2)


def test_a_given_delimiter_is_believed() -> None:
    """B20: also one of several signs, and one that leaves a single column."""
    assert layout("a||b\n1||2\n", ".csv", "||") == Found("||", 2)
    assert layout(TABLE, ".csv", ";") == Found(";", 1)
    assert layout('a||"b\n1||2\n', ".csv", "||") == Found("||", 2)
    assert layout("a;b,c\n1;2,3\n", ".csv", ",") == Found(",", 2)


def test_a_last_row_that_was_cut_does_not_count() -> None:
    """B20: of a large file only the beginning is looked at, to wherever that ends."""
    cut = "Report\na,b,c\n1"
    assert layout(cut, complete=False) == Found(",", 3, skipped=1)
    assert layout("a,b\n1", complete=False) == Found(",", 2)
    assert layout("a,b", complete=False) == Found(",", 2)
    # Two rows of three cells and two of one: the cut one would make the others as usual.
    assert layout("x\na,b,c\n1,2,3\n4", complete=False) == Found(",", 3, skipped=1)


def test_a_quote_may_still_close_behind_what_was_read() -> None:
    """B20: only one that swallowed much of the text is believed never to close."""
    rows = "".join(f"{n},text {n}\n" for n in range(100))
    late = layout(f'a,b\n{rows}1,"x', complete=False)
    early = layout(f'a,b\n1,"x\n{rows}', complete=False)
    assert late is not None and late.quoted
    assert early is not None and not early.quoted


@pytest.mark.parametrize("titles", [20, 21])
def test_twenty_lines_of_titles_are_looked_through_and_no_more(titles: int) -> None:
    """B20."""
    remarks = "".join(f"Remark {n}\n" for n in range(titles))
    found = layout(remarks + "id,name,size\n" + "1,a,2\n" * 60)
    assert found is not None
    assert (found.width, found.skipped) == ((3, 20) if titles == 20 else (1, 0))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["a", "b"], ["x", "y"]], True),
        ([["a", "b"], ["1", "2"]], True),
        ([["a", "b"]], True),
        ([["1", "2"]], False),
        ([["1", "b"], ["2", "x"]], False),
        ([["1", "b"], ["x", "y"]], True),
        ([["1", "b"], ["x", "y"], ["2", "z"]], False),
        ([["1", "b"], ["", "y"]], False),
        ([["1", "b"], ["", "y"], ["x", "y"]], True),
        ([["a", "1"], ["x"]], False),
        ([["2024-01-02", "b"], ["2024-01-03", "x"]], False),
        ([["1,5", "b"], ["2,5", "x"]], False),
        ([["land", "2019", "2020"], ["JP", "1", "2"]], True),
        ([["land", "2019", "2020"]], False),
        ([["land", "2019"], ["JP", "1"]], True),
        ([["2019", "2020"], ["1", "2"]], False),
        ([["land", "2019", "2019"], ["JP", "1", "2"]], False),
        ([["land", "1900", "2100"], ["JP", "1", "2"]], True),
        ([["land", "1899", "1901"], ["JP", "1", "2"]], False),
        ([["land", "2099", "2101"], ["JP", "1", "2"]], False),
        ([["land", "20190", "20200"], ["JP", "1", "2"]], False),
        ([["land", "2019.5", "2020"], ["JP", "1", "2"]], False),
    ],
)
def test_the_first_row_is_a_header_when_it_names_what_stands_below(
    rows: Sequence[Sequence[str]], expected: bool
) -> None:
    """B20: years name columns, too."""
    assert has_header(rows) is expected


def cells_of(text: str, delimiter: str, *, quoted: bool = True) -> list[list[str]]:
    return list(records(lines_of(text), Dialect(delimiter, '"' if quoted else "")))


def test_rows_are_those_that_pandas_reads() -> None:
    """B5: blank lines are none, a quoted cell keeps its line ends, spaces in a row are one delimiter."""
    assert cells_of('a,b\n\n \n1,"x\r\ny"\r\n', ",") == [["a", "b"], ["1", "x\r\ny"]]
    assert cells_of(" a  b \r\n  1   2\n", " ") == [["a", "b"], ["1", "2"]]
    assert cells_of("a::b\r\n\n \n1::2", "::") == [["a", "b"], ["1", "2"]]
    assert cells_of('""\n , \n', ",") == [[""], [" ", " "]]
    assert cells_of('a,b\n"1,2\n', ",", quoted=False) == [["a", "b"], ['"1', "2"]]
    assert cells_of("a, b\n", ",") == [["a", " b"]]
