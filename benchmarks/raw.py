"""What everything is compared with: jupyter_client and openai, with nothing of ours."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from queue import Empty
from typing import Any

import openai
from jupyter_client import BlockingKernelClient, KernelManager


@contextlib.contextmanager
def raw_kernel() -> Iterator[BlockingKernelClient]:
    """A stock ipykernel, ready."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def drained(client: BlockingKernelClient, source: str) -> int:
    """Run `source` and take everything it puts out, until reply and idle; the characters of its streams."""
    request = client.execute(source, allow_stdin=False)
    characters = 0
    while True:
        try:
            message = client.get_iopub_msg(timeout=60)
        except Empty:
            raise TimeoutError("the raw kernel is silent") from None
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "stream":
            characters += len(message["content"]["text"])
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
    while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != request:
        continue
    return characters


def bare_client(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=url, api_key="none", max_retries=0)


def streamed(client: openai.OpenAI, body: dict[str, Any]) -> Iterator[str]:
    """The pieces of one streamed answer as they come."""
    stream = client.chat.completions.create(**body)
    with stream:
        for chunk in stream:
            for choice in chunk.choices:
                yield choice.delta.content or ""


def told(client: openai.OpenAI) -> dict[str, Any]:
    """What the model of the benchmarks remembers: `stamps` and `bodies`."""
    messages: list[Any] = [{"role": "user", "content": "what do you remember?"}]
    answer = client.chat.completions.with_raw_response.create(model="scripted", messages=messages)
    remembered: dict[str, Any] = json.loads(answer.text)
    return remembered
