"""One submit of the browser may come twice: it is asked once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel
from lci.ui.echoes import Echoes


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    engine = Engine(
        Settings(home=home), make_kernel=lambda *_: ScriptedKernel(), make_model=lambda _: ScriptedModel([])
    )
    yield engine
    engine.close()


def test_the_same_words_at_once_are_an_echo_and_later_a_question(engine: Engine) -> None:
    now = [10.0]
    echoes = Echoes(lambda: now[0])
    with Interpreter(engine=engine) as live, Interpreter(engine=engine) as other:
        assert not echoes.has(live, "Three")
        echoes.note(live, "Three")
        now[0] += 0.1
        assert echoes.has(live, "Three ")
        assert not echoes.has(live, "Four")
        assert not echoes.has(other, "Three")
        now[0] += 0.4
        assert not echoes.has(live, "Three")


def test_words_that_were_taken_back_are_meant_when_they_are_sent_again(engine: Engine) -> None:
    """Nobody types them anew: they stand in the composer, and Enter follows in less than an echo takes."""
    echoes = Echoes(lambda: 10.0)
    with Interpreter(engine=engine) as live:
        echoes.note(live, "Two")
        echoes.forget(live)
        assert not echoes.has(live, "Two")
        echoes.forget(live)
