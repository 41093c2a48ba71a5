"""Whatever a bundle's log says, it is refused, or its pages are drawn: no error of ours on the screen (B55)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from streamlit.testing.v1 import AppTest

from lci.errors import LciError
from lci.runtime.config.settings import Settings
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel
from lci.ui import state
from tests.earlier import CONVERSATION, restored
from tests.examples import share
from tests.runtime.test_handover import members, values, with_entries

PAGES = Path(__file__).resolve().parents[2] / "pages"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenConversations, dict[str, bytes]]]:
    """A machine with a conversation in which nearly everything has happened, and its bundle."""
    home = tmp_path_factory.mktemp("machine") / "home"
    restored(home)
    engine = Engine(Settings(home=home), make_kernel=lambda workspace, options, blobs: ScriptedKernel(lambda _: ()))
    conversations = state.open_registry(OpenConversations(engine))
    yield conversations, members(b"".join(conversations.bundle(CONVERSATION)))
    state.close_registry()


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of all values in an entry."""
    yield path
    match value:
        case dict():
            for key, part in value.items():
                yield from leaves(part, (*path, key))
        case list():
            for at, part in enumerate(value):
                yield from leaves(part, (*path, at))


@settings(
    max_examples=share(90),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), values | st.just("")), min_size=1, max_size=6)
)
def test_a_forged_log_is_refused_or_drawn(
    machine: tuple[OpenConversations, dict[str, bytes]], changes: list[tuple[int, int, object]]
) -> None:
    conversations, parts = machine
    count = len(parts["conversation.jsonl"].splitlines())

    def forged(entry: dict[str, Any]) -> None:
        for where, which, value in changes:
            if entry["seq"] == where % count + 1:
                places = [path for path in leaves(entry["event"]) if path]
                if places:
                    *above, last = places[which % len(places)]
                    inner: Any = entry["event"]
                    for step in above:
                        inner = inner[step]
                    inner[last] = value

    try:
        taken = conversations.take_in(io.BytesIO(with_entries(parts, forged)), "forged.zip")
        conversations.get(taken)
    except LciError:
        return
    for page in ("main", "notebook"):
        at = AppTest.from_file(str(PAGES / "main.py"), default_timeout=30)
        at.query_params["c"] = taken
        at.run()
        if page != "main":
            at.switch_page(f"{page}.py").run()
        assert not at.exception, at.exception
    conversations.forget(taken)
