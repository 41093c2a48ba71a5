"""Tables that pandas printed in blocks, for a terminal of eighty columns, as one table."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Rows that pandas prints at most of a frame that it wraps, and some more.
_ROWS = 200
#: A row's label: columns stand at least two blanks apart.
_LABEL = re.compile(r"\S+(?: \S+)*")


def unwrapped(text: str) -> str:
    """`text` with the blocks of each wrapped table side by side; what is not surely one stays as it is."""
    if "\\\n" not in text:
        return text
    lines = text.split("\n")
    blanks = [len(lines)] * (len(lines) + 1)
    for at in range(len(lines) - 1, -1, -1):
        blanks[at] = blanks[at + 1] if lines[at].strip() else at
    done: list[str] = []
    at = 0
    while at < len(lines):
        blocks = _blocks(lines, blanks, at) if lines[at].endswith("\\") else []
        table = _joined(blocks)
        if table is None:
            done.append(lines[at])
            at += 1
        else:
            done += table
            at += sum(map(len, blocks)) + len(blocks) - 1
    return "\n".join(done)


def _blocks(lines: Sequence[str], blanks: Sequence[int], at: int) -> list[list[str]]:
    """The blocks of one table from line `at` on: all but the last have a mark behind their names.

    `blanks` has for each line the place of the next empty one.
    """
    blocks: list[list[str]] = []
    while at < len(lines):
        end = blanks[at]
        if end - at > _ROWS:
            return []
        height = len(blocks[0]) if blocks else end - at
        blocks.append(list(lines[at : at + height]))
        if not lines[at].endswith("\\"):
            return blocks
        at = end + 1
    return []


def _joined(blocks: Sequence[Sequence[str]]) -> list[str] | None:
    if len(blocks) < 2 or len({len(block) for block in blocks}) > 1 or len(blocks[0]) < 2:
        return None
    rows = list(zip(*blocks, strict=True))
    labels = [[_LABEL.match(part) for part in row] for row in rows[1:]]
    texts = [{label[0] if label else "" for label in each} for each in labels]
    if any(len(each) > 1 or "" in each for each in texts):
        return None
    width = max(len(label) for each in texts for label in each)
    if any(part[:width].strip() for part in rows[0][1:]):
        return None
    head = rows[0][0].removesuffix("\\").rstrip()
    longest = max(len(head), *(len(row[0].rstrip()) for row in rows[1:]))
    table = [head.ljust(longest)] + [row[0].rstrip().ljust(longest) for row in rows[1:]]
    for block in range(1, len(blocks)):
        parts = [row[block].removesuffix("\\").rstrip()[width:] for row in rows]
        wide = max(map(len, parts))
        table = [line + part.ljust(wide) for line, part in zip(table, parts, strict=True)]
    return [line.rstrip() for line in table]
