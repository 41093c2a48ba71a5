"""What a file is, by its content more than by its ending (B5, B20)."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from lci.workspace.request import Request
from lci.workspace.sniff import Sniffed, sniff
from lci.workspace.sources import Source

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20
NOISE = bytes(range(256))
PICKLE = b"\x80\x04\x95\x10"


def zipped(*names: str, **contents: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name.replace("/", "_").replace(".", "_"), b"x"))
    return target.getvalue()


def tarred() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"), io.BytesIO())
    return target.getvalue()


def sniffed(folder: Path, name: str, content: bytes) -> Sniffed:
    path = folder / "content"
    path.write_bytes(content)
    return sniff(Request(path, name, len(content)))


ODT = b"application/vnd.oasis.opendocument.text"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"

#: Name, content, format; whether the ending promised something else; whether it is broken.
FILES: list[tuple[str, bytes, str, bool, bool]] = [
    ("a.csv", b"a,b\n", "text", False, False),
    ("a", b"a,b\n", "text", False, False),
    ("a.png", PNG, "image", False, False),
    ("a.csv", PNG, "image", True, False),
    ("a.dat", PNG, "image", False, False),
    ("a.xlsx", PNG, "image", True, False),
    ("a.png", b"a,b\n1,2\n", "text", True, False),
    ("a.png", b"a\0,b\n1,2\n3,4\n5,6\n", "text", True, False),
    ("a.xlsx", b"a,b\n1,2\n", "text", True, False),
    ("a.xlsx", b"a\0,b\n1,2\n3,4\n5,6\n", "excel", False, True),
    ("a.xlsx", NOISE, "excel", False, True),
    ("a.parquet", NOISE, "parquet", False, True),
    ("a.parquet", b'{"a": 1}', "json", True, False),
    ("a.xls", OLE, "excel", False, False),
    ("a.doc", OLE, "excel", False, False),
    ("a.db", b"SQLite format 3\0" + NOISE, "sqlite", False, False),
    ("a.duckdb", b"SQLite format 3\0" + NOISE, "sqlite", False, False),
    ("a.sqlite", b"\0" * 8 + b"DUCK" + NOISE, "duckdb", False, False),
    ("a.sqlite", PNG, "image", True, False),
    ("a.pdf", b"%PDF-1.7", "pdf", False, False),
    ("a.txt", b"%PDF-1.7", "pdf", True, False),
    ("a.webp", b"RIFF\0\0\0\0WEBP", "image", False, False),
    ("a.wav", b"RIFF\0\0\0\0WAVE" + b"\0" * 40, "binary", False, False),
    ("a.bmp", b"BM12345", "image", False, False),
    ("a.txt", b"BM12345", "text", False, False),
    ("a.bin", NOISE, "binary", False, False),
    ("a.csv", NOISE, "binary", False, False),
    ("a.tar", tarred(), "tar", False, False),
    ("a.dat", tarred(), "tar", False, False),
    ("a.csv", tarred(), "tar", True, False),
    ("a.ipynb", b"{}", "notebook", False, False),
    ("a.jsonl", b"{}", "jsonl", False, False),
    ("a.ndjson", b"[]", "jsonl", False, False),
    ("a.html", b"<svg>", "html", False, False),
    ("a.htm", b"{", "html", False, False),
    ("a.csv", b'{"a": 1}', "text", False, False),
    ("a.tsv", b'{"a": 1}', "text", False, False),
    ("a.xml", b"<a/>", "xml", False, False),
    ("a.txt", b"<a/>", "text", False, False),
    ("a.txt", b"\xef\xbb\xbf \n<?xml version='1.0'?><a/>", "xml", False, False),
    ("a.txt", b"<?xml version='1.0'?>" + b" " * 1_975 + b"<svg/>", "svg", False, False),
    ("a.txt", b"<?xml version='1.0'?>" + b" " * 1_976 + b"<svg/>", "xml", False, False),
    ("a.svg", b"<svg xmlns=''/>", "svg", False, False),
    ("a.json", b"1", "json", False, False),
    ("a.geojson", b"text", "json", False, False),
    ("a.json", b"{}\n{}\n", "json", False, False),
    ("a.txt", b"{}\n{}\n", "jsonl", False, False),
    ("a.txt", b"{}\n\n{}\n", "jsonl", False, False),
    ("a.txt", b"{}\n", "json", False, False),
    ("a.txt", b'{\n"a": 1}\n', "json", False, False),
    ("a.txt", b"{}\n{}\nx\n", "json", False, False),
    ("a.txt", b"{}\n{}\n{}\nx\n", "jsonl", False, False),
    ("a.txt", b'[{"a": 1}]', "json", False, False),
    ("a.txt", b"[1, 2]", "text", False, False),
    ("a.pkl", b"a,b\n", "pickle", False, False),
    ("a.joblib", b"a,b\n", "pickle", False, False),
    ("a.csv", PICKLE, "pickle", False, False),
    ("a.csv", b"\x80\x02.", "pickle", False, False),
    ("a.csv", b"a\x03,b" + b"1,2\n" * 50, "text", False, False),
    ("a.csv", b"\x80\x05.", "pickle", False, False),
    ("a.csv", b"\x80\x06.", "binary", False, False),
    ("a.csv", b"\x80\x01.", "text", False, False),
    ("a.csv", b"\x81\x04.", "binary", False, False),
    ("a.csv", b"\x80\x04", "binary", False, False),
    ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), "docx", False, False),
    ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), "excel", False, False),
    ("a.ods", zipped("mimetype", "x", mimetype=ODS), "excel", False, False),
    ("a.csv", zipped("mimetype", "x", mimetype=ODS), "excel", True, False),
    ("a.odt", zipped("mimetype", "x", mimetype=ODT), "opendocument", False, False),
    ("a.zip", zipped("a", "b", "mimetype", mimetype=b"application/x"), "document", False, False),
    ("a.zip", zipped("a", "b", "c", "mimetype", mimetype=b"application/x"), "zip", False, False),
    ("a.csv", zipped("xl/workbook.xml"), "excel", True, False),
    ("a.pt", zipped("a/b"), "pickle", False, False),
    ("a.zip", zipped("model/data.pkl", "a"), "pickle", False, False),
    ("a.zip", zipped("a.csv", "b.csv"), "zip", False, False),
    ("a.csv", zipped("a.csv", "b.csv"), "zip", True, False),
    ("a.zip", zipped("__MACOSX/a.csv"), "zip", False, False),
    ("a.zip", zipped("a.png"), "zip", False, False),
    ("a.zip", b"PK\x03\x04broken", "zip", False, True),
    ("a.xlsx", b"PK\x03\x04broken", "excel", False, True),
    ("a.zip", b"PK\x05\x06" + b"\0" * 18, "zip", False, False),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(FILES)))
def test_a_file_is_known_by_its_content(tmp_path: Path, at: int) -> None:
    """B20: and an ending that promises something else is noticed."""
    name, content, kind, surprising, broken = FILES[at]
    found = sniffed(tmp_path, name, content)
    assert (found.format, found.surprising, found.broken) == (kind, surprising, broken), name
    assert found.source == Source(tmp_path / "content", name)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt"])
def test_a_zip_with_one_table_is_that_table(tmp_path: Path, ending: str) -> None:
    """B20."""
    member = "A" + ending.upper()
    assert sniffed(tmp_path, "a.zip", zipped(member)) == Sniffed(
        "text", Source(tmp_path / "content", "a.zip", "zip", member)
    )


COMPRESSED = [
    ("a.csv.gz", gzip.compress(b"a,b\n"), "gzip", "text", False),
    ("a.csv.bz2", bz2.compress(b"a,b\n"), "bz2", "text", False),
    ("a.csv.xz", lzma.compress(b"a,b\n"), "xz", "text", False),
    ("a.csv", gzip.compress(b"a,b\n"), "gzip", "text", True),
    ("a.json.gz", gzip.compress(b"[]"), "gzip", "json", False),
    ("a.jsonl.gz", gzip.compress(b"{}"), "gzip", "jsonl", False),
    ("a.jsonl", gzip.compress(b"{}"), "gzip", "jsonl", True),
    ("a.gz", gzip.compress(b"a,b\n"), "gzip", "text", False),
    ("a.xml.gz", gzip.compress(b"<a/>"), "gzip", "inside", False),
    ("a.png.gz", gzip.compress(PNG), "gzip", "inside", False),
    ("a.bin.gz", gzip.compress(NOISE), "gzip", "inside", False),
    ("a.tar.gz", gzip.compress(tarred()), "gzip", "tar", False),
    ("a.tgz", gzip.compress(b"a,b\n"), "gzip", "tar", False),
    ("a.csv.gz", gzip.compress(PICKLE), "gzip", "pickle", False),
    ("a.pkl.gz", gzip.compress(b"a,b\n"), "gzip", "pickle", False),
]


@pytest.mark.parametrize("at", range(len(COMPRESSED)))
def test_what_is_compressed_is_known_by_what_is_inside(tmp_path: Path, at: int) -> None:
    """B20."""
    name, content, compression, kind, surprising = COMPRESSED[at]
    found = sniffed(tmp_path, name, content)
    assert (found.format, found.surprising, found.source.compression) == (kind, surprising, compression), name


def test_the_endings_of_a_name_are_told_in_lower_case() -> None:
    assert Request(Path("x"), "Sales.CSV.GZ", 1).ending == ".gz"
    assert Request(Path("x"), "Sales.CSV.GZ", 1).inner_ending == ".csv"
    assert Request(Path("x"), "a.gz", 1).inner_ending == ""
    assert (Request(Path("x"), "a", 1).ending, Request(Path("x"), "a", 1).inner_ending) == ("", "")
