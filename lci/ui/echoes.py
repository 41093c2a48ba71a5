"""A prompt that comes twice at once, though it was sent once, is asked once."""

from __future__ import annotations

import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from lci.runtime.conversation.interpreter import Interpreter

#: Seconds after which the same words are meant again: nobody types and sends them in less.
_AGAIN = 1.0


class Echoes:
    """What was asked last in each conversation, and when.

    Seen with Streamlit 1.67 on a busy machine: the callback of one submit runs twice, milliseconds after each other or,
    with much else to do, more than 400 of them; where a turn runs already the words would stand twice in the prompt
    that waits. Not kept in the session's state: each use of that may end the callback, before what was done is noted.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: WeakKeyDictionary[Interpreter, tuple[str, float]] = WeakKeyDictionary()

    def has(self, live: Interpreter, prompt: str) -> bool:
        """Whether these words were asked there a moment ago."""
        words, at = self._asked.get(live, ("", 0.0))
        return words == prompt.strip() and self._clock() - at < _AGAIN

    def note(self, live: Interpreter, prompt: str) -> None:
        """These words have been asked."""
        self._asked[live] = prompt.strip(), self._clock()

    def forget(self, live: Interpreter) -> None:
        """What was asked there was taken back: sent again, the same words are meant."""
        self._asked.pop(live, None)
