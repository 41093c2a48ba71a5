"""The rows that name a table's columns and say what they are measured in; and the names that they come to."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from lci.workspace.dialects import Row
from lci.workspace.inference import MISSING, is_date, is_number

_UNIT = re.compile(
    r"[\(\[].{0,20}[\)\]]|[%°$€£¥µ‰]\S{0,6}"
    r"|(?:[kcmdhµnMGT]?(?:m|g|s|W|Hz|Pa|V|A|J|N|L|l|Wh|bar|cal|t|h|d|min|sec)|kg|mm|cm|km|ha|ppm|ppb|deg ?[CF]?|°[CF]|K"
    r"|USD|EUR|JPY|GBP|CNY|yr|years?|days?|hours?|count|units?|#)(?:[²³]|\^?[23])?(?:[/·* ]\S{1,8})?"
    r"|[YyMmDdHhSs]{1,4}(?:[-/.:T ]+[YyMmDdHhSsf]{1,4})+Z?",
)
_NO_UNIT = frozenset("-–—")
#: What stands where a number is not known.
PLACEHOLDERS = MISSING | {"-", "–", "—", "..", "...", ".", "*", "?", ":", "n.a.", "N.A.", "--", "missing"}
#: Years, months and days as digits, in the centuries that tables are about.
_CALENDAR = re.compile(r"(?:19\d{2}|20\d{2}|2100)(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?)?", re.ASCII)
_PLAIN_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,9})?", re.ASCII)
#: Rows that a column's kind is judged from, and cells of all columns at most.
_ROWS_JUDGED = 200
_CELLS_JUDGED = 20_000


def typed_places(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns whose cells are numbers or dates, but for what is missing."""
    rows = _judged(rows)
    places = []
    for place in range(max(map(len, rows), default=0)):
        cells = [row[place].strip() for row in rows if place < len(row)]
        known = [cell for cell in cells if cell not in PLACEHOLDERS]
        if known and sum(1 for cell in known if is_value(cell)) >= 0.8 * len(known):
            places.append(place)
    return places


def _judged(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """As many of the first rows as there is time to look at."""
    width = max(map(len, rows[:_ROWS_JUDGED]), default=0)
    return rows[: min(_ROWS_JUDGED, max(5, _CELLS_JUDGED // max(1, width)))]


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows names the columns; texts above texts are taken for names."""
    first, rest = rows[0], rows[1:]
    typed = [place for place, cell in enumerate(first) if is_value(cell)]
    if not typed:
        return True
    if rest and len(typed) < len(first) and _are_labels(first, _judged(rest), typed):
        return True
    below = [[row[place] for row in rest if place < len(row) and row[place]] for place in typed]
    return bool(rest) and all(cells and not any(map(is_value, cells)) for cells in below)


def is_value(cell: str) -> bool:
    """Whether this text is a number or a date."""
    return is_number(cell) or is_date(cell)


def _are_labels(first: Sequence[str], rest: Sequence[Sequence[str]], typed: Sequence[int]) -> bool:
    """Whether the numbers and dates among the words of the first row are names: years, days, or running numbers.

    They are of another kind than what stands below them; and no word of the row is a value in its own column.
    """
    # Names stand again where a file was put together.
    rest = [row for row in rest if row != first]
    labels = [first[place].strip() for place in typed]
    columns = [[row[place].strip() if place < len(row) else "" for row in rest] for place in range(len(first))]
    if (
        not rest
        or len(set(labels)) < len(labels)
        or any(
            cell.strip() and cell.strip() in columns[place] for place, cell in enumerate(first) if place not in typed
        )
    ):
        return False
    rows = ([row[place].strip() if place < len(row) else "" for place in typed] for row in rest)
    if _runs(labels) and not any(map(_runs, rows)):
        return True
    kinds = list(map(_calendar_kind, labels))
    return all(kinds) and not any(
        2 * sum(1 for cell in known if _calendar_kind(cell) == kind) >= len(known) > 0
        for kind, place in zip(kinds, typed, strict=True)
        for known in [[cell for cell in columns[place] if cell not in PLACEHOLDERS]]
    )


def _calendar_kind(cell: str) -> str | None:
    """Whether a text is a year, a month or a day of the calendar; None for any other."""
    if is_date(cell):
        return "date"
    match = _CALENDAR.fullmatch(cell)
    return None if match is None else ("year", "month", "day")[(len(cell) - 4) // 2]


def _runs(cells: Sequence[str]) -> bool:
    """Whether three numbers or more follow each other at equal steps."""
    if len(cells) < 3 or not all(map(_PLAIN_NUMBER.fullmatch, cells)):
        return False
    numbers = list(map(float, cells))
    step = numbers[1] - numbers[0]
    return step != 0 and all(math.isclose(b - a, step, rel_tol=1e-6) for a, b in pairwise(numbers))


def header_of(rows: Sequence[Row]) -> tuple[int, tuple[str, ...]]:
    """How many rows name the columns (none, one or two), and the row of units beneath them."""
    cells = [row.cells for row in rows[:_ROWS_JUDGED]]
    first = cells[0]
    above_values = [first[at].strip() for at in typed_places(cells[1:]) if at < len(first)]
    values = [cell for cell in above_values if is_value(cell)]
    words = [cell for cell in above_values if cell not in PLACEHOLDERS and cell not in values]
    if len(words) <= len(values) and not has_header(cells):
        return 0, ()
    if len(cells) < 3:
        return 1, ()
    second = cells[1]
    typed = [place for place in typed_places(cells[2:]) if place < len(second)]
    known = [second[place].strip() for place in typed]
    if not any(known) or any(map(is_value, known)):
        return 1, ()
    if _are_units_of(first, second, typed, cells[2:]):
        return 1, tuple(cell.strip() for cell in second)
    if any(cell in PLACEHOLDERS - {""} for cell in known):
        return 1, ()
    return (2, ()) if _are_groups(first, second) else (1, ())


def are_units(cells: Sequence[str]) -> bool:
    """Whether most of these cells are what something is measured in; a dash is where nothing is."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    units = [cell for cell in filled if cell not in _NO_UNIT]
    fitting = sum(1 for cell in units if _UNIT.fullmatch(cell))
    return len(filled) > 1 and 2 * len(units) >= len(filled) and fitting >= 0.6 * len(units)


def _are_units_of(first: Sequence[str], second: Sequence[str], typed: Sequence[int], rest: Sequence[list[str]]) -> bool:
    """Whether the second row holds the units of the columns that the first one names, and not values with gaps."""
    units = {place: cell.strip() for place, cell in enumerate(second) if cell.strip()}
    if not are_units(second) or any(place >= len(first) or not first[place].strip() for place in units):
        return False
    if not _NO_UNIT & {*units.values()}:
        return True
    return any(_UNIT.fullmatch(units.get(place, "")) for place in typed) and not any(
        place < len(row) and row[place].strip() == cell
        for row in _judged(rest)
        for place, cell in units.items()
        if cell not in _NO_UNIT
    )


def _are_groups(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether names above names hold for several columns each: with gaps between them, or said again and again."""
    width = max((at + 1 for row in (first, second) for at, cell in enumerate(row) if cell.strip()), default=0)
    upper, lower = ([at < len(row) and bool(row[at].strip()) for at in range(width)] for row in (first, second))
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
