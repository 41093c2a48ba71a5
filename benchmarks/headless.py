"""Our engine without a screen, with the real adapter, against the model of the benchmarks."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from lci.core.conversation import Conversation
from lci.runtime.config.settings import ModelSettings, load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine


@contextlib.contextmanager
def interpreter(url: str, warm: str = "rounds=1 tag=warm") -> Iterator[Interpreter]:
    """A conversation of its own in a folder of its own, with a kernel that `warm` has used."""
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as home:
        model = ModelSettings(id="scripted", name="scripted", base_url=url, api_key=SecretStr("none"))
        engine = Engine(load_settings(home=Path(home), model="scripted", models=[model]))
        try:
            with Interpreter(engine=engine) as live:
                turn(live, warm)
                yield live
        finally:
            engine.close()


def turn(live: Interpreter, prompt: str, timeout: float = 120) -> float:
    """Seconds from the prompt to the end of its turn. Raises `RuntimeError` unless it ended well."""
    before = len(live.snapshot().turns)

    def ended(now: Conversation) -> bool:
        return len(now.turns) > before and now.running is None

    began = time.perf_counter()
    live.submit(prompt)
    done = live.wait(ended, timeout)
    seconds = time.perf_counter() - began
    ending = live.snapshot().turns[-1].ending
    if not done or ending != "done":
        raise RuntimeError(f"the turn ended as {ending}")
    return seconds
