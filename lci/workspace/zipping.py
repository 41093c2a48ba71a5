"""Files as one zip, made piece by piece while it is sent: neither memory nor disk holds it whole."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lci.errors import FileMissing, FileNotRegular, PathRefused
from lci.workspace.workspace import Workspace

_CHUNK = 1 << 20


class _Sent(io.RawIOBase):
    """Where the zip is written to: what came since the last `taken`."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        written = bytes(memoryview(piece))  # type: ignore[arg-type]  # any buffer, which typeshed's name for is newer
        self._pieces.append(written)
        return len(written)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of a zip: its name there, and its content piece by piece, asked for when its turn comes."""

    name: str
    pieces: Iterable[bytes]


def zip_of(members: Iterable[Packed]) -> Iterator[bytes]:
    """The zip of these, in pieces of about a megabyte."""
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for member in members:
            with archive.open(_entry(member.name), "w", force_zip64=True) as target:
                for piece in member.pieces:
                    target.write(piece)
                    yield sent.taken()
            yield sent.taken()
    yield sent.taken()


def zipped(workspace: Workspace, names: Iterable[str]) -> Iterator[bytes]:
    """The zip of these files; those that are gone or no files any more are left out."""
    return zip_of(readable(workspace, names))


def readable(workspace: Workspace, names: Iterable[str], folder: str = "") -> Iterator[Packed]:
    """The files that are still there, to be packed into that folder (`workspace/`), each read before the next."""
    for name in names:
        try:
            source = workspace.open_reading(name)
        except (FileMissing, FileNotRegular, PathRefused):
            continue
        with source:
            yield Packed(f"{folder}{name}", iter(functools.partial(source.read, _CHUNK), b""))


def covered(chosen: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The files among `names` that are chosen, each once: themselves, or by a folder above them."""
    picks = tuple(chosen)
    whole = tuple(each for each in picks if each.endswith("/"))
    return tuple(name for name in names if name in picks or (whole and name.startswith(whole)))


def _entry(name: str) -> zipfile.ZipInfo:
    # A time before 1980, which code can set, is an error in a zip; the files' own times are not worth that.
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member
