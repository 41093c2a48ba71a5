"""A store that keeps nothing: log, leases and blobs in memory, for tests and for talks that should leave no trace."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from lci.core.conversation import Conversation, ConversationSummary
from lci.core.events import Recorded, TurnStarted
from lci.core.folding import apply
from lci.errors import ConversationInUse, StoreUnwritable
from lci.testing.scripted import MemoryBlobs


class MemoryStore(MemoryBlobs):
    """What is appended is there at once."""

    failure: StoreUnwritable | None = None

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, list[Recorded]] = {}
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def append(self, recorded: Recorded) -> None:
        json.dumps(recorded.event, default=_fields)
        self._entries.setdefault(recorded.conversation_id, []).append(recorded)

    def flush(self) -> Future[None]:
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def log(self, conversation_id: str) -> Iterator[Recorded]:
        return iter(tuple(self._entries.get(conversation_id, ())))

    def holds(self, conversation_id: str) -> bool:
        return conversation_id in self._entries

    def summaries(self) -> list[ConversationSummary]:
        known = [_summary(conversation_id, log) for conversation_id, log in self._entries.items()]
        shown = [summary for summary in known if summary is not None]
        return sorted(shown, key=lambda summary: (not summary.pinned, -summary.updated_at))

    def lease(self, conversation_id: str) -> None:
        with self._lock:
            if conversation_id in self._held:
                raise ConversationInUse
            self._held.add(conversation_id)

    def release(self, conversation_id: str) -> None:
        with self._lock:
            self._held.discard(conversation_id)

    def close(self) -> None:
        self._held.clear()


def _fields(value: object) -> object:
    if not hasattr(value, "__dataclass_fields__"):
        raise TypeError(type(value).__name__)
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _summary(conversation_id: str, log: list[Recorded]) -> ConversationSummary | None:
    conversation = Conversation(conversation_id)
    for recorded in log:
        conversation = apply(conversation, recorded)
    turns = sum(isinstance(recorded.event, TurnStarted) for recorded in log)
    if conversation.deleted:
        return None
    return ConversationSummary(conversation_id, conversation.title, log[-1].at, turns, conversation.pinned)
