"""The walls of what is kept: blobs, the log of every conversation, and who may write one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Literal, Protocol

from lci.core.conversation import ConversationSummary
from lci.core.events import Recorded
from lci.core.outputs import BlobRef
from lci.core.searching import Hit
from lci.errors import StoreUnwritable


class Blobs(Protocol):
    """Content-addressed bytes."""

    def put(self, content: bytes, encoding: Literal["bytes", "text", "json"]) -> BlobRef:
        """Take `content` and return its address at once; writing may follow in the background."""

    def get(self, ref: BlobRef) -> bytes:
        """The content. Raises `KeyError` when it is not there."""


class Log(Protocol):
    """What happened in every conversation, entry by entry; for any thread."""

    def append(self, recorded: Recorded) -> None:
        """Take one entry without blocking; entries of a conversation are kept in this order.

        Raises `TypeError` or `ValueError` for an event that is no JSON.
        """

    def append_all(self, entries: Iterable[Recorded]) -> None:
        """Keep a whole log at once, or nothing of it; blocks. Its blobs are flushed already.

        Raises `StoreUnwritable`, and as `append`.
        """

    def flush(self) -> Future[None]:
        """Done when everything taken so far would outlast the process; fails with `StoreUnwritable` when it cannot."""

    def log(self, conversation_id: str) -> Iterator[Recorded]:
        """The flushed entries in order. Raises `ConversationDamaged` at the first that cannot be read."""

    def holds(self, conversation_id: str) -> bool:
        """Whether anything of that conversation is there."""

    def summaries(self) -> list[ConversationSummary]:
        """The conversations that are not deleted, pinned ones first, then the latest."""

    def deleted(self) -> list[ConversationSummary]:
        """Those that are, the last one deleted first; `updated_at` is when that was."""

    def search(self, query: str, limit: int) -> list[Hit]:
        """Where the words of `query`, and its phrases in double quotes, all stand in one piece of text.

        Of `limit` conversations at most that are not deleted, the latest first, with three hits each. Any text is a
        query. Sees what was flushed, and may block.
        """

    def sizes(self) -> dict[str, int]:
        """The bytes that each conversation, deleted ones too, takes here; what several share counts for each."""

    def forget(self, conversation_id: str) -> None:
        """Remove a conversation for good, with blobs that no other one refers to; nothing happens if there is none.

        Young blobs stay until a later `sweep`. Raises `ConversationInUse` and `StoreUnwritable`. A blob that another
        process takes at that very moment may be gone, too.
        """

    def sweep(self) -> None:
        """Remove the blobs of forgotten conversations that nothing refers to any more."""


class Leases(Protocol):
    """Who may write a conversation; for any thread."""

    def lease(self, conversation_id: str) -> None:
        """Become its only writer, until `release` or the process ends. Raises `ConversationInUse`."""

    def release(self, conversation_id: str) -> None:
        """Give the lease back, if it is held."""


class Store(Log, Leases, Blobs, Protocol):
    """All that is kept; a blob is there before any later entry of the log."""

    failure: StoreUnwritable | None

    def close(self) -> None:
        """Write what is left and release every lease."""

    def __hash__(self) -> int: ...
