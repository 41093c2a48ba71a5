"""smolagents' CodeAgent with its own local executor, as its documentation begins with."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measuring import TURNS, resident_mb, stops, timed, told


def made(url: str):  # type: ignore[no-untyped-def]
    from smolagents import CodeAgent, LogLevel, OpenAIServerModel

    model = OpenAIServerModel("scripted", api_base=url, api_key="none")
    return CodeAgent([], model, additional_authorized_imports=["os"], verbosity_level=LogLevel.OFF)


def main(url: str, job: str) -> None:
    one = made(url)

    def turn(name: str, by=one) -> None:  # type: ignore[no-untyped-def]
        by.run(f"job={name}", reset=False)

    turn("turn")
    if "2" not in str(one.memory.steps[1].observations):
        raise RuntimeError("it did not run the code")
    match job:
        case "turn":
            told([timed(lambda: turn("turn")) for _ in range(TURNS)])
        case "first":
            told([timed(lambda: turn("turn", made(url))) for _ in range(4)])
        case "stop":
            seconds, remark = stops(lambda: turn("stop"), one.interrupt, 1)
            told(seconds, None, remark)
        case "flood":
            before = resident_mb()
            seconds = [timed(lambda: turn("flood"))]
            told(seconds, resident_mb() - before)
        case "death":
            seconds = [timed(lambda: turn("death"))]
            told(seconds, None, "goes on")


if __name__ == "__main__":
    main(*sys.argv[1:])
