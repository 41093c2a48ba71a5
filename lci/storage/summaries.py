"""What a list of conversations shows, from the few entries that say it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

import sqlalchemy as sa

from lci.core.conversation import ConversationSummary

#: Entries a list of conversations is made of: few, and found by their index among the many that carry text.
_SUMMED_UP = ("ConversationChanged", "FileAdded", "TurnStarted", "TurnEnded")
#: Conversations whose files are read at once.
_AT_ONCE = 500


def summaries(
    connection: sa.Connection, log: sa.Table, conversation_id: str | None, *, deleted: bool
) -> list[ConversationSummary]:
    """The stored conversations that are deleted, or those that are not; only that of the id, if one is given."""
    only = log.c.conversation_id == conversation_id if conversation_id is not None else sa.true()
    spans = (
        sa.select(
            log.c.conversation_id,
            sa.func.max(log.c.at).label("updated_at"),
            sa.func.sum(sa.case((log.c.type == "TurnStarted", 1), else_=0)).label("turns"),
        )
        .where(log.c.type.in_(_SUMMED_UP), only)
        .group_by(log.c.conversation_id)
    )
    changes = (
        sa.select(log.c.conversation_id, log.c.event)
        .where(log.c.type == "ConversationChanged", only)
        .order_by(log.c.conversation_id, log.c.seq)
    )
    facts: dict[str, dict[str, object]] = {}
    for changed_id, event in connection.execute(changes):
        with suppress(ValueError, TypeError):
            facts.setdefault(changed_id, {}).update(json.loads(event))
    rows = connection.execute(spans).all()
    unnamed = [row.conversation_id for row in rows if not facts.get(row.conversation_id, {}).get("title")]
    files = _first_files(connection, log, unnamed)
    return [
        ConversationSummary(
            row.conversation_id,
            str(facts.get(row.conversation_id, {}).get("title", "")),
            row.updated_at,
            int(row.turns or 0),
            facts.get(row.conversation_id, {}).get("pinned") is True,
            files.get(row.conversation_id, ""),
        )
        for row in rows
        if (facts.get(row.conversation_id, {}).get("deleted") is True) is deleted
    ]


def _first_files(connection: sa.Connection, log: sa.Table, ids: list[str]) -> dict[str, str]:
    """The name of the first file that lies in each of those conversations, where one does."""
    first: dict[str, str] = {}
    for at in range(0, len(ids), _AT_ONCE):
        for conversation_id, names in _files(connection, log, ids[at : at + _AT_ONCE]).items():
            first[conversation_id] = next(iter(names), "")
    return first


def _files(connection: sa.Connection, log: sa.Table, ids: Iterable[str]) -> dict[str, dict[str, None]]:
    """The names of the files that lie in each of those conversations, in the order in which they came."""
    steps = (
        sa.select(log.c.conversation_id, log.c.type, log.c.event)
        .where(log.c.type.in_(("FileAdded", "FileRemoved")), log.c.conversation_id.in_(ids))
        .order_by(log.c.conversation_id, log.c.seq)
    )
    files: dict[str, dict[str, None]] = {}
    for conversation_id, kind, event in connection.execute(steps):
        names = files.setdefault(conversation_id, {})
        with suppress(ValueError, TypeError, LookupError, AttributeError):
            fields = json.loads(event)
            if kind == "FileAdded":
                names.setdefault(str(fields["file"]["name"]))
            else:
                names.pop(str(fields["name"]), None)
    return files
