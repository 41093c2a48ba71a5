"""Files and folders of this machine brought into a workspace: copied, or used where they are."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from lci.core.files import WorkspaceFile
from lci.errors import FileMissing, FileNotRegular, FolderEmpty, FolderTooLarge, InPlaceTooMany, LciError
from lci.workspace.beneath import open_beneath, walk
from lci.workspace.names import numbered, safe_name
from lci.workspace.workspace import Workspace

#: Copied, read where it is, or the one below a size and the other above it.
Placement: TypeAlias = Literal["auto", "copy", "in_place"]

#: Bytes from which on files are used in place unless the person says otherwise.
IN_PLACE_FROM = 500_000_000
#: Files used in place in one conversation: each is bound into the kernel by itself, which takes time with many.
IN_PLACE_MOST = 500
#: Files of one folder, and their bytes when they are copied.
FOLDER_FILES, FOLDER_BYTES = 2_000, 20_000_000_000

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of one path: its files here, and how many were left out: hidden ones, links, devices."""

    name: str
    files: tuple[WorkspaceFile, ...]
    left_out: int = 0
    in_place: bool = False


def in_place_possible(path: Path, level: str, home: Path) -> bool:
    """Whether at that level of isolation no code can change what lies at `path`; `home` is the app's data folder.

    Under bubblewrap it is bound read-only; Landlock lets code write its own folders and shared memory only.
    """
    resolved = path.resolve()
    if resolved.is_relative_to(home.resolve()):
        return False
    return level == "bubblewrap" or (level == "landlock" and not resolved.is_relative_to("/dev/shm"))


def brought(workspace: Workspace, path: Path, placement: Placement, *, in_place_possible: bool) -> Brought:
    """Bring a file, or a folder with its sub-folders, which keeps its relative names.

    Whatever fails, nothing of it is left in the workspace. Raises `FileMissing`, `FileNotRegular`, `FolderEmpty`,
    `FolderTooLarge`, `InPlaceTooMany` or `StoreUnwritable`.
    """
    try:
        # The person named it, links and all; from here on none is followed.
        path = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise FileMissing(str(path)) from error
    if path.is_dir():
        return _folder(workspace, path, placement, in_place_possible=in_place_possible)
    if not path.is_file():
        raise FileNotRegular(str(path))
    if _stays(workspace, placement, 1, path.stat().st_size, possible=in_place_possible):
        return Brought(path.name, (workspace.use_in_place(path.name, path),), in_place=True)
    return Brought(path.name, (workspace.add_path(path),))


def _folder(workspace: Workspace, path: Path, placement: Placement, *, in_place_possible: bool) -> Brought:
    named = path.name or str(path)
    listing = walk(path, FOLDER_FILES + 1)
    size = sum(size for size, _ in listing.files.values())
    if not listing.files:
        raise FolderEmpty(named, listing.left_out)
    if not listing.whole or len(listing.files) > FOLDER_FILES:
        raise FolderTooLarge(named, FOLDER_FILES, FOLDER_BYTES // 10**9)
    stays = _stays(workspace, placement, len(listing.files), size, possible=in_place_possible)
    if not stays and size > FOLDER_BYTES:
        raise FolderTooLarge(named, FOLDER_FILES, FOLDER_BYTES // 10**9)
    prefix = _prefix(workspace, path.name, listing.files)
    files: list[WorkspaceFile] = []
    try:
        for name in sorted(listing.files):
            if stays:
                files.append(workspace.use_in_place(prefix + name, path / name))
                continue
            # Descriptor by descriptor: what was a folder a moment ago may be a link out of it by now.
            with suppress(FileMissing, FileNotRegular), open_beneath(path, name) as source:
                chunks = iter(lambda source=source: source.read(_CHUNK), b"")  # type: ignore[misc]
                files.append(workspace.add_stream(prefix + name, chunks, "local"))
    except BaseException:
        for file in files:
            with suppress(LciError):
                workspace.discard(file.name)
        raise
    return Brought(named, tuple(files), listing.left_out, stays)


def _prefix(workspace: Workspace, name: str, files: Collection[str]) -> str:
    """Nothing, or a folder of its own name for all of it.

    That is needed where something of the folder's is there already, and where the folder is what one call reads: one
    of Parquet files, which lie in it or in folders named for a value (`year=2024`).
    """
    tops = {file.partition("/")[0] for file in files}
    is_table = (
        sum(file.endswith(".parquet") and all("=" in each for each in file.split("/")[:-1]) for file in files) > 1
    )
    if not is_table and not any(workspace.has(top) for top in tops):
        return ""
    own = safe_name(name.lstrip(".") or "folder")
    free = next(each for number in range(1, 100_000) if not workspace.has(each := numbered(own, number)))
    return f"{free}/"


def _stays(workspace: Workspace, placement: Placement, files: int, size: int, *, possible: bool) -> bool:
    """Whether files of that number and size are used where they are."""
    room = IN_PLACE_MOST - len(workspace.in_place)
    if placement == "in_place" and files > room:
        raise InPlaceTooMany(IN_PLACE_MOST)
    return placement == "in_place" or (placement == "auto" and possible and size >= IN_PLACE_FROM and files <= room)
