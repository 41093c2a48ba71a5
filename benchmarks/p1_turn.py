"""P1: a turn of one round and of ten, headless, against the floor of one raw round trip and two bare requests.

The bare requests are the last two that our turn sent, word for word: what the openai client itself takes for a long
conversation counts on both sides.
"""

from __future__ import annotations

import time

from benchmarks.headless import interpreter, turn
from benchmarks.model import model_process
from benchmarks.raw import bare_client, drained, raw_kernel, streamed, told
from benchmarks.report import Row, sample

ONE, TEN = 24, 8
FACTOR = 1.5
#: The original's one-round turn without its model, measured earlier.
ORIGINAL_MS = 35


def measure() -> list[Row]:
    with model_process() as url, raw_kernel() as kernel, bare_client(url) as client, interpreter(url) as live:

        def floor() -> tuple[float, float]:
            """Seconds of the two bare requests and of the raw round trip."""
            bodies = told(client)["bodies"]
            began = time.perf_counter()
            for body in bodies:
                for _ in streamed(client, body):
                    pass
            asked = time.perf_counter()
            drained(kernel, "1+1")
            return asked - began, time.perf_counter() - asked

        for _ in range(5):
            turn(live, "rounds=1 tag=warm")
            floor()
        one, ten, requests, floors = [], [], [], []
        for index in range(ONE):
            one.append(turn(live, f"rounds=1 tag=a{index}"))
            asked, ran = floor()
            requests.append(asked)
            floors.append(asked + ran)
        tenfold = []
        for index in range(TEN):
            ten.append(turn(live, f"rounds=10 tag=b{index}"))
            tenfold.append(sum(sum(floor()) for _ in range(10)))
    ours, raw = sample(one), sample(floors)
    long, raw_long = sample(ten), sample(tenfold)
    bare = sample(requests).median
    net = sample([seconds - bare / 1000 for seconds in one])
    said = "`1+1` by jupyter_client + the same 2 requests by openai:"
    return [
        Row("P1", "turn of 1 round, headless", ours, raw, said, f"≤ {FACTOR} ×", ours.median <= FACTOR * raw.median),
        Row(
            "P1",
            f"the same without the 2 bare requests ({bare:.0f} ms)",
            net,
            None,
            f"the original, measured earlier: {ORIGINAL_MS} ms",
            f"< {ORIGINAL_MS} ms",
            net.median < ORIGINAL_MS,
        ),
        Row(
            "P1",
            "turn of 10 rounds, headless",
            long,
            raw_long,
            "ten times that floor:",
            f"≤ {FACTOR} ×",
            long.median <= FACTOR * raw_long.median,
        ),
    ]
