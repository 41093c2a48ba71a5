"""Thinking that a server leaves in the text, between `<think>` and `</think>`, told apart while it streams."""

from __future__ import annotations

import re

from lci.core.ports import ReasoningPiece, TextPiece

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

    def read(self, text: str) -> list[TextPiece | ReasoningPiece]:
        """What `text` adds; the beginning of what may become a mark is held back."""
        pieces: list[TextPiece | ReasoningPiece] = []
        left = self._held + text
        while left:
            step = self._in_thought(left, pieces) if self._end else self._in_text(left, pieces)
            if step is None:
                break
            left = step
        else:
            self._held = ""
        return pieces

    def end(self) -> list[TextPiece | ReasoningPiece]:
        """What was held back; a thought that was only guessed and never ended is text after all."""
        pieces: list[TextPiece | ReasoningPiece] = []
        held, self._held = self._held, ""
        if self._end:
            self._think(held, pieces)
            if self._guessed:
                pieces.append(TextPiece("".join(self._thought)))
            self._end, self._guessed = "", False
        else:
            self._say(held, pieces)
        return pieces

    def _in_thought(self, text: str, pieces: list[TextPiece | ReasoningPiece]) -> str | None:
        """What is left after the thought in `text`, or None when it goes on."""
        thought, mark, rest = text.partition(self._end)
        if not mark:
            kept = beginning(text, self._end)
            self._think(text[: len(text) - kept], pieces)
            self._held = text[len(text) - kept :]
            return None
        self._think(thought, pieces)
        self.was_begun = self.was_begun or self._guessed
        self._end, self._guessed, self._after_thought = "", False, True
        self._at_line_start = True
        return rest

    def _in_text(self, text: str, pieces: list[TextPiece | ReasoningPiece]) -> str | None:
        """What is left after the next mark in `text`, or None when there is none."""
        mark = next((mark for mark in _MARK.finditer(text) if self._at_line_start or mark.start() > 0), None)
        if mark is None:
            kept = self._may_become_a_mark(text)
            self._say(text[: len(text) - kept], pieces)
            self._held = text[len(text) - kept :]
            return None
        self._say(text[: mark.start()], pieces)
        if mark[1] == _ALONE:
            self.was_begun = True
            self._after_thought = True
        else:
            self._end = _ENDS[mark[1]]
        return text[mark.end() :]

    def _may_become_a_mark(self, text: str) -> int:
        """How many characters at the end of `text` must wait for what follows."""
        start = text.rfind("\n") + 1
        line = text[start:]
        if (start or self._at_line_start) and any(mark.startswith(line.lstrip(" \t")) for mark in _MARKS):
            return len(line)
        return 0

    def _say(self, text: str, pieces: list[TextPiece | ReasoningPiece]) -> None:
        if self._after_thought:
            # The blank lines between a thought and the answer belong to neither.
            text = text.lstrip()
        if text:
            self._after_thought = False
            self._at_line_start = text.endswith("\n")
            pieces.append(TextPiece(text))

    def _think(self, text: str, pieces: list[TextPiece | ReasoningPiece]) -> None:
        if text:
            if self._guessed:
                self._thought.append(text)
            pieces.append(ReasoningPiece(text))


def beginning(text: str, mark: str) -> int:
    """The length of the longest beginning of `mark` that `text` ends with."""
    return next((size for size in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:size])), 0)
