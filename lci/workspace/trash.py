"""What was taken out of a workspace and can be put back: a folder for each file, with a note of where it was."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lci.errors import FileMissing

TOKEN = re.compile(r"[0-9a-f]{16}")
#: Files that are offered to be put back, the latest, and bytes of one note.
_OFFERED, _NOTE = 500, 100_000


@dataclass(frozen=True, slots=True)
class Removal:
    """Files that were taken out together; the tokens put them back."""

    names: tuple[str, ...]
    tokens: tuple[str, ...]


def note_of(place: Path) -> dict[str, str]:
    """What is noted of a removed file. Raises `FileMissing`."""
    try:
        with (place / "note.json").open("rb") as file:
            note = json.loads(file.read(_NOTE))
        return {str(key): str(value) for key, value in note.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise FileMissing(place.name) from error


def removals(trash: Path) -> tuple[Removal, ...]:
    """What can be put back, the latest first."""
    together: dict[str, list[tuple[str, str]]] = {}
    for token in _latest(trash):
        with suppress(FileMissing, KeyError):
            note = note_of(trash / token)
            if "source" not in note or Path(note["source"]).exists():
                together.setdefault(note.get("act") or token, []).append((note["name"], token))
    return tuple(
        Removal(tuple(name for name, _ in files), tuple(token for _, token in files))
        for files in (sorted(each) for each in together.values())
    )


def _latest(trash: Path) -> list[str]:
    return [token for _, token in sorted(_dated(trash), reverse=True)[:_OFFERED]]


def _dated(trash: Path) -> Iterator[tuple[int, str]]:
    with suppress(OSError), os.scandir(trash) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            if TOKEN.fullmatch(entry.name) and stat.S_ISDIR(status.st_mode):
                yield status.st_mtime_ns, entry.name
