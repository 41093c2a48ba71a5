"""What is told of a file is what the told call returns: names, types, missing values, rows (B5, P16)."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pyreadstat
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from lci.core.files import Preview
from lci.workspace.preview import preview
from tests.examples import share
from tests.workspace.conftest import Folder, codes


def assert_told_is_read(found: Preview, frame: Any) -> None:
    """The frame has what the preview tells of the first table."""
    (table, *_) = found.tables
    names = [str(name) for name in frame.columns]
    told = [(column.name, column.dtype) for column in table.columns]
    assert told == list(zip(names, map(str, frame.dtypes), strict=True)), found.reader
    if table.rows_exact:
        assert table.rows == len(frame), found.reader
    for at, column in enumerate(table.columns):
        assert column.nulls in (None, int(frame.iloc[:, at].isna().sum())), (found.reader, column)
    shown = [[cell is None for cell in row] for row in table.head]
    assert shown == frame.head(len(table.head)).isna().to_numpy().tolist(), found.reader


@dataclass(frozen=True)
class Case:
    content: str
    types: dict[str, str]
    rows: int
    said: frozenset[str] = frozenset()
    within: str = ""


def said(*codes: str) -> frozenset[str]:
    return frozenset(codes)


ROWS = "".join(f'{n},"good; fast; cheap | ok"\n' for n in range(50))
CASES = {
    "other marks in quoted texts": Case(f"id,comment\n{ROWS}", {"id": "int64", "comment": "str"}, 50),
    "other marks in plain texts": Case(
        "id,comment\n" + "".join(f"{n},good; fast; cheap | ok\n" for n in range(50)),
        {"id": "int64", "comment": "str"}, 50,
    ),
    "a line that names the delimiter": Case("sep=;\na;b\n1;2\n3;4\n", {"a": "int64", "b": "int64"}, 2),
    "a code that is called NA": Case(
        "country,code,pop\nNamibia,NA,2.6\nNorway,NO,5.4\nNauru,NR,\n",
        {"country": "str", "code": "str", "pop": "float64"}, 3, said("words_kept"), "keep_default_na=False",
    ),
    "a level that is called None": Case(
        "who,stress,age\n" + "".join(f"P{n},{('None', 'Low', 'High')[n % 3]},{n or ''}\n" for n in range(9)),
        {"who": "str", "stress": "str", "age": "float64"}, 9, said("words_kept"), "keep_default_na=False",
    ),
    "None where a number is missing, too": Case(
        "stress,age\n" + "".join(f"{('None', 'Low', 'High')[n % 3]},{n or 'None'}\n" for n in range(9)),
        {"stress": "str", "age": "float64"}, 9, said("missing_words"),
    ),
    "None where a date is missing, too": Case(
        "stress,day\nNone,None\n" + "".join(f"{('None', 'Low', 'High')[n % 3]},2024-01-{n:02}\n" for n in range(1, 9)),
        {"stress": "str", "day": "datetime64[us]"}, 9, said("missing_words"),
    ),
    "None beside yes and no": Case(
        "paid,v\n" + "".join(f"{('None', 'Yes', 'No')[n % 3]},{n}\n" for n in range(9)),
        {"paid": "str", "v": "int64"}, 9, said("missing_words"),
    ),
    "words that mean missing": Case(
        "who,what\nAnn,good\nBob,NA\nCy,bad\n", {"who": "str", "what": "str"}, 3, said("missing_words")
    ),
    "ids with gaps": Case(
        "id,v\n1009513310189256287,1\n,2\n1009513310189256289,3\n", {"id": "Int64", "v": "int64"}, 3, within="Int64"
    ),
    "ids beyond 64 signed bits": Case("id\n1009513310189256287\n9223372036854775808\n", {"id": "uint64"}, 2),
    "the day first": Case(
        "date,v\n03/04/2025,1\n25/04/2025,2\n", {"date": "datetime64[us]", "v": "int64"}, 2, within="%d/%m/%Y"
    ),
    "the month first": Case(
        "date,v\n12/31/2024,1\n01/02/2025,2\n", {"date": "datetime64[us]", "v": "int64"}, 2, within="%m/%d/%Y"
    ),
    "day or month first": Case(
        "date,v\n02/01/2025,1\n01/02/2025,2\n", {"date": "datetime64[us]", "v": "int64"}, 2, said("ambiguous_dates")
    ),
    "dates with dots": Case(
        "d,v\n1.2.2024,1\n2.3.2024,2\n", {"d": "datetime64[us]", "v": "int64"}, 2, within="%d.%m.%Y"
    ),
    "names of months": Case("d,v\n1 Jan 2024,1\n12 Feb 2024,2\n", {"d": "datetime64[us]", "v": "int64"}, 2),
    "moments with a zone": Case(
        "t,v\n2024-01-01T10:00:00Z,1\n2024-01-02T10:00:00Z,2\n", {"t": "datetime64[us, UTC]", "v": "int64"}, 2
    ),
    "a date that is none": Case("d,v\n2024-01-01,1\n2024-13-01,2\n", {"d": "str", "v": "int64"}, 2),
    "digits joined by other marks": Case("subplot,v\n41_10_1,1\n31_01_2,2\n", {"subplot": "str", "v": "int64"}, 2),
    "a late text": Case(
        "case\n" + "".join(f"{n:06}\n" for n in range(25_000)) + "none at all\n", {"case": "str"}, 25_001
    ),
    "a late float": Case("a\n" + "".join(f"{n}\n" for n in range(30_000)) + "0.5\n", {"a": "float64"}, 30_001),
    "numbers and texts in parts": Case(
        "a,b\n" + "000001,1\n" * 600_000 + "x1,2\n", {"a": "str", "b": "int64"}, 600_001, said("mixed_types"), "dtype="
    ),
    "codes with leading zeros": Case(
        '"id","zip","n"\n"1","01234","5"\n"2","98765","6"\n',
        {"id": "int64", "zip": "str", "n": "int64"}, 2, said("leading_zeros"), 'dtype={"zip": str}',
    ),
    "versions": Case("p,v\na,1.10\nb,1.9\nc,2.20\n", {"p": "str", "v": "float64"}, 3, said("numbers_rewritten")),
    "prices": Case("p,v\na,1.10\nb,1.90\nc,2.20\n", {"p": "str", "v": "float64"}, 3),
    "ids like 2E10": Case("sku,q\n1E5,1\n2E10,2\n", {"sku": "float64", "q": "int64"}, 2, said("numbers_rewritten")),
    "thousands as in India": Case(
        'item,amount\nA,"1,00,000"\nB,"12,34,567"\nC,"500"\n',
        {"item": "str", "amount": "int64"}, 3, said("thousands_separator"), 'thousands=","',
    ),
    "thousands by blanks": Case(
        "prix;nom\n1 234,50;a\n12,00;b\n",
        {"prix": "float64", "nom": "str"}, 2, said("decimal_comma", "thousands_separator"),
    ),
    "a name that is missing": Case("a,b,\n1,2,\n4,5,\n", {"a": "int64", "b": "int64", "Unnamed: 2": "float64"}, 2),
    "blanks behind commas": Case(
        'date, time, note\n2024-01-01, 10:00, "a, b"\n2024-01-02, 10:00, "c, d"\n',
        {"date": "datetime64[us]", "time": "str", "note": "str"}, 2, within="skipinitialspace=True",
    ),
    "rows longer than the header": Case(
        "run,a\n" + "0,1,2,3\n" * 9,
        {"run": "int64", "a": "int64", "column 3": "int64", "column 4": "int64"},
        9, said("columns_added", "ragged_rows"),
    ),
    "comments above": Case(
        "# Station: Matsumoto\n# Units, degC; mm\ndate,temp\n" + "2024-01-01,1.1\n" * 7,
        {"date": "datetime64[us]", "temp": "float64"}, 7, said("comment_lines"), 'comment="#"',
    ),
    "comments between": Case("a,b\n1,2\n# a pause\n3,4\n", {"a": "int64", "b": "int64"}, 2, said("comment_lines")),
    "a header that begins with #": Case("#chrom\tstart\nx\t1\ny\t2\n", {"#chrom": "str", "start": "int64"}, 2),
    "escaped quotes": Case('a,b\n1,"say \\"hi\\", ok"\n2,"x"\n', {"a": "int64", "b": "str"}, 2, within="escapechar"),
    "single quotes": Case("a,b\n1,'x, y'\n2,'z, w'\n3,'u'\n", {"a": "int64", "b": "str"}, 3, within="quotechar"),
    "years above": Case("country,2001,2002\nA,1,2\nB,4,5\n", {"country": "str", "2001": "int64", "2002": "int64"}, 2),
    "two rows of names": Case(
        "control,,fire,\nX,Y,X,Y\n" + "0.1,0.2,0.3,0.4\n" * 3,
        {"control X": "float64", "control Y": "float64", "fire X": "float64", "fire Y": "float64"},
        3, said("two_row_header"),
    ),
    "units below the names": Case(
        "time,depth\n(s),(m)\n1,2.5\n2,3.5\n3,4.5\n", {"time": "int64", "depth": "float64"}, 3,
        said("units_below_header"),
    ),
    "a title above two columns": Case(
        '"Table 1. Population, by year",\nYear,Population\n2001,5\n2002,6\n2003,7\n',
        {"Year": "int64", "Population": "int64"}, 3, said("title_rows_above_header"),
    ),
    "a source below": Case(
        "Year,Population,Area\n2001,5,1\n2002,6,1\n2003,7,1\n\nSource: the office of statistics\n",
        {"Year": "int64", "Population": "int64", "Area": "int64"}, 3, said("notes_below_table"), "nrows=3",
    ),
    "tables one below the other": Case(
        "a,b\n1,2\n3,4\n\nname,x,y\nu,1.5,2\nv,2.5,3\n", {"a": "int64", "b": "int64"}, 2, said("several_tables")
    ),
    "the same name twice": Case(
        "a,a,b\n1,2,3\n", {"a": "int64", "a.1": "int64", "b": "int64"}, 1, said("duplicate_columns")
    ),
    "columns at fixed places": Case(
        "ID   NAME            AMOUNT\n1    Ada Lovelace      10.50\n"
        "2    Bob Stone Smith    3.00\n3    Cy                 1.00\n",
        {"ID": "int64", "NAME": "str", "AMOUNT": "float64"}, 3, said("fixed_width"), "read_fwf",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_is_what_is_read(folder: Folder, name: str) -> None:
    """B5, B20."""
    case = CASES[name]
    found = folder.preview("a.csv", case.content)
    assert found.error is None
    assert {column.name: column.dtype for column in found.tables[0].columns} == case.types, found.reader
    assert found.tables[0].rows == case.rows
    assert codes(found) == case.said
    assert case.within in (found.reader or "")
    assert_told_is_read(found, folder.frame(found))


DAY = date(2024, 1, 2)
SHEETS: dict[str, tuple[list[list[Any]], dict[str, str], int, frozenset[str]]] = {
    "codes": ([["zip", "n"], ["01234", 1], ["00501", 2]], {"zip": "str", "n": "int64"}, 2, said("leading_zeros")),
    "further down and to the right": (
        [[], [None, None, "city", "since"], [None, None, "A", DAY], [None, None, "B", DAY]],
        {"city": "str", "since": "datetime64[us]"}, 2, said(),
    ),
    "two rows of names": (
        [["Region", "2024", None, "2025", None], [None, "Q1", "Q2", "Q1", "Q2"], ["N", 1, 2, 3, 4], ["S", 5, 6, 7, 8]],
        {"Region": "str", "2024 Q1": "int64", "2024 Q2": "int64", "2025 Q1": "int64", "2025 Q2": "int64"},
        2, said("two_row_header"),
    ),
    "days for names": ([[20240101, 20240102], [1, 2]], {"20240101": "int64", "20240102": "int64"}, 1, said()),
    "no names": ([[1, 2.5], [3, 4.5], [5, 6.5]], {"0": "int64", "1": "float64"}, 3, said()),
    "dates as texts": (
        [["d", "v"], ["31/12/2024", 1], ["01/01/2025", 2]], {"d": "datetime64[us]", "v": "int64"}, 2, said()
    ),
    "remarks around": (
        [["Report of the year"], ["a", "b", "c"], [1, 2, 3], [4, 5, 6], [], ["Source: an office of statistics"]],
        {"a": "int64", "b": "int64", "c": "int64"}, 2, said("title_rows_above_header", "notes_below_table"),
    ),
    "units": (
        [["time", "depth"], ["(s)", "(m)"], [1, 2.5], [2, 3.5]], {"time": "int64", "depth": "float64"}, 2,
        said("units_below_header"),
    ),
    "nothing but names": ([["a", "b"]], {"a": "object", "b": "object"}, 0, said("header_only")),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_what_is_told_of_a_sheet_is_what_is_read(folder: Folder, name: str) -> None:
    """B5, B20."""
    rows, types, count, odd = SHEETS[name]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder.path / "a.xlsx")
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert found.error is None
    assert {column.name: column.dtype for column in found.tables[0].columns} == types, found.reader
    assert (found.tables[0].rows, codes(found)) == (count, odd)
    assert_told_is_read(found, folder.frame(found))


def test_formulas_without_results_and_hidden_sheets_are_said(folder: Folder) -> None:
    """B20."""
    book = openpyxl.Workbook()
    for row in (["a", "twice"], [1, "=A2*2"], [2, "=A3*2"]):
        book.active.append(row)
    book.create_sheet("aside").append(["x"])
    book["aside"].sheet_state = "hidden"
    book.save(folder.path / "a.xlsx")
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert codes(found) == {"formulas_without_results", "hidden_sheets", "header_only"}
    assert [table.name for table in found.tables] == ["Sheet", "aside"]
    assert_told_is_read(found, folder.frame(found))


FRAME = pd.DataFrame(
    {
        "whole": [1, 2, 3], "gaps": [1.0, None, 3.0], "word": ["a", None, "é 表"], "flag": [True, False, True],
        "code": ["007", "008", "010"], "when": pd.to_datetime(["2024-01-02 08:00", "2024-01-03 10:00", None]),
    }
)  # fmt: skip


def _database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        FRAME.to_sql("t", connection, index=False)
        connection.commit()


def _duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.register("frame", FRAME)
        connection.execute("CREATE TABLE t AS FROM frame")


def _sas(path: Path) -> None:
    pyreadstat.write_xport(FRAME.drop(columns=["flag", "when"]), str(path))


WRITERS: dict[str, Callable[[Path], Any]] = {
    "a.parquet": FRAME.to_parquet,
    "indexed.parquet": lambda path: FRAME.set_index(["whole", "word"]).to_parquet(path),
    "twice.parquet": lambda path: pyarrow.parquet.write_table(
        pa.Table.from_arrays([pa.array([1, None]), pa.array(["x", "y"])], names=["a", "a"]), path
    ),
    "a.feather": FRAME.to_feather,
    "a.orc": lambda path: pyarrow.orc.write_table(pa.Table.from_pandas(FRAME), path),
    "a.json": lambda path: FRAME.to_json(path, orient="records", date_format="iso"),
    "columns.json": lambda path: FRAME.to_json(path, date_format="iso"),
    "split.json": lambda path: FRAME.to_json(path, orient="split", date_format="iso"),
    "a.jsonl": lambda path: FRAME.to_json(path, orient="records", lines=True, date_format="iso"),
    "a.xml": lambda path: FRAME.to_xml(path, index=False, parser="etree"),
    "a.html": lambda path: FRAME.to_html(path, index=False),
    "a.xlsx": lambda path: FRAME.to_excel(path, index=False),
    "a.dta": lambda path: FRAME.drop(columns="word").to_stata(path, write_index=False),
    "a.xpt": _sas,
    "a.sav": lambda path: pyreadstat.write_sav(FRAME.drop(columns="flag"), str(path)),
    "a.sqlite": _database,
    "a.duckdb": _duckdb,
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_told_of_other_formats_is_what_is_read(folder: Folder, name: str) -> None:
    """B5, B20: names, types and missing values as they come back, whatever they were before."""
    path = folder.path / name
    WRITERS[name](path)
    found = preview(path, name)
    assert found.error is None and found.tables
    assert_told_is_read(found, folder.frame(found))


def test_no_table_ends_where_looking_at_it_does(folder: Folder) -> None:
    """B5, B20: an odd row in the middle is no remark at the end."""
    rows = [f"{n},x\n" for n in range(3_000)]
    rows[1_998] = "a lonely text\n"
    found = folder.preview("a.csv", "n,word\n" + "".join(rows))
    assert (found.tables[0].rows, codes(found)) == (3_000, {"ragged_rows"})
    assert_told_is_read(found, folder.frame(found))
    book = openpyxl.Workbook()
    book.active.append(["n", "word", "x"])
    for n in range(6_000):
        book.active.append([n, "x", 1] if n != 4_998 else ["a sentence that stands alone", None, None])
    book.save(folder.path / "a.xlsx")
    sheet = preview(folder.path / "a.xlsx", "a.xlsx")
    assert sheet.tables[0].rows == 6_000
    assert_told_is_read(sheet, folder.frame(sheet))


PAGE = "<html><body><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>x</td></tr></table></body></html>"


@pytest.mark.parametrize("name", ["a.html", "a.xls", "a.xlsx"])
def test_tables_of_pages_are_read_under_any_ending(folder: Folder, name: str) -> None:
    """B20: spreadsheets' programs and offices write them under their own."""
    found = folder.preview(name, PAGE)
    assert found.error is None
    assert [(column.name, column.dtype) for column in found.tables[0].columns] == [("a", "int64"), ("b", "str")]
    assert codes(found) == (set() if name == "a.html" else {"wrong_extension"})
    assert_told_is_read(found, folder.frame(found))


def test_digits_that_are_lost_are_said(folder: Folder) -> None:
    """B20: pandas has no call that keeps long integers of JSON among gaps."""
    found = folder.preview("a.json", '[{"id": 1344800117571260417}, {"id": null}]')
    assert codes(found) == {"digits_lost"}
    assert_told_is_read(found, folder.frame(found))
    assert codes(folder.preview("a.json", '[{"id": 1344800117571260417}]')) == set()


# --- generated tables -------------------------------------------------------------------------------------------------

WORDS = st.text("abcdefghij äöü", min_size=2, max_size=10).filter(lambda text: text.strip() == text)
GAP = 5


@dataclass(frozen=True)
class Kind:
    """Cells of one kind: what a value is, how it is written, and what pandas is to make of the column."""

    values: st.SearchStrategy[Any]
    write: Any
    complete: str
    with_gaps: str


def day(form: str) -> Kind:
    dates = st.integers(0, 9_000).map(lambda days: date(2001, 1, 25) + timedelta(days))
    return Kind(dates, lambda value: value.strftime(form), "datetime64[us]", "datetime64[us]")


KINDS = {
    "whole": Kind(st.integers(-(10**6), 10**6), str, "int64", "float64"),
    "real": Kind(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), "{:.3f}".format, "float64", "float64"),
    "word": Kind(WORDS, str, "str", "str"),
    "code": Kind(st.integers(0, 9_999), "{:05}".format, "str", "str"),
    "long id": Kind(st.integers(10**17, 10**18 - 1), str, "int64", "Int64"),
    "iso": day("%Y-%m-%d"),
    "european": day("%d/%m/%Y"),
    "dotted": day("%d.%m.%Y"),
    "flag": Kind(st.booleans(), str, "bool", "object"),
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    text: str
    names: list[str]
    columns: list[list[Any]]
    types: list[str]


@st.composite
def tables(draw: st.DrawFn) -> Written:
    """A table as people's programs write it, with one kind of trouble around it."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=5))
    count = draw(st.integers(4, 12))
    columns = [draw(st.lists(KINDS[kind].values, min_size=count, max_size=count)) for kind in kinds]
    gaps = [draw(st.sampled_from([None, None, 2])) for _ in kinds]
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    names = [f"{kind} {at}" for at, kind in enumerate(kinds)]
    target = io.StringIO(newline="")
    writer = csv.writer(
        target, delimiter=delimiter, quoting=quoting, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))
    )
    writer.writerow(names)
    for row in range(count):
        writer.writerow(
            ["" if gaps[at] == row else KINDS[kind].write(columns[at][row]) for at, kind in enumerate(kinds)]
        )
    before, after = draw(
        st.sampled_from([("", ""), ("# made by a program\n", ""), (f"sep={delimiter}\n", ""), ("\ufeff", "")])
        | st.sampled_from(
            [("Report of the year\n\n", ""), ("", "\nSource: an office of statistics\n"), ("\n\n", "\n\n")]
        )
    )
    for at, gap in enumerate(gaps):
        if gap is not None:
            columns[at][gap] = None
    types = [
        KINDS[kind].complete if gap is None else KINDS[kind].with_gaps for kind, gap in zip(kinds, gaps, strict=True)
    ]
    return Written(before + target.getvalue() + after, names, columns, types)


@settings(max_examples=share(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_generated_tables_come_back_as_they_were_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: Written
) -> None:
    """P16: names, values and types are the generator's own, and those that the call returns."""
    # A column of nothing but dates that fit both orders is decided by nobody.
    for kind, column in zip(table.names, table.columns, strict=True):
        assume(not kind.startswith("european") or any(each is not None and each.day > 12 for each in column))
    path = tmp_path / "made.csv"
    path.write_bytes(table.text.encode())
    found = preview(path, "made.csv")
    assert found.error is None
    monkeypatch.chdir(tmp_path)
    frame = eval(found.reader or "", {"pd": pd})
    assert_told_is_read(found, frame)
    assert [str(name) for name in frame.columns] == table.names, found.reader
    assert [str(dtype) for dtype in frame.dtypes] == table.types, found.reader
    for at, column in enumerate(table.columns):
        read = [None if pd.isna(value) else value for value in frame.iloc[:, at].tolist()]
        assert read == [_as_read(value, table.types[at]) for value in column], found.reader


def _as_read(value: Any, dtype: str) -> Any:
    if isinstance(value, date):
        return pd.Timestamp(value)
    if dtype == "str" and isinstance(value, int):
        return f"{value:05}"
    return value
