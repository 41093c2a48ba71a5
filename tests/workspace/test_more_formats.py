"""Formats of statistics, maps, arrays and offices; and any of them within something else (B5, B20)."""

from __future__ import annotations

import bz2
import email.message
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import fastavro
import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
import scipy.io
import shapefile
from docx import Document
from matplotlib.figure import Figure
from PIL import Image
from pptx import Presentation

from lci.core.files import ImageFacts, Reading
from lci.workspace.columns import column_values
from lci.workspace.pictures import shrunk, shrunk_or_nothing
from lci.workspace.preview import preview
from lci.workspace.request import Request
from lci.workspace.returned import frame_of
from lci.workspace.statistics import StatisticsJob
from lci.workspace.tables import TableJob
from tests.workspace.conftest import Folder, codes
from tests.workspace.test_told_is_read import assert_told_is_read

FRAME = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 2.5], "word": ["élan", "b", "c"]})
GPX = (
    '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1"><trk><trkseg>'
    '<trkpt lat="46.5" lon="7.5"><ele>1000.5</ele><time>2020-01-01T00:00:00Z</time></trkpt>'
    '<trkpt lat="46.6" lon="7.6"><ele>1010.0</ele><time>2020-01-01T00:01:00Z</time></trkpt></trkseg></trk></gpx>'
)
KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><Placemark><name>A</name>'
    "<Point><coordinates>7.5,46.5,0</coordinates></Point></Placemark><Placemark><name>B</name>"
    "<Point><coordinates>7.6,46.6,0</coordinates></Point></Placemark></Folder></Document></kml>"
)


def _avro(path: Path) -> None:
    fields = [
        {"name": "n", "type": "long"},
        {"name": "x", "type": ["null", "double"]},
        {"name": "word", "type": "string"},
    ]
    rows = FRAME.astype(object).where(FRAME.notna(), None).to_dict("records")
    with path.open("wb") as file:
        fastavro.writer(file, {"type": "record", "name": "r", "fields": fields}, rows)


def _shapes(target: str) -> None:
    with shapefile.Writer(target) as writer:
        writer.field("name", "C")
        writer.field("people", "N")
        for at, name in enumerate(("Thun", "Bern")):
            writer.point(7.5 + at, 46.5)
            writer.record(name, 1_000 * at)


def _dbase(path: Path) -> None:
    _shapes(str(path.with_suffix("")))


def _zipped_shapes(path: Path) -> None:
    _shapes(str(path.parent / "places"))
    with zipfile.ZipFile(path, "w") as archive:
        for ending in ("shp", "shx", "dbf"):
            archive.write(path.parent / f"places.{ending}", f"places.{ending}")


def _in_zip(path: Path) -> None:
    FRAME.to_parquet(path.parent / "inner.parquet")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.md", "# About")
        archive.write(path.parent / "inner.parquet", "data/inner.parquet")


def _compressed(path: Path) -> None:
    inner = path.with_suffix("")
    write = {".xlsx": FRAME.to_excel, ".dta": FRAME.to_stata, ".parquet": FRAME.to_parquet, ".xml": _xml}
    write[inner.suffix](inner, **({} if inner.suffix in {".parquet", ".xml"} else _without_index(inner)))
    content = inner.read_bytes()
    match path.suffix:
        case ".gz":
            path.write_bytes(gzip.compress(content))
        case ".bz2":
            path.write_bytes(bz2.compress(content))
        case ".xz":
            path.write_bytes(lzma.compress(content))
        case _:
            path.write_bytes(pa.compress(content, codec="zstd", asbytes=True))


def _xml(path: Path) -> None:
    FRAME.to_xml(path, index=False)


def _without_index(path: Path) -> dict[str, bool]:
    return {"index": False} if path.suffix == ".xlsx" else {"write_index": False}


TABLES: dict[str, Callable[[Path], None]] = {
    "a.avro": _avro,
    "a.dbf": _dbase,
    "a.zip": _zipped_shapes,
    "a.gpx": lambda path: path.write_text(GPX) and None,
    "a.kml": lambda path: path.write_text(KML) and None,
    "table within.zip": _in_zip,
    "a.xlsx.gz": _compressed,
    "a.xlsx.zst": _compressed,
    "a.dta.bz2": _compressed,
    "a.parquet.xz": _compressed,
    "a.xml.gz": _compressed,
}


@pytest.mark.parametrize("name", TABLES)
def test_what_is_told_of_a_table_is_what_is_read(folder: Folder, name: str) -> None:
    path = folder.path / name
    TABLES[name](path)
    seen = preview(path, name)
    assert seen.error is None and seen.tables, seen
    assert codes(seen) <= {"index_levels"}
    assert_told_is_read(seen, folder.frame(seen))
    assert seen.tables[0].rows == len(folder.frame(seen)) in (2, 3)


def test_a_zip_of_layers_shows_one_and_names_the_others(folder: Folder) -> None:
    """B20: what macOS writes beside a file is no layer."""
    for name in ("towns", "lakes"):
        _shapes(str(folder.path / name))
    with zipfile.ZipFile(folder.path / "maps.zip", "w") as archive:
        for name in ("towns", "lakes"):
            for ending in ("shp", "shx", "dbf"):
                archive.write(folder.path / f"{name}.{ending}", f"maps/{name}.{ending}")
                archive.writestr(f"__MACOSX/maps/._{name}.{ending}", b"\0\x05\x16\x07")
    seen = preview(folder.path / "maps.zip", "maps.zip")
    assert_told_is_read(seen, folder.frame(seen))
    assert [each.facts["names"] for each in seen.warnings] == ["maps/lakes.shp"]
    other = preview(folder.path / "maps.zip", "maps.zip", reading=Reading(member="maps/lakes.shp"))
    assert_told_is_read(other, folder.frame(other))
    assert "lakes" in str(other.reader) and other.warnings == ()


def test_places_have_their_coordinates(folder: Folder) -> None:
    track, places = folder.preview("a.gpx", GPX), folder.preview("a.kml", KML)
    assert [(c.name, c.dtype) for c in track.tables[0].columns][:3] == [
        ("lat", "float64"), ("lon", "float64"), ("ele", "float64"),
    ]  # fmt: skip
    assert places.tables[0].head[0] == ("A", "7.5,46.5,0")


_CODES = pd.DataFrame({
    "zip": ["01234", "00001"], "id": ["1009513310189256287", ""], "n": ["1", "2"], "state": ["NA", "BE"],
})  # fmt: skip


@pytest.mark.parametrize("name", ["a.html", "a.xml"])
def test_codes_of_a_page_and_of_xml_keep_their_digits(folder: Folder, name: str) -> None:
    """B20: by an argument of the call, for those columns only; what is lost all the same is said."""
    write = _CODES.to_html if name == "a.html" else _CODES.to_xml
    write(folder.path / name, index=False)
    seen = preview(folder.path / name, name)
    frame = folder.frame(seen)
    assert_told_is_read(seen, frame)
    assert frame.zip.tolist() == ["01234", "00001"]
    assert frame.id[0] == "1009513310189256287"
    assert [(each.name, each.dtype) for each in seen.tables[0].columns][2] == ("n", "int64")
    assert [each.facts["names"] for each in seen.warnings if each.code == "leading_zeros"] == ["zip, id"]
    if name == "a.html":
        assert [each.facts["names"] for each in seen.warnings if each.code == "missing_words"] == ["state"]


def test_elements_within_elements_are_said_to_be_in_no_column(folder: Folder) -> None:
    """B20"""
    item = "<order><id>{0}</id><lines><line>a{0}</line><line>b</line></lines></order>"
    seen = folder.preview("orders.xml", f"<orders>{item.format(1)}{item.format(2)}</orders>")
    assert_told_is_read(seen, folder.frame(seen))
    assert [each.facts["names"] for each in seen.warnings if each.code == "nested_elements"] == ["lines"]


def test_what_a_place_says_beside_its_name_is_a_column(folder: Folder) -> None:
    said = (
        "<description>Old town</description><ExtendedData><Data name='people'><value>7</value></Data>"
        "<SchemaData><SimpleData name='canton'>BE</SimpleData></SchemaData></ExtendedData><Point>"
    )
    seen = folder.preview("b.kml", KML.replace("<Point>", said, 1))
    assert_told_is_read(seen, folder.frame(seen))
    assert [each.name for each in seen.tables[0].columns] == ["name", "description", "people", "canton", "coordinates"]
    assert seen.tables[0].head[0] == ("A", "Old town", "7", "BE", "7.5,46.5,0")


def _tar(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("x/b.csv", b"a,b\n1,2\n"), ("c.txt", b"words")):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize("others", [(), ("readme.md",)])
def test_the_one_table_of_a_tar_is_opened(folder: Folder, others: tuple[str, ...]) -> None:
    """B20"""
    with tarfile.open(folder.path / "one.tar.gz", "w:gz") as archive:
        for name, content in (("x/b.csv", b"a,b\n1,2\n"), *((each, b"# words") for each in others)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    seen = preview(folder.path / "one.tar.gz", "one.tar.gz")
    assert_told_is_read(seen, folder.frame(seen))
    assert seen.members == (("x/b.csv", *others) if others else ())


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/b.csv", "a,b\n1,2\n")
        archive.writestr("c.csv", "c\n1\n")


@pytest.mark.parametrize(("name", "write"), [("a.tar.gz", _tar), ("a.zip", _zip)])
def test_a_member_is_read_by_its_name(folder: Folder, name: str, write: Callable[[Path], None]) -> None:
    write(folder.path / name)
    assert "x/b.csv" in preview(folder.path / name, name).members
    seen = preview(folder.path / name, name, 10, Reading(member="x/b.csv"))
    assert [column.name for column in seen.tables[0].columns] == ["a", "b"]
    assert_told_is_read(seen, folder.frame(seen))


def test_arrays_are_listed_by_name_type_and_shape(folder: Folder) -> None:
    np.savez(folder.path / "a.npz", grid=np.zeros((2, 3)), one=np.array(1))
    scipy.io.savemat(folder.path / "a.mat", {"grid": np.zeros((2, 3))})
    assert preview(folder.path / "a.npz", "a.npz").members == ("grid  float64  2 × 3", "one  int64  one value")
    seen = preview(folder.path / "a.mat", "a.mat")
    assert seen.members == ("grid  double  2 × 3",)
    assert folder.frame(seen)["grid"].shape == (2, 3)


_ODT_BODY = """<text:h>Report</text:h>
<text:p>Dear<text:s text:c="2"/><text:span>all</text:span>,<text:tab/>see<text:line-break/>below
<office:annotation><text:p>a remark</text:p></office:annotation></text:p>
<table:table><table:table-row><table:table-cell><text:p>name</text:p></table:table-cell>
<table:table-cell><text:p>size</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>Köln</text:p><text:p>a</text:p></table:table-cell>
<table:table-cell><text:p>7</text:p></table:table-cell></table:table-row></table:table>
<text:p>End</text:p>"""


def _opendocument(path: Path, kind: str, body: str, before: str = "") -> None:
    names = ("office", "text", "table")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    spaces += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        body = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        archive.writestr("content.xml", f"{before}<office:document-content {spaces}>{body}</office:document-content>")


def test_an_open_document_that_unpacks_without_end_is_refused(folder: Folder) -> None:
    with zipfile.ZipFile(folder.path / "a.odt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", b"<a>" + b" " * (65 << 20) + b"</a>")
    seen = preview(folder.path / "a.odt", "a.odt")
    assert seen.error is not None and seen.error.code == "file_unreadable"
    words = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "bbbb">]>'
    _opendocument(folder.path / "b.odt", "text", "<text:p>see &a;&b;</text:p>", words)
    assert preview(folder.path / "b.odt", "b.odt").text == "see"


def test_what_people_write_is_shown_as_text(folder: Folder) -> None:
    document = Document()
    document.add_paragraph("Dear all")
    document.add_table(1, 2).rows[0].cells[0].text = "cell"
    document.save(str(folder.path / "a.docx"))
    slides = Presentation()
    slides.slides.add_slide(slides.slide_layouts[0]).shapes.title.text = "A title"
    slides.save(str(folder.path / "a.pptx"))
    _opendocument(folder.path / "a.odt", "text", _ODT_BODY)
    _opendocument(folder.path / "a.odp", "presentation", "<draw:page><text:p>A title</text:p></draw:page>")
    message = email.message.EmailMessage()
    message["From"], message["Subject"] = "ann@example.org", "Figures"
    message.set_content("See below")
    message.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="figures.csv")
    texts = {
        "a.docx": preview(folder.path / "a.docx", "a.docx"),
        "a.pptx": preview(folder.path / "a.pptx", "a.pptx"),
        "a.odt": preview(folder.path / "a.odt", "a.odt"),
        "a.odp": preview(folder.path / "a.odp", "a.odp"),
        "a.rtf": folder.preview("a.rtf", r"{\rtf1\ansi Dear {\b all}\par}"),
        "a.eml": folder.preview("a.eml", message.as_bytes()),
        "a.ics": folder.preview("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Tea\nEND:VEVENT\nEND:VCALENDAR\n"),
    }
    expected = {
        "a.docx": "Dear all\ncell",
        "a.pptx": "A title",
        "a.odt": "Report\nDear  all,\tsee\nbelow\nname\tsize\nKöln a\t7\nEnd",
        "a.odp": "[1]\nA title",
        "a.rtf": "Dear all",
        "a.eml": "See below",
        "a.ics": "Tea",
    }
    for name, part in expected.items():
        assert texts[name].kind == "text" and part in str(texts[name].text), texts[name]
    assert texts["a.eml"].members == ("figures.csv",)


@pytest.mark.parametrize(
    "name",
    ["a.avro", "a.dbf", "a.gpx", "a.kml", "a.zip", "a.xlsx.gz", "a.npz", "a.mat", "a.docx", "a.pptx", "a.odt", "a.eml"],
)
@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_damage_is_one_sentence(folder: Folder, name: str, place: float) -> None:
    path = folder.path / name
    if name in TABLES:
        TABLES[name](path)
    elif name == "a.npz":
        np.savez(path, grid=np.arange(1000))
    elif name == "a.mat":
        scipy.io.savemat(path, {"grid": np.arange(1000)})
    elif name == "a.docx":
        Document().save(str(path))
    elif name == "a.odt":
        _opendocument(path, "text", _ODT_BODY)
    elif name == "a.pptx":
        Presentation().save(str(path))
    else:
        path.write_bytes(b"From: a@example.org\nSubject: x\n\nbody")
    content = bytearray(path.read_bytes())
    begin = int(len(content) * place)
    content[begin : begin + 64] = b"\xff" * len(content[begin : begin + 64])
    path.write_bytes(content)
    seen = preview(path, name)
    assert seen.error is None or "\n" not in str(seen.error.facts.get("reason", ""))


@pytest.mark.parametrize("name", ["a.parquet.xz", "a.avro", "a.xlsx.gz", "table within.zip"])
def test_statistics_and_masks_reach_what_is_within(folder: Folder, name: str) -> None:
    """B20, B51: an archive holds more than its table, so nothing of it is known to be searched whole."""
    TABLES[name](folder.path / name)
    job = StatisticsJob(name, "t")
    columns = {
        column.name: column
        for column in job.read(job.performed(TableJob(name, "t").performed(folder.path / name))).columns
    }
    assert (columns["n"].minimum, columns["word"].distinct) == (1, 3)
    values = column_values(folder.path / name, name, ("word",))
    assert values is None if name.endswith(".zip") else values is not None and "elan" in values["word"].words


def test_the_first_page_of_a_document_is_a_picture_beside_its_text(folder: Folder) -> None:
    """B20: small, and nothing but its pixels."""
    figure = Figure(figsize=(4, 2))
    figure.text(0.1, 0.5, "Annual report")
    figure.savefig(folder.path / "a.pdf")
    seen = preview(folder.path / "a.pdf", "a.pdf")
    assert seen.image == ImageFacts("PDF", 288, 144)
    assert "Annual report" in str(seen.text)
    with Image.open(io.BytesIO(shrunk(folder.path / "a.pdf", 100, "image/png"))) as picture:
        assert (picture.format, picture.size) == ("PNG", (100, 50))
    (folder.path / "b.pdf").write_bytes((folder.path / "a.pdf").read_bytes()[:200])
    assert shrunk_or_nothing(folder.path / "b.pdf", 100, "image/png") == b""


def test_a_member_that_is_opened_by_a_call_of_its_own_is_opened_in_place(folder: Folder) -> None:
    """B5: its name stands in the call once, and again in what opens it."""
    _avro(folder.path / "inner.avro")
    _dbase(folder.path / "places.dbf")
    for name in ("inner.avro", "places.dbf"):
        with zipfile.ZipFile(folder.path / "a.zip", "w") as archive:
            archive.write(folder.path / name, name)
        seen = preview(folder.path / "a.zip", "a.zip")
        assert_told_is_read(seen, folder.frame(seen))
        with tarfile.open(folder.path / "a.tar.gz", "w:gz") as archive:
            archive.add(folder.path / name, name)
        seen = preview(folder.path / "a.tar.gz", "a.tar.gz", 10, Reading(member=name))
        assert_told_is_read(seen, folder.frame(seen))


def test_what_is_packed_twice_is_named_and_not_unpacked(folder: Folder) -> None:
    """B20: a file can hold itself, and so on without end."""
    FRAME.to_parquet(folder.path / "a.parquet")
    once = gzip.compress((folder.path / "a.parquet").read_bytes())
    with zipfile.ZipFile(folder.path / "inner.zip", "w") as archive:
        archive.writestr("a.parquet", (folder.path / "a.parquet").read_bytes())
    for name, content in (
        ("a.parquet.gz.gz", gzip.compress(once)),
        ("a.zip.gz", gzip.compress((folder.path / "inner.zip").read_bytes())),
    ):
        seen = folder.preview(name, content)
        assert (seen.kind, seen.tables, seen.reader, codes(seen)) == ("other", (), None, {"no_preview"})


def _avro_of(frame: pd.DataFrame, path: Path) -> None:
    kinds = {"int64": "long", "float64": "double", "str": "string"}
    fields = [{"name": name, "type": kinds[str(dtype)]} for name, dtype in frame.dtypes.items()]
    with path.open("wb") as file:
        fastavro.writer(file, {"type": "record", "name": "r", "fields": fields}, frame.to_dict("records"))


_LARGE: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "a.dta": lambda frame, path: frame.to_stata(path, write_index=False),
    "a.sav": lambda frame, path: pyreadstat.write_sav(frame, str(path)),
    "a.xpt": lambda frame, path: pyreadstat.write_xport(frame, str(path), file_format_version=5),
    "a.avro": _avro_of,
}


@pytest.mark.parametrize(
    "name", ["a.dta", *(pytest.param(each, marks=pytest.mark.nightly) for each in _LARGE if each != "a.dta")]
)
def test_of_a_large_file_the_first_rows_are_shown_with_the_types_of_its_call(folder: Folder, name: str) -> None:
    """B20: more than 64 MB are read as far as the rows go."""
    count = np.arange(2_400_000)
    frame = pd.DataFrame(
        {"id": count, "x": count / 7, "word": np.array(["alpha beta gamma", "d"])[count % 2], "y": count / 3}
    )
    _LARGE[name](frame, folder.path / name)
    assert (folder.path / name).stat().st_size > 64 << 20
    seen = preview(folder.path / name, name)
    assert {each.code for each in seen.warnings} == {"types_of_first_rows", "rows_not_counted"}
    returned = frame_of(Request(folder.path / name, name, 1), str(seen.reader))
    assert returned is not None
    assert [(each.name, each.dtype) for each in seen.tables[0].columns] == [
        (str(label), str(dtype)) for label, dtype in returned.dtypes.items()
    ]
    assert len(seen.tables[0].head) == 1000
