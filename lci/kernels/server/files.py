"""A conversation's files on both sides: brought to a Jupyter Server before a cell, fetched from it after one."""

from __future__ import annotations

import asyncio
import base64
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, cast

from lci.core.outputs import Json
from lci.errors import LciError
from lci.kernels.server.rest import Rest

#: Bytes of a piece of an upload.
_PIECE = 6_000_000
#: Files and folders that are looked at there, and how deep.
_ENTRIES, _FOLDERS, _DEPTH = 20_000, 300, 12
#: Bytes of one file, and of all that one cell wrote, that are fetched.
_MAX_FILE, _MAX_CELL = 500_000_000, 1_000_000_000


class Folder(Protocol):
    """A workspace on this machine; names are relative and may be anything."""

    def signature(self) -> dict[str, tuple[int, int]]:
        """Size and time of every file."""

    def open_reading(self, name: str) -> BinaryIO:
        """The file of that name, open."""

    def overwrite(self, name: str, chunks: Iterable[bytes]) -> None:
        """Make the file of that name be these bytes."""

    def discard(self, name: str) -> None:
        """Remove the file of that name, if it is there."""

    def copied(self, copy: str) -> tuple[str, ...]:
        """The names of the files in a copy that was made of it."""


@dataclass(slots=True)
class _Same:
    """What was the same on both sides when last looked."""

    here: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    there: Mapping[str, tuple[int, str]] = field(default_factory=dict)


class SharedFiles:
    """Keeps a folder here and one on the server alike. Raises `KernelServerFailed`."""

    #: The connection of this start of the kernel; none before `begin`.
    _rest: Rest

    def __init__(self, folder: Folder, place: str) -> None:
        self._folder = folder
        self._place = place
        self._same = _Same()

    async def begin(self, rest: Rest) -> None:
        """Have the folder there, with everything; what a cell left there as its kernel ended is had here first."""
        self._rest = rest
        await self._make_folder(self._place)
        if self._same.there:
            await self.fetch()
        else:
            # Of an earlier start of the app nothing is known: what is on both sides counts as it is here.
            there, here = await self._listed(), await asyncio.to_thread(self._folder.signature)
            for name in there.keys() - here.keys():
                if there[name][0] <= _MAX_FILE:
                    await self._download(name)
        await self.bring()

    async def bring(self) -> None:
        """Have there what is here: new and changed files; those that are gone go."""
        here = await asyncio.to_thread(self._folder.signature)
        changed = [name for name in here if self._same.here.get(name) != here[name]]
        for name in changed:
            await self._upload(self._place, name)
        for name in self._same.here.keys() - here.keys():
            if name in self._same.there:
                await self._rest.request("DELETE", self._at(name))
        if changed or here.keys() != self._same.here.keys():
            self._same = _Same(here, await self._listed())

    async def fetch(self) -> list[str]:
        """Have here what is there; the names of what was too large or could not be kept."""
        there, budget = await self._listed(), _MAX_CELL
        if there == self._same.there:
            return []
        left_out: list[str] = []
        fetched: set[str] = set()
        for name, (size, _) in there.items():
            if self._same.there.get(name) == there[name]:
                continue
            if size > min(_MAX_FILE, budget) or not await self._download(name):
                left_out.append(name)
                continue
            fetched.add(name)
            budget -= size
        for name in self._same.there.keys() - there.keys():
            await asyncio.to_thread(self._folder.discard, name)
        before, now = self._same.here, await asyncio.to_thread(self._folder.signature)
        # What else came here or was changed meanwhile is still to be brought.
        unchanged = {name: now[name] for name in now if name in fetched or before.get(name) == now[name]}
        self._same = _Same(unchanged, there)
        return left_out

    async def copy(self, names: Iterable[str], place: str) -> None:
        """Bring these files into another folder there."""
        await self._make_folder(place)
        for name in names:
            await self._upload(place, name)

    async def drop(self, place: str) -> None:
        """Remove a folder there with all that is in it."""
        for name in [*(name for name, _, _ in await self._entries(place)), ""]:
            await self._rest.request("DELETE", f"api/contents/{place}/{name}".rstrip("/"))

    # --- one file -----------------------------------------------------------------------------------------------------

    def _at(self, name: str) -> str:
        return f"api/contents/{self._place}/{name}"

    async def _make_folder(self, place: str) -> None:
        parts = place.split("/")
        for depth in range(1, len(parts) + 1):
            await self._rest.request("PUT", f"api/contents/{'/'.join(parts[:depth])}", {"type": "directory"})

    async def _upload(self, place: str, name: str) -> None:
        if "/" in name:
            await self._make_folder(f"{place}/{name.rpartition('/')[0]}")
        try:
            file = self._folder.open_reading(name)
        except LciError:
            # It went meanwhile, or is no file that may be read.
            return
        with file:
            number, piece = 1, await asyncio.to_thread(file.read, _PIECE)
            while True:
                following = await asyncio.to_thread(file.read, _PIECE)
                body: dict[str, Json] = {
                    "type": "file", "format": "base64", "content": base64.b64encode(piece).decode(),
                }  # fmt: skip
                if number > 1 or following:
                    body["chunk"] = number if following else -1
                await self._rest.request("PUT", f"api/contents/{place}/{name}", body, 120)
                if not following:
                    return
                number, piece = number + 1, following

    async def _download(self, name: str) -> bool:
        """Fetch a file, however large it was said to be; whether it is here now."""
        with tempfile.TemporaryFile() as spool:
            size = 0
            async for piece in self._rest.pieces(f"files/{self._place}/{name}"):
                size += len(piece)
                if size > _MAX_FILE:
                    return False
                spool.write(piece)
            spool.seek(0)
            try:
                await asyncio.to_thread(self._folder.overwrite, name, iter(lambda: spool.read(1 << 20), b""))
            except LciError:
                return False
        return True

    # --- what is there ------------------------------------------------------------------------------------------------

    async def _listed(self) -> dict[str, tuple[int, str]]:
        """Size and time of every file there, as the server says."""
        return {name: (size, time) for name, size, time in await self._entries(self._place)}

    async def _entries(self, place: str) -> list[tuple[str, int, str]]:
        files: list[tuple[str, int, str]] = []
        folders = [""]
        for _ in range(_FOLDERS):
            if not folders:
                break
            inside = folders.pop(0)
            answer = await self._rest.request("GET", f"api/contents/{place}/{inside}".rstrip("/"))
            entries = answer.get("content") if isinstance(answer, dict) else None
            for entry in entries if isinstance(entries, list) else []:
                kind, name = _described(entry)
                if not name or len(files) > _ENTRIES:
                    continue
                path = f"{inside}/{name}".lstrip("/")
                if kind == "directory" and path.count("/") < _DEPTH and name != "__pycache__":
                    folders.append(path)
                elif kind in ("file", "notebook"):
                    size, time = (cast(dict[str, Json], entry).get(key) for key in ("size", "last_modified"))
                    files.append((path, size if isinstance(size, int) else 0, str(time)[:40]))
        return files


def _described(entry: Json) -> tuple[str, str]:
    """Kind and name of an entry; an empty name for what cannot be one."""
    if not isinstance(entry, dict):
        return "", ""
    kind, name = entry.get("type"), entry.get("name")
    fits = isinstance(name, str) and 0 < len(name) <= 255 and "/" not in name and name not in (".", "..")
    return str(kind), str(name) if fits and not str(name).startswith(".") else ""
