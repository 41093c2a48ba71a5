"""The log in SQLite (WAL) and the blobs beside it; one writer thread, so that a slow disk never stops the engine."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import sqlalchemy as sa
from filelock import FileLock, Timeout

from lci.core.events import Recorded
from lci.core.outputs import BlobRef
from lci.errors import ConversationInUse, StoreUnwritable
from lci.storage.codec import decoded, encoded

_METADATA = sa.MetaData()
_LOG = sa.Table(
    "log",
    _METADATA,
    sa.Column("conversation_id", sa.String(32), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("turn_id", sa.String(32)),
    sa.Column("schema", sa.Integer, nullable=False),
    sa.Column("type", sa.String(40), nullable=False, index=True),
    sa.Column("event", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class _Entry:
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class _Blob:
    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Call:
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Flush:
    done: Future[None]


@dataclass(frozen=True, slots=True)
class _Stop:
    done: Future[None]


_Order: TypeAlias = _Entry | _Blob | _Call | _Flush | _Stop


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list of conversations shows of one."""

    id: str
    title: str
    updated_at: float
    turns: int
    pinned: bool


class Store:
    """One data folder's log and blobs. Appending never blocks and keeps order; reading sees what was flushed."""

    def __init__(self, home: Path) -> None:
        self._blobs = home / "blobs"
        self._leases = home / "leases"
        try:
            for folder in (home, self._blobs, self._leases):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._engine = sa.create_engine(f"sqlite:///{home / 'lci.sqlite'}", connect_args={"timeout": 30})
            sa.event.listen(self._engine, "connect", _tuned)
            _METADATA.create_all(self._engine)
        except (OSError, sa.exc.SQLAlchemyError) as error:
            raise StoreUnwritable(path=str(home), reason=str(error).split("\n", 1)[0]) from error
        self._orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
        self._pending: dict[str, bytes] = {}
        self._pending_lock = threading.Lock()
        self._held: dict[str, FileLock] = {}
        # Entries that could not be written are tried again with the next ones: a full disk may be cleared.
        self._unsaved: list[dict[str, object]] = []
        self.failure: StoreUnwritable | None = None
        self._home = home
        self._thread = threading.Thread(target=self._write, name="lci-store", daemon=True)
        self._thread.start()

    # --- writing ------------------------------------------------------------------------------------------------------

    def append(self, recorded: Recorded) -> None:
        """Take one entry; entries reach the disk in this order, at the latest with the next `flush`."""
        self._orders.put(_Entry(recorded))

    def put(self, content: bytes, encoding: Literal["bytes", "text", "json"]) -> BlobRef:
        """Take `content` and return its address at once; it is on disk before any later entry of the log."""
        digest = hashlib.sha256(content).hexdigest()
        with self._pending_lock:
            self._pending[digest] = content
        self._orders.put(_Blob(digest, content))
        return BlobRef(digest, len(content), encoding)

    def call(self, run: Callable[[], None]) -> None:
        """Run something in the writer thread, after what was appended before."""
        self._orders.put(_Call(run))

    def flush(self) -> Future[None]:
        """Done when everything appended so far is on disk; fails with `StoreUnwritable` when it cannot be."""
        done: Future[None] = Future()
        # As running, it cannot be cancelled by a task that stops waiting for it.
        done.set_running_or_notify_cancel()
        self._orders.put(_Flush(done))
        return done

    def close(self) -> None:
        """Write what is left and release every lease."""
        done: Future[None] = Future()
        self._orders.put(_Stop(done))
        done.result(30)
        self._thread.join(5)
        for conversation_id in list(self._held):
            self.release(conversation_id)
        self._engine.dispose()

    # --- reading ------------------------------------------------------------------------------------------------------

    def log(self, conversation_id: str) -> Iterator[Recorded]:
        """The conversation's entries in order."""
        query = sa.select(_LOG).where(_LOG.c.conversation_id == conversation_id).order_by(_LOG.c.seq)
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                event = decoded(row.type, json.loads(row.event))
                yield Recorded(row.seq, row.at, conversation_id, row.turn_id, row.schema, event)

    def get(self, ref: BlobRef) -> bytes:
        """The content of a blob. Raises `KeyError` when it is not there."""
        with self._pending_lock:
            content = self._pending.get(ref.digest)
        if content is not None:
            return content
        try:
            return self._blob_path(ref.digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(ref.digest) from None

    def summaries(self) -> list[Summary]:
        """The stored conversations that are not deleted, the latest first."""
        spans = sa.select(
            _LOG.c.conversation_id,
            sa.func.max(_LOG.c.at).label("updated_at"),
            sa.func.sum(sa.case((_LOG.c.type == "TurnStarted", 1), else_=0)).label("turns"),
        ).group_by(_LOG.c.conversation_id)
        changes = (
            sa.select(_LOG.c.conversation_id, _LOG.c.event)
            .where(_LOG.c.type == "ConversationChanged")
            .order_by(_LOG.c.conversation_id, _LOG.c.seq)
        )
        facts: dict[str, dict[str, object]] = {}
        with self._engine.connect() as connection:
            for conversation_id, event in connection.execute(changes):
                facts.setdefault(conversation_id, {}).update(json.loads(event))
            rows = connection.execute(spans).all()
        found = [
            Summary(
                row.conversation_id,
                str(facts.get(row.conversation_id, {}).get("title", "")),
                row.updated_at,
                int(row.turns or 0),
                facts.get(row.conversation_id, {}).get("pinned") is True,
            )
            for row in rows
            if facts.get(row.conversation_id, {}).get("deleted") is not True
        ]
        return sorted(found, key=lambda summary: (not summary.pinned, -summary.updated_at))

    # --- leases -------------------------------------------------------------------------------------------------------

    def lease(self, conversation_id: str) -> None:
        """Become the only writer of this conversation, until `release` or the process ends.

        Raises `ConversationInUse`.
        """
        if conversation_id in self._held:
            return
        # The id is a secret and file names leak easily (into listings, into error reports): lock under its hash.
        name = hashlib.sha256(conversation_id.encode()).hexdigest()[:32]
        lock = FileLock(self._leases / f"{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise ConversationInUse from None
        self._held[conversation_id] = lock

    def release(self, conversation_id: str) -> None:
        """Give the lease back."""
        lock = self._held.pop(conversation_id, None)
        if lock is not None:
            lock.release()

    # --- the writer thread --------------------------------------------------------------------------------------------

    def _write(self) -> None:
        while True:
            orders = [self._orders.get()]
            while len(orders) < 1_000:
                try:
                    orders.append(self._orders.get_nowait())
                except queue.Empty:
                    break
            if self._carry_out(orders):
                return

    def _carry_out(self, orders: list[_Order]) -> bool:
        """Blobs first, then the entries in one transaction, then calls and promises; whether to stop."""
        try:
            for order in orders:
                if isinstance(order, _Blob):
                    self._write_blob(order)
            self._unsaved += [_row(order.recorded) for order in orders if isinstance(order, _Entry)]
            if self._unsaved:
                with self._engine.begin() as connection:
                    connection.execute(sa.insert(_LOG), self._unsaved)
            self._unsaved = []
            self.failure = None
        except (OSError, sa.exc.SQLAlchemyError) as error:
            self.failure = StoreUnwritable(path=str(self._home), reason=str(error).split("\n", 1)[0])
        stop = False
        for order in orders:
            match order:
                case _Call(run):
                    run()
                case _Flush(done) | _Stop(done):
                    if self.failure is None:
                        done.set_result(None)
                    else:
                        done.set_exception(self.failure)
                    stop = stop or isinstance(order, _Stop)
                case _Blob(digest) if self.failure is None:
                    with self._pending_lock:
                        self._pending.pop(digest, None)
                case _:
                    pass
        return stop

    def _write_blob(self, blob: _Blob) -> None:
        path = self._blob_path(blob.digest)
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(blob.content)
        temporary.replace(path)

    def _blob_path(self, digest: str) -> Path:
        return self._blobs / digest[:2] / digest[2:]


def _row(recorded: Recorded) -> dict[str, object]:
    name, fields = encoded(recorded.event)
    return {
        "conversation_id": recorded.conversation_id,
        "seq": recorded.seq,
        "at": recorded.at,
        "turn_id": recorded.turn_id,
        "schema": recorded.schema,
        "type": name,
        # Lone surrogates from user code are no UTF-8: escape everything outside ASCII.
        "event": json.dumps(fields, ensure_ascii=True, separators=(",", ":")),
    }


def _tuned(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # sqlite3's own connection, typed as object by the event
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
