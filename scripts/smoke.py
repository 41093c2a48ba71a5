"""Try a real server of models: `make smoke MODEL=qwen3-coder:30b BASE_URL=http://127.0.0.1:11434/v1 [KEY=…]`.

Probes what the model can do, then asks about the penguins in an isolated kernel and looks at what came of it. Ends
with 0 when every step did what it should; the model's own words are printed, not judged.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

from lci.core.conversation import ConversationSettings
from lci.errors import LciError
from lci.runtime.engine import Engine
from lci.runtime.interpreter import Interpreter
from lci.runtime.settings import ModelSettings, Settings
from lci.wording import explained
from lci.workspace.samples import sample

#: What is asked, and a word that a right answer holds.
QUESTIONS = (
    ("How many rows and columns has the file? Run code to find out.", "344"),
    ("What is the mean body mass of Gentoo penguins, in grams? Run code to find out.", "5"),
    ("Draw a scatter plot of flipper length against body mass.", ""),
)


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
            return _asked(engine)
        except LciError as error:
            print(explained(error.problem))
            return 1
        finally:
            engine.close()


def _asked(engine: Engine) -> int:
    failed = 0
    with Interpreter(engine=engine, settings=ConversationSettings(model="smoke", approval="auto")) as live:
        files = [sample("penguins").path]
        for question, expected in QUESTIONS:
            outcome = live.run(question, files, timeout=600, approve="auto")
            files = []
            ran = [cell.status for cell in outcome.turn.cells]
            printed = outcome.text + str([cell.outputs for cell in outcome.turn.cells])
            good = outcome.turn.ending == "done" and "ok" in ran and expected in printed
            failed += not good
            print(f"\n> {question}\n{outcome.text}\n[{'ok' if good else 'FAILED'}: {outcome.turn.ending}, cells {ran}]")
        failed += not any(outcome.figures for outcome in [live.outcome()])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
