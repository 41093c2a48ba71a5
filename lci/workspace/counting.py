"""How many rows a delimited text has, and its last ones: exact while reading it all is cheap, else estimated."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lci.workspace.dialects import lines_of, records
from lci.workspace.layouts import Layout
from lci.workspace.request import TAIL_ROWS, Request
from lci.workspace.sources import Source, opened
from lci.workspace.texts import COUNTED_BYTES, HEAD_BYTES, Decoded

_END_BYTES = 1 << 18
_COUNTED_LINES = 5_000_000


@dataclass(frozen=True, slots=True)
class Count:
    """What reading to the end finds out: rows without the header, irregular ones among them, and the last rows."""

    rows: int
    exact: bool
    tail: tuple[tuple[str, ...], ...] = ()
    ragged: int = 0
    first_ragged: int = 0
    longer: int = 0
    longest: int = 0
    #: Cells of the header, or of a row where there is none.
    width: int = 0
    #: Rows with something in the cells beyond.
    spilled: int = 0


def count_of(request: Request, source: Source, start: Decoded, layout: Layout) -> Count:
    """The rows beneath the header, of which every one is looked at in files of up to 64 MB and 5 million lines."""
    width = max(map(len, layout.table.names), default=len(layout.table.rows[0].cells))
    if start.complete:
        return _counted_text(start.text, layout, width)
    if source.compression is None and request.size > COUNTED_BYTES:
        count = _counted_text(start.text[: start.text.rfind("\n") + 1], layout, width)
        part = HEAD_BYTES / request.size
    else:
        with opened(source) as content:
            text = io.TextIOWrapper(content.stream, start.encoding.name, errors="replace", newline="")
            reading = _Bounded(text)
            count = _counted(iter(reading), layout, width)
            part = content.raw.tell() / max(1, request.size)
        if reading.ended:
            return count
    tail = () if source.compression is not None else _last_rows(request, source, start, layout, width)
    return _estimated(count, part, tail, width)


class _Bounded:
    """Lines up to a limit; `ended` says afterwards that there were no more."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        left = COUNTED_BYTES
        for line in islice(self._lines, _COUNTED_LINES):
            yield line
            left -= len(line)
            if left < 0:
                return
        self.ended = next(self._lines, None) is None


def _estimated(count: Count, part: float, tail: tuple[tuple[str, ...], ...], width: int) -> Count:
    """`count` of a part of the file, stretched to the whole; a last row cut inside a quoted cell is no oddity."""
    cut = 1 if count.tail and len(count.tail[-1]) != width else 0
    ragged = count.ragged - cut
    longer = max(0, count.longer - (cut if count.tail and len(count.tail[-1]) > width else 0))
    return Count(
        rows=int(count.rows / max(part, 1e-9)),
        exact=False,
        tail=tail,
        ragged=ragged,
        first_ragged=count.first_ragged if ragged else 0,
        longer=longer,
        longest=count.longest if longer else width,
        width=count.width,
        spilled=count.spilled,
    )


def _counted_text(text: str, layout: Layout, width: int) -> Count:
    """Rows whose delimiters alone say that all are as wide as the header are not split, which takes long."""
    dialect = layout.dialect
    is_quoted = bool(dialect.quote) and dialect.quote in text
    if is_quoted or dialect.escape or dialect.comment or dialect.padded or dialect.delimiter == " ":
        return _counted(lines_of(text), layout, width)
    first, end = _places(layout)
    lines = islice(lines_of(text), layout.table.above, None)
    body = list(islice((line for line in lines if dialect.delimiter in line or not line.isspace()), first, end))
    if any(line.count(dialect.delimiter) != width - 1 for line in body):
        return _counted(lines_of(text), layout, width)
    tail = tuple(map(tuple, records(iter(body[-TAIL_ROWS:]), dialect)))
    return Count(len(body), True, tail, longest=width, width=width)


def _counted(lines: Iterator[str], layout: Layout, width: int) -> Count:
    reading = records(islice(lines, layout.table.above, None), layout.dialect)
    return counted(islice(reading, *_places(layout)), width)


def _places(layout: Layout) -> tuple[int, int | None]:
    """Where the rows beneath the header begin, and end where something stands below them; blank lines do not count."""
    table = layout.table
    first = table.header + bool(table.units)
    return first, first + len(table.body) if layout.ends else None


def counted(rows_read: Iterable[list[str]], width: int) -> Count:
    """What these rows are beneath a header of `width` cells."""
    rows = ragged = first_ragged = longer = spilled = 0
    longest = width
    tail: deque[list[str]] = deque(maxlen=TAIL_ROWS)
    for row in rows_read:
        rows += 1
        tail.append(row)
        if len(row) != width:
            ragged += 1
            first_ragged = first_ragged or rows
            if len(row) > width:
                longer += 1
                spilled += any(cell.strip() for cell in row[width:])
                longest = max(longest, len(row))
    kept = tuple(tuple(row) for row in tail)
    return Count(rows, True, kept, ragged, first_ragged, longer, longest, width, spilled)


def _last_rows(
    request: Request, source: Source, start: Decoded, layout: Layout, width: int
) -> tuple[tuple[str, ...], ...]:
    """Rows from the end of the file; a start inside a quoted cell shows by rows of the wrong width."""
    wide = start.encoding.name.startswith(("utf-16", "utf-32"))
    with opened(source) as content:
        place = max(0, request.size - _END_BYTES)
        content.raw.seek(place - place % 4)
        end = content.raw.read()
    name = start.encoding.name
    if wide and name in {"utf-16", "utf-32"}:
        with opened(source) as content:
            name += "-le" if content.raw.read(1) == b"\xff" else "-be"
    text = end.decode(name.removesuffix("-sig"), "replace")
    for _ in range(8):
        _, _, text = text.partition("\n")
        rows = list(records(lines_of(text), layout.dialect))[-TAIL_ROWS:]
        if rows and all(len(row) == width for row in rows):
            return tuple(tuple(row) for row in rows)
    return ()
