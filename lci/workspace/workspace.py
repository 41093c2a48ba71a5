"""The folder a conversation works in: the kernel's working directory and what is kept beside it.

Everything below `work` may have been changed by code that is not trusted; nothing here follows a link out of it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from lci.core.files import WorkspaceFile
from lci.errors import FileMissing, FileNotRegular, StoreUnwritable
from lci.removal import removed, removed_beneath
from lci.workspace.beneath import folder_of, open_beneath, parts_of, regular_files, status_of
from lci.workspace.names import numbered, safe_name

Origin: TypeAlias = Literal["upload", "sample", "local", "code"]

#: Files listed of one workspace, and files watched for changes.
FILES_LISTED = 2_000
FILES_WATCHED = 20_000

_CHUNK = 1 << 20
_TOKEN = re.compile(r"[0-9a-f]{16}")
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
        self._origins: dict[str, Origin] = {}

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

    def safe_name(self, name: str) -> str:
        """`name` as it would be stored; raises `FileNameRefused`."""
        return safe_name(name)

    def open_reading(self, name: str) -> BinaryIO:
        """The regular file at `name`, beneath `work` and reached without a link, open; the caller closes it.

        There is no path to be had: code may exchange what it leads to. Raises `PathRefused`, `FileMissing` or
        `FileNotRegular`.
        """
        return open_beneath(self.work, name)

    def add_bytes(self, name: str, content: bytes, origin: Origin = "upload") -> WorkspaceFile:
        """Keep `content` under `name`, or under the next free number when the name is taken."""
        return self.add_stream(name, [content], origin)

    def add_stream(self, name: str, chunks: Iterable[bytes], origin: Origin = "upload") -> WorkspaceFile:
        """Keep what `chunks` yields, without ever holding it whole; when they fail, nothing is left behind."""
        plain_name = safe_name(name)
        with self._spooled() as (file, path):
            for chunk in chunks:
                with self._writing():
                    file.write(chunk)
            file.close()
            return self._placed(path, plain_name, origin)

    def add_path(self, path: Path, origin: Origin = "local") -> WorkspaceFile:
        """Keep a copy of a file of this machine: never a link, for code could change the original through it.

        Raises `FileMissing` or `FileNotRegular`.
        """
        plain_name = safe_name(path.name)
        with _opened_local(path) as source, self._spooled() as (file, spooled):
            with self._writing():
                shutil.copyfileobj(source, file, _CHUNK)
                file.close()
            return self._placed(spooled, plain_name, origin)

    def files(self) -> tuple[WorkspaceFile, ...]:
        """The files beneath `work` by relative name, sorted; hidden ones, links and `__pycache__` left out.

        At most 2,000.
        """
        files = sorted(regular_files(self.work, FILES_LISTED).items())
        return tuple(self._file(name, size, time / 1e9) for name, (size, time) in files)

    def signature(self) -> dict[str, tuple[int, int]]:
        """Size and time (ns) of every listed file, to compare two moments with `changes`."""
        return regular_files(self.work, FILES_WATCHED)

    def remove(self, name: str) -> str:
        """Move the file at `name` into the trash; the token returned restores it. Raises as `open_reading` does."""
        status_of(self.work, name)
        parts = parts_of(name)
        token = secrets.token_hex(8)
        place = self.trash / token
        with folder_of(self.work, parts, name) as folder, self._writing():
            place.mkdir(mode=0o700)
            note = {"name": name, "origin": self._origins.get(name, "code")}
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
        place = self.trash / token
        try:
            if not _TOKEN.fullmatch(token):
                raise FileMissing(token)
            note = json.loads((place / "note.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise FileMissing(token) from error
        restored = self._placed(place / "content", note["name"], note["origin"])
        removed(place)
        return restored

    def zip_to(self, path: Path) -> None:
        """Write all listed files into a new zip at `path`, chunk by chunk; files that vanish meanwhile are left out."""
        with self._writing(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            for name in sorted(regular_files(self.work, FILES_LISTED)):
                try:
                    source = self.open_reading(name)
                except (FileMissing, FileNotRegular):
                    continue
                with source, archive.open(_member(name), "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target, _CHUNK)

    def copy(self, names: Iterable[str]) -> str:
        """Copy these files into a new folder in `home`; its name, for `drop_copy`. Files that are gone are left out.

        Large ones too: through a link, code would change the original. Raises `StoreUnwritable`.
        """
        with self._writing():
            # Made where no kernel can reach, and moved whole: in `home` code could exchange it while it is written.
            folder = Path(tempfile.mkdtemp(prefix=".copy-", dir=self.root))
            for name in names:
                parts = parts_of(name)
                try:
                    source = self.open_reading(name)
                except (FileMissing, FileNotRegular):
                    continue
                target = folder.joinpath(*parts)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        """Remove the file at `name` for good, if it is there: where it came from, it is gone."""
        parts = parts_of(name)
        gone = suppress(FileNotFoundError)
        with suppress(FileMissing), folder_of(self.work, parts, name) as folder, self._writing(), gone:
            os.unlink(self.work.joinpath(*parts) if folder is None else parts[-1], dir_fd=folder)

    def drop_copy(self, name: str) -> None:
        """Remove a folder that `copy` made, with what code has added to it."""
        removed_beneath(self.home, Path(name).name)

    def _file(self, name: str, size: int, modified: float) -> WorkspaceFile:
        return WorkspaceFile(name, size, modified, self._origins.get(name, "code"))

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

    def _placed(self, source: Path, name: str, origin: Origin) -> WorkspaceFile:
        """Move `source` to `name` or its next free number, never onto something that is there already."""
        parts = parts_of(name)
        with folder_of(self.work, parts, name, create=True) as folder, self._writing():
            for number in range(1, 100_000):
                last = numbered(parts[-1], number)
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


def _member(name: str) -> zipfile.ZipInfo:
    # A time before 1980, which code can set, is an error in a zip; the files' own times are not worth that.
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member
