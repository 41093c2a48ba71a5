"""A notebook run again in a kernel of its own, isolated where the machine can, beside a copy of its files."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from lci.errors import FileMissing, FileUnreadable, FolderTooLarge, KernelStartFailed, StoreUnwritable
from lci.kernels.limits import ResourceLimits
from lci.kernels.reaping import end_marked
from lci.kernels.stock import StockIsolation, StockKernel, stock_kernel
from lci.notebook.files import written
from lci.notebook.verification import Verification
from lci.notebook.verify import Opened, opened, recorded, verified
from lci.removal import removed

T = TypeVar("T")

#: Of all files that are copied.
FILES, BYTES = 10_000, 5 << 30

#: Called with the cells that have ended, and all of them.
Progress: TypeAlias = Callable[[int, int], None]


def verification(
    path: Path, data: Path, isolation: StockIsolation, limits: ResourceLimits, progress: Progress
) -> Verification:
    """What came of running the notebook in `path`; its kernel gets a copy of `data`. Blocks.

    Without isolation its code can read and change what the app can.

    Raises as `opened`, `FileMissing` for a folder that is not there and `FolderTooLarge` for one that is not to be
    copied, `StoreUnwritable` where there is no room for the copy, `KernelStartFailed`.
    """
    document = opened(path)
    if not data.is_dir():
        raise FileMissing(name=str(data))
    with place_apart("lci-verify-") as place:
        copied(data, place / "work")
        return run_again(document, place, isolation, limits, progress)


@contextlib.contextmanager
def place_apart(prefix: str) -> Iterator[Path]:
    """An empty folder for a run; gone when the block ends, and with it whatever was started there and is marked so."""
    place = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield place
    finally:
        end_marked(place.name)
        removed(place)


def run_again(
    document: Opened, place: Path, isolation: StockIsolation, limits: ResourceLimits, progress: Progress
) -> Verification:
    """The same beside the files in the folder `work` of `place`, which has nothing else in it and is the caller's.

    Raises `KernelStartFailed`.
    """
    return in_a_kernel(
        place, isolation, limits, lambda work, kernel: verified(document, work, progress=progress, kernel=kernel)
    )


def in_a_kernel(
    place: Path,
    isolation: StockIsolation,
    limits: ResourceLimits,
    run: Callable[[Path, StockKernel], Coroutine[Any, Any, T]],
) -> T:
    """What `run` makes of the folder `work` of `place` and the manager of a kernel that works there. Blocks.

    `place` has nothing else in it and is the caller's. Raises `KernelStartFailed`.
    """
    sockets = place / "k"
    sockets.mkdir()

    async def started() -> T:
        kernel = await asyncio.to_thread(stock_kernel, place / "work", sockets, isolation, limits)
        return await run(place / "work", kernel)

    try:
        return asyncio.run(started())
    except RuntimeError as error:
        raise KernelStartFailed(reason=str(error)) from error


def record(path: Path, verification: Verification) -> None:
    """Note in the notebook's metadata how it was verified. Raises `NotebookNotWritable`."""
    written(recorded(opened(path), verification), path)


def copied(data: Path, folder: Path) -> None:
    """Make `folder` with the files of `data`, without hidden ones and links, which may lead anywhere.

    Raises `FolderTooLarge`, and as `refusals_named`.
    """
    with refusals_named(data.name, "folder"):
        _copy(data, folder)


@contextlib.contextmanager
def refusals_named(name: str, kind: str) -> Iterator[None]:
    """Copying what is called `name`: raises `StoreUnwritable` where there is no room, else `FileUnreadable`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreUnwritable(tempfile.gettempdir(), error.strerror or str(error)) from error
        raise FileUnreadable(name, kind, error.strerror or str(error)) from error


def _copy(data: Path, folder: Path) -> None:
    files = list(itertools.islice(_files(data), FILES + 1))
    size = sum(file.stat().st_size for file in files)
    if len(files) > FILES or size > BYTES:
        raise FolderTooLarge(data.name, files=FILES, gigabytes=BYTES >> 30)
    folder.mkdir()
    for file in files:
        target = folder / file.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def _files(folder: Path) -> Iterator[Path]:
    for each in sorted(folder.iterdir()):
        if each.name.startswith(".") or each.is_symlink():
            continue
        if each.is_dir():
            yield from _files(each)
        elif each.is_file():
            yield each
