from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lci.core.outputs import ErrorOutput, StreamOutput
from lci.core.ports import ExecutionFinished
from lci.runtime.config.settings import Settings
from lci.runtime.engine import Engine
from lci.testing.scripted import Run, ScriptedKernel, ScriptedModel
from tests.runtime.talks import Talks


def behaviour(source: str) -> Run:
    """`raise` fails, `die` dies, anything else prints itself."""
    if source.startswith("raise"):
        return [ErrorOutput("ValueError", source, ("Cell In[1], line 1",)), ExecutionFinished("error", 1, 0.1)]
    if source.startswith("die"):
        return [StreamOutput("stdout", "partial"), ExecutionFinished("died", None, 0.1)]
    return [StreamOutput("stdout", source)]


@pytest.fixture
def engine_with(home: Path) -> Iterator[Callable[..., Engine]]:
    """An engine around a scripted model and kernel; closed at the end."""
    made: list[Engine] = []

    def make(model: ScriptedModel, kernel: Callable[[], ScriptedKernel] | None = None) -> Engine:
        engine = Engine(
            Settings(home=home, model="builtin-analyst"),
            make_kernel=lambda workspace, settings, blobs: kernel() if kernel else ScriptedKernel(behaviour),
            make_model=lambda model_id: model,
        )
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def talks(home: Path) -> Iterator[Talks]:
    """Real model clients at scripted servers; closed at the end."""
    made = Talks(home)
    yield made
    made.engine.close()
