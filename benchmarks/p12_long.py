"""P12: opening a conversation of a thousand turns, and the messages for its next request."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, sample
from lci.agent.prompts import ModelPhrases, system
from lci.core import events as e
from lci.core.fitting import fitted
from lci.core.ids import new_conversation_id
from lci.core.outputs import StreamOutput
from lci.core.transcript import transcript
from lci.models.tokens import Counter
from lci.runtime.engine import Engine
from lci.runtime.interpreter import Interpreter
from lci.runtime.settings import load_settings

TURNS, TIMES = 1_000, 3
OPEN_S, MESSAGES_MS = 1.0, 20
WINDOW = 128_000


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as home:
        engine = Engine(load_settings(home=Path(home)))
        try:
            name = new_conversation_id()
            for number, (turn, event) in enumerate(_events(), 1):
                engine.store.append(e.Recorded(number, float(number), name, turn, e.SCHEMA, event))
            engine.store.flush().result()
            opening, building = [], []
            for _ in range(TIMES):
                began = time.perf_counter()
                with Interpreter(engine=engine, conversation_id=name, create=False) as live:
                    opening.append(time.perf_counter() - began)
                    building += _built(live)
        finally:
            engine.close()
    opened, built = sample(opening, "s"), sample(building)
    what = f"opening {TURNS:,} turns of 76 entries"
    return [
        Row("P12", what, opened, None, "", f"≤ {OPEN_S:.0f} s", opened.median <= OPEN_S),
        Row("P12", "messages of its next request", built, None, "", f"≤ {MESSAGES_MS} ms", built.median <= MESSAGES_MS),
    ]


def _built(live: Interpreter) -> list[float]:
    """Seconds of building the messages, after the first time, which counts every old message once."""
    conversation, phrases = live.snapshot(), ModelPhrases()
    told = system(conversation.settings, live.engine.surroundings(conversation.settings))
    counter = Counter()
    counter.load()
    seconds = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        fitted(transcript(conversation, told, phrases), WINDOW, counter.count, phrases)
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def _events() -> Iterator[tuple[str, e.Event]]:
    before: str | None = None
    for number in range(TURNS):
        turn, call = f"{number:032x}", f"call-{number}"
        yield turn, e.TurnStarted(f"Question {number}?", (), before, "person", "scripted")
        yield turn, e.RequestSent("scripted", None, 100)
        for _ in range(20):
            yield turn, e.TextDelta("some words of it ")
        for _ in range(10):
            yield turn, e.CodeDelta(call, "print('one line of it')\n")
        yield turn, e.CellStarted(call, "print('one line of it')\n" * 10)
        for _ in range(10):
            yield turn, e.OutputAdded(call, StreamOutput("stdout", "one line of it\n"))
        yield turn, e.CellFinished(call, "ok", number, 0.5)
        yield turn, e.RequestSent("scripted", None, 100)
        for _ in range(30):
            yield turn, e.TextDelta("the answer, word by word ")
        yield turn, e.TurnEnded("done")
        before = turn
