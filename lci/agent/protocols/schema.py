"""The protocol of one JSON object an answer, for servers that hold a model to a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from lci.agent.protocols.answers import finished as finished_with, inside_json
from lci.agent.protocols.fenced import FencedReader
from lci.agent.protocols.fenced_answer import called_code
from lci.agent.protocols.form import Form
from lci.agent.protocols.texts import without_calls
from lci.agent.tools.code_calls import partial_json
from lci.core.files import Preview
from lci.core.messages import CODE_TOOL, Message
from lci.core.outputs import Json
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    CodeProtocol,
    ModelEvent,
    ModelRequest,
    RequestedCall,
    TextPiece,
    Tool,
)

_SAY_KEYS = ("say", "text", "answer", "message", "thought")
_CODE_KEYS = ("code", "python")
_JSON_FENCE = re.compile(r"\s*```(?:json)?[ \t]*\r?\n", re.IGNORECASE)

#: What an answer is held to in the schema protocol; servers that enforce it demand every key.
ANSWER_SCHEMA: Json = {
    "type": "object",
    "properties": {
        "say": {"type": "string", "description": "what the user reads"},
        "code": {"type": "string", "description": "Python to run now; empty for the final answer"},
    },
    "required": ["say", "code"],
    "additionalProperties": False,
}

INSTRUCTIONS = """\
How to ask for code to be run
- Every message of yours is one JSON object: {"say": "what the user reads", "code": "Python to run now"}.
- With code in it, the app runs it and sends you what came out; then write the next object.
- With an empty code, "say" is your final answer.
- Example: {"say": "I'll count the rows.", "code": "import pandas as pd\\ndf = pd.read_csv(\\"a.csv\\")\\nlen(df)"}"""


def _object(prose: str, source: str) -> str:
    return json.dumps({"say": prose, "code": source}, ensure_ascii=False)


def _request(messages: Sequence[Message], previews: Sequence[Preview], tools: Sequence[Tool]) -> ModelRequest:
    return ModelRequest(without_calls(messages, _object, tools), (), tuple(previews), ANSWER_SCHEMA)


class _SchemaReader:
    """One JSON object with what is said and the code; anything else is read as prose with a block."""

    def __init__(self) -> None:
        self.complete = False
        self.settled: CodeProtocol | None = None
        self._text = ""
        self._shown_text = ""
        self._code = ""
        self._instead: FencedReader | None = None

    def read(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        if self._instead is not None:
            return self._handed_on(events)
        read: list[ModelEvent] = []
        text = "".join(event.text for event in events if isinstance(event, TextPiece))
        self._text += text
        others = [event for event in events if not isinstance(event, TextPiece)]
        finished = next((event for event in others if isinstance(event, AnswerFinished)), None)
        body = self._body()
        if body and not body.startswith("{"):
            self._instead = FencedReader()
            rest = [event for event in others if event is not finished]
            return self._handed_on([*rest, TextPiece(self._text), *([finished] if finished else [])])
        read += [event for event in others if event is not finished]
        if body:
            self._show(partial_json(body), read)
        may_be_whole = finished is not None or body.rstrip().endswith(("}", "```"))
        whole = _first_object(body) if may_be_whole else None
        if whole is not None and (finished is None or finished.finish == "stop"):
            self.complete = True
            read += self._settle(whole, finished or AnswerFinished("stop"))
        elif finished is not None:
            read.append(
                finished if finished.finish != "stop" or finished.calls or not body else _broken(body, finished)
            )
        return read

    def _handed_on(self, events: Sequence[ModelEvent]) -> list[ModelEvent]:
        assert self._instead is not None
        read = self._instead.read(events)
        self.complete = self._instead.complete
        if self.complete:
            self.settled = "fenced"
        return read

    def _body(self) -> str:
        """The text without a fence around it; empty while that cannot be told."""
        fence = _JSON_FENCE.match(self._text)
        if fence is not None:
            return self._text[fence.end() :].lstrip()
        body = self._text.lstrip()
        return "" if "```json\n".startswith(body.lower()) else body

    def _show(self, parsed: object, read: list[ModelEvent]) -> None:
        text, code = _value(parsed, _SAY_KEYS), _value(parsed, _CODE_KEYS)
        if text.startswith(self._shown_text) and text != self._shown_text:
            read.append(TextPiece(text[len(self._shown_text) :]))
            self._shown_text = text
        if code.strip() and code.startswith(self._code) and code != self._code:
            opening = "" if self._code else '{"code": "'
            read.append(CallPiece(0, CODE_TOOL, opening + inside_json(code[len(self._code) :])))
            self._code = code

    def _settle(self, whole: object, finished: AnswerFinished) -> list[ModelEvent]:
        settled: list[ModelEvent] = []
        self._show(whole, settled)
        if finished.calls:
            return [*settled, finished]
        source = _value(whole, _CODE_KEYS) or called_code(json.dumps(whole))
        return [*settled, finished_with(source, finished.usage) if source.strip() else finished]


def _broken(body: str, finished: AnswerFinished) -> AnswerFinished:
    """A call that cannot be understood: the model is told so."""
    return replace(finished, finish="tool_calls", calls=(RequestedCall(0, CODE_TOOL, body),))


def _first_object(body: str) -> object:
    try:
        whole: object = json.JSONDecoder(strict=False).raw_decode(body)[0]
    except (ValueError, RecursionError):
        return None
    return whole if isinstance(whole, dict) else None


def _value(parsed: object, keys: Sequence[str]) -> str:
    if not isinstance(parsed, dict):
        return ""
    text = next((parsed[key] for key in keys if isinstance(parsed.get(key), str)), "")
    # Lone surrogates, from broken escapes, could be neither stored nor run.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


SCHEMA = Form(
    ", which the app runs for you",
    INSTRUCTIONS,
    'Send one JSON object {"say": "...", "code": "..."} with quotes and newlines escaped.',
    _request,
    lambda _: _SchemaReader(),
)
