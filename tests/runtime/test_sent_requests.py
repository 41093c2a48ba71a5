"""What was sent is kept word for word, and read back."""

from __future__ import annotations

import json
from collections.abc import Callable

from lci.core.messages import ImagePart, Message, TextPart, ToolCall, ToolResult
from lci.core.outputs import BlobRef
from lci.core.ports import ModelRequest, Parameters, Tool
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.sent_requests import SentRequests, sent
from lci.runtime.engine import Engine
from lci.testing.scripted import MemoryBlobs, ScriptedModel, calls, says

Make = Callable[..., Engine]


def test_each_request_of_a_turn_can_be_read_as_it_was_sent(engine_with: Make) -> None:
    """B51"""
    model = ScriptedModel([calls("print(1)", "Let me see."), says("done")])
    with Interpreter(engine=engine_with(model)) as live:
        turn = live.run("What is it?").turn
        read = [sent(request.body, live.engine.store) for request in turn.requests if request.body is not None]
    assert len(read) == len(model.requests) == 2
    for kept, request in zip(read, model.requests, strict=True):
        assert [message.role for message in kept.messages] == [message.role for message in request.messages]
        for mine, given in zip(kept.messages, request.messages, strict=True):
            assert all(part.text in mine.text for part in given.parts if isinstance(part, TextPart | ToolResult))


def test_repeated_messages_are_stored_once() -> None:
    """B51"""
    blobs = MemoryBlobs()
    lens = SentRequests(blobs)
    first = Message("user", (TextPart("hello \ud800"),))
    call = Message("assistant", (TextPart("so"), ToolCall("c", "execute_code", '{"code": "1"}')))
    lens.keep(ModelRequest((first,)))
    before = len(blobs._contents)
    ref = lens.keep(ModelRequest((first, call)))
    assert len(blobs._contents) == before + 2
    assert [message.text for message in sent(ref, blobs).messages][1] == 'so\nexecute_code {"code": "1"}'


def test_what_goes_with_the_messages_is_kept_too() -> None:
    """B51: the tools, the schema and the parameters."""
    blobs = MemoryBlobs()
    asked = ModelRequest(
        (Message("user", (TextPart("hello"),)),),
        (Tool("look", "Looks.", {"type": "object"}),),
        schema={"type": "object"},
        parameters=Parameters(temperature=0.0, reasoning_effort="low"),
    )
    offered = json.loads(sent(SentRequests(blobs).keep(asked), blobs).offered)
    assert offered["tools"] == [{"name": "look", "description": "Looks.", "parameters": {"type": "object"}}]
    assert (offered["schema"], offered["temperature"], offered["reasoning_effort"]) == ({"type": "object"}, 0.0, "low")
    assert "max_output_tokens" not in offered


def test_parts_say_what_they_are() -> None:
    """B51: notes on files apart from the person's words, pictures from text."""
    blobs = MemoryBlobs()
    picture = ImagePart(BlobRef("0" * 64, 1, "bytes"), "image/png", "plot.png")
    said = Message("user", (TextPart("about a.csv", "file"), TextPart("what is it?"), picture, TextPart("x", "state")))
    (message,) = sent(SentRequests(blobs).keep(ModelRequest((said,))), blobs).messages
    assert [part.kind for part in message.parts] == ["file", "words", "image", "state"]
    assert message.images == 1


def test_requests_kept_by_an_earlier_version_are_still_read() -> None:
    blobs = MemoryBlobs()
    old = blobs.put(json.dumps({"role": "user", "parts": [{"kind": "text", "text": "hello"}]}).encode(), "json")
    listed = {"messages": [{"digest": old.digest, "size": old.size}], "tools": ["execute_code"]}
    read = sent(blobs.put(json.dumps(listed).encode(), "json"), blobs)
    assert read.messages[0].text == "hello" and read.offered == ""
