"""The log in SQLite (WAL) and the blobs beside it; one writer thread, so that a slow disk never stops the engine."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from filelock import FileLock, Timeout

from lci.core.conversation import ConversationSummary
from lci.core.events import Recorded
from lci.core.outputs import BlobRef
from lci.core.searching import Hit
from lci.errors import ConversationDamaged, ConversationInUse, StoreUnwritable
from lci.storage.codec import as_json, decoded
from lci.storage.search import SearchIndex
from lci.storage.summaries import summaries

log = logging.getLogger("lci")

#: What one row alone can be guilty of; everything else is the disk's or the database's fault and is tried again.
_UNFIT = (sa.exc.IntegrityError, sa.exc.DataError, OverflowError, TypeError, ValueError)

#: What reading raises for a damaged page, and for a row that says nothing we know.
UNREADABLE = (
    sa.exc.SQLAlchemyError, sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, RecursionError,
    OverflowError,
)  # fmt: skip

_DIGEST = re.compile(r"[0-9a-f]{64}")
#: Entries that are written in one statement.
_ROWS = 1_000
#: Seconds for which a blob is kept though nothing refers to it: what does may be on its way.
_YOUNG = 3600

METADATA = sa.MetaData()
LOG = sa.Table(
    "log",
    METADATA,
    sa.Column("conversation_id", sa.String(32), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("turn_id", sa.String(32)),
    sa.Column("schema", sa.Integer, nullable=False),
    sa.Column("type", sa.String(40), nullable=False, index=True),
    sa.Column("event", sa.Text, nullable=False),
)


def address(home: Path) -> str:
    """Where the log of a data folder lies, as SQLAlchemy names it."""
    return f"sqlite:///{home / 'lci.sqlite'}"


class SqliteStore:
    """One data folder's log and blobs. Appending never blocks and keeps order; reading sees what was flushed."""

    def __init__(self, home: Path) -> None:
        self._blobs = home / "blobs"
        self._leases = home / "leases"
        try:
            for folder in (home, self._blobs, self._leases):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _tried(home)
            self._engine = sa.create_engine(address(home), connect_args={"timeout": 30})
            sa.event.listen(self._engine, "connect", _tuned)
            METADATA.create_all(self._engine)
            self._index = SearchIndex(self._engine, self.get)
        except (OSError, sa.exc.SQLAlchemyError) as error:
            raise StoreUnwritable(path=str(home), reason=str(error).split("\n", 1)[0]) from error
        self._held: dict[str, FileLock] = {}
        self._held_lock = threading.Lock()
        #: What waits to be written, and who waits for that. What could not be written is tried again with what comes
        #: next: a full disk may be cleared.
        self._came = threading.Condition()
        self._blobs_waiting: dict[str, bytes] = {}
        self._rows_waiting: list[dict[str, object]] = []
        self._promises: list[Future[None]] = []
        self._has_news = self._is_closing = False
        self.failure: StoreUnwritable | None = None
        self._home = home
        self._thread = threading.Thread(target=self._write, name="lci-store", daemon=True)
        self._thread.start()

    # --- writing ------------------------------------------------------------------------------------------------------

    def append(self, recorded: Recorded) -> None:
        """Take one entry; entries reach the disk in this order, at the latest with the next `flush`.

        Raises `TypeError` or `ValueError` for an event that is no JSON.
        """
        # Encoded here, not in the writer thread: an entry that cannot be is its caller's error, nobody else's.
        row = _row(recorded)
        with self._news():
            self._rows_waiting.append(row)

    def append_all(self, entries: Iterable[Recorded]) -> None:
        """Keep a whole log at once, or nothing of it; see `Log.append_all`."""
        try:
            with self._engine.begin() as connection:
                for rows in _batched(map(_row, entries)):
                    connection.execute(sa.insert(LOG), rows)
        except sa.exc.SQLAlchemyError as error:
            raise StoreUnwritable(path=str(self._home), reason=str(error).split("\n", 1)[0]) from error

    def put(self, content: bytes, encoding: Literal["bytes", "text", "json"]) -> BlobRef:
        """Take `content` and return its address at once; it is on disk before any later entry of the log."""
        digest = hashlib.sha256(content).hexdigest()
        with self._news():
            self._blobs_waiting[digest] = content
        return BlobRef(digest, len(content), encoding)

    def flush(self) -> Future[None]:
        """Done when everything appended so far is on disk; fails with `StoreUnwritable` when it cannot be."""
        done: Future[None] = Future()
        # As running, it cannot be cancelled by a task that stops waiting for it.
        done.set_running_or_notify_cancel()
        with self._news():
            self._promises.append(done)
        return done

    def close(self) -> None:
        """Write what is left and release every lease; once more does nothing."""
        if not self._thread.is_alive():
            return
        with self._came:
            self._is_closing = True
            done = self.flush()
        try:
            done.result(30)
        finally:
            self._thread.join(5)
            for conversation_id in list(self._held):
                self.release(conversation_id)
            self._engine.dispose()

    # --- reading ------------------------------------------------------------------------------------------------------

    def log(self, conversation_id: str) -> Iterator[Recorded]:
        """The conversation's entries in order. Raises `ConversationDamaged` at the first that cannot be read."""
        columns = (LOG.c.seq, LOG.c.at, LOG.c.turn_id, LOG.c.schema, LOG.c.type, LOG.c.event)
        query = sa.select(*columns).where(LOG.c.conversation_id == conversation_id).order_by(LOG.c.seq)
        read = 0
        with self._engine.connect() as connection:
            try:
                for seq, at, turn_id, schema, name, event in connection.execute(query):
                    recorded = Recorded(seq, at, conversation_id, turn_id, schema, decoded(name, event, schema))
                    yield recorded
                    read += 1
            except UNREADABLE as error:
                log.error("A conversation's log is damaged after %s entries: %s", read, type(error).__name__)
                raise ConversationDamaged(entries=read) from None

    def holds(self, conversation_id: str) -> bool:
        """Whether anything of that conversation is stored."""
        query = sa.select(LOG.c.seq).where(LOG.c.conversation_id == conversation_id).limit(1)
        try:
            with self._engine.connect() as connection:
                return connection.execute(query).first() is not None
        except UNREADABLE:
            raise ConversationDamaged(entries=0) from None

    def get(self, ref: BlobRef) -> bytes:
        """The content of a blob. Raises `KeyError` when it is not there."""
        if (content := self._blobs_waiting.get(ref.digest)) is not None:
            return content
        try:
            return self._blob_path(ref.digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(ref.digest) from None

    def summaries(self) -> list[ConversationSummary]:
        """The stored conversations that are not deleted, the latest first; damaged ones as far as they can be told."""
        return sorted(self._all_of(deleted=False), key=lambda summary: (not summary.pinned, -summary.updated_at))

    def deleted(self) -> list[ConversationSummary]:
        """The deleted ones, the last one first."""
        return sorted(self._all_of(deleted=True), key=lambda summary: -summary.updated_at)

    def search(self, query: str, limit: int) -> list[Hit]:
        """Where the words of `query` stand: see `Log.search`; nothing where the index cannot be read."""
        try:
            return self._index.search(query, limit)
        except UNREADABLE as error:
            log.error("The index of words cannot be read: %s", type(error).__name__)
            return []

    def sizes(self) -> dict[str, int]:
        """The bytes that each conversation's entries and blobs take; nothing where that cannot be read."""
        try:
            return self._index.sizes()
        except UNREADABLE as error:
            log.error("The sizes of conversations cannot be read: %s", type(error).__name__)
            return {}

    def forget(self, conversation_id: str) -> None:
        """Remove a conversation for good: see `Log.forget`."""
        self.lease(conversation_id)
        try:
            self.flush().result(30)
            self._index.forget(conversation_id)
        except sa.exc.SQLAlchemyError as error:
            raise StoreUnwritable(path=str(self._home), reason=str(error).split("\n", 1)[0]) from error
        finally:
            self.release(conversation_id)
        self.sweep()

    def sweep(self) -> None:
        """Remove blobs of forgotten conversations that nothing refers to; young ones are left to another time."""
        try:
            for digest in self._index.orphans():
                path = self._blob_path(digest)
                with suppress(FileNotFoundError):
                    # One that was put just now belongs to an entry that may not be there yet.
                    if digest in self._blobs_waiting or path.stat().st_mtime > time.time() - _YOUNG:
                        continue
                    path.unlink()
                self._index.removed(digest)
        except (OSError, sa.exc.SQLAlchemyError) as error:
            log.error("Blobs were not removed: %s", type(error).__name__)

    def _all_of(self, *, deleted: bool) -> list[ConversationSummary]:
        try:
            return self._summaries(None, deleted=deleted)
        except UNREADABLE:
            return self._summaries_one_by_one(deleted=deleted)

    def _summaries(self, conversation_id: str | None, *, deleted: bool) -> list[ConversationSummary]:
        with self._engine.connect() as connection:
            return summaries(connection, LOG, conversation_id, deleted=deleted)

    def _summaries_one_by_one(self, *, deleted: bool) -> list[ConversationSummary]:
        """Where a page cannot be read: each conversation by itself, so that it costs only those that stand on it."""
        ids: list[str] = []
        after = ""
        with self._engine.connect() as connection:
            while True:
                query = sa.select(sa.func.min(LOG.c.conversation_id)).where(LOG.c.conversation_id > after)
                try:
                    following = connection.execute(query).scalar()
                except UNREADABLE:
                    break
                if not isinstance(following, str):
                    break
                ids.append(following)
                after = following
        listed: list[ConversationSummary] = []
        for conversation_id in ids:
            try:
                listed += self._summaries(conversation_id, deleted=deleted)
            except UNREADABLE:
                if deleted:
                    continue
                listed.append(ConversationSummary(conversation_id, "", 0.0, 0, pinned=False))
        return listed

    # --- leases -------------------------------------------------------------------------------------------------------

    def lease(self, conversation_id: str) -> None:
        """Become the only writer of this conversation, until `release` or the process ends.

        Raises `ConversationInUse`, also when this very store holds it already.
        """
        # The id is a secret and file names leak easily (into listings, into error reports): lock under its hash.
        name = hashlib.sha256(conversation_id.encode()).hexdigest()[:32]
        with self._held_lock:
            if conversation_id in self._held:
                raise ConversationInUse
            # Taken on a page's thread and released on the engine's: a lock of one thread would never be released.
            lock = FileLock(self._leases / f"{name}.lock", thread_local=False)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise ConversationInUse from None
            self._held[conversation_id] = lock

    def release(self, conversation_id: str) -> None:
        """Give the lease back."""
        with self._held_lock:
            lock = self._held.pop(conversation_id, None)
            if lock is not None:
                lock.release()

    # --- the writer thread --------------------------------------------------------------------------------------------

    @contextmanager
    def _news(self) -> Iterator[None]:
        with self._came:
            yield
            self._has_news = True
            self._came.notify()

    def _write(self) -> None:
        while True:
            with self._came:
                self._came.wait_for(lambda: self._has_news)
                self._has_news = False
                blobs, rows = list(self._blobs_waiting.items()), list(self._rows_waiting)
                promises, self._promises = self._promises, []
                is_last = self._is_closing
            self._save(blobs, rows)
            for done in promises:
                if self.failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(self.failure)
            if is_last:
                return

    def _save(self, blobs: list[tuple[str, bytes]], rows: list[dict[str, object]]) -> None:
        """Write blobs, then entries; `failure` says whether some of it still waits."""
        try:
            for digest, content in blobs:
                self._write_blob(digest, content)
                self._blobs_waiting.pop(digest, None)
            self._write_entries(rows)
            self.failure = None
        except (OSError, sa.exc.SQLAlchemyError) as error:
            self.failure = StoreUnwritable(path=str(self._home), reason=str(error).split("\n", 1)[0])

    def _write_entries(self, rows: list[dict[str, object]]) -> None:
        """All in one transaction; one by one when the database refuses one of them."""
        try:
            self._insert(rows)
            self._forget(len(rows))
        except _UNFIT:
            for row in rows:
                self._write_entry(row)
                self._forget(1)

    def _forget(self, number: int) -> None:
        with self._came:
            del self._rows_waiting[:number]

    def _write_entry(self, row: dict[str, object]) -> None:
        try:
            self._insert([row])
        except _UNFIT as error:
            # The database's own message quotes the row, and with it the conversation's id, which is a secret.
            log.error("An entry was set aside: %s, seq %s: %s", row["type"], row["seq"], type(error).__name__)

    def _insert(self, rows: list[dict[str, object]]) -> None:
        if rows:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(LOG), rows)

    def _write_blob(self, digest: str, content: bytes) -> None:
        path = self._blob_path(digest)
        if path.exists():
            # Whoever removes blobs that nothing refers to leaves young ones alone.
            os.utime(path)
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(content)
        temporary.replace(path)

    def _blob_path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            # It may stand in what another machine wrote: no path is made of it.
            raise KeyError(digest)
        return self._blobs / digest[:2] / digest[2:]


def _row(recorded: Recorded) -> dict[str, object]:
    entry = as_json(recorded)
    # Lone surrogates from user code are no UTF-8: escape everything outside ASCII.
    event = json.dumps(entry["event"], ensure_ascii=True, separators=(",", ":"))
    return {"conversation_id": recorded.conversation_id, **entry, "event": event}


def _batched(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    while some := list(itertools.islice(rows, _ROWS)):
        yield some


def _tried(home: Path) -> None:
    """Write a little, as the first entry would: a full disk or a folder without rights is told at once."""
    trial = home / f".write-{os.getpid()}"
    try:
        trial.write_bytes(b"\0" * 65_536)
    finally:
        trial.unlink(missing_ok=True)


def _tuned(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # sqlite3's own connection, typed as object by the event
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
