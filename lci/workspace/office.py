"""The text of documents, slides, RTF and mail; nothing they point to is loaded, no attachment opened."""

from __future__ import annotations

import email
import email.policy
import importlib.util
import pathlib
from collections.abc import Callable, Iterable
from email.message import EmailMessage

from lci.core.files import Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, warning
from lci.workspace.returned import READERS_RAISE, named
from lci.workspace.texts import TEXT_CHARACTERS

_SLIDES = 200
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
