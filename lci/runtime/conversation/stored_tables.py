"""Tables of a conversation's files as DuckDB files, each made once for one state of its file and one way to read it.

They lie beside the workspace, where no kernel can reach; those used longest ago go when there are too many bytes.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from lci.core.files import Source
from lci.errors import FileChanging, StoreUnwritable
from lci.runtime.worker import Worker
from lci.workspace.tables import TableJob
from lci.workspace.workspace import Workspace

#: Bytes that one conversation's tables may take together.
TABLES_BYTES = 8 << 30
#: Grows when the same file would be read into another table than before.
_FORM = 2
#: Seconds for the first look at a table: some gigabytes of text.
_SECONDS = 900.0
_TRIES = 2


class StoredTables:
    """Makes and finds them; on the engine's loop. `budget` is in bytes."""

    def __init__(self, worker: Worker, workspace: Workspace, budget: int = TABLES_BYTES) -> None:
        self._worker = worker
        self._workspace = workspace
        self._folder = workspace.root / "tables"
        self._budget = budget
        self._making = asyncio.Lock()
        #: About how much was read of the file that a table is being made of, by the file's name.
        self.progress: dict[str, float] = {}

    async def open(self, table: str, source: Source) -> BinaryIO:
        """The DuckDB file with every row of `source` as `table`; the caller closes it.

        Raises `FileProblem`: `FileChanging` where code keeps writing to it.
        """
        async with self._making:
            for _ in range(_TRIES):
                with ExitStack() as opened:
                    content = [opened.enter_context(self._workspace.open_reading(name)) for name in source.names]
                    before = _states(content)
                    place = self._folder / f"{_key(table, source, before)}.duckdb"
                    # Opened at once: a file that a thread has opened for who was cancelled would never be closed.
                    if (stored := _opened(place)) is not None:
                        return stored
                    await self._make(TableJob(source.file, table, source.reading, source.parts), content, place)
                    if _states(content) == before:
                        await asyncio.to_thread(self._make_room, place)
                        return place.open("rb")
                    await asyncio.to_thread(place.unlink, missing_ok=True)
        raise FileChanging(source.file)

    async def _make(self, job: TableJob, content: Sequence[BinaryIO], place: Path) -> None:
        part = place.with_name(f"{secrets.token_hex(8)}.part")
        try:
            with self._begun(part) as target:
                await self._worker.fetch(
                    job,
                    *content,
                    into=target,
                    most=self._budget,
                    seconds=_SECONDS,
                    heard=lambda share: self.progress.update({job.name: share}),
                )
            await asyncio.to_thread(os.replace, part, place)
        finally:
            self.progress.pop(job.name, None)
            await asyncio.to_thread(part.unlink, missing_ok=True)

    def _begun(self, part: Path) -> BinaryIO:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What an app that was killed has left: only one at a time is made here.
            for half in self._folder.glob("*.part"):
                half.unlink(missing_ok=True)
            return os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
            )
        except OSError as error:
            raise StoreUnwritable(str(self._folder), error.strerror or str(error)) from error

    def _make_room(self, newest: Path) -> None:
        by_use = sorted((each for each in self._folder.glob("*.duckdb") if each != newest), key=_used)
        taken = sum(each.stat().st_size for each in (newest, *by_use))
        for each in by_use:
            if taken <= self._budget:
                return
            taken -= each.stat().st_size
            each.unlink(missing_ok=True)


def _states(content: Sequence[BinaryIO]) -> list[tuple[int, ...]]:
    """What no other content has: code may set a file's time back, the time of that change it may not."""
    every = [os.fstat(each.fileno()) for each in content]
    return [(each.st_dev, each.st_ino, each.st_size, each.st_mtime_ns, each.st_ctime_ns) for each in every]


def _key(table: str, source: Source, states: list[tuple[int, ...]]) -> str:
    return hashlib.sha256(json.dumps([_FORM, table, asdict(source), states]).encode()).hexdigest()[:32]


def _opened(place: Path) -> BinaryIO | None:
    try:
        file = place.open("rb")
    except FileNotFoundError:
        return None
    with suppress(OSError):
        os.utime(place)
    return file


def _used(place: Path) -> float:
    return place.stat().st_mtime
