"""P19: the share of a turn's first request that its second begins with, byte for byte, as it goes over the wire."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.report import Row, sample
from lci.core.ports import ModelRequest
from lci.models.wire import wire_messages, wire_tools
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

LIMIT = 95.0
_ROWS = "id,region,amount,day\n" + "".join(
    f"{n},{['north', 'south', 'east', 'west'][n % 4]},{n * 37 % 1000 / 4},2024-01-{1 + n % 28:02}\n" for n in range(500)
)
_QUESTION = "What is the total amount by region? " + "Mind that amounts are in euros and that regions may repeat. " * 20


def measure() -> list[Row]:
    return [
        _row("one file, a first question", 1, "What is the total?"),
        _row("one file, a question of 1,200 characters", 1, _QUESTION),
        _row("104 files of one schema", 104, "What is the total?"),
    ]


def _row(what: str, files: int, question: str) -> Row:
    """Two turns of three requests each: of each turn the share of the first that the second begins with, in percent."""
    cell = "import pandas as pd\ndf = pd.read_csv('part-0.csv')\ndf.groupby('region')['amount'].sum()"
    script = [each for _ in range(2) for each in (calls(cell), calls("df.describe()"), says("The total is 62,000."))]
    model = ScriptedModel(script)
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as name:
        engine = Engine(Settings(home=Path(name) / "home", warm_kernels=0), make_model=lambda _: model)
        try:
            with Interpreter(engine=engine) as live:
                for number in range(files):
                    live.files.attach_bytes(f"part-{number}.csv", _ROWS.encode())
                live.run(question)
                live.run("And by day?")
        finally:
            engine.close()
    sent = [_wire(request) for request in model.requests]
    shares = [_repeated(sent[at], sent[at + 1]) / len(sent[at]) * 100 for at in (0, 3)]
    ours = sample(shares, "%")
    return Row("P19", f"second request of a turn: {what}", ours, None, "", f"≥ {LIMIT:.0f} %", min(shares) >= LIMIT)


def _repeated(first: bytes, second: bytes) -> int:
    """The bytes of `first` that `second` begins with."""
    return next((at for at, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), len(first))


def _wire(request: ModelRequest) -> bytes:
    """Tools first, then messages: in the order in which models read them."""
    tools = wire_tools(request.tools) if request.tools else []
    return json.dumps([tools, wire_messages(request.messages, None)], ensure_ascii=False).encode()
