"""The process's live conversations, by id; the only process-wide object, created by whoever starts the app."""

from __future__ import annotations

import threading
from pathlib import Path

from lci.core.conversation import ConversationSettings
from lci.core.ids import is_conversation_id, new_conversation_id
from lci.errors import ConversationUnknown
from lci.runtime.engine import Engine
from lci.runtime.interpreter import Interpreter
from lci.storage.store import Summary


class Registry:
    """Opens each conversation once and keeps it; `notebook` is the target of `-n`, numbered from the second on."""

    def __init__(self, engine: Engine, notebook: Path | None = None) -> None:
        self.engine = engine
        self._notebook = notebook
        self._open: dict[str, Interpreter] = {}
        self._lock = threading.Lock()

    def create(self, settings: ConversationSettings | None = None) -> Interpreter:
        """A new conversation."""
        return self._opened(new_conversation_id(), settings, create=True)

    def get(self, conversation_id: str, *, create: bool = False) -> Interpreter:
        """The conversation of that id. Raises `ConversationUnknown` or `ConversationInUse`."""
        if not is_conversation_id(conversation_id):
            raise ConversationUnknown
        with self._lock:
            known = self._open.get(conversation_id)
        return known or self._opened(conversation_id, None, create=create)

    def known(self, conversation_id: str) -> Interpreter | None:
        """The conversation if it is live already."""
        return self._open.get(conversation_id)

    def summaries(self) -> list[Summary]:
        """What is stored, the latest first."""
        return self.engine.store.summaries()

    def running(self) -> frozenset[str]:
        """The ids of conversations whose turn runs."""
        return frozenset(i for i, live in list(self._open.items()) if live.snapshot().running is not None)

    def close(self, conversation_id: str) -> None:
        """Close one conversation; it can be opened again."""
        with self._lock:
            live = self._open.pop(conversation_id, None)
        if live is not None:
            live.close()

    def _opened(self, conversation_id: str, settings: ConversationSettings | None, *, create: bool) -> Interpreter:
        with self._lock:
            known = self._open.get(conversation_id)
            if known is not None:
                return known
            live = Interpreter(engine=self.engine, conversation_id=conversation_id, settings=settings, create=create)
            if self._notebook is not None and live.snapshot().seq == 0:
                from lci.notebook.export import free_name

                live.write_notebook(free_name(self._notebook))
            self._open[conversation_id] = live
            return live
