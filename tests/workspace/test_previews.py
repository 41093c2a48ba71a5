"""Everything that is shown of a file, as one value: columns, rows, what is odd, and how to read it (B5, B20)."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import tarfile
import zipfile
from contextlib import closing

import duckdb
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from lci.core.files import Column, ImageFacts, Preview, Reading, Table, Value
from lci.core.remarks import Remark
from lci.workspace.preview import preview
from tests.workspace.conftest import Folder, without_values

Row = tuple[Value, ...]


def columns(**dtypes: str) -> list[tuple[str, str, int | None]]:
    """Columns without a missing value."""
    return [(name, dtype, 0) for name, dtype in dtypes.items()]


def assert_table(
    found: Preview, named: list[tuple[str, str, int | None]], rows: list[Row], reader: str, *odd: Remark
) -> None:
    assert found.error is None
    (table,) = found.tables
    assert without_values(table) == Table(
        found.name, len(rows), True, tuple(Column(*each) for each in named), tuple(rows), tuple(rows[-5:])
    )
    assert (found.kind, found.reader, found.warnings) == ("table", reader, odd)


def test_a_table_with_many_oddities_tells_each_with_its_facts(folder: Folder) -> None:
    content = 'Report\nzip,name,name,x\n007,a,b,"1,5"\n008,c,d,"2,5",9\n009\n'
    assert_table(
        folder.preview("a.csv", content),
        [("zip", "str", 0), ("name", "str", 1), ("name.1", "str", 1), ("x", "float64", 1), ("column 5", "float64", 2)],
        [("007", "a", "b", "1,5", None), ("008", "c", "d", "2,5", "9"), ("009", None, None, None, None)],
        'pd.read_csv("a.csv", skiprows=2, names=["zip", "name", "name.1", "x", "column 5"], decimal=",", '
        'dtype={"zip": str})',
        Remark("title_rows_above_header", {"rows": 1}),
        Remark("duplicate_columns", {"names": "name"}),
        Remark("ragged_rows", {"rows": 2, "first_row": 2, "columns": 4, "longest": 5}),
        Remark("columns_added", {"rows": 1, "columns": 4, "added": 1}),
        Remark("decimal_comma", {"names": "x"}),
        Remark("leading_zeros", {"names": "zip"}),
    )


def test_numbers_of_another_country_tell_both_signs(folder: Folder) -> None:
    assert_table(
        folder.preview("a.csv", "a;b\n1,5;2.000,5\n2,5;1\n"),
        columns(a="float64", b="float64"),
        [("1,5", "2.000,5"), ("2,5", "1")],
        'pd.read_csv("a.csv", sep=";", decimal=",", thousands=".")',
        Remark("decimal_comma", {"names": "a, b"}),
        Remark("thousands_separator", {"names": "b", "separator": "."}),
    )
    assert_table(
        folder.preview("a.csv", 'a,b\n"1,234",x\n"2,345",y\n'),
        columns(a="int64", b="str"),
        [("1,234", "x"), ("2,345", "y")],
        'pd.read_csv("a.csv", thousands=",")',
        Remark("thousands_separator", {"names": "a", "separator": ","}),
    )


def test_columns_without_names_are_numbered(folder: Folder) -> None:
    assert_table(
        folder.preview("a.csv", "1,2\n3,4\n"),
        [("0", "int64", 0), ("1", "int64", 0)],
        [("1", "2"), ("3", "4")],
        'pd.read_csv("a.csv", header=None)',
        Remark("no_header", {"columns": 2}),
    )
    header = folder.preview("a.csv", "a,b\n")
    assert header.warnings == (Remark("header_only", {"columns": 2}),)


def test_row_names_of_r_get_a_name(folder: Folder) -> None:
    assert_table(
        folder.preview("a.csv", '"a","a"\n"1",5,"x"\n"2",6,"y"\n'),
        [("row", "int64", 0), ("a", "int64", 0), ("a.1", "str", 0)],
        [("1", "5", "x"), ("2", "6", "y")],
        'pd.read_csv("a.csv", skiprows=1, names=["row", "a", "a.1"])',
        Remark("duplicate_columns", {"names": "a"}),
    )
    # A single row may just be too long, and a delimiter at every end makes no row names.
    single = 'pd.read_csv("a.csv", skiprows=1, names=["a", "b", "column 3"])'
    assert folder.preview("a.csv", "a,b\n1,5,x\n").reader == single
    assert folder.preview("a.csv", "a,b\n1,5,\n2,6,\n").reader == 'pd.read_csv("a.csv", index_col=False)'
    assert folder.preview("a.csv", "a,b\n1,5,\n2,6,x\n").tables[0].columns[0].name == "row"


def test_a_name_that_comes_often_is_numbered_as_pandas_does(folder: Folder) -> None:
    found = folder.preview("a.csv", "a,b,a,a\n1,2,3,4,x\n5,6,7,8,y\n")
    assert found.reader == 'pd.read_csv("a.csv", skiprows=1, names=["row", "a", "b", "a.1", "a.2"])'


READERS: dict[str, tuple[str, bytes, dict[str, str], str]] = {
    "a quote that never closes": ("a.csv", b'a,b\n1,"x\n2,y\n', {}, 'pd.read_csv("a.csv", quoting=3)'),
    "a delimiter of two signs": (
        "a.txt",
        b"k||v\n1||2\n",
        {"reading": Reading(delimiter="||")},
        'pd.read_csv("a.txt", sep="\\\\|\\\\|", engine="python")',
    ),
    "spaces": ("a.txt", b"a b\n1 2\n3 4\n", {}, 'pd.read_csv("a.txt", sep=r"\\s+")'),
    "tabs": ("a.tsv", b"a\tb\n1\t2\n", {}, 'pd.read_csv("a.tsv", sep="\\t")'),
    "a mark": ("a.csv", b"\xef\xbb\xbfa,b\n1,2\n", {}, 'pd.read_csv("a.csv")'),
    "another encoding": ("a.csv", "ä,b\n1,ö\n".encode("cp1252"), {}, 'pd.read_csv("a.csv", encoding="cp1252")'),
    "a given encoding": (
        "a.csv",
        b"a,b\n1,2\n",
        {"reading": Reading(encoding="cp932")},
        'pd.read_csv("a.csv", encoding="cp932", encoding_errors="replace")',
    ),
    "bytes that do not fit": (
        "a.csv",
        "é,b\né,2\n".encode() + b"\xe9,3\n",
        {},
        'pd.read_csv("a.csv", encoding_errors="replace")',
    ),
    "compressed": ("a.csv.gz", gzip.compress(b"a,b\n1,2\n"), {}, 'pd.read_csv("a.csv.gz")'),
    "compressed under another name": (
        "a.csv",
        gzip.compress(b"a,b\n1,2\n"),
        {},
        'pd.read_csv("a.csv", compression="gzip")',
    ),
    "not compressed but called so": ("a.gz", b"a,b\n1,2\n", {}, 'pd.read_csv("a.gz", compression=None)'),
    "zstd": (
        "a.csv.zst",
        pa.compress(b"a;b\n1;2\n", codec="zstd", asbytes=True),
        {},
        'pd.read_csv(pa.input_stream("a.csv.zst", compression="zstd"), sep=";")',
    ),
    "records": ("a.json", b'[{"a": 1}]', {}, 'pd.read_json("a.json")'),
    "records, compressed": ("a.json.gz", gzip.compress(b'[{"a": 1}]'), {}, 'pd.read_json("a.json.gz")'),
    "records, compressed, named otherwise": (
        "a.json",
        gzip.compress(b'[{"a": 1}]'),
        {},
        'pd.read_json("a.json", compression="gzip")',
    ),
    "records in another encoding": (
        "a.json",
        '[{"a": "ä"}]'.encode("utf-16"),
        {},
        'pd.read_json("a.json", encoding="utf-16")',
    ),
    "lines": ("a.jsonl", b'{"a": 1}\n', {}, 'pd.read_json("a.jsonl", lines=True)'),
    "lines with odd bytes": (
        "a.jsonl",
        '{"a": "é"}\n{"a": "ü"}\n'.encode() + b'{"a": "\xe9"}\n',
        {},
        'pd.read_json("a.jsonl", lines=True, encoding_errors="replace")',
    ),
}


@pytest.mark.parametrize("case", READERS)
def test_the_reader_has_the_arguments_it_needs_and_no_other(folder: Folder, case: str) -> None:
    """B5."""
    name, content, corrections, reader = READERS[case]
    assert folder.preview(name, content, **corrections).reader == reader


JSON: dict[str, tuple[object, list[tuple[str, str, int | None]], list[Row], str]] = {
    "records": (
        [{"a": 1}, {"b": "x"}],
        [("a", "float64", 1), ("b", "str", 1)],
        [(1, None), (None, "x")],
        'pd.read_json("a.json")',
    ),
    "rows of two lengths": (
        [[1], [2, 3]],
        [("0", "int64", 0), ("1", "float64", 1)],
        [(1, None), (2, 3)],
        'pd.read_json("a.json")',
    ),
    "values": ([1, "x"], [("0", "object", 0)], [(1,), ("x",)], 'pd.read_json("a.json")'),
    "features": (
        {
            "type": "FeatureCollection",
            "features": [{"properties": {"n": 1}, "geometry": {"x": 1}}, {"properties": None}],
        },
        [("n", "float64", 1), ("geometry", "object", 1)],
        [(1, '{"x": 1}'), (None, None)],
        'pd.DataFrame([{**(f.get("properties") or {}), "geometry": f.get("geometry")} '
        'for f in pd.read_json("a.json", typ="series")["features"]])',
    ),
    "split": (
        {"columns": ["a", 5], "data": [[1, 2]]},
        [("a", "int64", 0), ("5", "int64", 0)],
        [(1, 2)],
        'pd.read_json("a.json", orient="split")',
    ),
    "split with an index": (
        {"columns": ["a"], "index": [9], "data": [[1]]},
        [("a", "int64", 0)],
        [(1,)],
        'pd.read_json("a.json", orient="split")',
    ),
    "with a schema": (
        {"schema": {"fields": []}, "data": [{"a": 1}]},
        [("a", "int64", 0)],
        [(1,)],
        'pd.DataFrame(pd.read_json("a.json", typ="series")["data"])',
    ),
    "columns": (
        {"a": [1, 2], "b": [None, "x"]},
        [("a", "int64", 0), ("b", "str", 1)],
        [(1, None), (2, "x")],
        'pd.read_json("a.json")',
    ),
    "columns by key": (
        {"a": {"r": 1, "s": 2}, "b": {"r": 3}},
        [("a", "int64", 0), ("b", "float64", 1)],
        [(1, 3), (2, None)],
        'pd.read_json("a.json")',
    ),
    "half of the keys shared": (
        {"a": {"r": 1}, "b": {"s": 2}},
        [("a", "float64", 1), ("b", "float64", 1)],
        [(1, None), (None, 2)],
        'pd.read_json("a.json")',
    ),
    "an answer": (
        {"n": 2, "rows": [{"a": 1}], "more": []},
        [("a", "int64", 0)],
        [(1,)],
        'pd.DataFrame(pd.read_json("a.json", typ="series")["rows"])',
    ),
    "lists with records": (
        {"rows": [{"a": 1}], "more": []},
        [("a", "int64", 0)],
        [(1,)],
        'pd.DataFrame(pd.read_json("a.json", typ="series")["rows"])',
    ),
}


@pytest.mark.parametrize("case", JSON)
def test_tables_in_json_are_found(folder: Folder, case: str) -> None:
    document, named, rows, reader = JSON[case]
    assert_table(folder.preview("a.json", json.dumps(document)), named, rows, reader)


@pytest.mark.parametrize(
    "document",
    [
        [], {}, 1, "x", [[]] and [1, [2]], [{"a": 1}, 2], {"a": [1], "b": [1, 2]}, {"a": [], "b": []}, {"a": {"r": 1}},
        {"a": {"r": 1}, "b": {"s": 1}, "c": {"t": 1}}, {"a": {"r": [1]}, "b": {"r": 1}}, {"a": {}, "b": {}},
        {"a": [{"x": 1}], "b": [{"x": 1}]}, {"n": 1, "rows": [1]},
        {"type": "FeatureCollection", "features": []}, {"columns": ["a"], "data": [[1]], "more": 1},
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_shown_as_text(folder: Folder, document: object) -> None:
    found = folder.preview("a.json", json.dumps(document))
    assert (found.kind, found.text, found.error) == ("text", json.dumps(document), None)


def test_lines_of_json_end_where_they_are_none(folder: Folder) -> None:
    found = folder.preview("a.jsonl", '{"a":1}\n\n{"a":2}\n[1]\n{"a":3}\n')
    assert found.tables[0].head == ((1,), (2,))
    assert folder.preview("a.jsonl", "[1]\n").error is not None
    assert folder.preview("a.json", '{"a":1}\n{"a":2}\n').tables[0].head == ((1,), (2,))
    assert folder.preview("a.json", '{"a":1} x').error is not None
    many = folder.preview("a.jsonl", "".join(f'{{"a":{n}}}\n' for n in range(1_500)), rows=2)
    assert (many.tables[0].rows, many.tables[0].head) == (1_500, ((0,), (1,)))
    assert many.tables[0].tail == tuple((n,) for n in range(1_495, 1_500))
    assert without_values(many.tables[0]).columns == (Column("a", "int64", 0),)


XML = '<r xmlns="u"><a k="1"><n> x </n><m>2</m><d><e>deep</e></d></a><a k="2"><n>y</n><n>z</n></a></r>'


def test_records_of_xml_are_their_attributes_and_children(folder: Folder) -> None:
    assert_table(
        folder.preview("a.xml", XML),
        [("k", "int64", 0), ("n", "str", 0), ("m", "float64", 1), ("d", "float64", 2)],
        [(1, " x ", 2.0, None), (2, "z", None, None)],
        'pd.read_xml("a.xml", parser="etree")',
        Remark("nested_elements", {"names": "d"}),
        Remark("repeated_names", {"names": "n"}),
    )
    assert folder.preview("a.xml", "<r><a k='1'/></r>").kind == "text"
    assert folder.preview("a.xml", "<r><a/><a/></r>").kind == "text"
    many = folder.preview("a.xml", "<r>" + "".join(f"<a k='{n}'/>" for n in range(9)) + "</r>", rows=2)
    assert (many.tables[0].rows, many.tables[0].head) == (9, ((0,), (1,)))
    assert many.tables[0].tail == tuple((n,) for n in range(4, 9))


@pytest.mark.parametrize(
    ("drawing", "size"),
    [
        ('<svg width="10px" height="20"/>', (10, 20)),
        ('<svg viewBox="0,0 30 40.6"/>', (30, 41)),
        ('<svg width="10" viewBox="0 0 3 4"/>', (3, 4)),
        ('<svg height="10" viewBox="0 0 3 4"/>', (3, 4)),
        ('<svg width="10" height="10" viewBox="0 0 3 4"/>', (10, 10)),
        ('<svg viewBox="0 0 3"/>', None),
        ('<svg width="10em" height="5"/>', None),
        ('<a><svg width="1" height="1"/></a>', None),
    ],
)
def test_a_drawing_has_the_size_it_says(folder: Folder, drawing: str, size: tuple[int, int] | None) -> None:
    found = folder.preview("a.svg", drawing)
    assert found.text == drawing
    assert found.image == (ImageFacts("SVG", *size) if size else None)


def test_cells_of_a_notebook_are_told_apart(folder: Folder) -> None:
    cells = [
        {"cell_type": "code", "source": ["a\n", "b"], "outputs": ["never"]},
        {"cell_type": "markdown", "source": "# T\n\nx"},
        {"input": "z"},
    ]
    found = folder.preview("a.ipynb", json.dumps({"cells": cells}))
    assert (found.kind, found.text) == ("notebook", "# %%\na\nb\n\n# %% [markdown]\n# # T\n#\n# x\n\n# %% [raw]\n# z")
    old = folder.preview("a.ipynb", json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": "q"}]}]}))
    assert old.text == "# %%\nq"
    for broken in ("{}", "[]", '{"cells": [1]}', '{"worksheets": []}', "{"):
        assert folder.preview("a.ipynb", broken).error is not None
    long = folder.preview("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "x" * 20_000}]}))
    assert long.text is not None and len(long.text) == 20_000
    assert [each.code for each in long.warnings] == ["text_shortened"]


@pytest.mark.parametrize("length", [20_000, 20_001])
def test_the_beginning_of_a_long_text_is_shown(folder: Folder, length: int) -> None:
    found = folder.preview("a.md", "é" * length)
    assert found.text == "é" * 20_000
    facts = [Remark("text_shortened", {"shown_bytes": 40_000, "bytes": 2 * length})]
    assert list(found.warnings) == (facts if length > 20_000 else [])


def test_members_of_archives_are_listed(folder: Folder) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}", "")
    found = folder.preview("a.zip", target.getvalue())
    assert (found.kind, found.members) == ("archive", tuple(str(number) for number in range(2_000)))
    assert found.warnings == (Remark("members_left_out", {"shown": 2_000, "members": 2_001}),)
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for name in ("a", "b"):
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    listed = folder.preview("a.tar.gz", target.getvalue())
    assert (listed.kind, listed.members, listed.compression, listed.warnings) == ("archive", ("a", "b"), "gzip", ())


def workbook(folder: Folder, **sheets: list[list[Value]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder.path / "a.xlsx")


def test_a_sheet_is_read_from_its_header_to_its_last_row(folder: Folder) -> None:
    workbook(folder, S=[["Report"], [], ["id", 2024, None, "x"], [1, "a", None, 1.5], [2, None, None, 2], [None], [""]])
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    (table,) = found.tables
    assert without_values(table).columns == (
        Column("id", "int64", 0),
        Column("2024", "str", 1),
        Column("Unnamed: 2", "float64", 2),
        Column("x", "float64", 0),
    )
    assert table.head == table.tail == ((1, "a", None, 1.5), (2, None, None, 2))
    assert found.reader == 'pd.read_excel("a.xlsx", sheet_name="S", engine="calamine", skiprows=2)'
    assert found.warnings == (Remark("title_rows_above_header", {"rows": 2}),)


@pytest.mark.parametrize(
    ("rows", "skipped"),
    [
        ([["a"], [1], [2]], 0),
        ([["T"], ["a", "b"], [1, 2]], 1),
        ([["T", "U", "V"], ["a", "b", "c", "d"], [1, 2, 3, 4]], 0),
        ([["T", "U"], ["a", "b", "c", "d", "e"], [1, 2, 3, 4, 5]], 1),
        ([["T"], ["U"], ["a", "b", "c"], [1, 2, 3]], 2),
        ([["a", "b", "c"], [1], [2]], 0),
        ([["T"]] * 20 + [["a", "b"], [1, 2]], 20),
        ([["T"]] * 21 + [["a", "b"], [1, 2]], 0),
    ],
)
def test_the_header_of_a_sheet_is_about_as_full_as_its_rows(
    folder: Folder, rows: list[list[Value]], skipped: int
) -> None:
    workbook(folder, S=rows)
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert [each.facts["rows"] for each in found.warnings if each.code == "title_rows_above_header"] == (
        [skipped] if skipped else []
    )
    assert found.tables[0].rows == len(rows) - skipped - 1


def test_sheets_that_are_empty_or_too_many_are_told(folder: Folder) -> None:
    workbook(folder, **{f"s{n}": [["a"], [n]] for n in range(51)})
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert (found.kind, len(found.tables)) == ("tables", 50)
    assert found.warnings[1:] == (Remark("tables_left_out", {"shown": 50, "tables": 51, "names": "s50"}),)
    last = preview(folder.path / "a.xlsx", "a.xlsx", reading=Reading(sheet="s50"))
    assert ([table.name for table in last.tables], last.warnings) == (["s50"], ())
    workbook(folder, a=[], b=[["x"]], c=[])
    assert preview(folder.path / "a.xlsx", "a.xlsx").warnings == (
        Remark("header_only", {"columns": 1}), Remark("empty_sheets", {"names": "a, c"}),
    )  # fmt: skip
    workbook(folder, a=[])
    assert preview(folder.path / "a.xlsx", "a.xlsx").error is not None


def test_tables_of_a_database_are_told_with_their_types(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.path / "a.db")) as connection:
        connection.executescript(
            "CREATE TABLE t(n INTEGER, m INTEGER, x TEXT, b BLOB); CREATE TABLE e(n INTEGER, x TEXT);"
            'CREATE TABLE "with ""quotes"""(n); CREATE TABLE sqlitex(n)'
        )
        connection.executemany(
            "INSERT INTO t VALUES (?, NULL, ?, ?)", [(n, "x" * n or None, b"\x01") for n in range(7)]
        )
        connection.commit()
    found = preview(folder.path / "a.db", "a.db", 2)
    assert [table.name for table in found.tables] == ["t", "e", 'with "quotes"', "sqlitex"]
    first, empty, *_ = found.tables
    assert without_values(first).columns == (
        Column("n", "int64", 0),
        Column("m", "object", 7),
        Column("x", "str", 1),
        Column("b", "object", 0),
    )
    assert (first.rows, first.rows_exact) == (7, True)
    assert first.head == ((0, None, None, "0x01"), (1, None, "x", "0x01"))
    assert [row[0] for row in first.tail] == [2, 3, 4, 5, 6]
    assert empty == Table("e", 0, True, (Column("n", "int64", 0), Column("x", "object", 0)), (), ())
    assert (found.kind, found.warnings) == ("tables", ())
    assert found.reader == 'pd.read_sql("SELECT * FROM \\"t\\"", sqlite3.connect("a.db"))'
    quoted = preview(folder.path / "a.db", "a.db", reading=Reading(sheet='with "quotes"'))
    assert quoted.reader == 'pd.read_sql("SELECT * FROM \\"with \\"\\"quotes\\"\\"\\"", sqlite3.connect("a.db"))'
    assert len(quoted.tables) == 1


def test_a_table_with_one_value_that_is_no_number_is_not_called_one(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.path / "a.db")) as connection:
        connection.executescript("CREATE TABLE t(n INTEGER); INSERT INTO t VALUES (1), ('x')")
        connection.commit()
    found = preview(folder.path / "a.db", "a.db")
    assert found.tables[0].columns == (Column("n", "object", 0),)
    assert found.kind == "table"


def test_tables_of_a_duckdb_in_schemas_are_told(folder: Folder) -> None:
    with duckdb.connect(str(folder.path / "a.duckdb")) as connection:
        connection.execute(
            "CREATE SCHEMA s; CREATE TABLE t AS SELECT range AS n FROM range(7); CREATE TABLE s.u(x VARCHAR)"
        )
    found = preview(folder.path / "a.duckdb", "a.duckdb", 2)
    assert without_values(found.tables[0]) == Table(
        "t", 7, True, (Column("n", "int64", 0),), ((0,), (1,)), ((2,), (3,), (4,), (5,), (6,))
    )
    assert found.tables[1] == Table("s.u", 0, True, (Column("x", "str"),), (), ())
    assert found.reader == 'duckdb.connect("a.duckdb", read_only=True).sql("FROM \\"t\\"").df()'
    other = preview(folder.path / "a.duckdb", "a.duckdb", reading=Reading(sheet="s.u"))
    assert other.reader == 'duckdb.connect("a.duckdb", read_only=True).sql("FROM \\"s\\".\\"u\\"").df()'


def test_arrays_of_one_and_two_dimensions_are_tables(folder: Folder) -> None:
    np.save(folder.path / "a.npy", np.arange(7))
    one = preview(folder.path / "a.npy", "a.npy", 2)
    assert one.tables == (
        Table("a.npy", 7, True, (Column("0", "int64"),), ((0,), (1,)), ((2,), (3,), (4,), (5,), (6,))),
    )
    assert one.reader == 'pd.DataFrame(np.load("a.npy"))'
    np.save(folder.path / "a.npy", np.array([[1.5, 2.5]]))
    assert preview(folder.path / "a.npy", "a.npy").tables[0].head == ((1.5, 2.5),)
    for odd in (np.zeros((1, 1, 1)), np.zeros(1, dtype=[("a", "int64")]), np.float64(5)):
        np.save(folder.path / "a.npy", odd)
        other = preview(folder.path / "a.npy", "a.npy")
        assert (other.kind, other.reader, other.tables) == ("other", 'np.load("a.npy")', ())
    np.save(folder.path / "a.npy", np.array([object()]), allow_pickle=True)
    refused = preview(folder.path / "a.npy", "a.npy").error
    assert refused is not None and refused.code == "file_kind_refused"


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        (pa.int8(), "int8"), (pa.uint64(), "uint64"), (pa.float16(), "float16"), (pa.float32(), "float32"),
        (pa.float64(), "float64"), (pa.bool_(), "bool"), (pa.string(), "str"), (pa.large_string(), "str"),
        (pa.timestamp("ms"), "datetime64[ms]"), (pa.timestamp("us", "UTC"), "datetime64[us, UTC]"),
        (pa.duration("s"), "timedelta64[s]"), (pa.list_(pa.int8()), "object"), (pa.date32(), "object"),
        (pa.dictionary(pa.int8(), pa.string()), "category"), (pa.decimal128(5, 2), "object"),
    ],
)  # fmt: skip
def test_types_of_arrow_are_told_in_the_words_of_pandas(folder: Folder, kind: pa.DataType, dtype: str) -> None:
    pyarrow.parquet.write_table(pa.table({"a": pa.array([], kind)}), folder.path / "a.parquet")
    if kind != pa.dictionary(pa.int8(), pa.string()):
        assert preview(folder.path / "a.parquet", "a.parquet").tables[0].columns[0].dtype == dtype


def test_row_groups_are_counted_together(folder: Folder) -> None:
    table = pa.table({"n": list(range(20)), "gap": [None, "x"] * 10, "__index_level_0__": list(range(20))})
    pyarrow.parquet.write_table(table, folder.path / "a.parquet", row_group_size=3)
    found = preview(folder.path / "a.parquet", "a.parquet", 7)
    (shown,) = found.tables
    assert without_values(shown).columns == (
        Column("n", "int64", 0),
        Column("gap", "str", 10),
        Column("__index_level_0__", "int64", 0),
    )
    assert (shown.rows, [row[0] for row in shown.head]) == (20, [0, 1, 2, 3, 4, 5, 6])
    assert [row[0] for row in shown.tail] == [18, 19]
    assert found.reader == 'pd.read_parquet("a.parquet")'


def test_an_arrow_stream_is_counted_as_far_as_it_is_shown(folder: Folder) -> None:
    with (
        pa.OSFile(str(folder.path / "a.arrow"), "wb") as file,
        pa.ipc.new_stream(file, pa.schema({"n": pa.int64()})) as out,
    ):
        for start in (0, 3):
            out.write_batch(pa.record_batch({"n": [start, start + 1, start + 2]}))
    whole = preview(folder.path / "a.arrow", "a.arrow", 7)
    assert (whole.tables[0].rows, whole.tables[0].rows_exact, whole.warnings) == (6, True, ())
    part = preview(folder.path / "a.arrow", "a.arrow", 4)
    assert (part.tables[0].rows, part.tables[0].head) == (None, ((0,), (1,), (2,), (3,)))
    assert part.warnings == (Remark("rows_not_counted", {}), Remark("types_of_first_rows", {"rows": 4}))
    assert part.reader == 'pa.ipc.open_stream("a.arrow").read_pandas()'


def test_many_columns_are_told_from_201_on(folder: Folder) -> None:
    for wide in (200, 201):
        found = folder.preview("a.csv", ",".join(f"c{n}" for n in range(wide)) + "\n" + ",".join("1" * wide))
        assert [each.code for each in found.warnings] == (["many_columns"] if wide == 201 else [])


def test_kinds_that_only_a_library_reads_are_named_with_their_reader(folder: Folder) -> None:
    noise = bytes(range(256))
    found = folder.preview("a.dta", noise)
    assert found.error is not None and found.error.facts["reason"] == "its content is no table"
    assert folder.preview("a", noise).warnings == (Remark("no_preview", {"format": "binary"}),)


def test_what_an_ending_promised_is_told_with_what_it_is(folder: Folder) -> None:
    odd = folder.preview("a.xlsx", "a,b\n1,2\n")
    assert odd.warnings == (Remark("wrong_extension", {"ending": ".xlsx", "content": "csv"}),)
    packed = folder.preview("a.csv", gzip.compress(b"a,b\n1,2\n"))
    assert packed.warnings == (Remark("wrong_extension", {"ending": ".csv", "content": "gzip"}),)
    text = folder.preview("a.xlsx", "just words")
    assert text.warnings[0].facts["content"] in ("csv", "text")
    code = folder.preview("a.py", "a, b = 1, 2\nc, d = 3, 4\n")
    assert (code.kind, code.warnings) == ("text", ())
    assert folder.preview("a.py", "a,b\n1,2\n", reading=Reading(delimiter=",")).kind == "table"


def test_a_cell_that_is_too_long_is_cut_and_that_is_told(folder: Folder) -> None:
    for length in (10_000, 10_001):
        found = folder.preview("a.csv", f"a,b\n1,{'x' * length}\n")
        assert found.tables[0].head[0][1] == "x" * 10_000
        cut = Remark("values_shortened", {"characters": 10_000})
        assert list(found.warnings) == ([cut] if length > 10_000 else [])


@pytest.mark.parametrize(
    "name", ["a.parquet", "a.feather", "a.orc", "a.sqlite", "a.duckdb", "a.npy", "a.xlsx", "a.zip"]
)
def test_a_damaged_file_says_what_its_reader_says(folder: Folder, name: str) -> None:
    """B20: in one line, and not the name of a class."""
    magic = {
        "a.parquet": b"PAR1", "a.feather": b"ARROW1\0\0", "a.orc": b"ORC", "a.sqlite": b"SQLite format 3\0",
        "a.duckdb": b"\0" * 8 + b"DUCK", "a.npy": b"\x93NUMPY", "a.xlsx": b"PK\x03\x04", "a.zip": b"PK\x03\x04",
    }  # fmt: skip
    problem = folder.preview(name, magic[name] + b"\x01" * 5_000).error
    assert problem is not None and problem.code == "file_unreadable"
    reason = str(problem.facts["reason"])
    assert 3 < len(reason) <= 200 and "\n" not in reason and " " in reason


def test_one_value_out_of_range_refuses_no_file(folder: Folder) -> None:
    """B5, B20: a day that no calendar of Python's has is read as Arrow keeps it."""
    table = pa.table({"day": pa.array([0, 2**30, None], pa.date32()), "n": [1, 2, 3]})
    pa.parquet.write_table(table, folder.path / "a.parquet")
    seen = preview(folder.path / "a.parquet", "a.parquet")
    assert seen.reader == 'pd.read_parquet("a.parquet", dtype_backend="pyarrow")'
    frame = folder.frame(seen)
    told = [(c.name, c.dtype, c.nulls) for c in seen.tables[0].columns]
    assert told == [(str(n), str(t), int(frame[n].isna().sum())) for n, t in frame.dtypes.items()]
    assert [row[1] for row in seen.tables[0].head] == [1, 2, 3]


def test_few_bytes_that_stand_for_many_rows_are_not_unpacked(folder: Folder) -> None:
    """B20, P17: the tail is read by batches, and not at all of a row group without end."""
    packed = pa.DictionaryArray.from_arrays(pa.array(np.zeros(60_000_000, "int8")), pa.array(["x" * 1_000]))
    pa.parquet.write_table(pa.table({"z": packed}), folder.path / "a.parquet", row_group_size=60_000_000)
    del packed
    before = pa.total_allocated_bytes()
    pool = pa.default_memory_pool()
    seen = preview(folder.path / "a.parquet", "a.parquet", 20)
    assert (seen.tables[0].rows, seen.tables[0].tail) == (60_000_000, ())
    assert pool.max_memory() < before + (1 << 30)


def test_what_pandas_takes_for_missing_is_told_as_missing(folder: Folder) -> None:
    """B5: a number that is none counts as missing, though the file's own statistics know nothing of it."""
    numbers = pa.array([1.0, float("nan"), None] * 1_000)
    pa.parquet.write_table(pa.table({"x": numbers, "n": list(range(3_000))}), folder.path / "a.parquet")
    seen = preview(folder.path / "a.parquet", "a.parquet", 10)
    frame = folder.frame(seen)
    assert [column.nulls for column in seen.tables[0].columns] == [int(n) for n in frame.isna().sum()] == [2_000, 0]


def test_columns_of_fixed_width_that_touch_are_not_taken_for_one(folder: Folder) -> None:
    """B20: what cannot be told apart is shown as the text it is."""
    names = ("Ada", "Bartholomew", "Cy")
    rows = [f"{names[n % 3]:<11}{(12_345_678_901 if n % 3 else n):>11}  {n:>3}" for n in range(12)]
    seen = folder.preview("a.txt", "\n".join([f"{'name':<11}{'amount in all':>11} {'age':>3}", *rows]) + "\n")
    assert (seen.kind, seen.tables) == ("text", ())
