"""The index beside the log: with and without trigrams the same, caught up with other processes, whole after damage."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies as st

from lci.core import events as e
from lci.core.outputs import BlobRef, DisplayData
from lci.storage.search import SearchIndex
from lci.storage.store import SqliteStore, address
from tests.contracts.test_store import ID, OTHER, filled, talk
from tests.examples import share

HOUR = 3600


@pytest.fixture
def store(home: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(home)
    yield made
    made.close()


WORDS = st.lists(
    st.sampled_from(["mean", "ma", "売上", "x", "東京都の人口", "GRAMS", "İ", "ß"]), min_size=1, max_size=8
)


@settings(max_examples=share(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(prompts=st.lists(WORDS.map(" ".join), min_size=1, max_size=4), query=WORDS.map(" ".join))
def test_trigrams_find_what_going_through_all_finds(
    tmp_path_factory: pytest.TempPathFactory, prompts: list[str], query: str
) -> None:
    home = tmp_path_factory.mktemp("searched")
    store = SqliteStore(home)
    try:
        for number, prompt in enumerate(prompts):
            filled(store, *talk(f"{number:032x}", at=float(number), prompt=prompt))
        indexed = store.search(query, 10)
        engine = sa.create_engine(address(home))
        plain = SearchIndex(engine, store.get, trigrams=False).search(query, 10)
        engine.dispose()
        assert indexed == plain
    finally:
        store.close()


def test_what_another_process_wrote_is_found(home: Path, store: SqliteStore) -> None:
    other = SqliteStore(home)
    try:
        filled(other, *talk(ID, at=1.0))
        assert store.search("mean", 10)
        filled(store, *talk(OTHER, at=2.0))
        assert {each.conversation_id for each in other.search("mean", 10)} == {ID, OTHER}
        assert other.search("mean", 10) == store.search("mean", 10)
    finally:
        other.close()


def test_a_log_of_an_earlier_version_is_searched(home: Path, store: SqliteStore) -> None:
    """Schema 1 knew a cell by its call; and an entry that is no JSON keeps nothing else from being found."""
    filled(store, *talk(ID, at=1.0))
    with sqlite3.connect(home / "lci.sqlite") as connection:
        printed = '{"$":"StreamOutput","name":"stdout","text":"344"}'
        rows = [
            (OTHER, 1, 5.0, "t", 1, "TurnStarted", '{"prompt":"How many penguins?"}'),
            (OTHER, 2, 5.0, "t", 1, "CellStarted", '{"call_id":"c","source":"penguins.count()"}'),
            (OTHER, 3, 5.0, "t", 1, "OutputAdded", f'{{"call_id":"c","output":{printed}}}'),
            (OTHER, 4, 5.0, "t", 1, "OutputAdded", "not json"),
            (OTHER, 5, 5.0, "t", 1, "TextDelta", '{"text":7}'),
        ]  # fmt: skip
        connection.executemany("INSERT INTO log VALUES (?,?,?,?,?,?,?)", rows)
    kinds = [each.kind for each in store.search("penguins", 10) if each.conversation_id == OTHER]
    assert kinds == ["prompt", "code"]
    assert store.search("344", 10)[0].conversation_id == OTHER


def test_blobs_that_nothing_refers_to_any_more_are_removed_but_young_ones(home: Path, store: SqliteStore) -> None:
    def shown(ref: BlobRef, seq: int, conversation: str) -> e.Recorded:
        return e.Recorded(seq, 1.0, conversation, "t1", e.SCHEMA, e.OutputAdded("c1", DisplayData({"image/png": ref})))

    def age(*refs: BlobRef) -> None:
        for ref in refs:
            path = home / "blobs" / ref.digest[:2] / ref.digest[2:]
            then = path.stat().st_mtime - 2 * HOUR
            os.utime(path, (then, then))

    own, shared, young, said = (store.put(name * 99, "bytes") for name in (b"own", b"shared", b"young", b"said"))
    listed = {"messages": [{"digest": said.digest, "size": said.size}]}
    body = store.put(json.dumps(listed).encode(), "json")
    request = e.Recorded(4, 1.0, ID, "t1", e.SCHEMA, e.RequestSent("m", body))
    filled(store, *(shown(ref, seq, ID) for seq, ref in enumerate((own, shared, young), 1)), request)
    filled(store, shown(shared, 1, OTHER))
    age(own, shared, body, said)
    store.forget(ID)
    for ref in (own, body, said):
        with pytest.raises(KeyError):
            store.get(ref)
    assert store.get(shared) == b"shared" * 99
    assert store.get(young) == b"young" * 99
    age(young)
    store.sweep()
    with pytest.raises(KeyError):
        store.get(young)


def test_an_index_that_cannot_be_read_hides_no_conversation(home: Path, store: SqliteStore) -> None:
    """It is made anew from the log at the next start."""
    filled(store, *talk(ID, at=1.0))
    assert store.search("mean", 10)
    with sqlite3.connect(home / "lci.sqlite") as connection:
        connection.execute("DROP TABLE piece")
    assert store.search("mean", 10) == []
    assert store.sizes()
    assert [each.id for each in store.summaries()] == [ID]
    again = SqliteStore(home)
    try:
        assert again.search("mean", 10)
    finally:
        again.close()
