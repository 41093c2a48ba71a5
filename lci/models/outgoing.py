"""What a model says on its way out: without keys, and counted.

A server was sent a key and may say it back, in pieces as small as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lci.core.ports import AnswerFinished, CallPiece, ModelEvent, ReasoningPiece, TextPiece
from lci.models.thoughts import beginning

#: Characters of one answer, thoughts and code included: beyond any model's own limit.
MAX_ANSWER = 2_000_000

_MARK = "•••"


class Outgoing:
    """The events of one answer, with the secrets left out of its text, its thoughts and its calls."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        #: In the order in which what waits goes out.
        self._streams: dict[type[TextPiece | ReasoningPiece], _Masked] = {
            ReasoningPiece: _Masked(self._secrets),
            TextPiece: _Masked(self._secrets),
        }
        self._calls: dict[int, tuple[_Masked, str]] = {}
        self.characters = 0

    def kept(self, events: Iterable[ModelEvent]) -> list[ModelEvent]:
        """What of these can go out now, in their order."""
        return [event for each in events for event in self._each(each)]

    def _each(self, event: ModelEvent) -> list[ModelEvent]:
        match event:
            case TextPiece(text) | ReasoningPiece(text):
                self.characters += len(text)
                kind = type(event)
                # What waits of one kind goes out before another begins.
                return [*self._rest(but=kind), *_piece(kind, self._streams[kind].read(text))]
            case CallPiece(index, name, arguments):
                self.characters += len(arguments)
                stream, _ = self._calls.get(index, (_Masked(self._secrets), ""))
                name = without(name, self._secrets)
                self._calls[index] = stream, name
                return [*self._rest(), CallPiece(index, name, stream.read(arguments))]
            case _:
                return [event]

    def end(self) -> list[ModelEvent]:
        """What still waited."""
        calls = [
            CallPiece(index, name, rest) for index, (stream, name) in self._calls.items() if (rest := stream.end())
        ]
        return [*self._rest(), *calls]

    def _rest(self, but: type[TextPiece | ReasoningPiece] | None = None) -> list[ModelEvent]:
        waiting = [(kind, stream) for kind, stream in self._streams.items() if kind is not but]
        return [piece for kind, stream in waiting for piece in _piece(kind, stream.end())]

    def finished(self, event: AnswerFinished) -> AnswerFinished:
        """The end of the answer, with its whole calls."""
        calls = [
            replace(call, name=without(call.name, self._secrets), arguments=without(call.arguments, self._secrets))
            for call in event.calls
        ]
        return replace(event, calls=tuple(calls))


def _piece(kind: type[TextPiece | ReasoningPiece], text: str) -> list[ModelEvent]:
    return [kind(text)] if text else []


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret in it replaced."""
    for secret in secrets:
        text = text.replace(secret, _MARK)
    return text


class _Masked:
    """One text as it streams, without the secrets; what may be the beginning of one waits for what follows."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets
        self._waiting = ""

    def read(self, piece: str) -> str:
        """What can be given out now."""
        text = without(self._waiting + piece, self._secrets)
        held = max((beginning(text, secret) for secret in self._secrets), default=0)
        self._waiting = text[len(text) - held :]
        return text[: len(text) - held]

    def end(self) -> str:
        """What still waited, and begins no secret after all."""
        text, self._waiting = self._waiting, ""
        return text
