"""The model of the benchmarks: a scripted server in a process of its own whose answers follow from the prompt.

`rounds=N tag=T` calls `execute_code("1+1")` N times, numbered in a comment, and then says "Answer T."; `flood=NAME`
runs that flood once; `tokens=N` streams N tokens at 100 a second. Any other prompt is told the time of each token of
the last stream and the bodies of the last two requests.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lci.testing import server as scripted

ROOT = Path(__file__).resolve().parents[1]
TOKENS_A_SECOND = 100
FLOODS = {
    "one": "print('x' * (100 * 2**20 - 1))",
    "endless": "while True:\n    print('x' * 1000)",
    "silent": "import time\nprint('ready', flush=True)\ntime.sleep(300)",
    "many": "import sys\nfor _ in range(100):\n    sys.stdout.write('x' * (2**20 - 1) + '\\n')",
}


class _Paced:
    """The steps of a reply, made while they are sent, at a steady pace."""

    def __init__(self, count: int, stamps: list[float]) -> None:
        self._count = count
        self._stamps = stamps

    def __iter__(self) -> Iterator[scripted.Step]:
        self._stamps.clear()
        began, pause = time.time(), threading.Event()
        for index in range(self._count):
            pause.wait(began + index / TOKENS_A_SECOND - time.time())
            self._stamps.append(time.time())
            ending = "\n\n" if index % 60 == 59 else " "
            yield scripted.chunk({"content": f"w{index}.{ending}"})
        yield scripted.chunk(finish="stop")


class Script:
    """From request to reply, without memory but for what may be asked of the last ones."""

    def __init__(self) -> None:
        self._stamps: list[float] = []
        self._bodies: deque[Any] = deque(maxlen=2)

    def __call__(self, request: scripted.Request) -> scripted.Reply:
        prompt, done = _asked(request.body["messages"])
        if "=" in prompt:
            self._bodies.append(request.body)
        if found := re.search(r"tokens=(\d+)", prompt):
            return scripted.Reply(_Paced(int(found[1]), self._stamps))  # type: ignore[arg-type]  # iterated once only
        if found := re.search(r"flood=(\w+)", prompt):
            return scripted.text("Flooded.") if done else scripted.code(FLOODS[found[1]])
        if found := re.search(r"rounds=(\d+) tag=(\w+)", prompt):
            if done < int(found[1]):
                return scripted.code(f"1+1  # {done}", call_id=f"c{done}")
            return scripted.text("Answer ", f"{found[2]}.")
        return scripted.Reply(body={"stamps": self._stamps, "bodies": list(self._bodies)})


def _asked(messages: list[dict[str, Any]]) -> tuple[str, int]:
    """The person's last words and how many tool results follow them."""
    last = max(index for index, message in enumerate(messages) if message["role"] == "user")
    return str(messages[last]["content"]), sum(message["role"] == "tool" for message in messages[last:])


@contextlib.contextmanager
def model_process() -> Iterator[str]:
    """The server's base URL, while it runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.model"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(20)


def main() -> None:
    with scripted.ScriptedServer(Script()) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
