"""The process's live conversations, by id; the only process-wide object, created by whoever starts the app."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from lci.core.conversation import ConversationSettings, ConversationSummary
from lci.core.ids import is_conversation_id, new_conversation_id
from lci.core.searching import Hit
from lci.errors import ConversationUnknown, LciError
from lci.removal import removed
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.runtime.handover.packing import bundle
from lci.runtime.handover.taking_in import duplicated, taken_in
from lci.workspace.folder_sizes import FolderSizes

#: Seconds after which a conversation that nobody looks at is given back, and between two looks for such.
_UNSEEN, _INTERVAL = 600, 60
#: Seconds to wait for one that is being given back.
_CLOSING = 60
#: Seconds between two looks for what was deleted long ago.
_DAY = 86_400
#: Conversations that a search gives at most.
_SEARCHED = 50


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
        self._files = FolderSizes(engine.settings.home / "workspaces")
        engine.post(self._keep_releasing())
        engine.post(self._keep_in_order())

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

    def take_in(self, content: BinaryIO, name: str) -> str:
        """The id of the new conversation that a bundle or a notebook becomes: see `handover.taking_in`. Blocks."""
        return taken_in(self.engine, content, name)

    def duplicate(self, conversation_id: str) -> str:
        """The id of a copy of a stored conversation, which may be live. Blocks."""
        return duplicated(self.engine, conversation_id)

    def bundle(self, conversation_id: str) -> Iterator[bytes]:
        """Everything of a conversation as one zip (B55), piece by piece. Blocks; raises as `get`, and at once."""
        live = self.get(conversation_id)
        self.engine.store.flush().result(_CLOSING)
        now = live.snapshot()
        try:
            surroundings = self.engine.surroundings(now.settings)
        except LciError:
            # Of an environment that cannot be used nothing is known.
            surroundings = self.engine.surroundings(replace(now.settings, environment=""))
        return bundle(now, self.engine.store, live.workspace, live.notebook.content(), surroundings)

    def summaries(self) -> list[ConversationSummary]:
        """What is stored, the latest first."""
        return self.engine.store.summaries()

    def deleted(self) -> list[ConversationSummary]:
        """What can be put back, the last one deleted first."""
        return self.engine.store.deleted()

    def search(self, query: str) -> list[Hit]:
        """Where the words of `query` stand, in every conversation that is not deleted. Blocks."""
        return self.engine.store.search(query, _SEARCHED)

    def storage(self) -> dict[str, int]:
        """The bytes that each stored conversation takes, with its files. Blocks."""
        return {
            conversation_id: own + self._files.bytes_of(conversation_id)
            for conversation_id, own in self.engine.store.sizes().items()
        }

    def forget(self, conversation_id: str) -> None:
        """Remove a conversation and its files for good. Blocks; raises `ConversationInUse`."""
        with self._lock:
            live = self._open.pop(conversation_id, None)
        if live is not None:
            live.close_soon().result(_CLOSING)
        self._forget(conversation_id)

    def _forget(self, conversation_id: str) -> None:
        store = self.engine.store
        store.lease(conversation_id)
        try:
            # The files first: what is left when this is cut short is in the list still, to be removed again.
            removed(self.engine.workspace(conversation_id).root)
        finally:
            store.release(conversation_id)
        store.forget(conversation_id)

    def _put_in_order(self) -> None:
        """Remove what was deleted longer ago than it is kept, and have what there is ready to be searched."""
        days = self.engine.settings.keep_deleted_days
        for each in self.engine.store.deleted() if days else ():
            if each.updated_at < time.time() - days * _DAY:
                with contextlib.suppress(LciError):
                    self._forget(each.id)
        self.engine.store.sweep()

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

    async def _keep_in_order(self) -> None:
        while True:
            await asyncio.to_thread(self._put_in_order)
            await asyncio.sleep(_DAY)

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
