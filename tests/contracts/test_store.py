"""Log, Leases and Blobs: what every store must do, in SQLite and in memory."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.files import WorkspaceFile
from lci.core.ids import new_conversation_id
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.searching import plain_text, stands_in
from lci.core.stores import Store
from lci.errors import ConversationInUse
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.storage.store import SqliteStore
from lci.testing.scripted import MemoryStore, ScriptedKernel, ScriptedModel, calls, says
from tests.core.strategies import logs
from tests.examples import share

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


def test_a_conversation_without_a_title_goes_by_the_first_file_that_lies_in_it(store: Store) -> None:
    def added(name: str) -> e.FileAdded:
        return e.FileAdded(WorkspaceFile(name, 1, 0.0, "upload"))

    store.append(entry(1, added("gone.csv")))
    store.append(entry(2, added("orders.csv")))
    store.append(entry(3, e.FileRemoved("gone.csv")))
    store.append(entry(1, added("empty.csv"), OTHER))
    store.append(entry(2, e.FileRemoved("empty.csv"), OTHER))
    store.append(entry(1, added("asked.csv"), "ef" * 16))
    store.append(entry(2, e.ConversationChanged(title="How many?"), "ef" * 16))
    store.flush().result(10)
    assert {each.id: (each.name, each.is_empty) for each in store.summaries()} == {
        ID: ("orders.csv", False),
        OTHER: ("", True),
        "ef" * 16: ("How many?", False),
    }


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


# --- searched, measured, removed for good -----------------------------------------------------------------------------


def filled(store: Store, *entries: e.Recorded) -> None:
    for recorded in entries:
        store.append(recorded)
    store.flush().result(10)


def talk(conversation: str, *, at: float, turn: str = "t1", prompt: str = "What is the mean mass?") -> list[e.Recorded]:
    events: list[e.Event] = [
        e.TurnStarted(prompt),
        e.TextDelta("The mean is "),
        e.TextDelta("**4,201.8** grams."),
        e.CellStarted("c1", "df['body_mass_g'].mean()"),
        e.OutputAdded("c1", StreamOutput("stdout", "\x1b[31mrows\x1b[0m: 344\n")),
        e.OutputAdded("c1", ExecuteResult({"text/plain": "4201.754385964912"})),
        e.OutputAdded("c1", ErrorOutput("KeyError", "'mass'")),
        e.TurnEnded("done"),
    ]
    return [e.Recorded(number, at, conversation, turn, e.SCHEMA, event) for number, event in enumerate(events, 1)]


def test_what_stands_in_a_notebook_by_now_is_searched(store: Store) -> None:
    """B11: as what it is; neither what was written over nor what was deleted, before and after the first search."""
    waiting = itertools.count(len(talk(ID, at=1.0)) + 1)

    def entry(event: e.Event, turn: str | None = None) -> e.Recorded:
        return e.Recorded(next(waiting), 2.0, ID, turn, e.SCHEMA, event)

    def kinds(query: str) -> list[tuple[str | None, str]]:
        return [(hit.turn_id, hit.kind) for hit in store.search(query, 10)]

    filled(store, *talk(ID, at=1.0), entry(e.CellInserted("own", "c1", "markdown", "# Notes on *puffins*")))
    assert kinds("puffins") == [(None, "prose")]
    assert stands_in(store.search("puffins", 10)[0], "# Notes on *puffins*")
    assert not stands_in(store.search("puffins", 10)[0], "# Notes on *auks*")
    assert kinds("body_mass_g") == [("t1", "code")]
    filled(store, entry(e.CellEdited("c1", "weighed = 1")))
    assert kinds("body_mass_g") == []
    assert kinds("weighed") == [("t1", "code")]
    filled(store, entry(e.CellEdited("passage", "Other words"), "t1"))
    assert kinds('"other words"') == [("t1", "prose")]
    filled(store, entry(e.TextDelta("Another auk."), "t1"))
    assert kinds("body_mass_g") == []
    filled(store, entry(e.CellDeleted("c1")), entry(e.CellDeleted("own")))
    assert kinds("weighed") == kinds("puffins") == kinds("754385") == []
    filled(store, entry(e.TextDelta(" And more."), "t1"))
    assert kinds("weighed") == []
    filled(store, entry(e.CellDeleted("c1", deleted=False)))
    assert kinds("weighed") == [("t1", "code")]
    filled(
        store,
        entry(e.CellInserted("mine", "c1", "code", "guillemots")),
        entry(e.CellStarted("mine", "guillemots"), "t1"),
    )
    assert kinds("guillemots") == [("t1", "code")]


def test_words_of_pages_markdown_and_json_are_searched(store: Store) -> None:
    shown = {"text/plain": "<x>", "text/html": "<p>warm <b>day</b></p>", "text/markdown": "*lukewarm*",
             "application/json": {"temperate": [1]}}  # fmt: skip
    filled(
        store, *talk(ID, at=1.0)[:-1], e.Recorded(8, 1.0, ID, "t1", e.SCHEMA, e.OutputAdded("c1", DisplayData(shown)))
    )
    for query in ('"warm day"', "lukewarm", "temperate"):
        assert [hit.kind for hit in store.search(query, 10)] == ["output"], query


@pytest.mark.parametrize(
    ("query", "kind", "match"),
    [
        ("MEAN MASS", "prompt", "mean"),
        ("mean grams", "prose", "mean"),
        ('"is 4,201.8 grams"', "prose", "is 4,201.8 grams"),
        ("body_mass_g", "code", "body_mass_g"),
        ("344", "output", "344"),
        ("754385", "output", "754385"),
        ("keyerror", "output", "KeyError"),
        ("Ｍｅａｎ　ｍａｓｓ", "prompt", "mean"),
    ],
)
def test_what_was_asked_said_run_and_printed_is_searched(store: Store, query: str, kind: str, match: str) -> None:
    filled(store, *talk(ID, at=1.0), *talk(OTHER, at=2.0, prompt="Something else?")[:1])
    hits = store.search(query, 10)
    assert [(each.conversation_id, each.turn_id) for each in hits[:1]] == [(ID, "t1")]
    assert (hits[0].kind, hits[0].match) == (kind, match)


@pytest.mark.parametrize("query", ["売上", "上", "月ごと", "每月", "額"])
def test_words_of_languages_without_spaces_are_found_within_others(store: Store, query: str) -> None:
    filled(store, *talk(ID, at=1.0, prompt="月ごとの売上金額は? 每月销售额"), *talk(OTHER, at=2.0))
    assert [each.conversation_id for each in store.search(query, 10)] == [ID]


def test_all_words_must_stand_in_one_piece_and_no_words_find_nothing(store: Store) -> None:
    filled(store, *talk(ID, at=1.0))
    assert store.search("mean nowhere", 10) == []
    assert store.search("body_mass_g 344", 10) == []
    assert [store.search(query, 10) for query in ("", "  ", '""', '"')[:3]] == [[], [], []]


def test_the_latest_conversations_come_first_and_deleted_ones_not_at_all(store: Store) -> None:
    third = "ef" * 16
    filled(store, *talk(ID, at=1.0), *talk(OTHER, at=3.0), *talk(third, at=2.0))
    assert list(dict.fromkeys(each.conversation_id for each in store.search("mean", 10))) == [OTHER, third, ID]
    assert {each.conversation_id for each in store.search("mean", 1)} == {OTHER}
    filled(store, entry(9, e.ConversationChanged(deleted=True), OTHER, at=4.0))
    assert {each.conversation_id for each in store.search("mean", 10)} == {third, ID}
    assert [each.id for each in store.deleted()] == [OTHER]
    filled(store, entry(10, e.ConversationChanged(deleted=False), OTHER, at=5.0))
    assert store.search("mean", 10)[0].conversation_id == OTHER
    assert store.deleted() == []


def test_what_comes_after_a_search_is_found_by_the_next(store: Store) -> None:
    """A cell that ran again has its new output, and the last title counts."""
    filled(store, *talk(ID, at=1.0), entry(9, e.ConversationChanged(title="First title")))
    assert store.search("344", 10) and store.search("first title", 10)
    filled(
        store,
        e.Recorded(10, 2.0, ID, "t1", e.SCHEMA, e.OutputsCleared("c1")),
        e.Recorded(11, 2.0, ID, "t1", e.SCHEMA, e.OutputAdded("c1", StreamOutput("stdout", "rows: 999"))),
        entry(12, e.ConversationChanged(title="Second title")),
        e.Recorded(13, 2.0, ID, None, e.SCHEMA, e.CellInserted("own", source="# a note of mine")),
    )
    assert store.search("344", 10) == store.search("first title", 10) == []
    assert [store.search(query, 10)[0].kind for query in ("999", "second title", "note of mine")] == [
        "output", "title", "code",
    ]  # fmt: skip


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)


@settings(max_examples=share(100), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts, st.data())
def test_whatever_was_asked_is_found_by_any_part_of_it(store: Store, prompt: str, data: st.DataObject) -> None:
    conversation = new_conversation_id()
    filled(store, *talk(conversation, at=1.0, prompt=prompt))
    start = data.draw(st.integers(0, len(prompt) - 1))
    part = prompt[start : data.draw(st.integers(start + 1, len(prompt)))]
    if not plain_text(part) or '"' in part or plain_text(part) not in plain_text(prompt):
        return
    hits = [each for each in store.search(f'"{part}"', 10_000) if each.conversation_id == conversation]
    assert hits
    assert all(stands_in(each, prompt) for each in hits if each.kind == "prompt")


@settings(max_examples=share(100), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.text(max_size=30) | st.sampled_from(['"', "a AND", "NEAR(", "col:x", "*", "x OR y", "'; DROP TABLE log", "%"])
)
def test_any_text_is_a_query(store: Store, query: str) -> None:
    if not store.holds(ID):
        filled(store, *talk(ID, at=1.0))
    assert all(each.match for each in store.search(query, 10))


def test_a_conversation_takes_as_much_as_its_entries_and_blobs(store: Store) -> None:
    filled(store, *talk(ID, at=1.0), *talk(OTHER, at=1.0)[:1])
    before = store.sizes()
    assert before[ID] > before[OTHER] > 0
    ref = store.put(b"x" * 100_000, "bytes")
    filled(store, e.Recorded(9, 1.0, ID, "t1", e.SCHEMA, e.OutputAdded("c1", DisplayData({"image/png": ref}))))
    assert store.sizes()[ID] > before[ID]
    assert store.sizes()[OTHER] == before[OTHER]


def test_a_conversation_that_is_forgotten_is_gone_for_good(store: Store) -> None:
    filled(store, *talk(ID, at=1.0), *talk(OTHER, at=1.0))
    store.forget(ID)
    store.forget(ID)
    assert not store.holds(ID)
    assert list(store.log(ID)) == []
    assert [each.id for each in store.summaries()] == [OTHER]
    assert {each.conversation_id for each in store.search("mean", 10)} == {OTHER}
    assert ID not in store.sizes()
    filled(store, *talk(ID, at=1.0, prompt="Again from the start"))
    assert store.search("from the start", 10)[0].conversation_id == ID


def test_a_conversation_in_use_is_not_forgotten(store: Store) -> None:
    filled(store, *talk(ID, at=1.0))
    store.lease(ID)
    with pytest.raises(ConversationInUse):
        store.forget(ID)
    assert store.holds(ID)
