"""The model of the comparison: `job=NAME` runs that job's code once, then it is done; in each one's own form."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.model import ROOT
from lci.testing import server as scripted

SOURCES = {
    "turn": "print(1 + 1)",
    "stop": "import time\ntime.sleep(300)",
    "flood": "for _ in range(100):\n    print('x' * (2**20 - 1))",
    "death": "import os\nos._exit(1)",
}


def answer(request: scripted.Request) -> scripted.Reply:
    """The next step of the job that was asked for last."""
    messages = request.body["messages"]
    asked = max((at for at, message in enumerate(messages) if "job=" in _text(message)), default=None)
    if asked is None:
        return scripted.error(400, "no job")
    found = re.findall(r"job=(\w+)", _text(messages[asked]))
    source = SOURCES[found[-1]]
    is_done = any(message["role"] in ("assistant", "tool") for message in messages[asked + 1 :])
    if "tools" in request.body:
        return scripted.text("Done.") if is_done else scripted.code(source, call_id=f"c{len(messages)}")
    if "final_answer" in _text(messages[0]):
        code = "final_answer('Done.')" if is_done else source
        return _whole(f"Thought: I run it.\n<code>\n{code}\n</code>")
    # Word by word, as a model writes: readers of Markdown count on it.
    pieces = ["Done."] if is_done else re.findall(r"```|\w+|\W", f"```python\n{source}\n```")
    return scripted.text(*pieces)


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(str(part.get("text", "")) for part in content)


def _whole(content: str) -> scripted.Reply:
    """The same to a client that asked for no stream."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "scripted"}
    return scripted.Reply(body={**body, "choices": [choice], "usage": usage})


@contextlib.contextmanager
def model_process() -> Iterator[str]:
    """The server's base URL, while it runs in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.compare.model"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(20)


def main() -> None:
    with scripted.ScriptedServer(answer) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
