"""Text made shorter for a model: whole lines go from the middle, of long lines whole values; no number loses digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: A line may take this part of the room; a longer one loses its middle first.
_LINE = 8
#: Lines that are asked for a place where all of them can be parted, and characters looked at for one.
_ASKED, _LOOKED_AT = 200, 200
_ELLIPSIS = " … "


class Gaps(Protocol):
    """The words for what is missing, written for a model."""

    def left_out(self, characters: int) -> str:
        """Marks a gap of so many characters."""

    def rounds_dropped(self, rounds: int) -> str:
        """Stands for earlier rounds that had to go."""


def cut(text: str, gaps: Gaps, limit: int) -> str:
    """Beginning and end of `text` with the words for the gap between them, in at most `limit` characters.

    Lines stay whole as far as one takes no more than an eighth of the room; longer ones lose values in their middle,
    lines of one table the same columns. What an earlier cut left out of a part that goes is counted with it.
    """
    if len(text) <= limit:
        return text
    earlier = re.compile(re.escape(gaps.left_out(0)).replace("0", r"([\d,]{1,20})"))
    room = max(0, limit - len(gaps.left_out(_characters(text, earlier))) - 2)
    texts = text.split("\n")
    if len(texts) == 1:
        line = _parted(text, room // 2, room - room // 2)
        gone = _characters(line.middle, earlier)
        return f"{line.head}\n{gaps.left_out(gone)}\n{line.tail}"
    marks = [at for at, line in enumerate(texts) if earlier.fullmatch(line)]
    # The gap of an earlier cut grows; of several, those within the new one are counted in and others stay.
    middle = marks[0] if len(marks) == 1 else None
    gone = _characters(texts.pop(middle), earlier) if middle is not None else 0
    lines = _narrowed(texts, max(room // _LINE, fair(texts, room)))
    first, last = _kept(lines, room, middle)
    gone += _characters("\n".join(texts[first:last]), earlier) + (middle is not None and first < last)
    gone += sum(_characters(line.middle, earlier) for line in (*lines[:first], *lines[last:]))
    shown = [str(line) for line in lines]
    return "\n".join([*shown[:first], gaps.left_out(gone), *shown[last:]])


@dataclass(frozen=True, slots=True)
class _Line:
    """A line whose `middle` is not shown."""

    head: str
    middle: str = ""
    tail: str = ""

    def __str__(self) -> str:
        return f"{self.head}{_ELLIPSIS}{self.tail}" if self.middle else self.head


def fair(texts: Sequence[str], room: int) -> int:
    """The characters that each line may have so that all of them fit: short ones leave theirs to longer ones."""
    left, lines = room - len(texts), len(texts)
    for length in sorted(map(len, texts)):
        if length * lines > left:
            return max(0, left // lines)
        left, lines = left - length, lines - 1
    return room


def _kept(lines: Sequence[_Line], room: int, middle: int | None) -> tuple[int, int]:
    """How many lines stay at the beginning, and the place of the first that stays at the end; `middle` goes first."""
    sizes = [len(str(line)) + 1 for line in lines]
    if sum(sizes) <= room + 1:
        # Enough is gone already.
        at = len(lines) // 2 if middle is None else middle
        return at, at
    most, least = (len(lines), 0) if middle is None else (middle, middle)
    first, left = 0, room // 2
    while first < most and sizes[first] <= left:
        left -= sizes[first]
        first += 1
    last, left = len(lines), left + room - room // 2
    while last > max(first, least) and sizes[last - 1] <= left:
        left -= sizes[last - 1]
        last -= 1
    while first < min(most, last) and sizes[first] <= left:
        left -= sizes[first]
        first += 1
    return first, last


def _narrowed(texts: Sequence[str], width: int) -> list[_Line]:
    long = [text for text in texts if len(text) > width]
    half = max(1, (width - len(_ELLIPSIS)) // 2)
    # The rows of a table are equally long, and lose the same columns.
    common = long[:_ASKED] if len(long) > 1 and len({len(text) for text in long[:_ASKED]}) == 1 else []
    head = _place(common, half, -1) if common else None
    tail = _place(common, len(common[0]) - half, 1) if common else None
    return [
        _Line(text)
        if len(text) <= width
        else _Line(text[:head], text[head:tail], text[tail:])
        if head is not None and tail is not None and head < tail and len(text) == len(common[0])
        else _parted(text, half, half)
        for text in texts
    ]


def _parted(text: str, head: int, tail: int) -> _Line:
    """`text` without its middle: at most so many characters of either end, no value parted where that can be."""
    first = _place([text], head, -1)
    last = _place([text], len(text) - tail, 1)
    first, last = head if first is None else first, len(text) - tail if last is None else last
    return _Line(text[:first], text[first:last], text[last:])


def _place(texts: Sequence[str], at: int, step: int) -> int | None:
    """The first place from `at` on, in that direction, where no text is parted within a value; None for none near."""
    for place in range(at, max(0, min(len(texts[0]), at + step * _LOOKED_AT)), step):
        if all(_parts_values(text, place) for text in texts):
            return place
    return None


def _parts_values(text: str, at: int) -> bool:
    """Whether values end before and begin after this place: never within a word, a number with its signs, a path."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == "," or after == ",":
        # Of 1,234 it is part.
        beyond = text[at - 2 : at - 1] if before == "," else text[at + 1 : at + 2]
        return not (beyond.isdigit() and (after if before == "," else before).isdigit())
    return not (_within(before) and _within(after))


def _within(character: str) -> bool:
    return character.isdigit() or (character.isascii() and (character.isalnum() or character in "_.+-%:/\\'\"#@&=$€"))


def _characters(text: str, earlier: re.Pattern[str]) -> int:
    """The characters of `text`, those that stood where an earlier cut has left its words among them."""
    marks = [(len(mark[0]), int(mark[1].replace(",", "") or 0)) for mark in earlier.finditer(text)]
    return len(text) + sum(number - length for length, number in marks)
