"""The text of documents, slides, RTF and mail; nothing they point to is loaded, no attachment opened."""

from __future__ import annotations

import email
import email.policy
import importlib.util
import pathlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from email.message import EmailMessage
from typing import Any

from lci.core.files import Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, warning
from lci.workspace.returned import READERS_RAISE, named
from lci.workspace.texts import TEXT_CHARACTERS

_SLIDES = 200
_SPACE = re.compile(r"[ \t\r\n]+")
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
#: What holds paragraphs that are written with it, or are none of the document's.
_ODF_APART = ("table:1.0}table-row", "office:1.0}annotation", "text:1.0}note", "text:1.0}tracked-changes")
_ODF_BLOCKS = ("text:1.0}p", "text:1.0}h", "table:1.0}table-row", "drawing:1.0}page")
_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MOST_BYTES = 64 << 20


def docx(request: Request) -> Preview:
    """Paragraphs and tables in their order."""

    def lines(path: str) -> Iterable[str]:
        from docx import Document
        from docx.table import Table

        for block in Document(path).iter_inner_content():
            if isinstance(block, Table):
                yield from ("\t".join(cell.text for cell in row.cells) for row in block.rows)
            else:
                yield block.text

    return _text(request, "docx", lines, "docx", "python-docx")


def pptx(request: Request) -> Preview:
    """The texts of each slide, in the order in which they were put there."""

    def lines(path: str) -> Iterable[str]:
        from pptx import Presentation

        for number, slide in enumerate(Presentation(path).slides, 1):
            if number > _SLIDES:
                return
            yield f"[{number}]"
            for shape in slide.shapes:
                if shape.has_text_frame:
                    yield shape.text_frame.text
                elif shape.has_table:
                    yield from ("\t".join(cell.text for cell in row.cells) for row in shape.table.rows)

    return _text(request, "pptx", lines, "pptx", "python-pptx")


def opendocument(request: Request) -> Preview:
    """Paragraphs and tables of an OpenDocument text in their order; of slides, each under its number.

    The elements are those of OpenDocument 1.3, part 3, sections 5, 6, 9 and 10.
    """
    return _text(request, "opendocument", _opendocument_lines, "lxml", "lxml")


def _opendocument_lines(path: str) -> Iterator[str]:
    from lxml import etree

    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        # The size in a zip's directory is what its maker says.
        written = content.read(_MOST_BYTES + 1)
    if len(written) > _MOST_BYTES:
        raise ValueError("too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(written, parser)
    slides = 0
    for element in root.iter(*(f"{{{_ODF}{name}" for name in _ODF_BLOCKS)):
        if next(element.iterancestors(*(f"{{{_ODF}{name}" for name in _ODF_APART)), None) is not None:
            continue
        match etree.QName(element).localname:
            case "page":
                slides += 1
                if slides > _SLIDES:
                    return
                yield f"[{slides}]"
            case "table-row":
                cells = element.findall(f"{{{_ODF}table:1.0}}table-cell")
                yield "\t".join(" ".join(map(_odf_text, _odf_paragraphs(cell))) for cell in cells)
            case _:
                yield _odf_text(element).strip()


def _odf_paragraphs(element: Any) -> Iterator[Any]:  # Any: lxml has no types
    return element.iter(f"{{{_ODF}text:1.0}}p", f"{{{_ODF}text:1.0}}h")  # type: ignore[no-any-return]


def _odf_text(paragraph: Any) -> str:
    parts = [_SPACE.sub(" ", paragraph.text or "")]
    for child in paragraph.iterchildren():
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        match name:
            case "s":
                parts.append(" " * min(100, int(child.get(f"{{{_ODF}text:1.0}}c") or 1)))
            case "tab":
                parts.append("\t")
            case "line-break":
                parts.append("\n")
            case "note" | "annotation" | "":
                pass
            case _:
                parts.append(_odf_text(child))
        parts.append(_SPACE.sub(" ", child.tail or ""))
    return "".join(parts)


def rtf(request: Request) -> Preview:
    """The text of an RTF file."""

    def lines(path: str) -> Iterable[str]:
        from striprtf.striprtf import rtf_to_text

        with pathlib.Path(path).open(encoding="latin-1", newline="") as file:
            yield str(rtf_to_text(file.read(_MOST_BYTES), errors="replace"))  # type: ignore[no-untyped-call]

    return _text(request, "rtf", lines, "striprtf", "striprtf")


def mail(request: Request) -> Preview:
    """Who wrote what to whom, and the names of what is attached."""
    with request.path.open("rb") as file:
        try:
            message = email.message_from_binary_file(file, EmailMessage, policy=email.policy.default)
            heads = [f"{name}: {message[name]}" for name in _HEADERS if message[name]]
            body = message.get_body(("plain", "html"))
            content = str(body.get_content()) if body is not None else ""
            attached = tuple(str(part.get_filename() or "?") for part in message.iter_attachments())
        except READERS_RAISE as error:
            raise FileUnreadable(request.name, "eml", "its content is damaged") from error
    if not heads:
        raise FileUnreadable(request.name, "eml", "its content is damaged")
    return _shown(request, "\n".join([*heads, "", content.replace("\r\n", "\n")]), attached)


def _text(request: Request, kind: str, lines: Callable[[str], Iterable[str]], module: str, package: str) -> Preview:
    if importlib.util.find_spec(module) is None:
        return Preview(request.name, "other", request.size, warnings=(warning("reader_missing", package=package),))
    with named(request) as path:
        try:
            text = "\n".join(lines(path)).strip()
        except Exception as error:  # a reader's library may raise anything: docs/decisions/0006
            raise FileUnreadable(request.name, kind, "its content is damaged") from error
    return _shown(request, text)


def _shown(request: Request, text: str, members: tuple[str, ...] = ()) -> Preview:
    warnings = []
    if len(text) > TEXT_CHARACTERS:
        warnings.append(warning("text_shortened", shown_bytes=TEXT_CHARACTERS, bytes=request.size))
    text = text[:TEXT_CHARACTERS]
    return Preview(request.name, "text", request.size, text=text, members=members, warnings=tuple(warnings))
