"""The rows that name a table's columns and say what they are measured in; and the names that they come to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lci.workspace.dialects import Row
from lci.workspace.inference import MISSING, is_date, is_number

_UNIT = re.compile(
    r"[\(\[].{0,20}[\)\]]|[%°$€£¥µ‰]\S{0,6}"
    r"|(?:[kcmdhµnMGT]?(?:m|g|s|W|Hz|Pa|V|A|J|N|L|l|Wh|bar|cal|t|h|d|min|sec)|kg|mm|cm|km|ha|ppm|ppb|deg ?[CF]?|°[CF]|K"
    r"|USD|EUR|JPY|GBP|CNY|yr|years?|days?|hours?|count|units?|#)(?:[²³]|\^?[23])?(?:[/·* ]\S{1,8})?",
)
#: What stands where a number is not known.
_PLACEHOLDERS = MISSING | {"-", "–", "—", "..", "...", ".", "*", "?", ":", "n.a.", "N.A.", "--", "missing"}
#: Rows that a column's kind is judged from, and cells of all columns at most.
_ROWS_JUDGED = 200
_CELLS_JUDGED = 20_000


def typed_places(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns whose cells are numbers or dates, but for what is missing."""
    width = max(map(len, rows[:_ROWS_JUDGED]), default=0)
    rows = rows[: min(_ROWS_JUDGED, max(5, _CELLS_JUDGED // max(1, width)))]
    places = []
    for place in range(width):
        cells = [row[place].strip() for row in rows if place < len(row)]
        known = [cell for cell in cells if cell not in _PLACEHOLDERS]
        if known and sum(1 for cell in known if is_number(cell) or is_date(cell)) >= 0.8 * len(known):
            places.append(place)
    return places


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows names the columns; texts above texts are taken for names."""
    first, rest = rows[0], rows[1:]
    typed = [place for place, cell in enumerate(first) if is_number(cell) or is_date(cell)]
    if not typed:
        return True
    if _are_years([first[place] for place in typed]) and len(typed) < len(first):
        return False if not rest else len(typed) > 1
    below = [[row[place] for row in rest if place < len(row) and row[place]] for place in typed]
    return bool(rest) and all(cells and not any(is_number(c) or is_date(c) for c in cells) for cells in below)


def _are_years(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells) and all(
        c.isascii() and c.isdigit() and 1900 <= int(c[:5]) <= 2100 for c in cells
    )


def header_of(rows: Sequence[Row]) -> tuple[int, tuple[str, ...]]:
    """How many rows name the columns (none, one or two), and the row of units beneath them."""
    cells = [row.cells for row in rows[:_ROWS_JUDGED]]
    first = cells[0]
    above_values = [first[at].strip() for at in typed_places(cells[1:]) if at < len(first)]
    values = [cell for cell in above_values if is_number(cell) or is_date(cell)]
    words = [cell for cell in above_values if cell not in _PLACEHOLDERS and cell not in values]
    if len(words) <= len(values) and not has_header(cells):
        return 0, ()
    if len(cells) < 3:
        return 1, ()
    second = cells[1]
    typed = [place for place in typed_places(cells[2:]) if place < len(second)]
    known = [second[place].strip() for place in typed]
    if not typed or any(cell in _PLACEHOLDERS - {""} or is_number(cell) or is_date(cell) for cell in known):
        return 1, ()
    filled = [cell.strip() for cell in second if cell.strip()]
    if not any(known):
        return 1, ()
    if len(filled) > 1 and sum(1 for cell in filled if _UNIT.fullmatch(cell)) >= 0.6 * len(filled) and all(first):
        return 1, tuple(cell.strip() for cell in second)
    return (2, ()) if _are_groups(first, second) else (1, ())


def _are_groups(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether names above names hold for several columns each: with gaps between them, or said again and again."""
    upper = [bool(cell.strip()) for cell in first] + [False] * max(0, len(second) - len(first))
    lower = [bool(cell.strip()) for cell in second] + [False] * max(0, len(first) - len(second))
    ends = max((at for at, is_filled in enumerate(upper) if is_filled), default=0)
    gaps = not all(upper[:ends])
    fills = any(a and not b for a, b in zip(upper, lower, strict=True)) and not all(upper)
    repeats = any(a == b != "" for a, b in pairwise(first))
    return (gaps or fills or repeats) and all(a or b for a, b in zip(upper, lower, strict=True))


def joined_names(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """One name of two, the upper one holding for all below and beside it until the next."""
    width = max(len(groups), len(names))
    joined, group = [], ""
    for upper, lower in zip([*groups, *[""] * width][:width], [*names, *[""] * width][:width], strict=True):
        group = upper.strip() or group
        joined.append(f"{group} {lower.strip()}".strip())
    return joined


def unique_names(names: Sequence[str]) -> list[str]:
    """As pandas tells equal names apart, and names those that have none."""
    seen: dict[str, int] = {}
    unique = []
    for at, each in enumerate(names):
        name = each or f"Unnamed: {at}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}.{seen[name] - 1}")
    return unique
