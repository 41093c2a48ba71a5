"""What was sent is kept word for word, and read back."""

from __future__ import annotations

from collections.abc import Callable

from lci.core.messages import Message, TextPart, ToolCall, ToolResult
from lci.core.protocols import ModelRequest
from lci.runtime.engine import Engine
from lci.runtime.interpreter import Interpreter
from lci.runtime.lens import Lens, sent
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
        assert [message.role for message in kept] == [message.role for message in request.messages]
        for mine, given in zip(kept, request.messages, strict=True):
            assert all(part.text in mine.text for part in given.parts if isinstance(part, TextPart | ToolResult))


def test_repeated_messages_are_stored_once() -> None:
    """B51"""
    blobs = MemoryBlobs()
    lens = Lens(blobs)
    first = Message("user", (TextPart("hello \ud800"),))
    call = Message("assistant", (TextPart("so"), ToolCall("c", "execute_code", '{"code": "1"}')))
    lens.keep(ModelRequest((first,)))
    before = len(blobs._contents)
    ref = lens.keep(ModelRequest((first, call)))
    assert len(blobs._contents) == before + 2
    assert [message.text for message in sent(ref, blobs)][1] == 'so\nexecute_code {"code": "1"}'
