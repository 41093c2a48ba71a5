"""Lines that stand around a table and are none of its rows: what it is called above it, remarks below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise, takewhile

from lci.workspace.dialects import TITLE_LINES, Row
from lci.workspace.headers import PLACEHOLDERS, are_units, has_header, is_value, typed_places
from lci.workspace.inference import is_number

#: How remarks begin: `Source: …`, `* …`, `(a) …`, `[1] …`.
_LEAD = re.compile(r"[^\W\d_][^:：,;|]{0,40}(?:[:](?=\s|$)|：)|[*†‡§※©]+\s?\w|\(?(?:[a-z]|\d{1,2})\)\s|\[\w{1,2}\]\s")
#: A remark of one cell says more than a name does.
_SENTENCE = 20


def title_rows(rows: Sequence[Row], usual: int) -> int:
    """How many of the first rows say something about the table of `usual` cells below them."""
    likely = [row.cells for row in dropwhile(is_split_sentence, rows) if len(row.cells) == usual]
    is_spaced = sum(map(_has_spaces, likely)) > 0.1 * len(likely)
    titles = list(takewhile(lambda row: _is_title(row, usual, rows, is_spaced), rows[: TITLE_LINES + 1]))
    return max(len(titles), _lonely_above_gap(rows[: TITLE_LINES + 2], usual))


def _lonely_above_gap(rows: Sequence[Row], usual: int) -> int:
    """How many rows there are to the end of the gap that stands beneath texts alone and above a full row."""
    lonely = len(list(takewhile(lambda row: row.filled == 1 < usual and bool(row.cells[0].strip()), rows)))
    gap = len(list(takewhile(lambda row: not row.filled, rows[lonely:])))
    following = rows[lonely + gap : lonely + gap + 1]
    return lonely + gap if lonely and gap and following and following[0].filled == usual else 0


def _is_title(row: Row, usual: int, rows: Sequence[Row], is_spaced: bool) -> bool:
    """Whether a row has hardly any cells, and the first of them; or is a sentence that holds the delimiter."""
    few = max(1, usual // 3)
    if not row.filled:
        return True
    if not is_spaced and is_split_sentence(row) and _stands_above_names(row, usual, rows):
        return True
    if len(row.cells) < usual:
        return row.filled <= few
    if usual < 2 or not row.cells[0].strip():
        return usual > 2 and row.filled <= few and row.filled < usual - 1
    leads = all(cell.strip() for cell in row.cells[: row.filled])
    if row.filled > (max(few, (usual - 1) // 2) if leads else few) or row.filled >= max(usual - 1, 2):
        return False
    # Two columns, or two cells of five: names without a gap stand beneath a title, and values beneath them.
    return (usual > 2 and row.filled <= few) or _stands_above_names(row, usual, rows)


def _stands_above_names(row: Row, usual: int, rows: Sequence[Row]) -> bool:
    """Whether the next full row below has words alone, or words and years, no units, and stands above values."""
    below = [each for each in rows if each.first > row.first]
    at = next((at for at, each in enumerate(below) if each.filled == usual and not is_split_sentence(each)), None)
    if at is None or are_units(below[at].cells):
        return False
    names, *rest = (each.cells for each in below[at:])
    typed = typed_places(rest)
    return bool(typed) and (not any(map(is_value, names)) or (typed != [*range(usual)] and has_header([names, *rest])))


def without_notes(rows: Sequence[Row], usual: int) -> tuple[Sequence[Row], Sequence[Row]]:
    """The rows of a table of `usual` cells without the remarks at their end, and those."""
    last = next((row for row in reversed(rows) if row.filled), None)
    if usual < 2 or (last is not None and _only_leads(last)):
        return rows, ()
    below = _Below.of(rows, usual)
    end = at = len(rows)
    is_sure = True
    while at:
        row = rows[at - 1]
        if row.filled and not below.is_note(row):
            if not is_lonely(row):
                break
            is_sure = False
        at -= 1
        if not is_sure and at and _has_gaps([*rows[at - 1 : at + 1]]):
            # A text alone beneath a gap, where nothing above stands so.
            body = _body(rows[:at], usual)
            is_sure = not _has_gaps(body) and not any(map(is_lonely, body))
        end = at if is_sure else end
    if sum(1 for row in rows[:end] if len(row.cells) == usual) < 2:
        return rows, ()
    notes = [row for row in rows[end:] if row.filled]
    return (rows[:end], notes) if notes else (rows, ())


def are_notes(part: Sequence[Row], rows: Sequence[Row], usual: int) -> bool:
    """Whether all rows of `part` are remarks below the table that `rows` are."""
    return usual > 1 and all(map(_Below.of(rows, usual).is_note, part))


def _body(rows: Sequence[Row], usual: int) -> Sequence[Row]:
    """The rows from the first full one to the last that holds anything."""
    full = [at for at, row in enumerate(rows) if row.filled == usual]
    ends = max((at for at, row in enumerate(rows) if row.filled), default=0)
    return rows[full[0] : ends + 1] if full else rows


def _has_gaps(rows: Sequence[Row]) -> bool:
    """Whether there are blank lines, or rows of empty cells, among these rows."""
    return not all(row.filled for row in rows) or any(a.last + 1 < b.first for a, b in pairwise(rows))


@dataclass(frozen=True, slots=True)
class _Below:
    """What tells a remark from a row of the table: its columns of numbers and dates, and how its rows begin."""

    usual: int
    typed: tuple[int, ...]
    longest: int
    is_spaced: bool
    has_leads: bool

    @classmethod
    def of(cls, rows: Sequence[Row], usual: int) -> _Below:
        likely = [row.cells for row in rows if len(row.cells) == usual and row.filled > 1]
        plain = [cells for cells in likely if not _LEAD.match(cells[0].strip())]
        return cls(
            usual,
            tuple(typed_places(plain[1:])),
            max((len(cells[0].strip()) for cells in plain), default=0),
            sum(map(_has_spaces, plain)) > 0.1 * len(plain),
            len(likely) - len(plain) > max(1, len(plain) // 4),
        )

    def is_note(self, row: Row) -> bool:
        """One cell that is no value, a text alone that is no name of its column's, or a sentence that was split."""
        text = row.cells[0].strip()
        if len(row.cells) == 1:
            return not is_number(text)
        if not text or is_value(text) or text in PLACEHOLDERS:
            return False
        leads = _LEAD.match(text) is not None and not self.has_leads
        if row.filled == 1:
            is_sentence = len(text) > _SENTENCE and " " in text and len(text) > 2 * self.longest
            return leads or is_sentence or (0 in self.typed and " " in text)
        later = [(place, cell.strip()) for place, cell in enumerate(row.cells) if place and cell.strip()]
        misfits = [place for place, cell in later if place in self.typed and not is_value(cell)]
        is_split = is_split_sentence(row) and not self.is_spaced
        is_narrow = len(row.cells) < self.usual
        if leads:
            return is_split or bool(misfits) or (is_narrow and not any(is_value(cell) for _, cell in later))
        return is_split and bool(misfits) and (is_narrow or 0 in self.typed or len(misfits) > 1)


def _only_leads(row: Row) -> bool:
    """Whether a row of the table's width holds nothing but a word with a colon: `A:` at the end remarks nothing."""
    text = row.cells[0].strip()
    return len(row.cells) > 1 and row.filled == 1 and text[-1:] in (":", "：") and _LEAD.match(text) is not None


def is_lonely(row: Row) -> bool:
    """Whether there is a text in the first cell of a row, and nothing else in it."""
    text = row.cells[0].strip() if row.cells else ""
    alone = bool(text) and not any(cell.strip() for cell in row.cells[1:])
    return alone and not is_value(text) and text not in PLACEHOLDERS


def is_remark(line: str) -> bool:
    """Whether a line begins as remarks do."""
    return _LEAD.match(line.lstrip(' "')) is not None


def is_split_sentence(row: Row) -> bool:
    """Whether these cells may be a sentence that holds the delimiter: each but the first begins with a blank."""
    later = [cell for cell in row.cells[1:] if cell.strip()]
    text = row.cells[0].strip() if row.cells else ""
    return bool(text and later) and not is_value(text) and all(cell[:1] == " " for cell in later)


def _has_spaces(cells: Sequence[str]) -> bool:
    return any(cell[:1] == " " and cell.strip() for cell in cells[1:])
