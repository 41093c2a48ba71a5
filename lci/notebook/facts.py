"""What our notebooks say of themselves and of their cells, in metadata that anybody may have written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode


def own_facts(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we have written there; empty where there is nothing of ours."""
    facts = metadata.get("lci")
    return facts if isinstance(facts, Mapping) else {}


def role(cell: NotebookNode) -> str:
    """What the cell is in a notebook of ours: `prompt`, `cell`, `prose`, …; empty for any other."""
    return str(own_facts(cell.metadata).get("role", ""))


def digest(source: str) -> str:
    """Stands for what a cell says, so that it is known whether anybody has changed it since."""
    return hashlib.sha256(source.replace("\r\n", "\n").strip().encode("utf-8", "replace")).hexdigest()[:16]
