"""A data folder as the version before wrote it (schema 1), and what is compared of it: screen, messages, notebook.

`log.sql` is a dump of its database. The conversation in it has one turn of every kind; `expected.json` holds what that
version showed and sent. Mended since, and put right there: code that the person edited was told as the model's own;
what is told of files has another form.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from lci.agent.prompts.phrases import ModelPhrases
from lci.core.conversation import Conversation
from lci.core.messages import ImagePart, Message, TextPart, ToolCall, ToolResult
from lci.core.privacy.veil import OPEN, Veil
from lci.core.transcript.building import transcript

FOLDER = Path(__file__).parent
CONVERSATION = "0123456789abcdef0123456789abcdef"


def restored(home: Path) -> None:
    """Lay the data folder out as it was."""
    shutil.copytree(FOLDER / "home", home)
    with closing(sqlite3.connect(home / "lci.sqlite")) as connection, connection:
        connection.executescript((FOLDER / "log.sql").read_text("utf-8"))


def expected(part: str) -> Any:
    """What that version gave."""
    return json.loads((FOLDER / "expected.json").read_text("utf-8"))[part]


def messages(conversation: Conversation, veil: Veil = OPEN) -> list[list[str]]:
    """The messages for the next request, a list of texts each."""
    return [_texts(message) for message in transcript(conversation, "(system)", ModelPhrases(), veil=veil)]


def _texts(message: Message) -> list[str]:
    return [message.role, *(_text(part) for part in message.parts)]


def _text(part: TextPart | ImagePart | ToolCall | ToolResult) -> str:
    match part:
        case TextPart(text, kind):
            return f"{kind}: {text}"
        case ImagePart(blob):
            return f"image: {blob.digest}"
        case ToolCall(call_id, name, arguments):
            return f"call {call_id} {name}: {arguments}"
        case ToolResult(call_id, text):
            return f"result {call_id}: {text}"


def screen(at: AppTest) -> dict[str, list[str]]:
    """What stands on a page beside the sidebar, by the kind of element."""
    kinds = ("markdown", "text", "code", "caption", "expander", "dataframe", "html")
    return {kind: [text for element in at.main.get(kind) if (text := _shown(element))] for kind in kinds}


def _shown(element: Any) -> str:
    if element.type == "dataframe":
        return str(element.value.to_csv())
    text = str(getattr(element, "value", None) or getattr(element, "label", "") or "")
    return "" if text.startswith("<style>") else text
