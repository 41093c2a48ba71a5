"""Previews made in another process, so that a hostile or enormous file costs a worker and never the app."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

import loky
from loky.backend import get_context
from PIL import Image

from lci.core.files import Preview
from lci.core.masking import MaskedValues
from lci.errors import FileTooSlow, FileUnreadable
from lci.workspace.columns import column_values
from lci.workspace.pictures import shrunk
from lci.workspace.preview import preview

#: Seconds a worker may need to start; loading Python from a cold disk is no fault of the file.
_START_SECONDS = 60.0


def _limit_memory(memory_bytes: int) -> None:
    """Let the worker fail with MemoryError before the machine swaps; Windows has no such limit."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


#: Times the patience of a preview that reading every row may take.
_WHOLE_FILE = 4


class Previews:
    """One worker process that previews files one after another, each within `seconds`.

    The worker starts with the first preview and again after it was killed or crashed. Belongs to one event loop.
    """

    def __init__(self, seconds: float = 20.0, memory_bytes: int = 2 << 30) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._executor: loky.ProcessPoolExecutor | None = None
        self._worker: int | None = None
        self._turn = asyncio.Lock()

    async def preview(
        self,
        path: Path,
        name: str,
        rows: int = 1000,
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
        sheet: str | None = None,
    ) -> Preview:
        """As `lci.workspace.preview.preview`, with `FileTooSlow` or `FileUnreadable` (`crashed`) as its error.

        Cancelling kills the worker.
        """
        async with self._turn:
            try:
                executor = await self._started()
                work = executor.submit(preview, path, name, rows, encoding=encoding, delimiter=delimiter, sheet=sheet)
                return await asyncio.wait_for(asyncio.wrap_future(work), self._seconds)
            except TimeoutError:
                self.close()
                return _failed(path, name, FileTooSlow(name, self._seconds))
            except BrokenProcessPool:
                self.close()
                return _failed(path, name, FileUnreadable(name, "file", "crashed"))
            except asyncio.CancelledError:
                self.close()
                raise

    async def shrunk(self, path: Path, mime: str, side: int = 1024) -> bytes | None:
        """As `lci.workspace.pictures.shrunk`; None for what cannot be decoded, or not in time."""
        async with self._turn:
            try:
                executor = await self._started()
                return await asyncio.wait_for(
                    asyncio.wrap_future(executor.submit(_shrunk, path, side, mime)), self._seconds
                )
            except (TimeoutError, BrokenProcessPool):
                self.close()
                return None
            except asyncio.CancelledError:
                self.close()
                raise

    async def column_values(self, path: Path, name: str, columns: tuple[str, ...]) -> dict[str, MaskedValues] | None:
        """As `lci.workspace.columns.column_values`; None, too, when it takes too long."""
        async with self._turn:
            try:
                executor = await self._started()
                work = executor.submit(column_values, path, name, columns)
                return await asyncio.wait_for(asyncio.wrap_future(work), _WHOLE_FILE * self._seconds)
            except (TimeoutError, BrokenProcessPool, MemoryError):
                self.close()
                return None
            except asyncio.CancelledError:
                self.close()
                raise

    def close(self) -> None:
        """Kill the worker, whatever it does; the next preview starts another."""
        executor, worker = self._executor, self._worker
        self._executor = self._worker = None
        if worker is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(worker, getattr(signal, "SIGKILL", signal.SIGTERM))
        if executor is not None:
            executor.shutdown(wait=worker is not None, kill_workers=True)

    async def _started(self) -> loky.ProcessPoolExecutor:
        if self._executor is None:
            self._executor = loky.ProcessPoolExecutor(
                max_workers=1,
                # Fork would copy the app's threads' locks in whatever state they are; the standard library's spawn
                # would run the program's main script again, which under Streamlit is the UI itself.
                context=get_context("loky"),
                initializer=_limit_memory,
                initargs=(self._memory_bytes,),
            )
            self._worker = await asyncio.wait_for(asyncio.wrap_future(self._executor.submit(os.getpid)), _START_SECONDS)
        return self._executor


def _shrunk(path: Path, side: int, mime: str) -> bytes | None:
    """In the worker: Pillow's plugins raise nearly anything for what is no picture."""
    try:
        return shrunk(path, side, mime)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, OverflowError, MemoryError, Warning):
        return None
    except Image.DecompressionBombError:
        return None


def _failed(path: Path, name: str, error: FileTooSlow | FileUnreadable) -> Preview:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return dataclasses.replace(Preview(name, "other", size), error=error.problem)
