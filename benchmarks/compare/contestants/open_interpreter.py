"""Open Interpreter as its documentation uses it from Python: `interpreter.chat(…)`, run without asking."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measuring import TURNS, resident_mb, stops, timed, told


def made(url: str):  # type: ignore[no-untyped-def]
    from interpreter import OpenInterpreter

    one = OpenInterpreter(offline=True, auto_run=True, disable_telemetry=True, conversation_history=False)
    one.llm.model, one.llm.api_base, one.llm.api_key = "openai/scripted", url, "none"
    one.llm.context_window, one.llm.max_tokens = 32_000, 4_000
    one.llm.supports_functions = one.llm.supports_vision = False
    return one


def is_right(one) -> bool:  # type: ignore[no-untyped-def]
    """Whether the last turn printed the sum."""
    outputs = [message["content"] for message in one.messages[-3:] if message.get("format") == "output"]
    return [str(output).strip() for output in outputs] == ["2"]


def main(url: str, job: str) -> None:
    one = made(url)

    def turn(name: str, by=one) -> None:  # type: ignore[no-untyped-def]
        by.chat(f"job={name}", display=False)

    turn("turn")
    if not is_right(one):
        raise RuntimeError("it did not run the code")
    match job:
        case "turn":
            told([timed(lambda: turn("turn")) for _ in range(TURNS)])
        case "first":
            told([timed(lambda: turn("turn", made(url))) for _ in range(4)])
        case "stop":
            seconds, remark = stops(lambda: turn("stop"), one.computer.terminal.stop, 4)
            told(seconds, None, remark)
        case "flood":
            before = resident_mb()
            seconds = [timed(lambda: turn("flood"))]
            told(seconds, resident_mb() - before)
        case "death":
            seconds = [timed(lambda: turn("death"))]
            turn("turn")
            told(seconds, None, "goes on" if is_right(one) else "does not go on")


if __name__ == "__main__":
    main(*sys.argv[1:])
