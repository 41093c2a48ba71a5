"""Texts whose columns stand one below the other at the same places: where they begin and end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from lci.workspace.inference import MISSING, is_date, is_number

_LINES = 2_000
#: Lines that `pd.read_fwf` looks at by itself.
INFERRED_LINES = 100


def column_places(text: str) -> list[tuple[int, int]] | None:
    """Begin and end of each column; None for a text that is no such table.

    Prose is none: a column of numbers must stand beneath a word, and the lines must not split at white space alone.
    """
    lines = [line.rstrip() for line in text.splitlines()[:_LINES] if line.strip()]
    if len(lines) < 3 or any("\t" in line for line in lines):
        return None
    if len({len(line.split()) for line in lines}) == 1:
        return None
    places = _places(lines)
    if len(places) < 2:
        return None
    cells = [[line[begin:end].strip() for begin, end in places] for line in lines]
    if any(_are_several([row[at] for row in cells[1:]]) for at in range(len(places))):
        return None
    numeric = [at for at in range(len(places)) if _is_numeric([row[at] for row in cells[1:]]) and cells[0][at]]
    has_names = all(cells[0]) and not any(is_number(cells[0][at]) for at in numeric)
    return places if numeric and has_names else None


def _places(lines: Sequence[str]) -> list[tuple[int, int]]:
    width = max(map(len, lines))
    used = [any(at < len(line) and line[at] != " " for line in lines) for at in range(width)]
    runs = [(is_used, [at for at, _ in run]) for is_used, run in groupby(enumerate(used), key=lambda each: each[1])]
    return [(run[0], run[-1] + 1) for is_used, run in runs if is_used]


def inferred_places(text: str) -> list[tuple[int, int]]:
    """The places that `pd.read_fwf` finds by itself."""
    return _places([line.rstrip() for line in text.splitlines() if line.strip()][:INFERRED_LINES])


def _are_several(cells: Sequence[str]) -> bool:
    """Whether these cells hold more than one column, which touch each other somewhere."""
    known = [cell for cell in cells if cell]
    return sum(1 for cell in known if "  " in cell) > 0.1 * len(known)


def _is_numeric(cells: Sequence[str]) -> bool:
    known = [cell for cell in cells if cell not in MISSING]
    return len(known) > 1 and sum(1 for cell in known if is_number(cell) or is_date(cell)) >= 0.8 * len(known)
