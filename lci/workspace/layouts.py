"""Where the table stands in a delimited text: lines above it, its header, units, what follows below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile, groupby

from lci.workspace.dialects import TITLE_LINES, Dialect, Row
from lci.workspace.headers import header_of, is_value, typed_places, unique_names
from lci.workspace.prose import are_notes, is_split_sentence, title_rows, without_notes
from lci.workspace.stacked import tables_in


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together: `above` is the line its header begins in, `header` how many rows name the columns.

    `title` is what stands above it, `units` the cells of a row beneath the header that says what they are measured in.
    """

    above: int
    header: int
    rows: tuple[Row, ...]
    title: str = ""
    units: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many cells its widest row has."""
        return max(len(row.cells) for row in self.rows)

    @property
    def name(self) -> str:
        """What stands above it, else its first cell."""
        return self.title or next((cell.strip() for row in self.rows for cell in row.cells if cell.strip()), "")

    @property
    def names(self) -> list[list[str]]:
        """The cells of each header row."""
        return [row.cells for row in self.rows[: self.header]]

    @property
    def body(self) -> tuple[Row, ...]:
        """The rows of data."""
        return self.rows[self.header + bool(self.units) :]


@dataclass(frozen=True, slots=True)
class Layout:
    """A text's first table, the ones below it, and the lines at its end that belong to none."""

    dialect: Dialect
    table: Block
    others: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()
    #: Whether the table ends before the text does.
    ends: bool = field(default=False)
    #: Whether another table stands above it.
    follows: bool = field(default=False)

    @property
    def table_names(self) -> list[str]:
        """What the tables are called, each differently: what stands above one, else its number and line."""
        blocks = (self.table, *self.others)
        return unique_names([each.title or f"table {at}, line {each.above + 1}" for at, each in enumerate(blocks, 1)])

    def only(self, name: str) -> Layout:
        """The layout of the table that is called so, alone."""
        at = self.table_names.index(name)
        if not at:
            return replace(self, others=())
        return replace(self, table=self.others[at - 1], others=(), ends=True, follows=True)


def layout_of(
    rows: Sequence[Row], dialect: Dialect, *, complete: bool = True, header: int | None = None
) -> Layout | None:
    """The layout of a text's rows, blank lines among them; None where there is no row.

    Where the table ends is said only of `complete` rows: the last of some may be any row. `header` is the number of the
    line, from 1, in which the person says that the names begin, 0 where there are none.
    """
    above = [row for row in rows if header and row.first < header - 1]
    if len(above) < len(rows):
        rows = rows[len(above) :]
    if not _usual_width(rows):
        return None
    apart = _parts(rows)
    if complete:
        apart = [part for each in apart for part in tables_in(each, _usual_width(each))]
    parts = [without_notes(part, _usual_width(part)) if complete else (part, ()) for part in apart]
    blocks = [_block(part, dialect) for part, _ in parts]
    if not blocks:
        return None
    at = 0
    if header is None:
        # Facts about a table stand above it in columns of their own: words, and fewer of them.
        at = next((at for at, block in enumerate(blocks) if typed_places([row.cells for row in block.body])), 0)
        at = at if all(block.width < blocks[at].width for block in blocks[:at]) else 0
        first = blocks[at] if not at else replace(blocks[at], title=blocks[at].title or blocks[0].name)
    else:
        first = _with_header(parts[0][0], above, dialect, has_names=header > 0)
    others = tuple(block for block in blocks[at + 1 :] if block.body) if complete else ()
    notes = tuple(_line(row, dialect) for _, remarks in parts[at:] for row in remarks)
    return Layout(dialect, first, others, notes, ends=bool(others or notes))


def _line(row: Row, dialect: Dialect) -> str:
    """A row as the line that it is, without the delimiters behind it."""
    cells = [cell.strip() for cell in row.cells]
    return f"{dialect.delimiter.strip()} ".join(cells[: 1 + max(at for at, cell in enumerate(cells) if cell)])


def _usual_width(rows: Sequence[Row]) -> int:
    widths = Counter(len(row.cells) for row in rows if row.cells)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of each table: a blank line, or a row of empty cells, is an end only where another table begins.

    Rows of empty cells within a table are rows, as pandas has it; those between two tables are not.
    """
    parts: list[list[Row]] = []
    for is_filled, group in groupby(rows, key=lambda row: row.filled > 0):
        part = list(group)
        if not is_filled:
            empty = [row for row in part if row.cells]
        elif parts and not _begins_anew(parts[-1], part):
            parts[-1] += [*empty, *part]
        else:
            parts.append(part)
    return parts


def _begins_anew(before: Sequence[Row], part: Sequence[Row]) -> bool:
    width, other = _usual_width(before), _usual_width(part)
    if sum(1 for row in before if len(row.cells) == width) < 2 or width < 2:
        # Titles: what follows is the table they stand above.
        return False
    if are_notes(part, before, width):
        return False
    alike = sum(1 for row in part if len(row.cells) == other)
    if alike < 2 or alike < 0.6 * len(part):
        # Rows of many widths are odd rows of one table.
        return False
    if width != other:
        return True
    names, values = _names_and_values(_below_title(before, width))
    first, again = _names_and_values(_below_title(part, other))
    if not names or not first or not again:
        return False
    typed = typed_places([row.cells for row in values])
    names_again = typed and not any(is_value(first[0].cells[at]) for at in typed if at < len(first[0].cells))
    return bool(names_again) and any(is_value(again[0].cells[at]) for at in typed if at < len(again[0].cells))


def _names_and_values(rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    """The rows that name the columns, units among them, or the first one; and those below."""
    header, units = header_of(rows) if rows else (0, ())
    end = max(1, header + bool(units))
    return rows[:end], rows[end:]


def _below_title(rows: Sequence[Row], width: int) -> Sequence[Row]:
    """A table's rows without what it is called above its names."""
    rows = rows[title_rows(rows, width) :]
    return list(dropwhile(lambda row: row.filled == 1 < width, rows))


def _block(rows: Sequence[Row], dialect: Dialect) -> Block:
    usual = _usual_width(rows)
    titles = list(rows[: title_rows(rows, usual)])
    apart = [
        at
        for at in range(1, min(len(rows), TITLE_LINES + 1))
        if rows[at].first > rows[at - 1].last + 1 and all(len(row.cells) < usual for row in rows[:at])
    ]
    # Whatever is narrower than the table and stands apart from it is none of its rows.
    titles = list(rows[: max(len(titles), *apart)]) if apart else titles
    if len(titles) > TITLE_LINES or len(titles) == len(rows):
        titles = []
    table = tuple(rows[len(titles) :])
    header, units = header_of(table)
    return Block(table[0].first, header, table, _title(titles, dialect), units)


def _title(rows: Sequence[Row], dialect: Dialect) -> str:
    """What the first of these rows says: all of it where it is a sentence, else its first cell."""
    for row in rows:
        if row.filled:
            first = next(cell.strip() for cell in row.cells if cell.strip())
            return _line(row, dialect) if is_split_sentence(row) else first
    return ""


def _with_header(rows: Sequence[Row], above: Sequence[Row], dialect: Dialect, *, has_names: bool) -> Block:
    """The block that begins where the person says; where nothing names its columns, the titles above it are none."""
    if not has_names:
        block = _block(rows, dialect)
        body = rows[len(rows) - len(block.rows) :]
        return replace(block, header=0, units=(), rows=tuple(body))
    header, units = header_of(rows)
    return Block(rows[0].first, max(1, header), tuple(rows), _title(above, dialect), units if header else ())
