"""File names as people give them, made safe without changing what they look like."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import PurePosixPath

from lci.errors import FileNameRefused
from lci.workspace.beneath import DEEPEST

MAX_BYTES = 255
_LONGEST_ENDING = 40
# Marks that turn the reading direction can make `gpj.exe` look like another name.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WINDOWS = re.compile(r'[<>:"|?*]')
_WINDOWS_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe_name(name: str) -> str:
    """The last component of `name` as a file name here, spaces, quotes and every script kept exactly.

    Control characters and marks that turn the reading direction go; what is longer than 255 bytes in UTF-8 is
    shortened before its ending. Windows' own forbidden characters become `_` there only. Raises `FileNameRefused` when
    nothing is left.
    """
    last = next((part for part in reversed(re.split(r"[/\\]", name)) if part), "")
    kept = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"})
    kept = _DIRECTION.sub("", kept)
    if os.name == "nt":
        kept = _WINDOWS.sub("_", kept).rstrip(". ")
        kept = f"_{kept}" if _WINDOWS_DEVICES.fullmatch(kept) else kept
    if not kept.strip(" .\u00a0\u3000"):
        raise FileNameRefused(name[:MAX_BYTES])
    return _shortened(kept, MAX_BYTES)


def safe_path(name: str) -> str:
    """`name` as a path beneath a folder here, every component as `safe_name` makes it; `2019/sales.csv` stays itself.

    Of what could lead out (`..`, a path from the root) the last component stays. Raises `FileNameRefused` for hidden
    components and for more than 20 of them.
    """
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts:
        return safe_name(name)
    if len(parts) > DEEPEST or (len(parts) > 1 and any(part.startswith(".") for part in parts)):
        raise FileNameRefused(name[:MAX_BYTES])
    return "/".join(map(safe_name, parts)) if parts else safe_name(name)


def numbered(name: str, number: int) -> str:
    """`name` as the `number`th of its kind: `sales.csv`, `sales (2).csv`, `sales (3).csv`."""
    if number < 2:
        return name
    stem, ending = _divided(name)
    mark = f" ({number})"
    room = MAX_BYTES - len((mark + ending).encode())
    return f"{_cut(stem, room)}{mark}{ending}"


def _shortened(name: str, limit: int) -> str:
    if len(name.encode()) <= limit:
        return name
    stem, ending = _divided(name)
    return _cut(stem, limit - len(ending.encode())) + ending


def _divided(name: str) -> tuple[str, str]:
    """Stem and ending; `.csv.gz` counts as one ending."""
    path = PurePosixPath(name)
    ending = path.suffix
    if ending.lower() in {".gz", ".bz2", ".xz", ".zst"} and (inner := PurePosixPath(path.stem).suffix):
        ending = inner + ending
    if not ending or len(ending.encode()) > _LONGEST_ENDING or ending == name:
        return name, ""
    return name[: -len(ending)], ending


def _cut(text: str, limit: int) -> str:
    return text.encode()[:limit].decode("utf-8", "ignore")
