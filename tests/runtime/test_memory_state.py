"""What a model is told of the kernel's memory with every request, by a real kernel (B18)."""

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


@pytest.fixture
def told(home: Path) -> Iterator[Callable[..., list[str]]]:
    """The line on memory in each request after a cell with one of these sources, in one turn."""
    engines: list[Engine] = []

    def run(*sources: str) -> list[str]:
        model = ScriptedModel([*(calls(source) for source in sources), says("done")])
        engines.append(Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda _: model))
        with Interpreter(engine=engines[-1], settings=ConversationSettings(approval="auto")) as live:
            live.run("go", approve="auto")
        lines = [request.messages[-1].text.split("\n") for request in model.requests[1:]]
        return ["".join(line for line in each if line.startswith("[In memory now: ")) for each in lines]

    yield run
    for engine in engines:
        engine.close()


def test_the_newest_come_first_with_their_columns(told: Callable[..., list[str]]) -> None:
    """B18: also a frame that was changed in place, or bound again."""
    frame = "import pandas as pd\n{} = pd.DataFrame({{'region': [1], 'unit price': [2]}})"
    lines = told(
        frame.format("first"), frame.format("second"), "first['net, rounded'] = 3", "second = second[['region']]",
        "first.drop(columns='region', inplace=True)",
    )  # fmt: skip
    assert lines == [
        '[In memory now: first: DataFrame 1×2 (region, "unit price")]',
        '[In memory now: second: DataFrame 1×2 (region, "unit price"); first: DataFrame 1×2 (region, "unit price")]',
        '[In memory now: first: DataFrame 1×3 (region, "unit price", "net, rounded"); '
        'second: DataFrame 1×2 (region, "unit price")]',
        '[In memory now: second: DataFrame 1×1 (region); first: DataFrame 1×3 (region, "unit price", "net, rounded")]',
        '[In memory now: first: DataFrame 1×2 ("unit price", "net, rounded"); second: DataFrame 1×1 (region)]',
    ]


def test_pictures_their_parts_and_what_loops_leave_are_not_told(told: Callable[..., list[str]]) -> None:
    """B18."""
    (line,) = told(
        "import matplotlib.pyplot as plt\nimport numpy as np\n"
        "fig, axes = plt.subplots(2, 2)\nax = axes[0, 0]\nlines = ax.plot([1, 2])\nbars = ax.bar([1], [2])\n"
        "values = np.arange(3)\nfor number, one in enumerate(axes.flat):\n    one.plot([number])\n"
        "kept = [1, 2]\nplt.show()"
    )
    assert line == "[In memory now: kept: list 2 = [1, 2]; values: ndarray 3]"


FUNCTIONS = {
    "def f(): pass": "def f()",
    "def f(frame, by='x', *, most=5, least): pass": "def f(frame, by='x', *, most=5, least)",
    "def f(a, /, b, *rest, c=None, **more): pass": "def f(a, /, b, *rest, c=None, **more)",
    "f = lambda x, y=2: x": "def f(x, y=2)",
    "async def f(a): pass": "def f(a)",
    "class Odd:\n    def __repr__(self): raise RuntimeError\ndef f(a=Odd()): pass": "def f(a=…)",
    "def f(a='" + "x" * 90 + "'): pass": "def f(a=…)",
    "from functools import partial, wraps\nfrom json import dumps\nf = 1": "f: int = 1",
}


def test_functions_are_told_with_their_parameters(told: Callable[..., list[str]]) -> None:
    """B18: and nothing of the user's is called for it."""
    assert told(*FUNCTIONS) == [f"[In memory now: {each}]" for each in FUNCTIONS.values()]


def test_a_full_memory_is_told_from_its_newest_end(told: Callable[..., list[str]]) -> None:
    """B18: within what there is room for, and counted."""
    (_, line) = told("for n in range(300): globals()[f'old_{n}'] = n", "newest = 1")
    assert line.startswith("[In memory now: newest: int = 1; old_299: int = 299; ") and "old_150" not in line
    assert line.endswith(" in all]") and len(line) < 3_500
