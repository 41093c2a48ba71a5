"""Which tabs may have which conversation's HTML outputs run their scripts, as their person let them.

Kept in memory, and for the tab only: an output that makes the browser give up the page does not run when it is loaded
again. A frame's address holds the permit, which nobody can guess who was not given it.
"""

from __future__ import annotations

import secrets
import threading

#: Permits that are kept; the oldest go first, and their tabs ask again.
_MOST = 10_000


class Permits:
    """The permits of one process; from any thread."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._lock = threading.Lock()

    def give(self, conversation_id: str) -> str:
        """A new permit for that conversation."""
        permit = secrets.token_urlsafe(16)
        with self._lock:
            self._given[permit] = conversation_id
            while len(self._given) > _MOST:
                self._given.pop(next(iter(self._given)))
        return permit

    def holds(self, conversation_id: str, permit: str) -> bool:
        """Whether that permit was given, and for that conversation."""
        with self._lock:
            return self._given.get(permit) == conversation_id
