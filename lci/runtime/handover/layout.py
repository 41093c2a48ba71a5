"""What lies where in a bundle (B55): a zip with log, notebook, figures, files, environment, and their checksums."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lci.errors import FileNameRefused
from lci.workspace.names import safe_path

MANIFEST, LOG, NOTEBOOK, ENVIRONMENT = "bundle.json", "conversation.jsonl", "notebook.ipynb", "environment.txt"
BLOBS, FIGURES, FILES = "blobs/", "figures/", "workspace/"

#: Stands for the conversation's id, which is a secret, wherever it occurred; it is as long.
NOBODY = "0" * 32

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the zip: its bytes, and their SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle holds, beside this itself.

    `left_out` are files that are not in it: used in place, gone, or of a name that elsewhere leads astray.
    """

    format: Literal[1]
    version: str
    members: Mapping[str, Member]
    left_out: tuple[str, ...] = field(default=())


def is_allowed(name: str) -> bool:
    """Whether a bundle may have a member of that name: no other can lead anywhere."""
    if name in (LOG, NOTEBOOK, ENVIRONMENT):
        return True
    if name.startswith(BLOBS):
        return DIGEST.fullmatch(name.removeprefix(BLOBS)) is not None
    if not name.startswith((FIGURES, FILES)):
        return False
    _, _, path = name.partition("/")
    try:
        return safe_path(path) == path
    except FileNameRefused:
        return False
