"""The protocol of tools: calls are calls, also written out as JSON; blocks are code until a model has used tools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lci.agent.protocols.answers import finished, handed, joined
from lci.agent.protocols.fenced_answer import ANYTHING, CALLS, Block, Code, FencedAnswer, Piece, Said
from lci.agent.protocols.form import Form, Reader
from lci.core.files import Preview
from lci.core.messages import CODE_TOOL, Message
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    CodeProtocol,
    ModelEvent,
    ModelProfile,
    ModelRequest,
    ReasoningPiece,
    TextPiece,
    Tool,
)


def _request(messages: Sequence[Message], previews: Sequence[Preview], tools: Sequence[Tool]) -> ModelRequest:
    return ModelRequest(tuple(messages), tuple(tools), tuple(previews))


def _reader(profile: ModelProfile) -> Reader:
    return _Watchful(profile)


class _Watchful:
    """Calls are calls; text is text unless it is a call written out, or a block of a model that may know no tools.

    Some servers take tools and drop them: the model then writes a block. Either is held back until the answer is over,
    when it is code after all or, beside a call or cut off, the prose it seemed to be. A block of a model that has shown
    that it uses tools is one to be read.
    """

    complete = False

    def __init__(self, profile: ModelProfile) -> None:
        self.settled: CodeProtocol | None = None
        self._proven = profile.protocol_proven
        self._answer = FencedAnswer(CALLS if profile.protocol_proven else ANYTHING)
        self._text = ""
        self._released = 0
        self._source: str | None = None

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        read: list[ModelEvent] = []
        for event in joined(events):
            match event:
                case TextPiece(text):
                    self._text += text
                    self._look(self._answer.read(text), read)
                case ReasoningPiece():
                    read.append(event)
                case CallPiece():
                    self._settle("tools")
                    self._release(read)
                    read.append(event)
                case AnswerFinished(finish, calls, usage):
                    if finish == "stop" and not calls:
                        self._look(self._answer.end(), read)
                    if self._source is None or calls or finish != "stop":
                        self._release(read)
                        read.append(event)
                    else:
                        self._settle("fenced")
                        read += [CallPiece(0, CODE_TOOL, handed(self._source)), finished(self._source, usage)]
        return read

    def _settle(self, protocol: CodeProtocol) -> None:
        if not self._proven:
            self.settled = protocol

    def _look(self, pieces: Iterable[Piece], read: list[ModelEvent]) -> None:
        for piece in pieces:
            match piece:
                case Said(text):
                    self._released += len(text)
                    read.append(TextPiece(text))
                case Block(source):
                    self._source = source
                case Code():
                    pass

    def _release(self, read: list[ModelEvent]) -> None:
        if self._released < len(self._text):
            read.append(TextPiece(self._text[self._released :]))
            self._released = len(self._text)


TOOLS = Form(
    " and running it with the tool `execute_code`",
    "",
    'Code goes to the tool execute_code, as one object {"code": "..."}, quotes and newlines escaped.',
    _request,
    _reader,
)
