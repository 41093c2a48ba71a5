"""How a delimited text is laid out: its delimiter, quoting, the lines above the header, and whether it has a header."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lci.workspace.inference import is_date, is_number

#: Endings that promise a table even when a single column leaves no delimiter to see.
TABLE_ENDINGS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|", ".ssv": ";"}

_STRONG = ("\t", ";", "|", ",", "\x01", "\x1f", "^", "~", "¦", "§")
_WEAK = (":", " ")
_ROWS_LOOKED_AT = 200
_TITLE_ROWS = 20
_SAMPLE = 1 << 18


@dataclass(frozen=True, slots=True)
class Dialect:
    """The layout of a delimited text; `skipped` counts the lines above the header (or above the first row)."""

    delimiter: str
    width: int
    quoted: bool = True
    skipped: int = 0
    has_header: bool = True


def records(lines: Iterator[str], delimiter: str, *, quoted: bool = True) -> Iterator[list[str]]:
    """The rows of a delimited text without blank lines, as `pd.read_csv` skips them.

    `lines` must keep their line ends, for quoted cells hold them.
    """
    csv.field_size_limit(1 << 30)
    if len(delimiter) > 1:
        yield from (line.rstrip("\r\n").split(delimiter) for line in lines if line.strip())
        return
    if delimiter == " ":
        lines = (line.strip(" \r\n") for line in lines)
    for row in csv.reader(
        lines,
        delimiter=delimiter,
        skipinitialspace=delimiter == " ",
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    ):
        if row and not (len(row) == 1 and row[0] and row[0].isspace()):
            yield row


def lines_of(text: str) -> Iterator[str]:
    """The lines of `text` with their ends, whatever they are."""
    return io.StringIO(text, newline="")


def dialect_of(text: str, ending: str, delimiter: str | None, *, complete: bool) -> Dialect | None:
    """The layout of a text, None when it is no table; `complete` says that `text` is all there is.

    A given `delimiter` is believed.
    """
    sample = text[:_SAMPLE]
    cut = not complete or len(sample) < len(text)
    promised = TABLE_ENDINGS.get(ending)
    if delimiter:
        chosen = delimiter
    else:
        chosen = _delimiter(sample, promised, cut=cut) or promised or ""
    if not chosen:
        return None
    rows = _rows(sample, chosen, cut=cut)
    if not rows:
        return None
    width, skipped = _shape([row for row, _ in rows])
    body = [row for row, _ in rows[skipped:]]
    return Dialect(
        chosen,
        width,
        quoted=not _has_unclosed_quote(text, chosen, complete=complete),
        skipped=rows[skipped - 1][1] if skipped else 0,
        has_header=has_header(body),
    )


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


def _rows(sample: str, delimiter: str, *, cut: bool) -> list[tuple[list[str], int]]:
    """The first rows, each with the number of the line it ends in."""
    line = 0

    def counted() -> Iterator[str]:
        nonlocal line
        for each in lines_of(sample):
            line += 1
            yield each

    rows = [(row, line) for row in islice(records(counted(), delimiter), _ROWS_LOOKED_AT + 1)]
    return rows[:-1] if cut and 1 < len(rows) <= _ROWS_LOOKED_AT else rows[:_ROWS_LOOKED_AT]


def _shape(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The number of columns and of title rows: those before the first row as wide as the table."""
    counts = Counter(len(row) for row in rows)
    usual = max(counts, key=lambda width: (counts[width], width))
    for place, row in enumerate(rows[: _TITLE_ROWS + 1]):
        if len(row) >= usual and not _is_title(row, usual):
            return len(row), place
        if not _is_title(row, usual):
            break
    return len(rows[0]), 0


def _is_title(row: Sequence[str], usual: int) -> bool:
    filled = sum(1 for cell in row if cell.strip())
    if usual < 3:
        return len(row) < usual
    return filled <= max(1, usual // 3) and filled < usual - 1


def _delimiter(sample: str, promised: str | None, *, cut: bool) -> str | None:
    best, best_score = None, 0.0
    for candidate in _STRONG:
        if candidate in sample and (score := _score(sample, candidate, cut=cut)) > best_score + 0.01:
            best, best_score = candidate, score
        elif (
            candidate == promised
            and candidate in sample
            and best is not None
            and _score(sample, candidate, cut=cut) > 0.9
        ):
            best, best_score = candidate, 1.0
    if best and best_score > (0.3 if promised else 0.85):
        return best if promised or _is_convincing(sample, best, cut=cut) else None
    for candidate in _WEAK:
        if (
            candidate in sample
            and _score(sample, candidate, cut=cut) > 0.95
            and _is_numeric(sample, candidate, cut=cut)
        ):
            return candidate
    return None


def _score(sample: str, delimiter: str, *, cut: bool) -> float:
    """How regular the rows are, less what looks like another delimiter left inside the cells."""
    rows = [row for row, _ in _rows(sample, delimiter, cut=cut)]
    if not rows:
        return 0.0
    width, skipped = _shape(rows)
    body = rows[skipped:]
    if width < 2:
        return 0.0
    regular = sum(1 for row in body if len(row) == width) / len(body)
    # One that parts the names of the columns, too: lists in a column are no other table.
    others = [other for other in ";\t|" if other != delimiter and any(other in cell for cell in body[0])]
    cells = [cell for row in body for cell in row]
    foreign = sum(1 for cell in cells if any(other in cell for other in others) and len(cell) < 200) / len(cells)
    return regular - 0.8 * foreign


def _is_convincing(sample: str, delimiter: str, *, cut: bool) -> bool:
    """Whether a text whose name promises no table is one all the same: prose has commas too."""
    rows = [row for row, _ in _rows(sample, delimiter, cut=cut)]
    if len(rows) < 2 or any(len(cell) > 300 for row in rows for cell in row):
        return False
    if delimiter not in ",":
        return True
    typed = sum(1 for row in rows[1:] if any(is_number(cell) or is_date(cell) for cell in row))
    return typed > (len(rows) - 1) / 2 or (
        len(rows) > 2 and not any(cell.startswith(" ") for row in rows for cell in row)
    )


def _is_numeric(sample: str, delimiter: str, *, cut: bool) -> bool:
    rows = [row for row, _ in _rows(sample, delimiter, cut=cut)][1:]
    cells = [cell for row in rows for cell in row]
    return len(rows) >= 2 and sum(map(is_number, cells)) >= len(cells) / 2


def _has_unclosed_quote(text: str, delimiter: str, *, complete: bool) -> bool:
    if '"' not in text or len(delimiter) > 1:
        return False
    end = "\x02end\x02"
    last = deque(records(iter([*lines_of(text), "\n", end]), delimiter), maxlen=1).pop()
    swallowed = last != [end]
    return swallowed and (complete or sum(map(len, last)) > len(text) // 4)
