"""The protocol of one fenced block at the end of an answer, for models that know neither tools nor a schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lci.agent.protocols.answers import finished, inside_json, joined, usage_of
from lci.agent.protocols.fenced_answer import Block, Code, FencedAnswer, Piece, Said
from lci.agent.protocols.form import Form
from lci.agent.protocols.texts import fence_around, without_calls
from lci.core.files import Preview
from lci.core.messages import CODE_TOOL, Message
from lci.core.ports import AnswerFinished, CallPiece, CodeProtocol, ModelEvent, ModelRequest, TextPiece, Tool

INSTRUCTIONS = """\
How to ask for code to be run
- End your message with exactly one block like this, and stop right after it:
```python
print(df.shape)
```
- The app runs it and sends you what came out; then write your next message. Never write the output yourself.
- A message without such a block is your final answer. Code that is only to be read goes into a block labelled text."""


def fenced(messages: Sequence[Message], tools: Sequence[Tool] = ()) -> tuple[Message, ...]:
    """`messages` with each call as a fenced block."""
    return without_calls(messages, _answer, tools)


def _answer(prose: str, source: str) -> str:
    if not source:
        return prose
    fence = fence_around(source)
    return f"{prose}\n\n{fence}python\n{source}\n{fence}".strip()


def _request(messages: Sequence[Message], previews: Sequence[Preview], tools: Sequence[Tool]) -> ModelRequest:
    return ModelRequest(fenced(messages, tools), (), tuple(previews))


class FencedReader:
    """Prose, then one block, whose closing fence ends the answer."""

    settled: CodeProtocol | None = None

    def __init__(self) -> None:
        self.complete = False
        self._answer = FencedAnswer()
        self._begun = False

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        read: list[ModelEvent] = []
        for event in joined(events):
            match event:
                case TextPiece(text):
                    self._take(self._answer.read(text), read, events)
                case AnswerFinished("stop", (), _) if not self.complete:
                    self._take(self._answer.end(), read, events)
                    if not self.complete:
                        read.append(event)
                case AnswerFinished():
                    self._take(self._answer.cut(), read, events)
                    read.append(event)
                case _:
                    read.append(event)
            if self.complete:
                break
        return read

    def _take(self, pieces: Iterable[Piece], read: list[ModelEvent], events: Sequence[ModelEvent]) -> None:
        for piece in pieces:
            match piece:
                case Said(text):
                    read.append(TextPiece(text))
                case Code(text):
                    opening = "" if self._begun else '{"code": "'
                    read.append(CallPiece(0, CODE_TOOL, opening + inside_json(text)))
                    self._begun = True
                case Block(source):
                    self.complete = True
                    read.append(finished(source, usage_of(events)))


FENCED = Form(
    ", which the app runs for you",
    INSTRUCTIONS,
    "Write the code in one block that begins with a line ```python and ends with a line ```.",
    _request,
    lambda _: FencedReader(),
)
