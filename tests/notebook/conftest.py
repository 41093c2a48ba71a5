"""Engines for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lci.runtime.config.settings import Settings
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says


@pytest.fixture
def engine_of(home: Path) -> Iterator[Callable[[list[str]], Engine]]:
    """An engine whose model runs these cells, one after another; closed at the end."""
    engines: list[Engine] = []

    def make(cells: list[str]) -> Engine:
        model = ScriptedModel([*(calls(source) for source in cells), says("Done.")])
        engines.append(Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda _: model))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()
