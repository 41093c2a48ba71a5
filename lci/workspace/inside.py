"""What lies in a compressed file or an archive: taken out in the worker, looked at, read in place."""

from __future__ import annotations

import dataclasses
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lci.core.files import Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, literal, warning
from lci.workspace.sniff import sniff
from lci.workspace.sources import DECOMPRESSION_ERRORS, Compression, Source, opened

#: Bytes that are taken out: what is larger is named, not looked into.
MOST_BYTES = 1 << 30

#: Compressed content as a file that can be read at any place.
_OPENED: dict[Compression, str] = {
    "gzip": "gzip.open({name})",
    "bz2": "bz2.open({name})",
    "xz": "lzma.open({name})",
    "zstd": 'io.BytesIO(pa.input_stream({name}, compression="zstd").read())',
    "zip": "zipfile.ZipFile({name}).open({member})",
}


def inside(request: Request, source: Source, look: Callable[[Request], Preview]) -> Preview:
    """The preview of compressed content, or of `source.member` of a zip."""
    inner = PurePosixPath(source.member).name if source.member is not None else Path(request.name).stem
    with opened(source) as content:
        seen = _seen(request, content.stream, inner, look)
    assert source.compression is not None
    member = literal(source.member) if source.member is not None else ""
    place = _OPENED[source.compression].format(name=literal(request.name), member=member)
    return _in_place(request, seen, inner, place, source.compression)


def inside_tar(request: Request, source: Source, member: str, look: Callable[[Request], Preview]) -> Preview:
    """The preview of one member of a tar. Raises `FileUnreadable`."""
    try:
        with opened(source) as content, tarfile.open(fileobj=content.stream, mode="r|") as archive:
            for entry in archive:
                stream = archive.extractfile(entry) if entry.name == member and entry.isreg() else None
                if stream is not None:
                    inner = PurePosixPath(member).name
                    seen = _seen(request, stream, inner, look)  # type: ignore[arg-type]
                    place = f"tarfile.open({literal(request.name)}).extractfile({literal(member)})"
                    return _in_place(request, seen, inner, place, source.compression)
    except (tarfile.TarError, *DECOMPRESSION_ERRORS, ValueError) as error:
        raise FileUnreadable(request.name, "tar", "its content is damaged") from error
    raise FileUnreadable(request.name, "tar", "no such member")


def _seen(request: Request, stream: BinaryIO, inner: str, look: Callable[[Request], Preview]) -> Preview:
    with tempfile.TemporaryDirectory(prefix="lci-inside-") as folder:
        path = Path(folder) / "content"
        with path.open("wb") as file:
            left = MOST_BYTES
            while left > 0 and (piece := stream.read(min(left, 1 << 20))):
                file.write(piece)
                left -= len(piece)
            if left <= 0 and stream.read(1):
                raise FileUnreadable(request.name, "archive", "its content is too large")
        reading = dataclasses.replace(request.reading, member=None)
        unpacked = Request(path, inner, path.stat().st_size, request.rows, reading)
        # Once: a file can hold itself, and so on without end.
        sniffed = sniff(unpacked)
        if sniffed.source.compression is not None or sniffed.format in {"zip", "tar"}:
            packed = warning("no_preview", format=Path(inner).suffix.removeprefix(".") or "archive")
            return Preview(inner, "other", request.size, warnings=(packed,))
        return look(unpacked)


def _in_place(request: Request, seen: Preview, inner: str, place: str, compression: str | None) -> Preview:
    """The preview under the name of the file around it; its call reads the content where it is."""

    def placed(reader: str | None) -> str | None:
        # Databases are opened by path alone.
        if reader is None or reader.count(literal(inner)) != 1 or ".connect(" in reader:
            return None
        ways = (f'open({literal(inner)}, "rb")', f"pa.input_stream({literal(inner)})", literal(inner))
        # Once: what opens it names the member, too.
        return reader.replace(next(way for way in ways if way in reader), place)

    tables = tuple(
        dataclasses.replace(
            table, name=request.name if table.name == inner else table.name, reader=placed(table.reader)
        )
        for table in seen.tables
    )
    return dataclasses.replace(
        seen, name=request.name, bytes=request.size, compression=compression, tables=tables, reader=placed(seen.reader)
    )
