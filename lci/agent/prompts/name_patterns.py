"""Many names in few words: those that differ in one place as a pattern."""

from __future__ import annotations

import json
from collections.abc import Sequence

#: Characters of all that is told, and names from which on a pattern stands for them.
_CHARS, _PATTERNED = 2_500, 3


def names_listed(names: Sequence[str]) -> str:
    """Names, those that differ in one place as a pattern: "sales_{01..12}.csv", "of_{north,south}.csv"."""
    pattern = _pattern(names)
    if pattern is not None and len(pattern) <= _CHARS:
        return _quoted(pattern)
    listed: list[str] = []
    for name in names:
        if sum(map(len, listed)) > _CHARS:
            break
        listed.append(_quoted(name))
    left = len(names) - len(listed)
    return ", ".join(listed) + (f" and {left:,} more{_glob(names)}" if left else "")


def _ends(names: Sequence[str]) -> tuple[str, str]:
    """What all the names begin and end with."""
    before = _beginning(names)
    return before, _beginning([name[len(before) :][::-1] for name in names])[::-1]


def _beginning(texts: Sequence[str]) -> str:
    # What is between the first and the last in order begins as both do.
    first, last = min(texts), max(texts)
    return first[
        : next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    ]


def _pattern(names: Sequence[str]) -> str | None:
    before, after = _ends(names)
    between = [name[len(before) : len(name) - len(after)] for name in names]
    if len(names) < _PATTERNED or not all(between) or any(mark in name for mark in "{}," for name in names):
        return None
    if max(map(len, between)) > len(before) + len(after):
        # Little would be saved, and the names be harder to read.
        return None
    if all(part.isdecimal() and part.isascii() for part in between):
        numbers = sorted(map(int, between))
        widths = {len(part) for part in between}
        plain = all(str(int(part)) == part for part in between)
        if numbers == list(range(numbers[0], numbers[0] + len(names))) and (plain or len(widths) == 1):
            return f"{before}{{{min(between, key=int)}..{max(between, key=int)}}}{after}"
    return f"{before}{{{','.join(between)}}}{after}"


def _glob(names: Sequence[str]) -> str:
    before, after = _ends(names)
    if not before + after or any(mark in before + after for mark in "*?["):
        return " (list the working directory)"
    return f" (all match {_quoted(f'{before}*{after}')})"


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
