"""Conversations that are only looked at: held while someone looks, given back when nobody does and nothing runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lci.errors import ConversationInUse
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.storage.store import SqliteStore
from lci.testing.scripted import ScriptedModel, calls, says

Make = Callable[..., Engine]


def release(registry: OpenConversations) -> None:
    """As if nobody had looked at anything for long."""
    registry.engine.call(registry.release_unseen(time.monotonic()))


def is_free(home: Path, conversation_id: str) -> bool:
    """Whether another app could have it."""
    store = SqliteStore(home)
    try:
        store.lease(conversation_id)
    except ConversationInUse:
        return False
    finally:
        store.close()
    return True


def test_a_conversation_nobody_looks_at_is_given_back_and_opens_again(engine_with: Make, home: Path) -> None:
    """B33"""
    registry = OpenConversations(engine_with(ScriptedModel([says("hello")])))
    live = registry.create()
    live.run("hi")
    assert not is_free(home, live.id)
    live.close()
    registry = OpenConversations(registry.engine)
    shown = registry.get(live.id)
    assert not is_free(home, live.id)
    release(registry)
    again = registry.get(live.id)
    assert again is not shown
    assert shown.closed
    assert [turn.text for turn in again.snapshot().turns] == ["hello"]
    release(registry)
    registry.engine.call(registry.release_unseen(time.monotonic()))
    assert registry.live(live.id) is None


def test_another_app_can_have_it_then(engine_with: Make, home: Path) -> None:
    """B32, B33"""
    registry = OpenConversations(engine_with(ScriptedModel([says("hello")])))
    live = registry.create()
    live.run("hi")
    live.kernel.restart()
    live.close()
    registry = OpenConversations(registry.engine)
    registry.get(live.id)
    release(registry)
    for closing in registry._closing.values():
        closing.result(30)
    assert is_free(home, live.id)
    other = SqliteStore(home)
    other.lease(live.id)
    with pytest.raises(ConversationInUse):
        registry.get(live.id)
    other.close()
    assert registry.get(live.id).snapshot().turns


def test_one_that_is_looked_at_stays(engine_with: Make) -> None:
    registry = OpenConversations(engine_with(ScriptedModel([])))
    live = registry.create()
    since = time.monotonic()
    registry.get(live.id)
    registry.engine.call(registry.release_unseen(since))
    assert registry.live(live.id) is live
    live.seen_at = since - 1
    live.look_at()
    registry.engine.call(registry.release_unseen(since))
    assert registry.live(live.id) is live


def test_one_that_works_or_has_a_kernel_stays(engine_with: Make) -> None:
    """B33: variables are not lost because a tab was closed."""
    registry = OpenConversations(engine_with(ScriptedModel([calls("1"), says("done")])))
    live = registry.create()
    live.run("go", approve="auto")
    assert live.kernel.running
    release(registry)
    assert registry.live(live.id) is live
    assert not live.closed


def test_opening_while_it_is_given_back_waits_for_that(engine_with: Make) -> None:
    """B32"""
    registry = OpenConversations(engine_with(ScriptedModel([says("hello")])))
    live = registry.create()
    live.run("hi")
    found, over = [], threading.Event()

    def look() -> None:
        while not over.is_set():
            found.append(registry.get(live.id).snapshot().turns[0].text)

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(50):
        release(registry)
    over.set()
    looking.join(30)
    assert set(found) == {"hello"}
