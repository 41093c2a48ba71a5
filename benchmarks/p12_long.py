"""P12: opening a conversation of a thousand turns, the messages for its next request, and counting a long text."""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, sample
from lci.agent.prompts.phrases import ModelPhrases
from lci.agent.prompts.system_prompt import system
from lci.agent.remembered_rounds import RememberedRounds
from lci.core import events as e
from lci.core.ids import new_conversation_id
from lci.core.outputs import StreamOutput
from lci.core.transcript.building import transcript
from lci.core.transcript.fitting import fitted
from lci.models.tokens import Counter
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine

TURNS, TIMES = 1_000, 3
OPEN_S, MESSAGES_MS, COUNT_S = 1.0, 20, 0.3
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
        _counting(),
    ]


def _counting() -> Row:
    """Tokens of a megabyte of what cells print: tables, a traceback, base64, other scripts."""
    table = "\n".join(f"{n:>8} {n * 0.37:>12.4f} region_{n % 7} 2024-0{n % 9 + 1}-11" for n in range(8_000))
    packed = base64.b64encode(bytes(n * n % 251 for n in range(150_000))).decode()
    text = (table + packed + "表の値は四十二です。\n" * 20_000)[:1_000_000]
    counter = Counter()
    counter.load()
    encoding = counter.encoding
    assert encoding is not None
    ours, raw = [], []
    for number in range(TIMES):
        began = time.perf_counter()
        counter.count(f"{number}{text}")
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        encoding.encode(f"{number}{text}", disallowed_special=())
        raw.append(time.perf_counter() - began)
    counted, bare = sample(ours, "s"), sample(raw, "s")
    limit = f"≤ {COUNT_S} s, off the screen's path"
    return Row("–", "tokens of 1 MB of output", counted, bare, "bare tiktoken", limit, counted.median <= COUNT_S)


def _built(live: Interpreter) -> list[float]:
    """Seconds of building the messages, after the first time, which counts every old message once."""
    conversation, phrases, rounds = live.snapshot(), ModelPhrases(), RememberedRounds()
    told = system(conversation.settings, live.engine.surroundings(conversation.settings))
    counter = Counter()
    counter.load()
    seconds = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        fitted(
            transcript(conversation, told, phrases, rounds=rounds), WINDOW, counter.count, phrases, soft=WINDOW * 4 // 5
        )
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
