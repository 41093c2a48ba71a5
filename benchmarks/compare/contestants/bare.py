"""jupyter_client and openai with nothing between them: the least that such a turn can be."""

from __future__ import annotations

import sys

from benchmarks.compare.contestants.measuring import TURNS, resident_mb, stops, timed, told
from benchmarks.compare.model import SOURCES
from benchmarks.raw import bare_client, drained, raw_kernel


def main(url: str, job: str) -> None:
    client = bare_client(url)

    def asked(name: str) -> None:
        messages = [{"role": "user", "content": f"job={name}"}]
        for _ in range(2):
            for _chunk in client.chat.completions.create(model="scripted", messages=messages, stream=True):
                pass

    if job == "first":

        def first() -> None:
            with raw_kernel() as kernel:
                drained(kernel, SOURCES["turn"])

        asked("turn")
        told([timed(lambda: (asked("turn"), first())) for _ in range(4)], None, "with the end of the kernel")
    with raw_kernel() as kernel:
        match job:
            case "turn":
                turn = [timed(lambda: (asked("turn"), drained(kernel, SOURCES["turn"]))) for _ in range(TURNS + 1)]
                told(turn[1:])
            case "stop":
                seconds, remark = stops(lambda: drained(kernel, SOURCES["stop"]), kernel.parent.interrupt_kernel, 4)
                told(seconds, None, remark)
            case "flood":
                before = resident_mb()
                told([timed(lambda: (asked("flood"), drained(kernel, SOURCES["flood"])))], resident_mb() - before)
            case "death":
                try:
                    drained(kernel, SOURCES["death"])
                except TimeoutError:
                    told([], None, "not noticed within 60 s")


if __name__ == "__main__":
    main(*sys.argv[1:])
