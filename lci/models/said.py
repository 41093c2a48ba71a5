"""What a model says on its way out: without keys, and counted.

A server was sent a key and may say it back, in pieces as small as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lci.core.ports import AnswerFinished, CallPiece, ModelEvent, ReasoningPiece, TextPiece

#: Characters of one answer, thoughts and code included: beyond any model's own limit.
MAX_ANSWER = 2_000_000

_MARK = "•••"


class Said:
    """The events of one answer, with the secrets left out of its text, its thoughts and its calls."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        self._text = _Kept(self._secrets)
        self._thoughts = _Kept(self._secrets)
        self._calls: dict[int, tuple[_Kept, str]] = {}
        self.characters = 0

    def kept(self, events: Iterable[ModelEvent]) -> list[ModelEvent]:
        """What of these can go out now, in their order."""
        return [event for each in events for event in self._each(each)]

    def _each(self, event: ModelEvent) -> list[ModelEvent]:
        match event:
            case TextPiece(text):
                self.characters += len(text)
                # What waits of one kind goes out before another begins.
                return [*self._end(thoughts=True), *_piece(TextPiece, self._text.read(text))]
            case ReasoningPiece(text):
                self.characters += len(text)
                return [*self._end(text=True), *_piece(ReasoningPiece, self._thoughts.read(text))]
            case CallPiece(index, name, arguments):
                self.characters += len(arguments)
                kept, _ = self._calls.get(index, (_Kept(self._secrets), ""))
                name = without(name, self._secrets)
                self._calls[index] = kept, name
                return [*self._end(thoughts=True, text=True), CallPiece(index, name, kept.read(arguments))]
            case _:
                return [event]

    def end(self) -> list[ModelEvent]:
        """What still waited."""
        calls = [CallPiece(index, name, rest) for index, (kept, name) in self._calls.items() if (rest := kept.end())]
        return [*self._end(thoughts=True, text=True), *calls]

    def _end(self, *, thoughts: bool = False, text: bool = False) -> list[ModelEvent]:
        made: list[ModelEvent] = []
        if thoughts:
            made += _piece(ReasoningPiece, self._thoughts.end())
        if text:
            made += _piece(TextPiece, self._text.end())
        return made

    def finished(self, event: AnswerFinished) -> AnswerFinished:
        """The end of the answer, with its whole calls."""
        calls = [
            replace(call, name=without(call.name, self._secrets), arguments=without(call.arguments, self._secrets))
            for call in event.calls
        ]
        return replace(event, calls=tuple(calls))


def _piece(kind: type[TextPiece] | type[ReasoningPiece], text: str) -> list[ModelEvent]:
    return [kind(text)] if text else []


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret in it replaced."""
    for secret in secrets:
        text = text.replace(secret, _MARK)
    return text


class _Kept:
    """One text as it streams, without the secrets; what may be the beginning of one waits for what follows."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets
        self._waiting = ""

    def read(self, piece: str) -> str:
        """What can be given out now."""
        text = without(self._waiting + piece, self._secrets)
        held = max((_overlap(text, secret) for secret in self._secrets), default=0)
        self._waiting = text[len(text) - held :]
        return text[: len(text) - held]

    def end(self) -> str:
        """What still waited, and begins no secret after all."""
        text, self._waiting = self._waiting, ""
        return text


def _overlap(text: str, secret: str) -> int:
    """How much of the end of `text` may be the beginning of `secret`."""
    return next((size for size in range(min(len(text), len(secret) - 1), 0, -1) if text.endswith(secret[:size])), 0)
