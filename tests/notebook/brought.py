"""Notebooks brought in, for the tests of this folder: as files, as conversations, and what is seen of them."""

from __future__ import annotations

import json
from typing import Any

from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.events import Recorded
from lci.core.folding import folded
from lci.core.notebook_cells import arranged
from lci.notebook.export import notebook
from lci.notebook.files import as_bytes
from lci.notebook.importing import ImportedNotebook, imported
from lci.testing.scripted import MemoryBlobs

OTHER = "fedcba9876543210fedcba9876543210"


def file(*cells: dict[str, Any], **more: Any) -> bytes:
    """A notebook of format 4.5 with these cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}).encode()


def markdown(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source: Any, *outputs: dict[str, Any], count: Any = None, **more: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": count}
    return {**cell, **more}


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def conversation_of(brought: ImportedNotebook) -> Conversation:
    """The new conversation that it becomes."""
    happened = [(None, e.ConversationChanged(title=brought.title)), *brought.entries]
    return folded(
        OTHER, [Recorded(n, float(n), OTHER, turn, e.SCHEMA, each) for n, (turn, each) in enumerate(happened, 1)]
    )


def exported(conversation: Conversation) -> bytes:
    return as_bytes(notebook(arranged(conversation), MemoryBlobs()))


def again(content: bytes) -> bytes:
    """The export of what a notebook becomes."""
    return exported(conversation_of(imported(content, "again.ipynb")))


def cells_of(content: bytes) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(content)["cells"]
    return cells


def role(cell: dict[str, Any]) -> str:
    return str(cell["metadata"]["lci"]["role"])
