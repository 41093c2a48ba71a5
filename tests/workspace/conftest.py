from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lci.core.files import Column, Preview, Table
from lci.core.readers import reader_imports
from lci.workspace.preview import preview


class Folder:
    """A folder of files to preview, and to read as a notebook in it would."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self._monkeypatch = monkeypatch

    def preview(self, name: str, content: bytes | str, **arguments: Any) -> Preview:
        data = content if isinstance(content, bytes) else content.encode()
        (self.path / name).write_bytes(data)
        return preview(self.path / name, name, **arguments)

    def frame(self, found: Preview) -> Any:
        self._monkeypatch.chdir(self.path)
        assert found.reader is not None
        names: dict[str, Any] = {}
        exec("\n".join(reader_imports(found.reader)), names)
        return eval(found.reader, names)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(tmp_path, monkeypatch)


def without_values(table: Table) -> Table:
    """A table without what is known of its values."""
    columns = tuple(Column(column.name, column.dtype, column.nulls) for column in table.columns)
    return replace(table, columns=columns, between=(), looked_at=0)


def codes(found: Preview) -> set[str]:
    return {each.code for each in found.warnings}


def assert_reader_agrees(folder: Folder, found: Preview) -> None:
    """What the notebook reads has the previewed shape and columns."""
    assert found.error is None
    table = found.tables[0]
    frame = folder.frame(found)
    assert frame.shape == (table.rows, len(table.columns)), found.reader
    names = [str(name) for name in frame.columns]
    assert all(
        a == b.name or not b.name or a.startswith(b.name + ".") for a, b in zip(names, table.columns, strict=True)
    )
