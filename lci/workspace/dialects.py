"""How a delimited text is written: delimiter, quotes, escapes, comments; of the usual ways the most regular one."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lci.workspace.inference import MISSING, is_date, is_number

#: Endings that promise a table even when a single column leaves no delimiter to see.
TABLE_ENDINGS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|", ".ssv": ";"}

_STRONG = (",", ";", "\t", "|", "\x01", "\x1f", "^", "~", "¦", "§")
_WEAK = (":", " ")
_ROWS_LOOKED_AT = 200
_CELLS_LOOKED_AT = 2_000
_PROMISED = 0.1
_SAMPLE = 1 << 18
#: Lines above the table that may be anything.
TITLE_LINES = 20
_HINT = re.compile(r"\s*\"?sep=(.)\"?\s*\r?\n", re.IGNORECASE)
_WORDS = re.compile(r"[^,;\t|]{1,60}")
_URL = re.compile(r"(https?://|www\.)\S+|\S+@\S+\.\w+")
_REMARK = re.compile(r"\s*#+\s+\S")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]m)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are written; `delimiter` is a blank for any white space between cells.

    `quote`, `escape` and `comment` (only at the beginning of lines) are empty where there are none; `padded` says that
    blanks after a delimiter belong to nothing.
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""
    comment: str = ""
    padded: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or a blank line (no cells), with the numbers of its first and last line, from 0."""

    cells: list[str]
    first: int
    last: int

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return sum(1 for cell in self.cells if cell.strip())


def records(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    """The rows of a delimited text without blank lines, as `pd.read_csv` skips them.

    `lines` must keep their line ends, for quoted cells hold them.
    """
    return (cells for cells in _split(_without_comments(lines, dialect), dialect) if not _is_blank(cells))


def rows_of(lines: Iterable[str], dialect: Dialect) -> Iterator[Row]:
    """The rows with their line numbers; blank lines are rows without cells, comments are passed over."""
    line = first = 0

    def counted() -> Iterator[str]:
        nonlocal line, first
        for each in lines:
            line += 1
            if dialect.comment and first == line - 1 and each.lstrip().startswith(dialect.comment):
                first = line
                continue
            yield each

    for cells in _split(counted(), dialect):
        yield Row([] if _is_blank(cells) else cells, first, line - 1)
        first = line


def _without_comments(lines: Iterable[str], dialect: Dialect) -> Iterable[str]:
    # A quoted cell may begin a line of its own so; where that matters, `rows_of` knows.
    return (each for each in lines if not each.lstrip().startswith(dialect.comment)) if dialect.comment else lines


def _is_blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and cells[0].isspace())


def _split(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """The cells of each row."""
    csv.field_size_limit(1 << 30)
    if len(dialect.delimiter) > 1:
        return (line.rstrip("\r\n").split(dialect.delimiter) if line.strip() else [] for line in lines)
    if dialect.delimiter == " ":
        lines = (line.strip(" \r\n") + "\n" for line in lines)
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        skipinitialspace=dialect.padded or dialect.delimiter == " ",
        quotechar=dialect.quote or None,
        escapechar=dialect.escape or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
    )


def lines_of(text: str) -> Iterator[str]:
    """The lines of `text` with their ends, whatever they are."""
    return io.StringIO(text, newline="")


def hinted(text: str) -> str | None:
    """The delimiter that Excel's first line `sep=;` names."""
    hint = _HINT.match(text)
    return hint[1] if hint else None


def dialect_of(text: str, ending: str, delimiter: str | None, *, complete: bool) -> Dialect | None:
    """How a text is written, None when it is no table; `complete` says that `text` is all there is.

    A given `delimiter` is believed.
    """
    sample = text[:_SAMPLE]
    cut = not complete or len(sample) < len(text)
    promised = TABLE_ENDINGS.get(ending)
    given = delimiter or hinted(text)
    best = _best(sample, [given] if given else [each for each in _STRONG if each in sample], promised, cut=cut)
    score, dialect = best if best else (0.0, None)
    if dialect is None or score < (0.0 if given else 0.35 if promised else 0.7):
        dialect = None if given or (promised or "\0") in sample else _weak(sample, cut=cut)
    elif not (given or promised) and not _is_convincing(_looked_at(sample, dialect, cut=cut), dialect):
        dialect = None
    if dialect is None and (given or promised):
        dialect = Dialect(given or promised or ",", comment=_comment(sample))
    if dialect is None:
        return None
    closes = not _has_unclosed_quote(text, dialect, complete=complete)
    return dialect if closes else dataclasses.replace(dialect, quote="", escape="")


def _best(
    sample: str, delimiters: Sequence[str], promised: str | None = None, *, cut: bool
) -> tuple[float, Dialect] | None:
    """The likeliest way of writing and its score; what the file's name promises counts a little."""
    comment = _comment(sample)
    scored = []
    for delimiter in delimiters:
        for dialect in _ways(sample, Dialect(delimiter, comment=comment), cut=cut):
            bonus = _PROMISED if delimiter == promised else 0.0
            scored.append((_score(_looked_at(sample, dialect, cut=cut), dialect) + bonus, dialect))
    return max(scored, key=lambda each: each[0], default=None)


def _weak(sample: str, *, cut: bool) -> Dialect | None:
    """A colon or white space between cells: only where the cells are numbers."""
    best = _best(sample, [each for each in _WEAK if each in sample], cut=cut)
    if best is None:
        return None
    rows = _looked_at(sample, best[1], cut=cut)
    cells = [cell for row in rows[1:] for cell in row]
    width, regular = _usual(rows)
    numeric = len(rows) > 2 and sum(map(is_number, cells)) >= len(cells) / 2
    return best[1] if width > 1 and regular > 0.95 and numeric else None


def _ways(sample: str, plain: Dialect, *, cut: bool) -> Iterator[Dialect]:
    """The ways in which a text with that delimiter may be quoted, escaped and padded."""
    if len(plain.delimiter) > 1:
        yield dataclasses.replace(plain, quote="")
        return
    between = re.escape(plain.delimiter)
    single = len(re.findall(rf"(?:^|{between}) ?'[^'\n]*'(?= ?(?:{between}|\r?$))", sample, re.MULTILINE))
    ways = [plain]
    if single > 1 and single > sample.count('"'):
        ways.append(dataclasses.replace(plain, quote="'"))
    if '\\"' in sample:
        ways += [dataclasses.replace(way, escape="\\") for way in ways]
    for way in ways:
        padded = dataclasses.replace(way, padded=True)
        yield padded if plain.delimiter != " " and _is_padded(_looked_at(sample, way, cut=cut)) else way


def _is_padded(rows: Sequence[Sequence[str]]) -> bool:
    later = [cell for row in rows for cell in row[1:] if cell]
    return bool(later) and sum(1 for cell in later if cell.startswith(" ")) > 0.9 * len(later)


def _looked_at(sample: str, dialect: Dialect, *, cut: bool) -> list[list[str]]:
    rows = list(islice(records(lines_of(sample), dialect), _ROWS_LOOKED_AT + 1))
    return rows[:-1] if cut and 1 < len(rows) <= _ROWS_LOOKED_AT else rows[:_ROWS_LOOKED_AT]


def _usual(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """The width that most rows have, and what share of them has it."""
    widths = Counter(map(len, rows))
    if not widths:
        return 0, 0.0
    usual = max(widths, key=lambda width: (widths[width] if width > 1 else 0, width))
    return usual, widths[usual] / len(rows)


def _score(rows: Sequence[Sequence[str]], dialect: Dialect) -> float:
    """How regular the rows are and how much their cells look like values; quotes left within cells count against."""
    usual, regular = _usual(rows)
    if usual < 2:
        return 0.0
    body = [row for row in rows if len(row) == usual]
    cells = [cell for row in body[: max(2, _CELLS_LOOKED_AT // usual)] for cell in row]
    likely = sum(map(_likelihood, cells)) / len(cells)
    marks = [mark for mark in {'"', dialect.quote} if mark]
    broken = sum(1 for row in rows if any(cell.count(mark) % 2 for cell in row for mark in marks)) / len(rows)
    split_otherwise = 0.15 if len(rows[0]) < usual and any(mark in "".join(rows[0]) for mark in ",;\t|") else 0.0
    return regular * (0.55 + 0.4 * likely + 0.05 * (1 - 1 / usual)) - 0.8 * broken - split_otherwise


def _likelihood(cell: str) -> float:
    """How much a text looks like the value of a cell: most for numbers and dates, least for what holds delimiters."""
    text = cell.strip()
    if text in MISSING or is_number(text) or is_date(text) or _TIME.fullmatch(text) or _URL.fullmatch(text):
        return 1.0
    return 0.7 if _WORDS.fullmatch(text) else 0.3


def _is_convincing(rows: Sequence[Sequence[str]], dialect: Dialect) -> bool:
    """Whether a text whose name promises no table is one all the same: prose has commas too."""
    if len(rows) < 2 or any(len(cell) > 300 for row in rows for cell in row):
        return False
    if dialect.delimiter != ",":
        return True
    typed = sum(1 for row in rows[1:] if any(is_number(cell) or is_date(cell) for cell in row))
    spaced = dialect.padded or any(cell.startswith(" ") for row in rows for cell in row)
    return typed > (len(rows) - 1) / 2 or (len(rows) > 2 and not spaced)


def _comment(sample: str) -> str:
    """`#` where whole lines begin with it and nothing else holds it; as a row, such a line may be the header."""
    lines = sample.split("\n")[:2_000]
    marked = [line for line in lines if line.lstrip().startswith("#")]
    others = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not marked or not others or any("#" in line for line in others):
        return ""
    usual, mark = max((others[-1].count(mark), mark) for mark in ",;\t|")
    rows = [line for line in marked if usual and line.count(mark) >= usual and not _REMARK.match(line)]
    return "" if rows else "#"


def _has_unclosed_quote(text: str, dialect: Dialect, *, complete: bool) -> bool:
    if not dialect.quote or dialect.quote not in text or len(dialect.delimiter) > 1:
        return False
    end = "\x02end\x02"
    (last,) = deque(records(iter([*lines_of(text), "\n", end]), dialect), maxlen=1)
    return last != [end] and (complete or sum(map(len, last)) > len(text) // 4)
