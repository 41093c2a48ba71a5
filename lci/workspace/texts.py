"""The beginning of a file as text: read once, decoded by what the whole file says as far as that is cheap."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from lci.core.remarks import Remark
from lci.errors import FileEmpty, FileUndecodable
from lci.workspace.decoding import Encoding, encoding_of, is_binary
from lci.workspace.request import Request, warning
from lci.workspace.sources import Source, head_bytes, opened

#: What is read of every file.
HEAD_BYTES = 4 << 20
#: Characters of a text that are shown.
TEXT_CHARACTERS = 20_000
#: Tables up to this size are read whole: what is told of them holds for every row.
WHOLE_BYTES = 16 << 20
#: Files up to this size are read to the end to count their rows.
COUNTED_BYTES = 64 << 20
_STRIPES = 8
_STRIPE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Decoded:
    """The beginning of a text file; `complete` says that it is the whole file, `nuls` counts its NUL bytes."""

    text: str
    encoding: Encoding
    complete: bool
    nuls: int


def decoded(request: Request, source: Source) -> Decoded:
    """The first megabytes as text; raises `FileEmpty`, `FileUndecodable` or `FileUnreadable`."""
    head = head_bytes(source, HEAD_BYTES + 1)
    complete = len(head) <= HEAD_BYTES
    head = head[:HEAD_BYTES]
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise FileEmpty(request.name)
    if is_binary(head) and request.reading.encoding is None:
        raise FileUndecodable(request.name)
    if request.reading.encoding is not None:
        encoding = Encoding(_known_encoding(request))
    else:
        detected = encoding_of(head, _blocks(request, source, head, complete=complete))
        if detected is None:
            raise FileUndecodable(request.name)
        encoding = detected
    text = _text(head, encoding.name)
    if not text.strip():
        raise FileEmpty(request.name)
    return Decoded(text, encoding, complete, text.count("\0"))


def _known_encoding(request: Request) -> str:
    try:
        "".encode(request.reading.encoding or "utf-8")
    except LookupError as error:
        raise FileUndecodable(request.name) from error
    return request.reading.encoding or "utf-8"


def _text(head: bytes, encoding: str) -> str:
    # A wrapper rather than decode(): the last character may be cut, and a mark at the start must go.
    stream = io.TextIOWrapper(io.BytesIO(head), encoding, errors="replace", newline="")
    return stream.read()


def _blocks(request: Request, source: Source, head: bytes, *, complete: bool) -> Iterator[bytes]:
    """Pieces of the whole file while it is small, else of its first megabytes and of places all over it."""
    if complete:
        yield head
        return
    if request.size > COUNTED_BYTES or source.compression is not None:
        yield head[: head.rfind(b"\n") + 1] or head[:-4]
        if source.compression is None:
            with opened(source) as content:
                for place in range(1, _STRIPES + 1):
                    content.raw.seek(request.size * place // (_STRIPES + 1))
                    stripe = content.raw.read(_STRIPE_BYTES)
                    yield stripe[stripe.find(b"\n") + 1 : stripe.rfind(b"\n") + 1]
        return
    rest = b""
    with opened(source) as content:
        while piece := content.stream.read(HEAD_BYTES):
            piece = rest + piece
            end = piece.rfind(b"\n") + 1
            yield piece[:end]
            rest = piece[end:]
    yield rest


def text_warnings(start: Decoded) -> list[Remark]:
    """What is odd about the bytes of a text."""
    warnings = []
    if start.encoding.misfits:
        warnings.append(warning("mixed_encoding", encoding=start.encoding.name, lines=start.encoding.misfits))
    if start.nuls:
        warnings.append(warning("nul_bytes", count=start.nuls))
    return warnings
