"""Texts whose columns stand at the same places in each line: where they begin and end, and the rules between lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeAlias

from lci.workspace.dialects import lines_of
from lci.workspace.headers import has_header, is_value
from lci.workspace.inference import MISSING, is_number

_LINES = 2_000
#: Lines that `pd.read_fwf` looks at by itself.
INFERRED_LINES = 100
_RULE = re.compile(r"\s*(?:-{2,}|={2,}|_{2,}|~{2,})(?:\s+(?:-{2,}|={2,}|_{2,}|~{2,}))*\s*")
#: So many blanks in all stand one below the other by chance nowhere.
_SURE_GAP = 8

Places: TypeAlias = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Begin and end of each column, whether the first line names them, and the numbers of the lines that are rules.

    `places` is None where `pd.read_fwf` finds them by itself.
    """

    places: Places | None
    has_names: bool
    rules: tuple[int, ...]


def columns_of(text: str) -> Columns | None:
    """The columns of a text; None for one that is no such table.

    Prose is none: its lines do not split at white space alone, and names that stand above numbers or a rule of as many
    pieces, or numbers in columns that no chance makes, must be there.
    """
    every = [line.rstrip() for line in lines_of(text)]
    rules = {at for at, line in enumerate(every) if _is_rule(line)}
    lines = [line for at, line in enumerate(every[:_LINES]) if line and at not in rules]
    if len(lines) < (2 if rules else 3) or any("\t" in line for line in lines):
        return None
    if not rules and len({len(line.split()) for line in lines}) == 1:
        return None
    ruled = _ruled(every, rules, lines)
    content = _places(lines)
    places = ruled or _merged(content, lines)
    if len(places) < 2:
        return None
    cells = _cells(lines, places)
    if any(_are_several([row[at] for row in cells[1:]]) for at in range(len(places))):
        return None
    numeric = [at for at in range(len(places)) if _is_numeric([row[at] for row in cells[1:]]) and cells[0][at]]
    has_names = all(cells[0]) and (not any(is_number(cells[0][at]) for at in numeric) or has_header(cells))
    if not (has_names and (numeric or ruled)) and not _are_sure(cells, places, numeric):
        return None
    later = [line for at, line in enumerate(every[_LINES:], _LINES) if at not in rules]
    if any(line[a[1] : b[0]].strip() for line in later for a, b in pairwise(places)):
        return None
    longest = max(map(len, [*lines, *later]))
    places, content = [[*each[:-1], (each[-1][0], max(each[-1][1], longest))] for each in (places, content)]
    by_itself = _places([line for at, line in enumerate(every) if at not in rules][:INFERRED_LINES])
    are_found = by_itself == content and len(content) == len(places)
    return Columns(None if are_found else places, has_names, tuple(sorted(rules)))


def _is_rule(line: str) -> bool:
    return len(line) > 2 and _RULE.fullmatch(line) is not None


def _ruled(every: Sequence[str], rules: Collection[int], lines: Sequence[str]) -> Places:
    """The places that a rule beneath the first line marks; none where another line does not keep to them."""
    beneath = [at for at in sorted(rules) if any(line and each not in rules for each, line in enumerate(every[:at]))]
    if not beneath or sum(1 for line in every[: beneath[0]] if line and not _is_rule(line)) > 1:
        return []
    places = _places([every[beneath[0]]])
    gaps = [(a[1], b[0]) for a, b in pairwise(places)]
    if len(places) < 2 or any(line[begin:end].strip() for line in lines for begin, end in gaps):
        return []
    return [*places[:-1], (places[-1][0], max(places[-1][1], *map(len, lines)))]


def _cells(lines: Sequence[str], places: Places) -> list[list[str]]:
    return [[line[begin:end].strip() for begin, end in places] for line in lines]


def _places(lines: Sequence[str]) -> Places:
    width = max(map(len, lines), default=0)
    used = [any(at < len(line) and line[at] != " " for line in lines) for at in range(width)]
    runs = [(is_used, [at for at, _ in run]) for is_used, run in groupby(enumerate(used), key=lambda each: each[1])]
    return [(run[0], run[-1] + 1) for is_used, run in runs if is_used]


def _merged(places: Places, lines: Sequence[str]) -> Places:
    """The places without gaps of one blank that all texts of a column have by chance: words follow in few of them."""
    cells = _cells(lines, places)
    has_names = not any(
        is_value(cells[0][at]) and _is_numeric(column) for at, column in enumerate(zip(*cells, strict=True))
    )
    merged = places[:1]
    for begin, end in places[1:]:
        both = _cells(lines, [merged[-1], (begin, end)])
        if merged[-1][1] + 1 == begin and _is_split_by_chance(both, merged[-1], has_names=has_names):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return merged


def _is_split_by_chance(cells: Sequence[Sequence[str]], left: tuple[int, int], *, has_names: bool) -> bool:
    """Whether what stands to the right has no name, and goes on where the text to the left reaches up to the gap."""
    rows = cells[1:] if has_names else cells
    follows = [row[0] for row in rows if row[1]]
    is_text = not _is_numeric([row[0] for row in rows]) and not _is_numeric([row[1] for row in rows])
    reach = all(len(text) == left[1] - left[0] for text in follows)
    return is_text and reach and 2 * len(follows) < len(rows) and not (has_names and (cells[0][1] or not cells[0][0]))


def _are_sure(cells: Sequence[Sequence[str]], places: Places, numeric: Sequence[int]) -> bool:
    """Whether lines without names are rows all the same: numbers among their columns, which no chance keeps apart."""
    gaps = [b[0] - a[1] for a, b in pairwise(places)]
    return (
        len(cells) > 3
        and all(cells[0])
        and any(at and is_number(cells[0][at]) for at in numeric)
        and all(is_value(cells[0][at]) for at in numeric)
        and (2 * len(numeric) >= len(places) or min(gaps) > 1)
        and min(gaps) * len(cells) >= _SURE_GAP
    )


def _are_several(cells: Sequence[str]) -> bool:
    """Whether these cells hold more than one column, which touch each other somewhere."""
    known = [cell for cell in cells if cell]
    return sum(1 for cell in known if "  " in cell) > 0.1 * len(known)


def _is_numeric(cells: Sequence[str]) -> bool:
    known = [cell for cell in cells if cell not in MISSING]
    return len(known) > 1 and sum(1 for cell in known if is_value(cell)) >= 0.8 * len(known)
