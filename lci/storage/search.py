"""What is known of the log beside it: its words, the blobs it refers to, its size. Brought up to date when asked.

It lies in the log's own database and can be made anew from it at any time. Words of three and more characters are
looked up by SQLite's trigram index, where it has one; all others are looked for piece by piece.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from lci.core import events as e
from lci.core.arrangement import CellKind
from lci.core.blob_refs import listed_refs
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, Output, StreamOutput
from lci.core.searching import KINDS, WORDED, Hit, Piece, Pieces, folded_text, has_all, hit, terms

#: Pieces that are looked at of one search, the latest first, and those that are shown of a conversation.
_LOOKED_AT, _SHOWN = 5_000, 3
_TRIGRAM = 3
#: A blob's address in an event, as `storage.codec` writes it.
_BLOB = re.compile(r'"(?:\$blob|digest)":"([0-9a-f]{64})","size":(\d+)')
#: What has words in it.
_SPEAKING = frozenset(
    {
        "TurnStarted", "TextDelta", "CellStarted", "OutputAdded", "OutputsCleared", "ConversationChanged",
        "CellInserted", "CellEdited", "CellDeleted",
    }
)  # fmt: skip
#: What a person did to the notebook: it may say other things of any turn.
_ARRANGING = frozenset({"CellInserted", "CellEdited", "CellDeleted"})
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)

_TABLES = (
    """CREATE TABLE IF NOT EXISTS indexed
       (conversation_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, bytes INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS piece
       (id INTEGER PRIMARY KEY, conversation_id TEXT NOT NULL, turn_id TEXT, kind TEXT NOT NULL, text TEXT NOT NULL,
        folded TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS piece_of ON piece (conversation_id, turn_id)",
    """CREATE TABLE IF NOT EXISTS blob_use
       (conversation_id TEXT NOT NULL, digest TEXT NOT NULL, bytes INTEGER NOT NULL,
        PRIMARY KEY (conversation_id, digest))""",
    "CREATE INDEX IF NOT EXISTS blob_used ON blob_use (digest)",
    "CREATE TABLE IF NOT EXISTS orphan (digest TEXT PRIMARY KEY)",
)
_NAMES = ("indexed", "piece", "blob_use", "orphan")
_WORDS = """CREATE VIRTUAL TABLE IF NOT EXISTS piece_words USING
            fts5(folded, content='piece', content_rowid='id', tokenize='trigram case_sensitive 1')"""
#: Each conversation's id, found by its index and not by going through all entries.
_IDS = """WITH RECURSIVE each(id) AS
            (SELECT min(conversation_id) FROM log UNION ALL
             SELECT (SELECT min(conversation_id) FROM log WHERE conversation_id > each.id) FROM each
             WHERE each.id IS NOT NULL)
          SELECT id FROM each WHERE id IS NOT NULL"""


class SearchIndex:
    """The index of one database; for any thread. Without `trigrams` every word is looked for piece by piece.

    `content` gives a blob, to see what it lists; it raises `KeyError` for one that is not there.
    """

    def __init__(self, engine: sa.Engine, content: Callable[[BlobRef], bytes], *, trigrams: bool = True) -> None:
        self._engine = engine
        self._content = content
        self._lock = threading.Lock()
        with engine.begin() as connection:
            there = {*sa.inspect(connection).get_table_names()} & {*_NAMES, "piece_words"}
            # What is left of them says that it is up to date: it is made anew.
            for name in there if not there >= {*_NAMES} else ():
                connection.execute(sa.text(f"DROP TABLE {name}"))
            for statement in _TABLES:
                connection.execute(sa.text(statement))
        self._has_trigrams = trigrams and self._with_trigrams()

    def _with_trigrams(self) -> bool:
        try:
            with self._engine.begin() as connection:
                is_new = "piece_words" not in sa.inspect(connection).get_table_names()
                connection.execute(sa.text(_WORDS))
                if is_new:
                    # An SQLite without trigrams may have kept pieces here before.
                    connection.execute(sa.text("INSERT INTO piece_words (piece_words) VALUES ('rebuild')"))
        except sa.exc.OperationalError:
            return False
        return True

    def search(self, query: str, limit: int) -> list[Hit]:
        """See `Log.search`."""
        words = terms(query)
        if not words:
            return []
        self.update()
        conditions = [f"instr(folded, :word{at}) > 0" for at in range(len(words))]
        values: dict[str, object] = {f"word{at}": word for at, word in enumerate(words)}
        long = [word for word in words if len(word) >= _TRIGRAM]
        if self._has_trigrams and long:
            conditions.insert(0, "id IN (SELECT rowid FROM piece_words WHERE piece_words MATCH :long)")
            values["long"] = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
        statement = f"""SELECT conversation_id, turn_id, kind, text FROM piece WHERE {" AND ".join(conditions)}
                        ORDER BY id DESC LIMIT {_LOOKED_AT}"""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(statement), values).all()
            matching = {row.conversation_id for row in rows}
            latest = {each: _latest(connection, each) for each in matching if not _is_deleted(connection, each)}
        by_conversation: dict[str, list[Piece]] = {}
        for row in reversed(rows):
            piece = Piece(row.turn_id or None, row.kind, row.text)
            if row.conversation_id in latest and has_all(piece.text, words):
                by_conversation.setdefault(row.conversation_id, []).append(piece)
        newest_first = sorted(by_conversation, key=lambda each: -latest[each])[:limit]
        return [
            hit(conversation_id, piece, words)
            for conversation_id in newest_first
            for piece in sorted(by_conversation[conversation_id], key=lambda each: KINDS.index(each.kind))[:_SHOWN]
        ]

    def sizes(self) -> dict[str, int]:
        """See `Log.sizes`."""
        self.update()
        blobs = "SELECT sum(bytes) FROM blob_use WHERE blob_use.conversation_id = indexed.conversation_id"
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(f"SELECT conversation_id, bytes, ({blobs}) FROM indexed"))
            return {conversation_id: int(own) + int(others or 0) for conversation_id, own, others in rows}

    def forget(self, conversation_id: str) -> None:
        """Drop a conversation's entries and all that is known of it; its blobs are noted for `orphans`."""
        self.update()
        only = {"conversation": conversation_id}
        with self._lock, self._engine.begin() as connection:
            self._drop_pieces(connection, conversation_id)
            blobs = "SELECT digest FROM blob_use WHERE conversation_id = :conversation"
            connection.execute(sa.text(f"INSERT OR IGNORE INTO orphan {blobs}"), only)
            for table in ("log", "indexed", "blob_use"):
                connection.execute(sa.text(f"DELETE FROM {table} WHERE conversation_id = :conversation"), only)

    def orphans(self) -> list[str]:
        """The blobs of forgotten conversations that no other one refers to; none while that is not known of all."""
        self.update()
        if self._behind():
            return []
        with self._engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM orphan WHERE digest IN (SELECT digest FROM blob_use)"))
            return list(connection.execute(sa.text("SELECT digest FROM orphan")).scalars())

    def removed(self, digest: str) -> None:
        """Note that an orphan is there no more."""
        with self._engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM orphan WHERE digest = :digest"), {"digest": digest})

    def update(self) -> None:
        """Take in what was flushed since, also by another process. What cannot be read is passed over."""
        with self._lock:
            for conversation_id in self._behind():
                # One that stands on a damaged page costs only itself.
                with suppress(sa.exc.DatabaseError):
                    self._take_in(conversation_id)

    def _behind(self) -> list[str]:
        last = "(SELECT max(seq) FROM log WHERE conversation_id = every.id)"
        statement = f"""SELECT every.id FROM ({_IDS}) AS every LEFT JOIN indexed ON conversation_id = every.id
                        WHERE coalesce(seq, 0) < {last}"""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(statement)).scalars())

    def _take_in(self, conversation_id: str) -> None:
        """Index the turns that have new entries, each anew; all of a notebook that a person has worked in."""
        only = {"conversation": conversation_id}
        with self._engine.connect() as connection:
            known = sa.text("SELECT seq, bytes FROM indexed WHERE conversation_id = :conversation")
            before, size = connection.execute(known, only).first() or (0, 0)
            entries = sa.text(
                """SELECT seq, CASE type WHEN 'ConversationChanged' THEN NULL ELSE turn_id END, type, event FROM log
                   WHERE conversation_id = :conversation AND seq > :seen ORDER BY seq"""
            )
            rows = fresh = connection.execute(entries, {**only, "seen": before}).all()
            if before:
                rows = connection.execute(entries, {**only, "seen": 0}).all()
        is_arranged = any(name in _ARRANGING for _, _, name, _ in rows)
        turns = {turn_id for _, turn_id, _, _ in (rows if is_arranged else fresh)}
        size += sum(len(event) for _, _, _, event in fresh)
        blobs = {digest: int(length) for row in fresh for digest, length in self._blobs(row.type, row.event)}
        pieces = Pieces()
        for _, turn_id, name, event in rows:
            if name in _SPEAKING and turn_id in turns:
                with suppress(*_UNREADABLE):
                    pieces.add(turn_id, _event(name, json.loads(event)))
        with self._engine.begin() as connection:
            # Written first, as it holds others back from here on: numbers that are read now stay right.
            for turn in turns:
                self._drop_pieces(connection, conversation_id, turn or "")
            self._add_pieces(connection, conversation_id, [each for each in pieces if each.turn_id in turns])
            if blobs:
                connection.execute(
                    sa.text("INSERT OR IGNORE INTO blob_use VALUES (:conversation, :digest, :bytes)"),
                    [{**only, "digest": digest, "bytes": length} for digest, length in blobs.items()],
                )
            connection.execute(
                sa.text("INSERT OR REPLACE INTO indexed VALUES (:conversation, :seq, :bytes)"),
                {**only, "seq": fresh[-1].seq if fresh else before, "bytes": size},
            )

    def _blobs(self, name: str, event: str) -> Iterator[tuple[str, int]]:
        """Digest and size of each blob that an entry refers to, and of what a request's lists."""
        for digest, length in _BLOB.findall(event):
            yield digest, int(length)
            if name == "RequestSent":
                with suppress(KeyError, OSError):
                    yield from (
                        (ref.digest, ref.size) for ref in listed_refs(self._content(BlobRef(digest, 0, "json")))
                    )

    def _drop_pieces(self, connection: sa.Connection, conversation_id: str, turn: str | None = None) -> None:
        """Drop the pieces of a turn, or all of a conversation; the index of words is told which those were."""
        only = "conversation_id = :conversation" + ("" if turn is None else " AND turn_id = :turn")
        values = {"conversation": conversation_id, "turn": turn}
        if self._has_trigrams:
            gone = f"SELECT 'delete', id, folded FROM piece WHERE {only}"
            connection.execute(sa.text(f"INSERT INTO piece_words (piece_words, rowid, folded) {gone}"), values)
        connection.execute(sa.text(f"DELETE FROM piece WHERE {only}"), values)

    def _add_pieces(self, connection: sa.Connection, conversation_id: str, pieces: Sequence[Piece]) -> None:
        if not pieces:
            return
        first = connection.execute(sa.text("SELECT coalesce(max(id), 0) + 1 FROM piece")).scalar_one()
        rows = [
            {
                "id": number,
                "conversation": conversation_id,
                "turn": piece.turn_id or "",
                "kind": piece.kind,
                "text": piece.text,
                "folded": folded_text(piece.text),
            }
            for number, piece in enumerate(pieces, first)
        ]
        connection.execute(sa.text("INSERT INTO piece VALUES (:id, :conversation, :turn, :kind, :text, :folded)"), rows)
        if self._has_trigrams:
            connection.execute(sa.text("INSERT INTO piece_words (rowid, folded) VALUES (:id, :folded)"), rows)


def _latest(connection: sa.Connection, conversation_id: str) -> float:
    last = sa.text("SELECT at FROM log WHERE conversation_id = :conversation ORDER BY seq DESC LIMIT 1")
    return float(connection.execute(last, {"conversation": conversation_id}).scalar() or 0.0)


def _is_deleted(connection: sa.Connection, conversation_id: str) -> bool:
    changes = sa.text(
        """SELECT event FROM log WHERE conversation_id = :conversation AND type = 'ConversationChanged'
           ORDER BY seq"""
    )
    deleted = False
    for event in connection.execute(changes, {"conversation": conversation_id}).scalars():
        with suppress(*_UNREADABLE):
            deleted = json.loads(event).get("deleted", deleted) is True
    return deleted


def _event(name: str, fields: Mapping[str, Any]) -> e.Event | e.UnknownEvent:
    """As much of an event as is searched: decoding all of each would take ten times as long.

    Logs of schema 1 call a cell by its call.
    """
    cell_id = fields.get("cell_id") or fields.get("call_id") or ""
    match name:
        case "TurnStarted":
            return e.TurnStarted(_text(fields, "prompt"))
        case "TextDelta":
            return e.TextDelta(_text(fields, "text"))
        case "CellStarted":
            return e.CellStarted(cell_id, _text(fields, "source"))
        case "OutputsCleared":
            return e.OutputsCleared(cell_id)
        case "OutputAdded":
            return e.OutputAdded(cell_id, _output(fields["output"]))
        case "ConversationChanged":
            return e.ConversationChanged(title=_text({"title": "", **fields}, "title") or None)
        case "CellInserted":
            kind: CellKind = "markdown" if fields.get("kind") == "markdown" else "code"
            return e.CellInserted(cell_id, kind=kind, source=_text({"source": "", **fields}, "source"))
        case "CellDeleted":
            return e.CellDeleted(cell_id, fields.get("deleted", True) is True)
        case "CellEdited":
            return e.CellEdited(cell_id, _text(fields, "source"))
        case _:
            return e.UnknownEvent(name, fields)


def _output(fields: Mapping[str, Any]) -> Output:
    match fields["$"]:
        case "StreamOutput":
            return StreamOutput("stdout", _text(fields, "text"))
        case "ErrorOutput":
            return ErrorOutput(_text(fields, "ename"), _text(fields, "evalue"))
        case _:
            shown = {mime: _datum(value) for mime, value in fields["data"].items() if mime in WORDED}
            return (ExecuteResult if fields["$"] == "ExecuteResult" else DisplayData)(shown)


def _datum(value: Any) -> Any:
    """What is displayed, in the log's form: of a blob what the log itself holds of it."""
    if isinstance(value, dict) and "$blob" in value:
        return BlobRef("", 0, "text", _text({"head": "", **value}, "head"), _text({"tail": "", **value}, "tail"))
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    if not isinstance(text := fields[name], str):
        raise TypeError(name)
    return text
