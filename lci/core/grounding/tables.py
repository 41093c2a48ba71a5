"""Small outputs as tables: which numbers stand in one row or column, and which of them a sentence names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from lci.core.grounding.shown import Place, Sheet, heading, place, row_label, token_pattern, worth

#: Lines and characters of what is looked at as a table, and numbers from which on one may be hit by chance.
_LINES, _CHARS, _MANY = 500, 60_000, 50

#: Characters between which no word begins or ends; a name in Latin letters may stand right beside others.
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")

#: A column: the block of lines that it is in, and its key, the number of its field, or the character in which it ends.
Column: TypeAlias = tuple[int, str | int]


@dataclass(frozen=True, slots=True)
class TableCell:
    """A number of a table, from `start` to `end` in its sheet."""

    row: int
    column: Column
    start: int
    end: int
    token: str
    value: Decimal


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """The numbers of one sheet; `rows` are the parts of each row's name, `columns` the columns' names.

    `lines` are its columns, then its rows: those of at least two numbers.
    """

    sheet: Sheet
    cells: tuple[TableCell, ...]
    rows: dict[int, tuple[str, ...]]
    columns: dict[Column, str]
    lines: tuple[tuple[TableCell, ...], ...] = ()
    #: How many rows and columns each of its blocks has: what an answer counts that speaks of "the four cities".
    counts: frozenset[int] = frozenset()
    _places: dict[int, Place] = field(default_factory=dict)

    def place(self, cell: TableCell) -> Place:
        """Where one of its cells stands; remembered, for each number of an answer may come of it."""
        if cell.start not in self._places:
            self._places[cell.start] = place(self.sheet, cell.start, cell.end)
        return self._places[cell.start]


def _lines(cells: Sequence[TableCell]) -> tuple[tuple[TableCell, ...], ...]:
    by_column: dict[Column, list[TableCell]] = {}
    by_row: dict[int, list[TableCell]] = {}
    for cell in cells:
        by_column.setdefault(cell.column, []).append(cell)
        by_row.setdefault(cell.row, []).append(cell)
    return tuple(tuple(line) for line in (*by_column.values(), *by_row.values()) if len(line) > 1)


def _counts(cells: Sequence[TableCell]) -> frozenset[int]:
    blocks: dict[int, tuple[set[int], set[Column]]] = {}
    for cell in cells:
        rows, columns = blocks.setdefault(cell.column[0], (set(), set()))
        rows.add(cell.row)
        columns.add(cell.column)
    return frozenset(len(each) for block in blocks.values() for each in block if len(each) > 1)


def table(sheet: Sheet) -> Table:
    """The sheet as a table; an empty one where it is too large to be one that a sentence speaks of."""
    cells: list[TableCell] = []
    rows: dict[int, tuple[str, ...]] = {}
    columns: dict[Column, str] = {}
    if len(sheet.text) > _CHARS or sheet.text.count("\n") > _LINES:
        return Table(sheet, (), rows, columns)
    pattern = token_pattern(sheet)
    at = block = 0
    head: list[str] = []
    for row, line in enumerate(sheet.text.split("\n")):
        tokens = [match for match in pattern.finditer(line) if match[1]]
        if not tokens:
            # What follows a line without numbers is another table, with these lines above it.
            head = [*head, line] if line.strip() and block not in {c.column[0] for c in cells[-1:]} else [line]
            block += bool(cells) and cells[-1].column[0] == block
        elif line.strip():
            rows[row] = row_label(line)
        for match in tokens:
            start, end = match.span()
            name = heading(head, line, start, end)
            column = (block, _where(line, start, end, name, len(tokens)))
            columns.setdefault(column, name)
            cells.append(TableCell(row, column, at + start, at + end, match[0], worth(match[0])))
        at += len(line) + 1
    return Table(sheet, tuple(cells), rows, columns, _lines(cells), _counts(cells))


def _where(line: str, start: int, end: int, name: str, count: int) -> str | int:
    """What tells a column: its field, key or end; one number a line is a column of its own, wherever it ends."""
    if "\t" in line:
        return line[:start].count("\t")
    if count == 1:
        return "=" if line[:start].rstrip().endswith((":", "=")) else ""
    return name if line[:start].rstrip().endswith((":", "=")) else end


def named(each: Table, sentence: str, count: int) -> frozenset[int] | None:
    """Where the numbers begin that stand in rows which the sentence names, if it names at least `count` rows.

    In a large table a wrong number is easily one of another row. None where the table is small, or where the sentence
    names fewer rows: then some of its numbers are of rows that it calls something else.
    """
    if len(each.cells) < _MANY:
        return None
    rows = {row for row, parts in each.rows.items() if parts and all(names(sentence, part) for part in parts)}
    return frozenset(cell.start for cell in each.cells if cell.row in rows) if len(rows) >= max(1, count) else None


def names(sentence: str, label: str) -> bool:
    """Whether the sentence names what bears that label."""
    label = label.strip()
    if len(label) == 1 and not label.isdigit():
        return label not in "aAI" and re.search(rf"(?<!\w){re.escape(label)}(?!\w)", sentence) is not None
    label, sentence = _folded(label), _folded(sentence)
    at = sentence.find(label) if label else -1
    while at >= 0:
        around = sentence[max(0, at - 1) : at] + sentence[at + len(label) : at + len(label) + 1]
        if _LATIN.isdisjoint(around):
            return True
        at = sentence.find(label, at + 1)
    return False


_folded = lru_cache(maxsize=20_000)(str.casefold)


@lru_cache(maxsize=4)
def named_lines(each: Table, sentence: str, most: int) -> tuple[tuple[frozenset[int], bool], ...]:
    """Of the first `most` lines where the cells begin that the sentence names, and whether it names the line itself.

    Named is the row of a column's cell, and the column of a row's. Remembered, for each number of a sentence asks.
    """
    lines = each.lines[:most]
    return tuple((_named_cells(each, line, sentence), _is_named(each, line, sentence)) for line in lines)


def is_column(line: Sequence[TableCell]) -> bool:
    """Whether a line of at least two cells is a column."""
    return line[0].column == line[1].column


def _named_cells(each: Table, line: Sequence[TableCell], sentence: str) -> frozenset[int]:
    if is_column(line):
        return frozenset(cell.start for cell in line if any(names(sentence, part) for part in each.rows[cell.row]))
    return frozenset(cell.start for cell in line if names(sentence, each.columns[cell.column]))


def _is_named(each: Table, line: Sequence[TableCell], sentence: str) -> bool:
    parts = (each.columns[line[0].column],) if is_column(line) else each.rows[line[0].row]
    return any(names(sentence, part) for part in parts)
