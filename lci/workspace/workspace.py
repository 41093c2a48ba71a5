"""The folder a conversation works in: the kernel's working directory and what is kept beside it.

Everything below `work` may have been changed by code that is not trusted; nothing here follows a link out of it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from lci.core.files import FileOrigin, WorkspaceFile
from lci.errors import FileMissing, FileNotRegular, PathRefused, StoreUnwritable
from lci.removal import removed, removed_beneath
from lci.workspace.beneath import folder_of, open_beneath, parts_of, regular_files, status_of
from lci.workspace.names import numbered, safe_path
from lci.workspace.trash import TOKEN, note_of

#: Files listed of one workspace, and files watched for changes.
FILES_LISTED = 2_000
FILES_WATCHED = 20_000

_CHUNK = 1 << 20
_HALF_UPLOADED = re.compile(r"upload-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Changes:
    """The names that came, changed and went between two moments, each sorted."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def changes(before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> Changes:
    """What happened between two signatures of a workspace."""
    return Changes(
        created=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in before.keys() & after.keys() if before[name] != after[name])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in: `write` takes its next piece, `placed` puts it under its name, once all is there."""

    write: Callable[[bytes], None]
    placed: Callable[[], WorkspaceFile]


class Workspace:
    """A conversation's folder: `work` for the kernel, and `home`, `overlay`, `spool` and `trash` beside it.

    The object remembers where files came from only while it lives; the conversation's log knows it for good.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work = root / "work"
        self.home = root / "home"
        self.overlay = root / "overlay"
        self.spool = root / "spool"
        self.trash = root / "trash"
        self._origins: dict[str, FileOrigin] = {}
        #: Files of this machine that are seen under these names and stay where they are: no code changes them.
        self.in_place: dict[str, Path] = {}

    def create(self) -> None:
        """Make the folders, readable by their owner only; those that exist are kept. Raises `StoreUnwritable`."""
        with self._writing():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.work, self.home, self.overlay, self.spool, self.trash):
                folder.mkdir(mode=0o700, exist_ok=True)

    def leftovers(self, before: float) -> list[Path]:
        """What was on its way into the workspace before that time and never came in: its app was killed."""
        halves: list[Path] = []
        with suppress(OSError), os.scandir(self.trash) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                is_half = _HALF_UPLOADED.fullmatch(entry.name) and stat.S_ISREG(status.st_mode)
                if is_half and status.st_mtime < before:
                    halves.append(self.trash / entry.name)
        return halves

    def drop_leftovers(self, before: float) -> None:
        """Remove them; only under the conversation's lease, for another process could be at it."""
        for half in self.leftovers(before):
            with suppress(OSError):
                half.unlink()

    def open_reading(self, name: str) -> BinaryIO:
        """The regular file at `name`, beneath `work` and reached without a link, open; the caller closes it.

        One that is used in place is opened where it lies, without a link too. There is no path to be had: code may
        exchange what it leads to. Raises `PathRefused`, `FileMissing` or `FileNotRegular`.
        """
        return open_beneath(*self._root_of(name))

    def digest(self, name: str) -> str:
        """The SHA-256 of the file's content, in hex. Raises as `open_reading` does."""
        with self.open_reading(name) as content:
            digest = hashlib.sha256()
            while chunk := content.read(1 << 20):
                digest.update(chunk)
            return digest.hexdigest()

    def _root_of(self, name: str) -> tuple[Path, str]:
        """A folder, and the name beneath it, of a file that is here or used in place."""
        source = self.in_place.get(name)
        return (self.work, name) if source is None else _beneath_anchor(source)

    def add_bytes(self, name: str, content: bytes, origin: FileOrigin = "upload") -> WorkspaceFile:
        """Keep `content` under `name`, or under the next free number when the name is taken."""
        return self.add_stream(name, [content], origin)

    def add_stream(self, name: str, chunks: Iterable[bytes], origin: FileOrigin = "upload") -> WorkspaceFile:
        """Keep what `chunks` yields, without ever holding it whole; when they fail, nothing is left behind.

        `name` may have folders (`2019/sales.csv`).
        """
        with self.receiving(name, origin) as incoming:
            for chunk in chunks:
                incoming.write(chunk)
            return incoming.placed()

    @contextmanager
    def receiving(self, name: str, origin: FileOrigin = "upload") -> Iterator[Incoming]:
        """A file that comes piece by piece: without `placed`, nothing of it is left when the block ends.

        Raises `FileNameRefused`.
        """
        plain_name = safe_path(name)
        with self._spooled() as (file, path):

            def write(chunk: bytes) -> None:
                with self._writing():
                    file.write(chunk)

            def placed() -> WorkspaceFile:
                file.close()
                return self._placed(path, plain_name, origin)

            yield Incoming(write, placed)

    def add_path(self, path: Path, origin: FileOrigin = "local") -> WorkspaceFile:
        """Keep a copy of a file of this machine: never a link, for code could change the original through it.

        Raises `FileMissing` or `FileNotRegular`.
        """
        with _opened_local(path) as source:
            return self.add_stream(path.name, iter(lambda: source.read(_CHUNK), b""), origin)

    def use_in_place(self, name: str, source: Path) -> WorkspaceFile:
        """Have the file at `source`, a path without links, seen under `name` or its next free number, uncopied.

        Raises `FileMissing`, `FileNotRegular` or `PathRefused`.
        """
        status = status_of(*_beneath_anchor(source))
        parts = parts_of(safe_path(name))
        free = (numbered(parts[-1], number) for number in range(1, 100_000))
        placed = next(name for last in free if not self.has(name := "/".join((*parts[:-1], last))))
        self.in_place[placed], self._origins[placed] = source, "local"
        return self._file(placed, status.st_size, status.st_mtime_ns / 1e9)

    def has(self, name: str) -> bool:
        """Whether a file or folder, or something else, is at `name`."""
        beneath = any(other == name or other.startswith(f"{name}/") for other in self.in_place)
        return beneath or os.path.lexists(self.work.joinpath(*parts_of(name)))

    def files(self) -> tuple[WorkspaceFile, ...]:
        """The files beneath `work` by relative name, sorted, at most 2,000.

        Hidden ones, links, `__pycache__` and those in place are left out.
        """
        files = sorted(self._own_files(FILES_LISTED).items())
        return tuple(self._file(name, size, time / 1e9) for name, (size, time) in files)

    def file(self, name: str) -> WorkspaceFile:
        """The file at `name` as it is now; raises as `open_reading` does."""
        status = status_of(*self._root_of(name))
        return self._file(name, status.st_size, status.st_mtime_ns / 1e9)

    def _own_files(self, limit: int) -> dict[str, tuple[int, int]]:
        # Where a file in place is seen, an empty one lies for it to be bound to.
        return {name: file for name, file in regular_files(self.work, limit).items() if name not in self.in_place}

    def signature(self) -> dict[str, tuple[int, int]]:
        """Size and time (ns) of every listed file, to compare two moments with `changes`; none of those in place."""
        return self._own_files(FILES_WATCHED)

    def states(self, names: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Size and time (ns) of these files, as in `signature`; those that are none are left out."""
        states = {}
        for name in names:
            with suppress(FileMissing, FileNotRegular, PathRefused):
                status = status_of(self.work, name)
                states[name] = (status.st_size, status.st_mtime_ns)
        return states

    def remove(self, name: str, act: str = "") -> str:
        """Move the file at `name` into the trash; the token returned restores it. Raises as `open_reading` does.

        Those with the same `act` were taken out together: see `trash.removals`. One that is used in place is only no
        longer seen here.
        """
        token = secrets.token_hex(8)
        place = self.trash / token
        if name in self.in_place:
            with self._writing():
                place.mkdir(mode=0o700)
                note = {"name": name, "source": str(self.in_place[name]), "act": act}
                (place / "note.json").write_text(json.dumps(note), encoding="utf-8")
            del self.in_place[name]
            # What it was bound to would be taken for a file of its own.
            self._unlink(name)
            return token
        status_of(self.work, name)
        parts = parts_of(name)
        with folder_of(self.work, parts, name) as folder, self._writing():
            place.mkdir(mode=0o700)
            note = {"name": name, "origin": self._origins.get(name, "code"), "act": act}
            (place / "note.json").write_text(json.dumps(note), encoding="utf-8")
            source = self.work.joinpath(*parts) if folder is None else parts[-1]
            try:
                os.rename(source, place / "content", src_dir_fd=folder)
            except FileNotFoundError as error:
                removed(place)
                raise FileMissing(name) from error
        self._origins.pop(name, None)
        return token

    def restore(self, token: str) -> WorkspaceFile:
        """Put a removed file back, under the next free number when its name is taken; raises `FileMissing`."""
        if not TOKEN.fullmatch(token):
            raise FileMissing(token)
        place = self.trash / token
        note = note_of(place)
        if "source" in note:
            restored = self.use_in_place(note["name"], Path(note["source"]))
        else:
            restored = self._placed(place / "content", note["name"], cast(FileOrigin, note["origin"]))
        removed(place)
        return restored

    def copy(self, names: Iterable[str], directory: str = "") -> str:
        """Copy these files into a new folder in `home`; its name, for `drop_copy`. Files that are gone are left out.

        Large ones too: through a link, code would change the original. Those in place it cannot change: of them there
        are links to where the kernel sees them in its `directory`. Raises `StoreUnwritable`.
        """
        with self._writing():
            # Made where no kernel can reach, and moved whole: in `home` code could exchange it while it is written.
            folder = Path(tempfile.mkdtemp(prefix=".copy-", dir=self.root))
            for name in names:
                target = folder.joinpath(*parts_of(name))
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if name in self.in_place:
                    target.symlink_to(f"{directory}/{name}")
                    continue
                try:
                    source = self.open_reading(name)
                except (FileMissing, FileNotRegular):
                    continue
                with source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, _CHUNK)
            folder.rename(self.home / folder.name)
        return folder.name

    def copied(self, name: str) -> tuple[str, ...]:
        """The names of the files in a folder that `copy` made."""
        return tuple(regular_files(self.home / Path(name).name, FILES_WATCHED))

    def overwrite(self, name: str, chunks: Iterable[bytes]) -> None:
        """Have the file at `name` be what `chunks` yields, whatever was there; as `open_reading` finds it.

        Raises `PathRefused` and `StoreUnwritable`; a folder of that name stays.
        """
        parts = parts_of(name)
        with self._spooled() as (file, path), folder_of(self.work, parts, name, create=True) as folder, self._writing():
            for chunk in chunks:
                file.write(chunk)
            file.close()
            os.replace(path, self.work.joinpath(*parts) if folder is None else parts[-1], dst_dir_fd=folder)

    def discard(self, name: str) -> None:
        """Remove the file at `name` for good, if it is there: where it came from, it is gone.

        One that is used in place is only no longer seen here.
        """
        self.in_place.pop(name, None)
        self._unlink(name)

    def _unlink(self, name: str) -> None:
        parts = parts_of(name)
        gone = suppress(FileNotFoundError)
        with suppress(FileMissing), folder_of(self.work, parts, name) as folder, self._writing(), gone:
            os.unlink(self.work.joinpath(*parts) if folder is None else parts[-1], dir_fd=folder)

    def drop_copy(self, name: str) -> None:
        """Remove a folder that `copy` made, with what code has added to it."""
        removed_beneath(self.home, Path(name).name)

    def _file(self, name: str, size: int, modified: float) -> WorkspaceFile:
        source = str(self.in_place.get(name, ""))
        return WorkspaceFile(name, size, modified, self._origins.get(name, "code"), source=source)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreUnwritable(str(self.root), error.strerror or str(error)) from error

    @contextmanager
    def _spooled(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A new file where no kernel can reach, gone when the block ends unless it was moved."""
        path = self.trash / f"upload-{secrets.token_hex(8)}"
        with self._writing():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file, path
        finally:
            path.unlink(missing_ok=True)

    def _placed(self, source: Path, name: str, origin: FileOrigin) -> WorkspaceFile:
        """Move `source` to `name` or its next free number, never onto something that is there already."""
        parts = parts_of(name)
        with folder_of(self.work, parts, name, create=True) as folder, self._writing():
            for number in range(1, 100_000):
                last = numbered(parts[-1], number)
                if "/".join((*parts[:-1], last)) in self.in_place:
                    continue
                target = self.work.joinpath(*parts[:-1], last) if folder is None else last
                if _moved(source, target, folder):
                    break
            else:
                raise OSError(errno.EEXIST, "no free name", name)
        placed = "/".join((*parts[:-1], last))
        self._origins[placed] = origin
        status = status_of(self.work, placed)
        return self._file(placed, status.st_size, status.st_mtime_ns / 1e9)


def _moved(source: Path, target: Path | str, folder: int | None) -> bool:
    """Move without replacing; False when the name is taken. A rename would replace, a link never does."""
    try:
        os.link(source, target, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}:
            raise
        return _moved_over_reservation(source, target, folder)
    source.unlink()
    return True


def _moved_over_reservation(source: Path, target: Path | str, folder: int | None) -> bool:
    """For file systems without links: take the name first, then rename onto what was taken."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600, dir_fd=folder))
    except FileExistsError:
        return False
    os.replace(source, target, dst_dir_fd=folder)
    return True


@contextmanager
def _opened_local(path: Path) -> Iterator[BinaryIO]:
    """A file the person named, links followed; a pipe is opened without waiting for its other end, and refused."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise FileMissing(str(path)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotRegular(str(path))
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _beneath_anchor(path: Path) -> tuple[Path, str]:
    return Path(path.anchor), path.relative_to(path.anchor).as_posix()
