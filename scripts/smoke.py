"""Try a real server of models: `make smoke MODEL=qwen3-coder:30b BASE_URL=http://127.0.0.1:11434/v1 [KEY=…]`.

First the server: a probe of what it can do, an answer that is stopped half-way, and one after that. Then the model: it
is asked about the penguins in an isolated kernel, and what came of it is looked at. Ends with 0 when all of it did what
it should, 1 when the server did not, 3 when only the model's answers were wrong.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from lci.core.conversation import Conversation, ConversationSettings
from lci.errors import LciError
from lci.runtime.config.settings import ModelSettings, Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.wording import explained
from lci.workspace.samples import sample

#: What is asked, and what a right answer, or what its code printed, holds.
QUESTIONS = (
    ("How many rows and columns has the file? Run code to find out.", "344"),
    ("What is the mean body mass of Gentoo penguins, in grams? Run code to find out.", "5076"),
    ("Draw a scatter plot of flipper length against body mass.", ""),
)
_SECONDS = 600
SERVER_FAILED, WRONG_ANSWERS = 1, 3


def main() -> int:
    """Run the steps; the exit code."""
    name, address = os.environ.get("MODEL", ""), os.environ.get("BASE_URL", "")
    if not address:
        print("Say which server: make smoke MODEL=name BASE_URL=http://127.0.0.1:11434/v1")
        return 2
    model = ModelSettings(id="smoke", name=name, base_url=address, api_key=SecretStr(os.environ.get("KEY", "")))
    with tempfile.TemporaryDirectory(prefix="lci-smoke-") as home:
        engine = Engine(Settings(home=Path(home), model="smoke", models=[model]))
        try:
            print("probe:", engine.probe(model).result(300))
            if not all(_server(engine)):
                return SERVER_FAILED
            return 0 if all(_answers(engine)) else WRONG_ANSWERS
        except LciError as error:
            print(explained(error.problem))
            return SERVER_FAILED
        finally:
            engine.close()


def _said(step: str, *, good: bool, what: str = "") -> bool:
    print(f"[{'ok' if good else 'FAILED'}] {step}{f': {what}' if what else ''}")
    return good


def _server(engine: Engine) -> Iterator[bool]:
    """What the server has to do, whatever its model knows."""

    def speaks(now: Conversation) -> bool:
        return now.running is None or bool(now.running.steps)

    with Interpreter(engine=engine, settings=ConversationSettings(model="smoke", approval="auto")) as live:
        live.submit("Write a story of two thousand words about a penguin. Write no code.")
        yield _said("text streams", good=live.wait(speaks, _SECONDS))
        live.stop()
        ended = live.wait(lambda now: now.running is None, 30)
        turn = live.snapshot().turns[-1]
        yield _said("Stop ends it", good=ended and turn.ending in ("stopped", "done"), what=str(turn.ending))
        turn = live.run("Say hello.", timeout=_SECONDS, approve="auto").turn
        # A model that only repeats itself is stopped: the server has done its part.
        good = bool(turn.steps) and (turn.problem is None or turn.problem.code == "repeating_answer")
        yield _said("the next question is answered", good=good, what=f"{turn.ending}, {turn.usage}")


def _answers(engine: Engine) -> Iterator[bool]:
    """Whether the model's code runs and its answers are right."""
    with Interpreter(engine=engine, settings=ConversationSettings(model="smoke", approval="auto")) as live:
        files = [sample("penguins").path]
        for question, expected in QUESTIONS:
            outcome = live.run(question, files, timeout=_SECONDS, approve="auto")
            files = []
            ran = [cell.status for cell in outcome.turn.cells]
            printed = outcome.text + str([cell.outputs for cell in outcome.turn.cells])
            drawn = bool(expected) or bool(outcome.figures)
            good = outcome.turn.ending == "done" and "ok" in ran and expected in printed.replace(",", "") and drawn
            print(f"\n> {question}\n{outcome.text}")
            yield _said("answer", good=good, what=f"{outcome.turn.ending}, cells {ran}")


if __name__ == "__main__":
    sys.exit(main())
