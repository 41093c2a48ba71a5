"""A stream of text that says the same again and again."""

from __future__ import annotations


class Repetition:
    """Notices that a stream of text says the same again and again, letter by letter: a model that will never stop."""

    #: Characters at the end of the text that must be nothing but repetitions, and the longest text that is repeated.
    _TAIL = 6_000
    _LONGEST = 600
    _PROBE = 24

    def __init__(self) -> None:
        self.endless = False
        self._tail = ""
        self._unseen = 0

    def read(self, text: str) -> None:
        """Take more of the text."""
        self._tail = (self._tail + text)[-self._TAIL :]
        self._unseen += len(text)
        if self._unseen >= self._TAIL // 4 and len(self._tail) == self._TAIL:
            self._unseen = 0
            self.endless = self.endless or self._repeats()

    def _repeats(self) -> bool:
        tail = self._tail
        probe = tail[-self._PROBE :]
        at = len(tail) - self._PROBE
        while (at := tail.rfind(probe, len(tail) - self._LONGEST - self._PROBE, at + self._PROBE - 1)) >= 0:
            period = len(tail) - self._PROBE - at
            if tail[period:] == tail[:-period]:
                return bool(tail.strip())
        return False
