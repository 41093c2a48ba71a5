"""Formats other than delimited text: shape, types, first rows and a reader that works (B5, B20)."""

from __future__ import annotations

import datetime
import io
import json
import sqlite3
import tarfile
import warnings
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet
import pytest
from PIL import Image

from lci.core.files import Reading
from lci.workspace.preview import preview
from tests.workspace.conftest import Folder, assert_reader_agrees, codes

FRAME = pd.DataFrame({
    "n": [1, 2, 3],
    "text": ["a", None, "数据"],
    "when": pd.to_datetime(["2024-01-02", "2024-01-03T04:05:06", None], format="ISO8601"),
    "ok": [True, False, True],
    "x": [1.5, float("nan"), 3.0],
})  # fmt: skip


def _workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_every_sheet_of_a_workbook_is_a_table(folder: Folder) -> None:
    """B20."""
    rows = [["id", "when", "x"], [1, datetime.datetime(2024, 1, 2, 3, 4), 1.5], [2, datetime.date(2024, 1, 3), None]]
    _workbook(folder.path / "a.xlsx", {"Data 2024": rows, "その他": [["k"], ["v"]], "empty": []})
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert (found.kind, [t.name for t in found.tables]) == ("tables", ["Data 2024", "その他"])
    first = found.tables[0]
    assert [c.dtype for c in first.columns] == ["int64", "datetime64[us]", "float64"]
    assert first.head == ((1, "2024-01-02T03:04:00", 1.5), (2, "2024-01-03", None))
    assert codes(found) == {"empty_sheets"}
    assert_reader_agrees(folder, found)
    other = preview(folder.path / "a.xlsx", "a.xlsx", reading=Reading(sheet="その他"))
    assert [t.name for t in other.tables] == ["その他"]
    assert_reader_agrees(folder, other)


def test_titles_above_a_sheets_header_are_skipped(folder: Folder) -> None:
    """B5, B20."""
    _workbook(folder.path / "a.xlsx", {"S": [["Report"], [], ["id", "a", "b"], [1, 2, 3], [4, 5, 6]]})
    found = preview(folder.path / "a.xlsx", "a.xlsx")
    assert [c.name for c in found.tables[0].columns] == ["id", "a", "b"]
    assert codes(found) == {"title_rows_above_header"}
    assert_reader_agrees(folder, found)


def test_a_workbook_named_csv_is_read_as_what_it_is(folder: Folder) -> None:
    """B20."""
    _workbook(folder.path / "a.xlsx", {"S": [["a"], [1]]})
    (folder.path / "a.xlsx").rename(folder.path / "a.csv")
    found = preview(folder.path / "a.csv", "a.csv")
    assert codes(found) == {"wrong_extension"}
    assert_reader_agrees(folder, found)


@pytest.mark.parametrize("name", ["a.parquet", "a.feather", "a.orc"])
def test_typed_tables_keep_their_types(folder: Folder, name: str) -> None:
    """B20."""
    path = folder.path / name
    match path.suffix:
        case ".parquet":
            FRAME.to_parquet(path)
        case ".feather":
            FRAME.to_feather(path)
        case _:
            pyarrow.orc.write_table(pa.Table.from_pandas(FRAME), path)
    found = preview(path, name)
    (table,) = found.tables
    assert (table.rows, table.rows_exact) == (3, True)
    assert [c.dtype.split("[")[0] for c in table.columns] == ["int64", "str", "datetime64", "bool", "float64"]
    assert table.head[0] == (1, "a", "2024-01-02", True, 1.5)
    assert table.head[1][1] is None
    assert_reader_agrees(folder, found)


def test_parquet_tells_its_missing_values_and_reads_only_what_is_shown(folder: Folder) -> None:
    """B20."""
    table = pa.table({"n": list(range(10_000)), "nested": [[n] for n in range(10_000)], "gap": [None, "x"] * 5000})
    pyarrow.parquet.write_table(table, folder.path / "a.parquet", row_group_size=1000)
    found = preview(folder.path / "a.parquet", "a.parquet", 3)
    assert len(found.tables[0].head) == 3
    assert found.tables[0].head[2] == (2, "[2]", None)
    assert found.tables[0].tail[-1] == (9999, "[9999]", "x")
    assert found.tables[0].columns[2].nulls == 5000


def test_moments_with_a_zone_need_no_package_for_zones(folder: Folder) -> None:
    """B20."""
    moment = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)
    table = pa.table({"t": pa.array([moment, None], pa.timestamp("us", "UTC"))})
    pyarrow.parquet.write_table(table, folder.path / "a.parquet")
    found = preview(folder.path / "a.parquet", "a.parquet")
    assert found.tables[0].columns[0].dtype == "datetime64[us, UTC]"
    assert str(found.tables[0].head[0][0]).startswith("2024-01-02T00:00:00")


JSON_TABLES = {
    "records": ('[{"a":1,"b":{"c":1}},{"a":2},{"c":null}]', (3, ["a", "b", "c"])),
    "columns": ('{"a":[1,2],"b":[3,4]}', (2, ["a", "b"])),
    "columns by key": ('{"a":{"x":1,"y":2},"b":{"x":1,"y":5}}', (2, ["a", "b"])),
    "split": ('{"columns":["a","b"],"index":[0,1],"data":[[1,2],[3,4]]}', (2, ["a", "b"])),
    "rows": ("[[1,2],[3,4],[5,6]]", (3, ["0", "1"])),
    "values": ("[1,2,3]", (3, ["0"])),
    "an answer of a service": ('{"count":2,"results":[{"a":1},{"a":2}]}', (2, ["a"])),
    "one member": ('{"data":[{"a":1,"b":"x"},{"a":2,"b":"y"}]}', (2, ["a", "b"])),
}


@pytest.mark.parametrize("case", JSON_TABLES)
def test_json_in_the_shapes_of_tables(folder: Folder, case: str) -> None:
    """B5, B20."""
    content, (rows, columns) = JSON_TABLES[case]
    found = folder.preview("a.json", content)
    assert (found.tables[0].rows, [c.name for c in found.tables[0].columns]) == (rows, columns)
    assert_reader_agrees(folder, found)


def test_json_that_is_no_table_is_text(folder: Folder) -> None:
    """B20."""
    assert folder.preview("a.json", '{"a":1,"b":{"c":2}}').kind == "text"


def test_json_lines_and_geojson(folder: Folder) -> None:
    """B5, B20."""
    lines = folder.preview("a.jsonl", '{"a":1}\n\n{"a":2,"b":"x"}\n')
    assert (lines.tables[0].rows, lines.tables[0].head) == (2, ((1, None), (2, "x")))
    assert_reader_agrees(folder, lines)
    feature = {"type": "Feature", "properties": {"n": "x"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    geo = folder.preview("a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature, feature]}))
    assert [c.name for c in geo.tables[0].columns] == ["n", "geometry"]
    assert_reader_agrees(folder, geo)


def test_tables_of_sqlite_and_duckdb(folder: Folder) -> None:
    """B5, B20."""
    with closing(sqlite3.connect(folder.path / "a.db")) as connection:
        connection.executescript(
            'CREATE TABLE "my orders"(id INTEGER, x REAL, raw BLOB); CREATE VIEW v AS SELECT 1 AS one'
        )
        connection.executemany('INSERT INTO "my orders" VALUES (?,?,?)', [(n, n / 2, b"\x00\x01") for n in range(20)])
        connection.commit()
    with duckdb.connect(str(folder.path / "a.duckdb")) as other:
        other.execute("CREATE TABLE t AS SELECT range AS n, now() AS moment, 'x' AS s FROM range(20)")
        other.execute("CREATE TABLE u AS SELECT 1 AS one")
    for name in ("a.db", "a.duckdb"):
        found = preview(folder.path / name, name, 10)
        assert (found.kind, len(found.tables)) == ("tables", 2)
        assert (found.tables[0].rows, len(found.tables[0].head), found.tables[0].tail[-1][0]) == (20, 10, 19)
        with warnings.catch_warnings():
            # DuckDB's own conversion uses something pandas is about to give up.
            warnings.simplefilter("ignore", DeprecationWarning)
            assert_reader_agrees(folder, found)


def test_a_view_that_never_ends_is_left_out(folder: Folder) -> None:
    """B20: never a hang."""
    with closing(sqlite3.connect(folder.path / "a.db")) as connection:
        connection.executescript(
            "CREATE TABLE t(a); INSERT INTO t VALUES (1);"
            "CREATE VIEW endless AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT max(n) FROM c"
        )
    found = preview(folder.path / "a.db", "a.db")
    assert [t.name for t in found.tables] == ["t"]
    assert codes(found) == {"tables_left_out"}


def test_xml_records_are_a_table(folder: Folder) -> None:
    """B5, B20."""
    content = '<?xml version="1.0"?><r xmlns="urn:x"><i id="1"><n>A</n><m>2</m></i><i id="2"><n>B</n></i></r>'
    found = folder.preview("a.xml", content)
    assert found.tables[0].head == ((1, "A", 2.0), (2, "B", None))
    assert_reader_agrees(folder, found)
    assert folder.preview("b.xml", "<r><only>x</only></r>").kind == "text"


def test_images_tell_format_and_size(folder: Folder) -> None:
    """B20."""
    for word in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"):
        target = io.BytesIO()
        Image.new("RGB", (30, 20)).save(target, word)
        found = folder.preview(f"a.{word.lower()}", target.getvalue())
        assert found.image is not None
        assert (found.image.format, found.image.width, found.image.height) == (word, 30, 20)
    drawing = folder.preview("a.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"/>')
    assert drawing.image is not None and (drawing.image.width, drawing.image.height) == (40, 10)


def test_notebooks_show_their_cells_without_outputs(folder: Folder) -> None:
    """B20."""
    cells = [
        {"cell_type": "markdown", "source": "# Hi"},
        {"cell_type": "code", "source": ["x = 1\n", "x"], "outputs": []},
    ]
    found = folder.preview("a.ipynb", json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    assert (found.kind, found.text) == ("notebook", "# %% [markdown]\n# # Hi\n\n# %%\nx = 1\nx")


def test_archives_list_their_members(folder: Folder) -> None:
    """B20, B35: nothing is unpacked."""
    with zipfile.ZipFile(folder.path / "a.zip", "w") as archive:
        archive.writestr("../up.txt", "x")
        archive.writestr("数据/b.csv", "a,b\n")
    assert preview(folder.path / "a.zip", "a.zip").members == ("../up.txt", "数据/b.csv")
    for name, mode in (("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz")):
        with tarfile.open(folder.path / name, mode) as tar:
            tar.addfile(tarfile.TarInfo("inner.txt"))
        found = preview(folder.path / name, name)
        assert (found.kind, found.members) == ("archive", ("inner.txt",))


def test_arrays_are_tables(folder: Folder) -> None:
    """B5, B20."""
    np.save(folder.path / "a.npy", np.arange(12.0).reshape(4, 3))
    found = preview(folder.path / "a.npy", "a.npy")
    assert (found.tables[0].rows, found.tables[0].columns[0].dtype) == (4, "float64")
    assert_reader_agrees(folder, found)


def test_what_cannot_be_shown_says_so_without_an_error(folder: Folder) -> None:
    """B20."""
    found = folder.preview("a.bin", bytes(range(256)) * 9)
    assert (found.kind, found.error, codes(found)) == ("other", None, {"no_preview"})


def test_what_cannot_be_shown_is_said_once_whatever_its_ending(folder: Folder) -> None:
    """B20: that the ending promises something else says nothing where nothing was read."""
    (folder.path / "report.csv").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 8)
    found = preview(folder.path / "report.csv", "report.csv")
    assert (found.kind, codes(found)) == ("other", set())
    assert found.error is not None and found.error.facts["reason"] == "its content is damaged"
