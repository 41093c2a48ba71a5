"""The only writer of one conversation's log: records an event, folds it in, tells whoever waits or listens."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from lci.core import events as e
from lci.core.conversation import Conversation, ConversationSettings
from lci.core.folding import apply, folded
from lci.core.stores import Store
from lci.errors import ConversationDamaged, ConversationUnknown, StorageProblem
from lci.runtime.conversation.outsourcing import with_blobs

log = logging.getLogger("lci")

#: Seconds after which a waiting thread looks up.
_LOOK_UP = 0.5

#: Who wants each entry of the log as it is recorded, on the engine's thread.
Listener: TypeAlias = Callable[[e.Recorded], None]


class Journal:
    """One conversation's log and what it folds to. `record` on the engine's loop only; reading from any thread.

    With `settings` a conversation that is not stored yet begins with them; without, `ConversationUnknown` is raised.
    `make_folders` is told whether the conversation is new.
    """

    def __init__(
        self,
        store: Store,
        conversation_id: str,
        settings: ConversationSettings | None,
        make_folders: Callable[[bool], None],
    ) -> None:
        self._store = store
        self._make_folders = make_folders
        self._id = conversation_id
        self._changed = threading.Condition()
        self._preparing = threading.Lock()
        self._prepared = False
        self.listeners: list[Listener] = []
        #: Grows with everything a page may want to draw anew.
        self.version = 0
        self.is_new = not store.holds(conversation_id)
        if self.is_new:
            if settings is None:
                raise ConversationUnknown
            self.conversation = Conversation(conversation_id, settings=settings)
        else:
            # Under the lease: no other process writes meanwhile.
            self.prepare()
            try:
                self.conversation = folded(conversation_id, store.log(conversation_id))
            except ConversationDamaged:
                self.release()
                raise

    def record(self, event: e.Event, turn_id: str | None = None) -> None:
        """Append to the log and fold; the only place that does.

        A conversation is stored from the first thing that happens in it, with the settings it began with.
        """
        self.prepare()
        if self.is_new:
            self.is_new = False
            self._record(e.ConversationChanged(settings=self.conversation.settings), None)
        self._record(event, turn_id)

    def _record(self, event: e.Event, turn_id: str | None) -> None:
        recorded = e.Recorded(
            self.conversation.seq + 1,
            time.time(),
            self.conversation.id,
            turn_id,
            e.SCHEMA,
            with_blobs(event, self._store),
        )
        self._store.append(recorded)
        conversation = apply(self.conversation, recorded)
        with self._changed:
            self.conversation = conversation
            self.touch()
        for listener in list(self.listeners):
            try:
                listener(recorded)
            except Exception:
                log.exception("A listener failed and is not called again")
                self.listeners.remove(listener)

    def prepare(self) -> None:
        """Take the lease and make the folders, the first time something is to be written.

        A page that was only looked at leaves nothing behind.
        """
        with self._preparing:
            if not self._prepared:
                self._store.lease(self._id)
                self._make_folders(self.is_new)
                self._prepared = True

    async def durable(self) -> None:
        """Wait until everything recorded so far is on disk; what cannot be written is logged and tried again."""
        try:
            await asyncio.wrap_future(self._store.flush())
        except StorageProblem as error:
            log.error("The log cannot be written: %s", error.code)

    def touch(self) -> None:
        """Say that something outside the log changed which a page may show."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def wait(self, until: Callable[[Conversation], bool], timeout: float | None) -> bool:
        """Wait until the conversation fulfils `until`, without a `timeout` for ever; whether it did.

        Signals reach a main thread that waits here: one that comes just before a lock is waited for is acted upon only
        after it, so none is waited for longer than `_LOOK_UP`.
        """
        end = math.inf if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not (fulfilled := until(self.conversation)) and (left := end - time.monotonic()) > 0:
                self._changed.wait(min(left, _LOOK_UP))
            return fulfilled

    def release(self) -> None:
        """Give the lease back."""
        self._store.release(self._id)
