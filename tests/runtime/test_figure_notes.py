"""What a figure shows, and what makes it hard to read, reaches the model: once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

pytestmark = pytest.mark.kernel

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 40], label='rise'); plt.show()"


@pytest.fixture
def told(home: Path) -> Iterator[Callable[..., list[str]]]:
    """The results the model got for cells with these sources, all in one turn."""
    engines: list[Engine] = []

    def run(*sources: str) -> list[str]:
        model = ScriptedModel([*(calls(source) for source in sources), says("done")])
        engines.append(Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda _: model))
        with Interpreter(engine=engines[-1], settings=ConversationSettings(approval="auto")) as live:
            live.run("go", approve="auto")
        return [message.text for message in model.requests[-1].messages if message.role == "tool"]

    yield run
    for engine in engines:
        engine.close()


def test_a_model_is_told_what_a_figure_shows(told: Callable[..., list[str]]) -> None:
    """B27"""
    (result,) = told(PLOT)
    assert '"label": "rise"' in result
    assert '"y": [3.0, 40.0]' in result


def test_what_to_improve_is_said_once_in_a_turn(told: Callable[..., list[str]]) -> None:
    """B27"""
    first, second = told(PLOT, PLOT.replace("40", "50"))
    assert "an x axis without a label, a y axis without a label" in first
    assert "without a label" not in second
    assert "50.0" in second


def test_cells_without_figures_are_as_they_were(told: Callable[..., list[str]]) -> None:
    """B27"""
    assert told("print('plain')") == ["plain"]


def test_characters_that_become_boxes_are_told(told: Callable[..., list[str]]) -> None:
    """B27, B28: no font has Linear A."""
    source = (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.xlabel('x \U00010600'); plt.ylabel('y'); plt.show()"
    )
    (result,) = told(source)
    assert "characters that no font here has and that show as boxes" in result
