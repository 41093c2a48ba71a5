"""Kernels, and conversations of one engine with real kernels whose model runs what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says
from tests.kernels.conftest import kernel, loop_thread, new_kernel
from tests.runtime.conftest import talks

__all__ = ["kernel", "loop_thread", "new_kernel", "talks"]


@pytest.fixture
def opened(home: Path) -> Iterator[Callable[..., Interpreter]]:
    """Conversations of one engine whose model runs the given sources, one a turn."""
    models: dict[str, ScriptedModel] = {}
    engine = Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda model_id: models[model_id])

    def make(*sources: str) -> Interpreter:
        name = f"model-{len(models)}"
        models[name] = ScriptedModel([answer for source in sources for answer in (calls(source), says("done"))])
        return Interpreter(engine=engine, settings=ConversationSettings(model=name, approval="auto"))

    yield make
    engine.close()
