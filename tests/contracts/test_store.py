"""Log, Leases and Blobs: what every store must do, in SQLite and in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.ids import new_conversation_id
from lci.core.outputs import BlobRef
from lci.core.stores import Store
from lci.errors import ConversationInUse
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.storage.store import SqliteStore
from lci.testing.scripted import MemoryStore, ScriptedKernel, ScriptedModel, calls, says
from tests.core.strategies import logs

ID, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, home: Path) -> Iterator[Store]:
    made: Store = SqliteStore(home) if request.param == "sqlite" else MemoryStore()
    yield made
    made.close()


def entry(seq: int, event: e.Event, conversation: str = ID, at: float | None = None) -> e.Recorded:
    return e.Recorded(seq, float(seq) if at is None else at, conversation, "t", e.SCHEMA, event)


def test_entries_are_there_in_order_and_each_in_its_conversation(store: Store) -> None:
    """B11"""
    entries = [entry(1, e.TurnStarted("héllo")), entry(2, e.TextDelta("表")), entry(3, e.TurnEnded("done"))]
    for recorded in (*entries[:1], entry(1, e.TurnStarted("else"), OTHER), *entries[1:]):
        store.append(recorded)
    store.flush().result(10)
    assert list(store.log(ID)) == entries
    assert store.holds(ID) and store.holds(OTHER) and not store.holds("ef" * 16)
    assert list(store.log("ef" * 16)) == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(logs())
def test_every_event_is_given_back_as_it_was(store: Store, log: list[e.Recorded]) -> None:
    conversation = new_conversation_id()
    entries = [e.Recorded(r.seq, r.at, conversation, r.turn_id, r.schema, r.event) for r in log]
    for recorded in entries:
        store.append(recorded)
    store.flush().result(10)
    assert list(store.log(conversation)) == entries


def test_an_event_that_is_no_json_is_its_callers_error(store: Store) -> None:
    with pytest.raises((TypeError, ValueError)):
        store.append(entry(1, e.TextDelta(object())))  # type: ignore[arg-type]
    store.append(entry(1, e.TurnStarted("x")))
    store.flush().result(10)
    assert list(store.log(ID)) == [entry(1, e.TurnStarted("x"))]


def test_summaries_list_pinned_ones_first_then_the_latest_without_the_deleted(store: Store) -> None:
    for number, title in enumerate(["first", "second", "pinned", "gone"]):
        changed = e.ConversationChanged(title=title, pinned=title == "pinned", deleted=title == "gone")
        store.append(entry(1, changed, f"{number:032x}", 10.0 - number))
        store.append(entry(2, e.TurnStarted("x"), f"{number:032x}", 20.0 - number))
    store.flush().result(10)
    shown = [(each.title, each.turns, each.updated_at) for each in store.summaries()]
    assert shown == [("pinned", 1, 18.0), ("first", 1, 20.0), ("second", 1, 19.0)]


def test_a_lease_is_held_by_one_and_given_back_from_any_thread(store: Store) -> None:
    """B32"""
    store.lease(ID)
    with pytest.raises(ConversationInUse):
        store.lease(ID)
    store.lease(OTHER)
    thread = threading.Thread(target=store.release, args=(ID,))
    thread.start()
    thread.join()
    store.lease(ID)
    store.release("ef" * 16)


def test_content_is_found_by_its_digest_at_once(store: Store) -> None:
    ref = store.put(b"\x89PNG", "bytes")
    assert (store.get(ref), ref.size, ref.encoding) == (b"\x89PNG", 4, "bytes")
    assert store.put(b"\x89PNG", "bytes") == ref
    store.flush().result(10)
    assert store.get(ref) == b"\x89PNG"
    with pytest.raises(KeyError):
        store.get(BlobRef("00" * 32, 1, "bytes"))


def test_a_conversation_is_held_and_opened_again(store: Store, home: Path) -> None:
    """B11: the whole app runs on it."""
    model = ScriptedModel([calls("print(1)"), says("It is 1.")])
    engine = Engine(
        Settings(home=home),
        store=store,
        make_model=lambda _: model,
        make_kernel=lambda *_: ScriptedKernel(lambda _: ()),
    )
    try:
        with Interpreter(engine=engine, settings=ConversationSettings()) as live:
            live.run("What is it?")
            seen = live.snapshot()
        with Interpreter(engine=engine, conversation_id=live.id, create=False) as again:
            assert again.snapshot().turns == seen.turns
    finally:
        engine.close()
