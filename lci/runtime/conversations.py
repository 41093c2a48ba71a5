"""The process's live conversations, by id; the only process-wide object, created by whoever starts the app."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from pathlib import Path

from lci.core.conversation import ConversationSettings, ConversationSummary
from lci.core.ids import is_conversation_id, new_conversation_id
from lci.errors import ConversationUnknown
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine

#: Seconds after which a conversation that nobody looks at is given back, and between two looks for such.
_UNSEEN, _INTERVAL = 600, 60
#: Seconds to wait for one that is being given back.
_CLOSING = 60


class OpenConversations:
    """Opens each conversation once and keeps it while it works or someone looks at it.

    `notebook` is the target of `-n`, numbered from the second on.
    """

    def __init__(self, engine: Engine, notebook: Path | None = None) -> None:
        self.engine = engine
        self._notebook = notebook
        self._open: dict[str, Interpreter] = {}
        self._closing: dict[str, concurrent.futures.Future[None]] = {}
        self._lock = threading.Lock()
        engine.post(self._keep_releasing())

    def create(self, settings: ConversationSettings | None = None) -> Interpreter:
        """A new conversation."""
        return self._opened(new_conversation_id(), settings, create=True)

    def get(self, conversation_id: str, *, create: bool = False) -> Interpreter:
        """The conversation of that id. Raises `ConversationUnknown` or `ConversationInUse`."""
        if not is_conversation_id(conversation_id):
            raise ConversationUnknown
        return self._opened(conversation_id, None, create=create)

    def live(self, conversation_id: str) -> Interpreter | None:
        """The conversation if it is live already."""
        return self._open.get(conversation_id)

    def summaries(self) -> list[ConversationSummary]:
        """What is stored, the latest first."""
        return self.engine.store.summaries()

    def running(self) -> frozenset[str]:
        """The ids of conversations whose turn runs."""
        return frozenset(i for i, live in list(self._open.items()) if live.snapshot().running is not None)

    async def release_unseen(self, since: float) -> None:
        """Close what rests and nobody has looked at since then (monotonic); it opens again when someone does.

        Another app can have its lease meanwhile.
        """
        # Whoever opens one waits for the loop, which must not wait for them.
        if not self._lock.acquire(blocking=False):
            return
        try:
            resting = [live for live in self._open.values() if live.rests and live.seen_at < since]
            for live in resting:
                del self._open[live.id]
                self._closing[live.id] = live.close_soon()
        finally:
            self._lock.release()

    async def _keep_releasing(self) -> None:
        while True:
            await asyncio.sleep(_INTERVAL)
            await self.release_unseen(time.monotonic() - _UNSEEN)

    def _opened(self, conversation_id: str, settings: ConversationSettings | None, *, create: bool) -> Interpreter:
        with self._lock:
            live = self._open.get(conversation_id)
            if live is not None:
                live.look_at()
                return live
            closing = self._closing.pop(conversation_id, None)
            if closing is not None:
                closing.result(_CLOSING)
            live = Interpreter(engine=self.engine, conversation_id=conversation_id, settings=settings, create=create)
            if self._notebook is not None and live.snapshot().seq == 0:
                from lci.notebook.files import free_name

                live.notebook.keep(free_name(self._notebook))
            self._open[conversation_id] = live
            return live
