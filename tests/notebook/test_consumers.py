"""Exported notebooks in the programs that people open them with: Jupyter's own contents API, papermill (B9)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from lci.runtime.engine import Engine
from tests.notebook.test_faithful import TALKS, exported, seen

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]

#: Tried for every change the first two.
FEW = ["whole paths", "streams of one's own"]
ALL = [*FEW, *(talk for talk in TALKS if talk not in FEW)]


@pytest.mark.parametrize(
    "talk", [pytest.param(talk, marks=[] if talk in FEW else [pytest.mark.nightly], id=talk) for talk in ALL]
)
def test_jupyter_takes_it_and_papermill_runs_it_to_the_same(
    talk: str, engine_of: Callable[[list[str]], Engine], tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    document = exported(engine_of(TALKS[talk]), folder)
    nbformat.write(document, folder / "talk.ipynb")
    model: dict[str, Any] = asyncio.run(_contents(folder, "talk.ipynb"))
    assert model["type"] == "notebook"
    assert not model.get("message"), model.get("message")
    assert seen(nbformat.from_dict(model["content"])) == seen(document)
    if any(output.output_type == "error" for cell in document.cells for output in cell.get("outputs", ())):
        # papermill fails for each error in a notebook, also where its cell says by a tag that it raises one.
        return
    ran = papermill.execute_notebook(
        folder / "talk.ipynb", folder / "ran.ipynb", cwd=folder, kernel_name="python3", progress_bar=False
    )
    assert seen(ran) == seen(document)


async def _contents(folder: Path, name: str) -> dict[str, Any]:
    """As JupyterLab asks for it, and puts it back."""
    manager = AsyncLargeFileManager(root_dir=str(folder))
    model = await manager.get(name, content=True)
    await manager.save({"type": "notebook", "format": "json", "content": model["content"]}, name)
    saved: dict[str, Any] = await manager.get(name, content=True)
    return saved
