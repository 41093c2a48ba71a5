"""What makes a protocol: its words, how a request is written in it, and how an answer is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from lci.core.files import Preview
from lci.core.messages import Message
from lci.core.ports import CodeProtocol, ModelEvent, ModelProfile, ModelRequest, Tool


class Reader(Protocol):
    """Reads one answer. `complete` says that nothing that may follow counts: the stream can be closed.

    `settled` names the protocol that the model turned out to keep to, once that is known.
    """

    complete: bool
    settled: CodeProtocol | None

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        """The same events with code as calls; the last of an answer is `AnswerFinished`."""


_Request: TypeAlias = Callable[[Sequence[Message], Sequence[Preview], Sequence[Tool]], ModelRequest]


@dataclass(frozen=True, slots=True)
class Form:
    """One protocol. `how`, `instructions` and `again` are for the model: in a word, at length, after a slip.

    `request` says messages, which always speak of calls and results, in this protocol, and offers tools where calls are
    known; `reader` gives a fresh reader for the next answer of a model.
    """

    how: str
    instructions: str
    again: str
    request: _Request
    reader: Callable[[ModelProfile], Reader]
