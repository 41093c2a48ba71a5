"""A bundle read back: every member is one that may be there, as long as it says and what its checksum says.

Whoever made it is trusted in nothing: names, sizes and contents are checked before anything is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from lci.core import events as e
from lci.core.blob_refs import blob_refs
from lci.core.outputs import BlobRef
from lci.errors import BundleRefused
from lci.runtime.handover.foreign import Tree, harmless
from lci.runtime.handover.layout import BLOBS, DIGEST, FILES, LOG, MANIFEST, Manifest, is_allowed
from lci.storage.codec import decoded

#: Bytes of a list of members, of a line of the log, of all of it and of a blob, and members, entries of the log and
#: seconds since the epoch, at most.
_MANIFEST_BYTES, _LINE_BYTES, _LOG_BYTES, _BLOB_BYTES = 32 << 20, 64 << 20, 512 << 20, 512 << 20
_MEMBERS, _ENTRIES, _LATEST = 100_000, 2_000_000, 4_102_444_800
_CHUNK = 1 << 20
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


class Bundle:
    """An open bundle. Each method raises `BundleRefused` with the file's `name` for what it cannot be trusted in."""

    def __init__(self, content: BinaryIO, name: str) -> None:
        self._name = name
        # A zip's list of members stands at its end.
        begins_well = content.read(4) == b"PK\x03\x04"
        with self._refusals("cut" if begins_well else "no_bundle"):
            self._archive = zipfile.ZipFile(content)
        self._members = self._archive.infolist()
        if len(self._members) > _MEMBERS:
            raise self._refused("too_large")
        # Of others zipfile takes apart all that it has read at once, however much that becomes.
        if any(member.compress_type not in _BOUNDED for member in self._members):
            raise self._refused("member")
        self.manifest = self._listed()
        names = [member.filename for member in self._members]
        if len({*names}) != len(names) or {*names} != {*self.manifest.members, MANIFEST} or LOG not in names:
            raise self._refused("member")
        if not all(name == MANIFEST or is_allowed(name) for name in names):
            raise self._refused("path")
        for member in self._members:
            listed = self.manifest.members.get(member.filename)
            if listed is not None and member.file_size != listed.size:
                raise self._refused("checksum")

    @property
    def size(self) -> int:
        """Bytes of all that is in it, which is as much as reading it gives."""
        return sum(member.size for member in self.manifest.members.values())

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its workspace files."""
        return tuple(name.removeprefix(FILES) for name in self.manifest.members if name.startswith(FILES))

    def file(self, name: str) -> Iterator[bytes]:
        """The content of a workspace file, piece by piece; that it is the right one is known at its end."""
        return self._pieces(f"{FILES}{name}")

    def blobs(self) -> Iterator[bytes]:
        """The blobs, each whole."""
        for name, member in self.manifest.members.items():
            if name.startswith(BLOBS):
                if member.size > _BLOB_BYTES:
                    raise self._refused("too_large")
                if member.sha256 != name.removeprefix(BLOBS):
                    raise self._refused("checksum")
                yield b"".join(self._pieces(name))

    def entries(self) -> list[e.Recorded]:
        """The log, of what another machine may say to this one."""
        if self.manifest.members[LOG].size > _LOG_BYTES:
            raise self._refused("too_large")
        entries: list[e.Recorded] = []
        tree = Tree()
        for line in self._lines():
            entry = self._entry(line, len(entries) + 1)
            if len(entries) >= _ENTRIES:
                raise self._refused("too_large")
            if not tree.takes(entry):
                raise self._refused("entry")
            for ref in blob_refs(entry.event):
                listed = self.manifest.members.get(f"{BLOBS}{ref.digest}")
                if not self._is_right(ref) or (listed is not None and listed.size != ref.size):
                    raise self._refused("entry")
            entries.append(entry)
        if not entries:
            raise self._refused("entry")
        return entries

    @contextlib.contextmanager
    def refusals(self) -> Iterator[None]:
        """What cannot be kept of it is something wrong in it."""
        try:
            yield
        except (ValueError, TypeError, RecursionError, OverflowError):
            raise self._refused("entry") from None

    def _listed(self) -> Manifest:
        try:
            with self._archive.open(MANIFEST) as file:
                text = file.read(_MANIFEST_BYTES + 1)
        except KeyError:
            raise self._refused("no_bundle") from None
        except _BROKEN:
            raise self._refused("cut") from None
        try:
            if len(text) > _MANIFEST_BYTES:
                raise self._refused("too_large")
            if (number := json.loads(text).get("format")) != 1:
                raise self._refused("newer" if isinstance(number, int) else "no_bundle")
            manifest: Manifest = TypeAdapter(Manifest).validate_json(text, strict=True)
        except (ValueError, ValidationError, AttributeError, RecursionError):
            raise self._refused("no_bundle") from None
        if any(member.size < 0 for member in manifest.members.values()):
            raise self._refused("no_bundle")
        return manifest

    def _entry(self, line: bytes, seq: int) -> e.Recorded:
        try:
            entry = json.loads(line)
            at, turn_id, schema = entry["at"], entry["turn_id"], entry["schema"]
            if entry["seq"] != seq or type(schema) is not int or not 0 < schema < 1_000:
                raise ValueError(seq)
            if not isinstance(at, int | float) or not 0 <= at < _LATEST:
                raise ValueError(at)
            event = harmless(decoded(str(entry["type"]), json.dumps(entry["event"]), schema), turn_id)
            # What this version knows it has brought up to its own schema.
            own = schema if isinstance(event, e.UnknownEvent) else e.SCHEMA
            return e.Recorded(seq, float(at), "", turn_id, own, event)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
            raise self._refused("entry") from None

    def _is_right(self, ref: BlobRef) -> bool:
        return DIGEST.fullmatch(ref.digest) is not None and 0 <= ref.size <= _BLOB_BYTES

    def _lines(self) -> Iterator[bytes]:
        held = b""
        for piece in self._pieces(LOG):
            *lines, held = (held + piece).split(b"\n")
            if len(held) > _LINE_BYTES:
                raise self._refused("too_large")
            yield from lines
        if held:
            raise self._refused("cut")

    def _pieces(self, name: str) -> Iterator[bytes]:
        """A member's content, never more of it than it is said to be."""
        listed = self.manifest.members[name]
        digest, left = hashlib.sha256(), listed.size
        with self._refusals("cut"), self._archive.open(name) as file:
            while piece := file.read(_CHUNK):
                left -= len(piece)
                digest.update(piece)
                if left < 0:
                    raise self._refused("checksum")
                yield piece
        if left or digest.hexdigest() != listed.sha256:
            raise self._refused("checksum")

    @contextlib.contextmanager
    def _refusals(self, cause: str) -> Iterator[None]:
        try:
            yield
        except _BROKEN:
            raise self._refused(cause) from None

    def _refused(self, cause: str) -> BundleRefused:
        return BundleRefused(self._name, cause)
