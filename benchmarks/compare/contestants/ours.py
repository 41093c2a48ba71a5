"""Ours, as a program uses it."""

from __future__ import annotations

import sys
import threading

from benchmarks.compare.contestants.measuring import TURNS, resident_mb, stops, timed, told
from benchmarks.headless import interpreter
from lci.core.conversation import ConversationSettings
from lci.runtime.conversation.interpreter import Interpreter


def main(url: str, job: str) -> None:
    with interpreter(url, "job=turn") as live:
        match job:
            case "turn":
                told([timed(lambda: live.run("job=turn")) for _ in range(TURNS)])
            case "first":
                # As in the app: a kernel has been started ahead.
                engine = live.engine
                engine.start_ahead()
                seconds = []
                for _ in range(4):
                    while engine.kernels_ready == 0:
                        threading.Event().wait(0.02)
                    with Interpreter(engine=engine, settings=ConversationSettings(model="scripted")) as other:
                        seconds.append(timed(lambda other=other: other.run("job=turn")))
                told(seconds)
            case "stop":
                seconds, remark = stops(lambda: live.run("job=stop"), live.stop, 4)
                told(seconds, None, remark)
            case "flood":
                before = resident_mb()
                seconds = [timed(lambda: live.run("job=flood"))]
                told(seconds, resident_mb() - before)
            case "death":
                seconds = [timed(lambda: live.run("job=death"))]
                after = live.run("job=turn")
                told(seconds, None, "goes on" if after.turn.cells[-1].status == "ok" else "does not go on")


if __name__ == "__main__":
    main(*sys.argv[1:])
