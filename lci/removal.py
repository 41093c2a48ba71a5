"""Folders that code nobody vouches for has filled, removed: whatever it made of them, nothing is raised.

No recursion and no path deeper than one name: a folder's folders are moved up before they are looked into, so that
three thousand inside one another cost no more than three thousand beside one another. No link is followed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from pathlib import Path

#: Entries that one call looks at; what is left then is left to the next.
_MOST = 5_000_000
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_RELATIVE = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd


def removed(folder: Path) -> bool:
    """Whether `folder` is gone with all in it, when this returns; false, too, where it never was a folder."""
    if not emptied(folder):
        return False
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def removed_beneath(folder: Path, name: str) -> bool:
    """Whether nothing is at `name` (`a/b`) in `folder`, when this returns: links there are removed, never followed."""
    first, _, rest = name.partition("/")
    place = folder / first
    if not place.is_symlink() and place.is_dir():
        return removed_beneath(place, rest) if rest else removed(place)
    try:
        # A link or file in the way of what has a folder above it: without it there is nothing.
        place.unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def emptied(folder: Path) -> bool:
    """Whether nothing is left in `folder`, when this returns; no process may work in it meanwhile."""
    if not _RELATIVE:
        # Windows: paths there are short enough for the standard library.
        with contextlib.suppress(OSError, RecursionError):
            for entry in list(folder.iterdir()):
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink()
        return folder.is_dir() and not any(folder.iterdir())
    try:
        root = os.open(folder, _FOLDER)
    except OSError:
        return False
    try:
        return _emptied(root)
    except OSError:
        return False
    finally:
        os.close(root)


def _emptied(root: int) -> bool:
    looked, stuck, number = 0, set[str](), 0
    # A name that was there already would keep a folder from being moved up.
    prefix = f".removed-{secrets.token_hex(8)}-"
    while names := [name for name in os.listdir(root) if name not in stuck][:10_000]:
        for name in names:
            looked += 1
            if looked > _MOST:
                return False
            if _gone(root, name):
                continue
            number, count = _raised(root, name, prefix, number)
            looked += count
            if not _gone(root, name):
                stuck.add(name)
    return not stuck


def _gone(parent: int, name: str) -> bool:
    """Whether this entry could be removed just like that."""
    try:
        if stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            os.rmdir(name, dir_fd=parent)
        else:
            os.unlink(name, dir_fd=parent)
    except OSError:
        return False
    return True


def _raised(root: int, name: str, prefix: str, number: int) -> tuple[int, int]:
    """Remove the files of a folder in `root` and move its folders up beside it; the next free number, entries seen."""
    seen = 0
    inner = _opened(root, name)
    if inner is None:
        return number, seen
    try:
        for entry in os.listdir(inner):  # noqa: PTH208 - a descriptor
            seen += 1
            if _gone(inner, entry):
                continue
            number += 1
            with contextlib.suppress(OSError):
                _moved(inner, entry, root, f"{prefix}{number}")
    except OSError:
        pass
    finally:
        os.close(inner)
    return number, seen


def _opened(parent: int, name: str) -> int | None:
    """A folder whose entries can be listed and removed; None for what is none, or not ours."""
    try:
        return os.open(name, _FOLDER, dir_fd=parent)
    except PermissionError:
        pass
    except OSError:
        return None
    try:
        _open_up(parent, name)
        return os.open(name, _FOLDER, dir_fd=parent)
    except OSError:
        return None


def _open_up(parent: int, name: str) -> None:
    """Give a folder's owner all rights to it, and nothing else, should the name lead elsewhere by now."""
    if not hasattr(os, "O_PATH"):
        os.chmod(name, 0o700, dir_fd=parent)
        return
    folder = os.open(name, os.O_PATH | _FOLDER, dir_fd=parent)
    try:
        Path(f"/proc/self/fd/{folder}").chmod(0o700)
    finally:
        os.close(folder)


def _moved(inner: int, entry: str, root: int, name: str) -> None:
    """Move a folder up; to be moved it has to let itself be written to, and its own folder too."""
    try:
        os.rename(entry, name, src_dir_fd=inner, dst_dir_fd=root)
    except PermissionError:
        os.fchmod(inner, 0o700)
        with contextlib.suppress(OSError):
            _open_up(inner, entry)
        if not _gone(inner, entry):
            os.rename(entry, name, src_dir_fd=inner, dst_dir_fd=root)
