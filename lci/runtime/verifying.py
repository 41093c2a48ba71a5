"""A notebook run again in a kernel of its own, isolated where the machine can, beside a copy of its files."""

from __future__ import annotations

import asyncio
import errno
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from lci.errors import FileMissing, FileUnreadable, FolderTooLarge, KernelStartFailed, StoreUnwritable
from lci.kernels.limits import ResourceLimits
from lci.kernels.stock import StockIsolation, stock_kernel
from lci.notebook.files import written
from lci.notebook.verification import Verification
from lci.notebook.verify import Opened, opened, recorded, verified

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
    with tempfile.TemporaryDirectory(prefix="lci-verify-") as place:
        try:
            _copy(data, Path(place) / "work")
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StoreUnwritable(tempfile.gettempdir(), error.strerror or str(error)) from error
            raise FileUnreadable(data.name, "folder", error.strerror or str(error)) from error
        return run_again(document, Path(place), isolation, limits, progress)


def run_again(
    document: Opened, place: Path, isolation: StockIsolation, limits: ResourceLimits, progress: Progress
) -> Verification:
    """The same beside the files in the folder `work` of `place`, which has nothing else in it and is the caller's.

    Raises `KernelStartFailed`.
    """
    sockets = place / "k"
    sockets.mkdir()

    async def run() -> Verification:
        kernel = await asyncio.to_thread(stock_kernel, place / "work", sockets, isolation, limits)
        return await verified(document, place / "work", progress=progress, kernel=kernel)

    try:
        return asyncio.run(run())
    except RuntimeError as error:
        raise KernelStartFailed(reason=str(error)) from error


def record(path: Path, verification: Verification) -> None:
    """Note in the notebook's metadata how it was verified. Raises `NotebookNotWritable`."""
    written(recorded(opened(path), verification), path)


def _copy(data: Path, folder: Path) -> None:
    """The folder's files, without hidden ones and links, which may lead anywhere."""
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
