"""The files that a cell's values come from, as far as code names them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lci.core.code.names import names_of
from lci.core.code.tracing import traces
from lci.core.turns import Cell


def files_behind(cells: Sequence[Cell], cell_id: str, names: Collection[str]) -> tuple[str, ...]:
    """Those of the files `names` that the cell names, or a cell before it in `cells` that bound what it uses."""
    at = next((index for index, cell in enumerate(cells) if cell.id == cell_id), -1)
    needed: set[str] = set()
    files: set[str] = set()
    for cell in reversed(cells[: at + 1]):
        bound = names_of(cell.source)
        if cell.id != cell_id and not needed & (bound.bound | bound.altered):
            continue
        needed = (needed - bound.bound) | bound.free
        texts = traces(cell.source).texts
        files |= {name for name in names if any(text == name or text.endswith(f"/{name}") for text in texts)}
    return tuple(name for name in names if name in files)
