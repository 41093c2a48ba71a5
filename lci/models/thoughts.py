"""Thinking that a server leaves in the text, between `<think>` and `</think>`, told apart while it streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from lci.core.ports import ReasoningPiece, TextPiece

_Piece: TypeAlias = TextPiece | ReasoningPiece

_ENDS = {"<think>": "</think>", "<thinking>": "</thinking>", "[THINK]": "[/THINK]"}
_ALONE = "</think>"
_MARK = re.compile(r"^[ \t]*(<think>|<thinking>|\[THINK\]|</think>)", re.MULTILINE)
_MARKS = (*_ENDS, _ALONE)


class Thoughts:
    """Takes the text of one answer in pieces of any size.

    A mark counts at the start of a line, so that code may speak of it. `begun` says that the answer starts within a
    thought, as with templates that write the opening mark themselves; `was_begun` tells afterwards whether it did.
    """

    def __init__(self, *, begun: bool = False) -> None:
        self.was_begun = False
        self._end = _ALONE if begun else ""
        self._guessed = begun
        self._held = ""
        self._at_line_start = True
        self._after_thought = False
        self._thought: list[str] = []

    def read(self, text: str) -> list[_Piece]:
        """What `text` adds; the beginning of what may become a mark is held back."""
        return list(self._pieces(self._held + text))

    def end(self) -> list[_Piece]:
        """What was held back; a thought that was only guessed and never ended is text after all."""
        held, self._held = self._held, ""
        if not self._end:
            return list(self._text(held))
        pieces = list(self._thinking(held))
        if self._guessed:
            pieces.append(TextPiece("".join(self._thought)))
        self._end, self._guessed = "", False
        return pieces

    def _pieces(self, left: str) -> Iterator[_Piece]:
        self._held = ""
        while left:
            if self._end:
                thought, mark, rest = left.partition(self._end)
                if mark:
                    yield from self._thinking(thought)
                    self.was_begun = self.was_begun or self._guessed
                    self._end, self._guessed, self._after_thought = "", False, True
                    self._at_line_start = True
                else:
                    yield from self._thinking(self._kept_back(left, beginning(left, self._end)))
                left = rest
                continue
            opening = next((mark for mark in _MARK.finditer(left) if self._at_line_start or mark.start() > 0), None)
            if opening is None:
                yield from self._text(self._kept_back(left, self._may_become_a_mark(left)))
                return
            yield from self._text(left[: opening.start()])
            if opening[1] == _ALONE:
                self.was_begun = self._after_thought = True
            else:
                self._end = _ENDS[opening[1]]
            left = left[opening.end() :]

    def _kept_back(self, text: str, length: int) -> str:
        """`text` without so much of its end, which waits for what follows."""
        self._held = text[len(text) - length :]
        return text[: len(text) - length]

    def _may_become_a_mark(self, text: str) -> int:
        """How many characters at the end of `text` must wait for what follows."""
        start = text.rfind("\n") + 1
        line = text[start:]
        if (start or self._at_line_start) and any(mark.startswith(line.lstrip(" \t")) for mark in _MARKS):
            return len(line)
        return 0

    def _text(self, text: str) -> Iterator[_Piece]:
        if self._after_thought:
            # The blank lines between a thought and the answer belong to neither.
            text = text.lstrip()
        if text:
            self._after_thought = False
            self._at_line_start = text.endswith("\n")
            yield TextPiece(text)

    def _thinking(self, text: str) -> Iterator[_Piece]:
        if text:
            if self._guessed:
                self._thought.append(text)
            yield ReasoningPiece(text)


def beginning(text: str, mark: str) -> int:
    """The length of the longest beginning of `mark` that `text` ends with."""
    return next((size for size in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:size])), 0)
