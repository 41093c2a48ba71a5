"""One submit of the browser may come twice: it is asked once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel
from lci.ui import commands
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
        now[0] += 0.7
        assert echoes.has(live, "Three"), "of a machine with much else to do"
        now[0] += 0.3
        assert not echoes.has(live, "Three")


def test_words_that_were_taken_back_are_meant_when_they_are_sent_again(engine: Engine) -> None:
    """Nobody types them anew: they stand in the composer, and Enter follows in less than an echo takes."""
    echoes = Echoes(lambda: 10.0)
    with Interpreter(engine=engine) as live:
        echoes.note(live, "Two")
        echoes.forget(live)
        assert not echoes.has(live, "Two")
        echoes.forget(live)


def test_a_question_by_a_click_that_is_delivered_twice_is_asked_once(engine: Engine) -> None:
    """The callback of a button runs twice as that of the composer does; the second question was queued and answered."""
    with Interpreter(engine=engine) as live:
        for _ in range(2):
            commands._ask(live, "Two", [])
        assert live.wait(lambda now: now.running is None, 20)
        assert [turn.prompt for turn in live.snapshot().branch()] == ["Two"]
        assert live.queued == ()


def test_words_that_stand_nowhere_are_asked_even_if_they_were_noted_late(engine: Engine) -> None:
    """On a busy machine a submit may note its words after they were taken back: sent again they were lost."""
    with Interpreter(engine=engine) as live:
        commands._echoes.note(live, "Two")
        commands._ask(live, "Two", [])
        assert live.wait(lambda now: now.running is None, 20)
        assert [turn.prompt for turn in live.snapshot().branch()] == ["Two"]
