"""Damage of the log costs the conversation it is in, and what can be read is copied out (B11, B33)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.folding import folded
from lci.errors import ConversationDamaged, StoreUnwritable
from lci.storage.salvage import health, salvage
from lci.storage.store import SqliteStore

IDS = [f"{number:032x}" for number in range(1, 31)]
BAD = IDS[15]


@pytest.fixture
def filled(home: Path) -> Path:
    """A closed data folder of 30 conversations, each of several pages, one after another."""
    store = SqliteStore(home)
    for each in IDS:
        happened = [e.ConversationChanged(title=f"Title {each}", settings=ConversationSettings()), e.TurnStarted("go")]
        happened += [e.TextDelta(f"{each} " * 60) for _ in range(10)]
        for seq, event in enumerate([*happened, e.TurnEnded("done")], 1):
            store.append(e.Recorded(seq, float(seq), each, "t", e.SCHEMA, event))
    store.flush().result(10)
    store.close()
    return home


def rewritten(home: Path, statement: str, *facts: object) -> None:
    with closing(sqlite3.connect(home / "lci.sqlite")) as connection, connection:
        connection.execute(statement, facts)


def row_is_no_json(home: Path) -> None:
    rewritten(home, "UPDATE log SET event = '{\"text\": ' WHERE conversation_id = ? AND seq = 5", BAD)


def row_is_another_kind(home: Path) -> None:
    rewritten(home, "UPDATE log SET event = '[1, 2]' WHERE conversation_id = ? AND seq = 5", BAD)


def row_is_deep(home: Path) -> None:
    deep = '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}"
    rewritten(home, "UPDATE log SET event = ? WHERE conversation_id = ? AND seq = 5", deep, BAD)


def page_is_noise(home: Path) -> None:
    """The page of the table on which most of that conversation's text stands."""
    path = home / "lci.sqlite"
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    pages = range(0, len(content), size)
    worst = max(pages, key=lambda at: content[at : at + size].count(f"{BAD} {BAD}".encode()))
    content[worst : worst + size] = b"\xa5" * size
    path.write_bytes(content)


DAMAGES: list[Callable[[Path], None]] = [
    row_is_no_json, row_is_another_kind, row_is_deep, page_is_noise,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_costs_the_conversation_it_is_in(filled: Path, damage: Callable[[Path], None]) -> None:
    damage(filled)
    store = SqliteStore(filled)
    try:
        listed = {summary.id for summary in store.summaries()}
        assert len(listed) >= 29
        lost = []
        for each in IDS:
            try:
                assert folded(each, store.log(each)).turns
            except ConversationDamaged:
                lost.append(each)
        assert BAD in lost
        # A page may hold the end of one conversation and the beginning of the next.
        assert len(lost) <= (2 if damage is page_is_noise else 1)
        # A new one can be made.
        new = "f" * 32
        store.append(e.Recorded(1, 0.0, new, None, e.SCHEMA, e.ConversationChanged(title="New")))
        store.flush().result(10)
        assert folded(new, store.log(new)).title == "New"
    finally:
        store.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_can_be_read_is_copied_into_a_new_folder(
    filled: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    assert health(filled).lost == 0
    damage(filled)
    found = health(filled)
    assert found.lost >= 1
    assert salvage(filled, tmp_path / "new") == found
    store = SqliteStore(tmp_path / "new")
    try:
        assert sum(len(list(store.log(each))) for each in IDS) == found.entries >= 30 * 13 - 30
        assert health(tmp_path / "new").lost == 0
    finally:
        store.close()


def test_a_folder_with_something_in_it_is_not_written_into(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(StoreUnwritable):
        salvage(filled, tmp_path)


def test_a_file_that_is_no_database_is_said_to_be_none(home: Path) -> None:
    home.mkdir()
    (home / "lci.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreUnwritable):
        SqliteStore(home)
    with pytest.raises(StoreUnwritable):
        health(home)
