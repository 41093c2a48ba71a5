"""Files as byte streams, with compression taken off; nothing here reads more than it is asked for."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, cast

from lci.errors import FileUnreadable

Compression: TypeAlias = Literal["gzip", "bz2", "xz", "zip", "zstd"]

#: What the readers of compressed streams raise for content that is broken, encrypted or of an unknown method.
DECOMPRESSION_ERRORS = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)

_MAGIC: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file and the compression around its content; `member` is the only file inside a zip."""

    path: Path
    name: str
    compression: Compression | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The content as a stream, and the file beneath it, whose position says how much of it is used up."""

    stream: BinaryIO
    raw: BinaryIO


@contextmanager
def plain_path(path: Path) -> Iterator[Path]:
    """`path` for a library that follows links by itself: that of an open file is one, to where it may not look."""
    if not path.is_symlink():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="lci-copy-") as folder:
        copy = Path(folder) / "content"
        shutil.copyfile(path, copy)
        yield copy


def compression_of(head: bytes) -> Compression | None:
    """The compression that these first bytes announce; a zip is looked into before it counts as one."""
    return next((word for magic, word in _MAGIC if head.startswith(magic)), None)


@contextmanager
def opened(source: Source) -> Iterator[Opened]:
    """Open the decompressed content; broken content raises `FileUnreadable`, also while reading inside the block."""
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(source.path.open("rb"))
            yield Opened(_decompressed(source, raw, stack), raw)
        except DECOMPRESSION_ERRORS as error:
            if source.compression is None:
                raise
            reason = str(error) or type(error).__name__
            raise FileUnreadable(source.name, source.compression, reason[:200]) from error


def _decompressed(source: Source, raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    match source.compression:
        case None:
            return raw
        case "gzip":
            return cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw)))
        case "bz2":
            return cast(BinaryIO, stack.enter_context(bz2.BZ2File(raw)))
        case "xz":
            return cast(BinaryIO, stack.enter_context(lzma.LZMAFile(raw)))
        case "zip":
            archive = stack.enter_context(zipfile.ZipFile(raw))
            return cast(BinaryIO, stack.enter_context(archive.open(source.member or archive.namelist()[0])))
        case "zstd":
            import pyarrow as pa

            return cast(BinaryIO, io.BufferedReader(stack.enter_context(pa.CompressedInputStream(raw, "zstd"))))


def head_bytes(source: Source, limit: int) -> bytes:
    """The first `limit` bytes of the content, fewer when it is shorter."""
    with opened(source) as content:
        pieces = []
        left = limit
        while left > 0 and (piece := content.stream.read(min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
