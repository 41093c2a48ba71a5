"""Tables that stand one directly below the other, where the names that stand again tell them apart."""

from __future__ import annotations

from collections.abc import Sequence

from lci.workspace.dialects import Row
from lci.workspace.headers import PLACEHOLDERS, has_header, is_value, typed_places
from lci.workspace.prose import is_lonely, title_rows


def tables_in(rows: Sequence[Row], usual: int) -> list[list[Row]]:
    """The rows of each table: of one, unless names stand again beneath values and above such."""
    parts: list[list[Row]] = []
    begins = 0
    names = title_rows(rows, usual)
    at = names + 2
    while at < len(rows) - 1:
        above = at - 1 if is_lonely(rows[at - 1]) else at
        if _name_again(rows, names, above, at):
            parts.append(list(rows[begins:above]))
            begins, names = above, at
            at += 1
        at += 1
    return [*parts, list(rows[begins:])]


def _name_again(rows: Sequence[Row], names: int, above: int, at: int) -> bool:
    """Whether the row `at` names columns of values as the row `names` did: all the same, or many beneath a title."""
    if above == at and rows[at].cells[:1] != rows[names].cells[:1]:
        return False
    first, again = ([cell.strip() for cell in rows[place].cells] for place in (names, at))
    are_same = first == again
    shared = len({*first} & {*again} - {""})
    if not are_same and (above == at or 2 * shared < min(len(first), len(again)) or not all(again)):
        return False
    between = [row.cells for row in rows[names + 1 : above]]
    values = typed_places(between)
    if not values or not any(place < len(again) and is_value(cell) for place, cell in enumerate(rows[at + 1].cells)):
        return False
    if are_same and has_header([rows[names].cells, *between]):
        return True
    are_words = all(place < len(first) and _is_word(first[place]) for place in values)
    return are_words and all(place >= len(again) or _is_word(again[place]) for place in values)


def _is_word(cell: str) -> bool:
    return not is_value(cell) and cell not in PLACEHOLDERS
