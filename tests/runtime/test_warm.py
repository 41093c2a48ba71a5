"""A new conversation takes over a kernel that was started before anybody asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from lci.core.conversation import ConversationSettings
from lci.core.outputs import StreamOutput
from lci.kernels.isolation import expected_level
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(expected_level("auto") != "bubblewrap", reason="kernels are started ahead in bubblewrap only"),
]


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    """An engine with one kernel ready, whose model runs what the prompt says."""
    models: dict[str, ScriptedModel] = {}

    def model(model_id: str) -> ScriptedModel:
        return models.setdefault(model_id, ScriptedModel([]))

    engine = Engine(Settings(home=home, model="builtin-analyst"), make_model=model)
    engine.start_ahead()
    wait_for_one(engine)
    yield engine
    engine.close()


def wait_for_one(engine: Engine) -> None:
    pause, deadline = Event(), time.monotonic() + 60
    while engine.kernels_ready == 0:
        assert time.monotonic() < deadline, "no kernel came up"
        pause.wait(0.02)


def printed(engine: Engine, live: Interpreter, source: str) -> str:
    model = engine.model(live.snapshot().settings.model)
    assert isinstance(model, ScriptedModel)
    model.then(calls(source), says("done"))
    cell = live.run("go", approve="auto").turn.cells[-1]
    assert cell.status == "ok", cell.outputs
    return "".join(output.text for output in cell.outputs if isinstance(output, StreamOutput))


def test_a_new_conversation_takes_a_ready_kernel_with_its_folders(engine: Engine) -> None:
    """P2, B5: the uploaded file is there, what the cell writes is found, and the imports were done before."""
    with Interpreter(engine=engine) as live:
        live.files.attach_bytes("in.csv", b"a\n1\n")
        assert live.kernel.running
        source = (
            "import sys; ready = 'pandas' in sys.modules\n"
            "import pandas as pd; open('out.txt', 'w').write(str(pd.read_csv('in.csv').a.sum())); print(ready)"
        )
        assert printed(engine, live, source) == "True\n"
        assert set(live.snapshot().files) == {"in.csv", "out.txt"}
        assert (live.workspace.work / "out.txt").read_text("utf-8") == "1"
        assert (live.workspace.root.parent / ".ahead").is_dir()


def test_figures_of_a_ready_kernel_are_shown_once(engine: Engine) -> None:
    """P2, B8"""
    with Interpreter(engine=engine) as live:
        printed(engine, live, "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()")
        assert len(live.outcome().figures) == 1


def test_another_kernel_follows_and_conversations_share_nothing(engine: Engine) -> None:
    """P2, B32"""
    with Interpreter(engine=engine) as first:
        printed(engine, first, "secret = 1; open('mine.txt', 'w').write('x')")
        wait_for_one(engine)
        with Interpreter(engine=engine) as second:
            assert printed(engine, second, "import os; print('secret' in dir(), os.listdir())") == "False []\n"
            assert first.workspace.root != second.workspace.root


def test_other_settings_get_a_kernel_of_their_own(engine: Engine) -> None:
    """B34: what was started without network is no kernel for a conversation that has it."""
    settings = ConversationSettings(model="builtin-analyst", network=True)
    with Interpreter(engine=engine, settings=settings) as live:
        live.files.attach_bytes("in.csv", b"a\n1\n")
        assert not live.kernel.running
        assert engine.kernels_ready == 1


def test_a_restarted_kernel_finds_the_folders_under_their_new_name(engine: Engine) -> None:
    """P2, B4"""
    with Interpreter(engine=engine) as live:
        printed(engine, live, "open('kept.txt', 'w').write('here')")
        live.kernel.restart()
        assert live.wait(lambda now: now.kernel.generation == 2, 60)
        assert printed(engine, live, "print(open('kept.txt').read())") == "here\n"


def test_nothing_is_left_when_the_engine_closes(home: Path) -> None:
    """B33"""
    engine = Engine(Settings(home=home, model="builtin-analyst"))
    engine.start_ahead()
    wait_for_one(engine)
    engine.close()
    assert list((home / "workspaces" / ".ahead").iterdir()) == []
    assert list((home / "running").glob("*.json")) == []
