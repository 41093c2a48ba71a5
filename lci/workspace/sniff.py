"""What a file is, by its content more than by its ending."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lci.workspace.formats import FORMATS
from lci.workspace.request import Request
from lci.workspace.sources import Compression, Source, compression_of, head_bytes

#: Endings whose content runs code when it is read, whatever it looks like.
REFUSED_ENDINGS = {
    ".pkl": "pickle", ".pickle": "pickle", ".p": "pickle", ".joblib": "joblib", ".dill": "pickle", ".pt": "torch",
    ".pth": "torch",
}  # fmt: skip

_MAGIC = tuple((magic, known.name) for known in FORMATS for magic in known.magic)
_BINARY_ENDINGS = {ending: known.name for known in FORMATS for ending in known.endings} | {".tar": "tar"}
#: Endings that say how a file is compressed, above the ending that says what it is.
COMPRESSED_ENDINGS = frozenset({".gz", ".bz2", ".xz", ".zst"})
_HEAD = 1 << 16
#: Members of an archive that are its table, where there is only one of them.
_TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
_TABLE_ENDINGS = frozenset({
    ".xlsx", ".xls", ".xlsb", ".ods", ".parquet", ".feather", ".orc", ".avro", ".json", ".jsonl", ".geojson", ".dta",
    ".sav", ".zsav", ".sas7bdat", ".xpt", ".dbf", ".sqlite", ".kml", ".gpx", ".xml",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file's format and how to open it; `surprising` says that the ending promises something else.

    `format` is the name of one of `FORMATS`, or text, json, jsonl, notebook, xml, svg, html, tar, document, pickle,
    inside (of what is around it) or binary.
    """

    format: str
    source: Source
    surprising: bool = False
    broken: bool = False


def sniff(request: Request) -> Sniffed:
    """What `request`'s file is; reads no more than its beginning, its last bytes and a zip's directory."""
    plain = Source(request.path, request.name)
    head = head_bytes(plain, _HEAD)
    if request.ending in REFUSED_ENDINGS or _is_pickle(head):
        return Sniffed("pickle", plain)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(request)
    compression = compression_of(head)
    if compression is not None:
        return _compressed(request, compression)
    format_name = _format(head, request.ending)
    promised = _BINARY_ENDINGS.get(request.ending)
    if format_name == "text" and promised == "mail":
        return Sniffed("mail", plain)
    if format_name in {"text", "binary", "json", "xml", "html"} and promised is not None:
        # A text called .xlsx is read as what it is; noise called .xlsx is a broken workbook.
        broken = format_name == "binary" or _is_broken(head, promised)
        return Sniffed(promised if broken else format_name, plain, surprising=not broken, broken=broken)
    return Sniffed(format_name, plain, surprising=_is_surprising(format_name, request.ending, promised))


def _is_broken(head: bytes, promised: str) -> bool:
    return b"\0" in head and promised != "image"


def _is_surprising(format_name: str, ending: str, promised: str | None) -> bool:
    text_endings = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".xml", ".md"}
    if promised is not None:
        return format_name != promised and {format_name, promised} != {"sqlite", "duckdb"}
    return ending in text_endings and format_name not in {
        "text",
        "json",
        "jsonl",
        "notebook",
        "xml",
        "svg",
        "html",
        "binary",
    }


def _format(head: bytes, ending: str) -> str:
    for magic, word in _MAGIC:
        if head.startswith(magic):
            return word
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head[257:262] == b"ustar":
        return "tar"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if head[:2] == b"BM" and ending == ".bmp":
        return "image"
    return _text_format(head, ending)


def _text_format(head: bytes, ending: str) -> str:
    from lci.workspace.decoding import is_binary

    if is_binary(head):
        return "binary"
    start = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if ending == ".ipynb":
        return "notebook"
    if ending in {".jsonl", ".ndjson"}:
        return "jsonl"
    if ending in {".html", ".htm"} or _HTML.match(start):
        return "html"
    if ending in {".csv", ".tsv"}:
        return "text"
    if start.startswith((b"<?xml", b"<svg")) or (ending in {".xml", ".kml", ".gpx"} and start.startswith(b"<")):
        return "svg" if b"<svg" in start[:2000] else "xml"
    if ending in {".json", ".geojson"} or start.startswith((b"{", b"[{")):
        return "jsonl" if ending not in {".json", ".geojson"} and _has_objects_in_lines(start) else "json"
    return "text"


#: Texts and slides, as themselves and as patterns for others.
_OPENDOCUMENTS = tuple(f"application/vnd.oasis.opendocument.{kind}".encode() for kind in ("text", "presentation"))
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<table|<meta|<body)", re.IGNORECASE)


def _has_objects_in_lines(start: bytes) -> bool:
    lines = [line for line in start.split(b"\n")[:3] if line.strip()]
    return len(lines) > 1 and all(line.startswith(b"{") for line in lines)


def _is_pickle(head: bytes) -> bool:
    """Protocol 2 and later; earlier ones are text that no other reader here takes for data."""
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def _compressed(request: Request, compression: Compression) -> Sniffed:
    source = Source(request.path, request.name, compression)
    head = head_bytes(source, _HEAD)
    if _is_pickle(head) or request.inner_ending in REFUSED_ENDINGS:
        return Sniffed("pickle", source)
    ending = request.inner_ending if request.ending in COMPRESSED_ENDINGS else request.ending
    format_name = _format(head, ending)
    if request.ending == ".tgz" or format_name == "tar":
        return Sniffed("tar", source)
    surprising = request.ending not in COMPRESSED_ENDINGS
    return Sniffed(format_name if format_name in {"text", "json", "jsonl"} else "inside", source, surprising=surprising)


def only_table(files: Sequence[str]) -> str | None:
    """The table among the files of an archive, where there is a single one."""
    texts = [name for name in files if name.lower().endswith(_TEXT_ENDINGS)]
    if len(texts) == 1 and (len(files) == 1 or not texts[0].lower().endswith(".txt")):
        return texts[0]
    typed = [name for name in files if PurePosixPath(name.lower()).suffix in _TABLE_ENDINGS]
    return typed[0] if len(typed) == 1 and not texts else None


def _zip(request: Request) -> Sniffed:
    plain = Source(request.path, request.name)
    try:
        with zipfile.ZipFile(request.path) as archive:
            members = archive.namelist()
            mime = archive.read("mimetype")[:80] if "mimetype" in members[:3] else b""
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        promised = _BINARY_ENDINGS.get(request.ending, "zip")
        return Sniffed(promised, plain, broken=True)
    if any(name.startswith("xl/workbook") for name in members) or b"opendocument.spreadsheet" in mime:
        return Sniffed("excel", plain, surprising=_BINARY_ENDINGS.get(request.ending) != "excel")
    if mime.startswith(_OPENDOCUMENTS):
        return Sniffed("opendocument", plain, surprising=_BINARY_ENDINGS.get(request.ending) != "opendocument")
    if any(name.startswith(("word/document", "ppt/presentation")) for name in members):
        kind = "docx" if any(name.startswith("word/") for name in members) else "pptx"
        return Sniffed(kind, plain, surprising=_BINARY_ENDINGS.get(request.ending) != kind)
    if mime or "[Content_Types].xml" in members:
        return Sniffed("document", plain)
    if any(name.endswith("data.pkl") for name in members):
        return Sniffed("pickle", plain)
    files = [name for name in members if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if files and all(name.endswith(".npy") for name in files):
        return Sniffed("npz", plain, surprising=request.ending != ".npz")
    endings = [PurePosixPath(name.lower()).suffix for name in files]
    if endings.count(".shp") == endings.count(".dbf") > 0:
        return Sniffed("shapefile", plain)
    if request.reading.member in files:
        return Sniffed("inside", Source(request.path, request.name, "zip", request.reading.member))
    if (table := only_table(files)) is not None:
        kind = "text" if table.lower().endswith(_TEXT_ENDINGS) else "inside"
        return Sniffed(kind, Source(request.path, request.name, "zip", table))
    return Sniffed("zip", plain, surprising=request.ending in {".csv", ".tsv", ".txt", ".json"})
