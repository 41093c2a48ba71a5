"""Which cells show results of values that a cell before them, run again since, has made anew."""

from __future__ import annotations

from collections.abc import Sequence

from lci.core.code.names import names_of
from lci.core.turns import Cell

_RAN = frozenset({"ok", "error"})


def stale(notebook: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a notebook to run again, in order: each reads a name made or altered by one that ran after it.

    What such a cell makes is out of date too, and so are those that read that. Names say it, not values: a cell may be
    named that would give the same again.
    """
    cells = [cell for cell in notebook if cell.status in _RAN and cell.started_at is not None]
    starts = [cell.started_at or 0.0 for cell in cells]
    if starts == sorted(starts):
        return ()
    out_of_date: list[Cell] = []
    #: Names made anew, with the time of it; a stale cell's are newer than everything.
    renewed: dict[str, float] = {}
    for cell in cells:
        began = cell.started_at or 0.0
        names = names_of(cell.source)
        is_stale = any(renewed.get(name, 0.0) > began for name in names.free | names.altered)
        if is_stale:
            out_of_date.append(cell)
        for name in names.bound | names.altered:
            renewed[name] = float("inf") if is_stale else began
    return tuple(out_of_date)
