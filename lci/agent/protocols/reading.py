"""A model's answer as calls and text, in whichever protocol it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, assert_never

from lci.agent.protocols.fenced_answer import Block, Code, FencedAnswer, Piece, Said
from lci.agent.tools.code_calls import partial_json
from lci.core.protocols import (
    AnswerFinished,
    CallPiece,
    CodeProtocol,
    ModelEvent,
    ModelProfile,
    ReasoningPiece,
    RequestedCall,
    TextPiece,
)
from lci.core.transcript import CODE_TOOL
from lci.core.turns import Usage

_SAY_KEYS = ("say", "text", "answer", "message", "thought")
_CODE_KEYS = ("code", "python")
_JSON_FENCE = re.compile(r"\s*```(?:json)?[ \t]*\r?\n", re.IGNORECASE)


class Reader(Protocol):
    """Reads one answer. `complete` says that nothing that may follow counts: the stream can be closed.

    `settled` names the protocol that the model turned out to keep to, once that is known.
    """

    complete: bool
    settled: CodeProtocol | None

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        """The same events with code as calls; the last of an answer is `AnswerFinished`."""


def reader(profile: ModelProfile) -> Reader:
    """A reader for the next answer of a model."""
    match profile.protocol:
        case "tools":
            return _Native() if profile.protocol_proven else _Watchful()
        case "schema":
            return _Schema()
        case "fenced":
            return _Fenced()
        case _ as never:
            assert_never(never)


class _Native:
    """Calls are calls and text is text."""

    complete = False
    settled: CodeProtocol | None = None

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        return list(events)


class _Watchful:
    """Tools were offered, but it is not known whether the model uses them.

    Some servers take tools and drop them: the model then writes a block. It is held back until the answer is over,
    when it is either code after all or, beside a call or cut off, the prose it seemed to be.
    """

    complete = False

    def __init__(self) -> None:
        self.settled: CodeProtocol | None = None
        self._answer = FencedAnswer()
        self._text = ""
        self._released = 0
        self._source: str | None = None

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        made: list[ModelEvent] = []
        for event in _joined(events):
            match event:
                case TextPiece(text):
                    self._text += text
                    self._look(self._answer.read(text), made)
                case ReasoningPiece():
                    made.append(event)
                case CallPiece():
                    self.settled = "tools"
                    self._release(made)
                    made.append(event)
                case AnswerFinished(finish, calls, usage):
                    if finish == "stop" and not calls:
                        self._look(self._answer.end(), made)
                    if self._source is None or calls or finish != "stop":
                        self._release(made)
                        made.append(event)
                    else:
                        self.settled = "fenced"
                        made += [CallPiece(0, CODE_TOOL, _handed(self._source)), _finished(self._source, usage)]
        return made

    def _look(self, pieces: Iterable[Piece], made: list[ModelEvent]) -> None:
        for piece in pieces:
            match piece:
                case Said(text):
                    self._released += len(text)
                    made.append(TextPiece(text))
                case Block(source):
                    self._source = source
                case Code():
                    pass

    def _release(self, made: list[ModelEvent]) -> None:
        if self._released < len(self._text):
            made.append(TextPiece(self._text[self._released :]))
            self._released = len(self._text)


class _Fenced:
    """Prose, then one block, whose closing fence ends the answer."""

    settled: CodeProtocol | None = None

    def __init__(self) -> None:
        self.complete = False
        self._answer = FencedAnswer()
        self._begun = False

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        made: list[ModelEvent] = []
        for event in _joined(events):
            match event:
                case TextPiece(text):
                    self._take(self._answer.read(text), made, events)
                case AnswerFinished("stop", (), _) if not self.complete:
                    self._take(self._answer.end(), made, events)
                    if not self.complete:
                        made.append(event)
                case AnswerFinished():
                    self._take(self._answer.cut(), made, events)
                    made.append(event)
                case _:
                    made.append(event)
            if self.complete:
                break
        return made

    def _take(self, pieces: Iterable[Piece], made: list[ModelEvent], events: Sequence[ModelEvent]) -> None:
        for piece in pieces:
            match piece:
                case Said(text):
                    made.append(TextPiece(text))
                case Code(text):
                    opening = "" if self._begun else '{"code": "'
                    made.append(CallPiece(0, CODE_TOOL, opening + _inside_json(text)))
                    self._begun = True
                case Block(source):
                    self.complete = True
                    made.append(_finished(source, _usage_of(events)))


class _Schema:
    """One JSON object with what is said and the code; anything else is read as prose with a block."""

    def __init__(self) -> None:
        self.complete = False
        self.settled: CodeProtocol | None = None
        self._text = ""
        self._said = ""
        self._code = ""
        self._instead: _Fenced | None = None

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        if self._instead is not None:
            return self._handed_on(events)
        made: list[ModelEvent] = []
        text = "".join(event.text for event in events if isinstance(event, TextPiece))
        self._text += text
        others = [event for event in events if not isinstance(event, TextPiece)]
        finished = next((event for event in others if isinstance(event, AnswerFinished)), None)
        body = self._body()
        if body and not body.startswith("{"):
            self._instead = _Fenced()
            rest = [event for event in others if event is not finished]
            return self._handed_on([*rest, TextPiece(self._text), *([finished] if finished else [])])
        made += [event for event in others if event is not finished]
        if body:
            self._show(partial_json(body), made)
        may_be_whole = finished is not None or body.rstrip().endswith(("}", "```"))
        whole = _first_object(body) if may_be_whole else None
        if whole is not None and (finished is None or finished.finish == "stop"):
            self.complete = True
            made += self._settle(whole, finished or AnswerFinished("stop"))
        elif finished is not None:
            made.append(
                finished if finished.finish != "stop" or finished.calls or not body else _broken(body, finished)
            )
        return made

    def _handed_on(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        assert self._instead is not None
        made = self._instead.read(events)
        self.complete = self._instead.complete
        if self.complete:
            self.settled = "fenced"
        return made

    def _body(self) -> str:
        """The text without a fence around it; empty while that cannot be told."""
        found = _JSON_FENCE.match(self._text)
        if found is not None:
            return self._text[found.end() :].lstrip()
        body = self._text.lstrip()
        return "" if "```json\n".startswith(body.lower()) else body

    def _show(self, parsed: object, made: list[ModelEvent]) -> None:
        said, code = _value(parsed, _SAY_KEYS), _value(parsed, _CODE_KEYS)
        if said.startswith(self._said) and said != self._said:
            made.append(TextPiece(said[len(self._said) :]))
            self._said = said
        if code.strip() and code.startswith(self._code) and code != self._code:
            opening = "" if self._code else '{"code": "'
            made.append(CallPiece(0, CODE_TOOL, opening + _inside_json(code[len(self._code) :])))
            self._code = code

    def _settle(self, whole: object, finished: AnswerFinished) -> list[ModelEvent]:
        made: list[ModelEvent] = []
        self._show(whole, made)
        if finished.calls:
            return [*made, finished]
        source = _value(whole, _CODE_KEYS)
        return [*made, _finished(source, finished.usage) if source.strip() else finished]


def _handed(source: str) -> str:
    return json.dumps({"code": source}, ensure_ascii=False)


def _finished(source: str, usage: Usage | None) -> AnswerFinished:
    return AnswerFinished("tool_calls", (RequestedCall(0, CODE_TOOL, _handed(source)),), usage)


def _broken(body: str, finished: AnswerFinished) -> AnswerFinished:
    """A call that cannot be understood: the model is told so."""
    return replace(finished, finish="tool_calls", calls=(RequestedCall(0, CODE_TOOL, body),))


def _usage_of(events: Sequence[ModelEvent]) -> Usage | None:
    return next((event.usage for event in events if isinstance(event, AnswerFinished)), None)


def _inside_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _first_object(body: str) -> object:
    try:
        whole: object = json.JSONDecoder(strict=False).raw_decode(body)[0]
    except (ValueError, RecursionError):
        return None
    return whole if isinstance(whole, dict) else None


def _value(parsed: object, keys: Sequence[str]) -> str:
    if not isinstance(parsed, dict):
        return ""
    found = next((parsed[key] for key in keys if isinstance(parsed.get(key), str)), "")
    # Lone surrogates, from broken escapes, could be neither stored nor run.
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _joined(events: Sequence[ModelEvent]) -> list[ModelEvent]:
    """The events with neighbouring text joined."""
    made: list[ModelEvent] = []
    for event in events:
        if isinstance(event, TextPiece) and made and isinstance(made[-1], TextPiece):
            made[-1] = TextPiece(made[-1].text + event.text)
        else:
            made.append(event)
    return made
