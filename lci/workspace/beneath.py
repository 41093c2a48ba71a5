"""Opening files beneath a folder without following a link, component by component.

What lies in the folder was put there by code that is not trusted and may change while we look: every step opens
relative to the folder opened before it, so that swapping a folder for a link changes nothing. On Windows there is no
opening relative to a folder; there each component is looked at before the whole path is opened, which is weaker.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lci.errors import FileMissing, FileNotRegular, PathRefused

RELATIVE = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
# Without O_NONBLOCK, opening a pipe that code planted would wait for ever.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_READ |= getattr(os, "O_BINARY", 0)
#: Folders inside one another that are looked into.
DEEPEST = 20


def parts_of(name: str) -> tuple[str, ...]:
    """The components of a relative name; raises `PathRefused` for anything that could lead out."""
    parts = tuple(part for part in name.split("/") if part != ".")
    absolute = name.startswith("/") or (os.name == "nt" and (":" in name or "\\" in name))
    if absolute or not parts or any(part in {"", ".."} or "\0" in part for part in parts):
        raise PathRefused(name)
    return parts


@contextmanager
def folder_of(root: Path, parts: tuple[str, ...], name: str, *, create: bool = False) -> Iterator[int | None]:
    """The folder that holds the last of `parts`, as a descriptor; None on Windows, once every component was checked.

    With `create`, missing folders are made. Raises `PathRefused` for a link, `FileMissing` for a missing folder.
    """
    if not RELATIVE:
        _checked(root, parts[:-1], name, create=create)
        yield None
        return
    try:
        folder = os.open(root, _FOLDER)
    except OSError as error:
        raise _refusal(error, name) from error
    try:
        for part in parts[:-1]:
            inner = _inner(folder, part, name, create=create)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _inner(folder: int, part: str, name: str, *, create: bool) -> int:
    try:
        if create:
            with suppress(FileExistsError):
                os.mkdir(part, 0o700, dir_fd=folder)
        return os.open(part, _FOLDER, dir_fd=folder)
    except (OSError, ValueError) as error:
        raise _refusal(error, name) from error


def _refusal(error: OSError | ValueError, name: str) -> FileMissing | PathRefused:
    if isinstance(error, OSError) and error.errno in {errno.ENOENT, errno.ENAMETOOLONG}:
        return FileMissing(name)
    return PathRefused(name)


def _checked(root: Path, parts: tuple[str, ...], name: str, *, create: bool) -> None:
    place = root
    for part in parts:
        place /= part
        if create and not place.exists():
            place.mkdir()
        if place.is_symlink() or getattr(os.path, "isjunction", lambda _: False)(place):
            raise PathRefused(name)
        if not place.is_dir():
            raise FileMissing(name)


def status_of(root: Path, name: str) -> os.stat_result:
    """The status of the regular file at `name`; raises `FileMissing`, `FileNotRegular` or `PathRefused`."""
    parts = parts_of(name)
    with folder_of(root, parts, name) as folder:
        return _regular(root, parts, folder, name)


def open_beneath(root: Path, name: str) -> BinaryIO:
    """The regular file at `name` open for reading; raises `FileMissing`, `FileNotRegular` or `PathRefused`."""
    parts = parts_of(name)
    with folder_of(root, parts, name) as folder:
        # Opening a device can have effects, so look first; the second look is at what was really opened.
        _regular(root, parts, folder, name)
        try:
            if folder is None:
                descriptor = os.open(root.joinpath(*parts), _READ)
            else:
                descriptor = os.open(parts[-1], _READ, dir_fd=folder)
        except OSError as error:
            kind = FileMissing if error.errno == errno.ENOENT else FileNotRegular
            raise kind(name) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotRegular(name)
    return os.fdopen(descriptor, "rb")


def _regular(root: Path, parts: tuple[str, ...], folder: int | None, name: str) -> os.stat_result:
    try:
        if folder is None:
            status = root.joinpath(*parts).lstat()
        else:
            status = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
    except (OSError, ValueError) as error:
        raise FileMissing(name) from error
    if not stat.S_ISREG(status.st_mode):
        raise FileNotRegular(name)
    return status


@dataclass(frozen=True, slots=True)
class Walk:
    """The regular files beneath a folder: size and time (ns) by relative name, unsorted.

    `left_out` counts what is hidden, a link, a device, too deep or has no valid name; not `whole` says that there is
    more than was looked at.
    """

    files: dict[str, tuple[int, int]]
    left_out: int
    whole: bool


def regular_files(root: Path, limit: int) -> dict[str, tuple[int, int]]:
    """Size and time (ns) of at most `limit` regular files beneath `root`, as `walk` finds them."""
    return walk(root, limit).files


def walk(root: Path, limit: int) -> Walk:
    """At most `limit` regular files beneath `root`; no more than ten times as many entries are looked at.

    Hidden files and folders, `__pycache__`, links, and names that are no valid text are left out; so is what lies
    deeper than 20 folders.
    """
    files: dict[str, tuple[int, int]] = {}
    left_out = looked = 0
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parents = waiting.pop(0)
        try:
            with (
                folder_of(root, (*parents, "x"), "/".join(parents)) as folder,
                os.scandir(root.joinpath(*parents) if folder is None else folder) as entries,
            ):
                for entry in entries:
                    looked += 1
                    if len(files) >= limit or looked > limit * 10:
                        return Walk(files, left_out, whole=False)
                    if entry.name == "__pycache__":
                        continue
                    if entry.name.startswith(".") or not _is_text(entry.name):
                        left_out += 1
                    elif entry.is_dir(follow_symlinks=False) and len(parents) < DEEPEST:
                        waiting.append((*parents, entry.name))
                    elif entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        files["/".join((*parents, entry.name))] = (status.st_size, status.st_mtime_ns)
                    else:
                        left_out += 1
        # A folder or file that vanished or was swapped while we looked is none of this moment's files.
        except (OSError, FileMissing, PathRefused):
            continue
    return Walk(files, left_out, whole=True)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
