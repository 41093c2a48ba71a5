"""What everything is compared with: jupyter_client and openai, with nothing of ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from queue import Empty

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


def streamed(client: openai.OpenAI, prompt: str, results: int = 0) -> Iterator[str]:
    """The pieces of one streamed answer as they come; `results` tool results stand behind the prompt."""
    messages = [{"role": "user", "content": prompt}]
    for index in range(results):
        call = {"id": f"c{index}", "type": "function", "function": {"name": "execute_code", "arguments": "{}"}}
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})  # type: ignore[dict-item]
        messages.append({"role": "tool", "tool_call_id": f"c{index}", "content": "2"})
    stream = client.chat.completions.create(
        model="scripted",
        messages=messages,  # type: ignore[arg-type]
        stream=True,
        stream_options={"include_usage": True},
    )
    with stream:
        for chunk in stream:
            for choice in chunk.choices:
                yield choice.delta.content or ""
