"""Why there is no answer, and what the person can do."""

from __future__ import annotations

import re

from lci.analyst.results import Setback
from lci.analyst.sources import Source
from lci.analyst.telling.phrases import Phrases, phrases
from lci.analyst.writing import escaped, shown

_UNREADABLE = frozenset(
    {"UnicodeDecodeError", "ParserError", "EmptyDataError", "CalamineError", "BadZipFile", "ArrowInvalid"}
)
_ERROR_CHARS = 300


def explained(source: Source, setback: Setback, code: str) -> str:
    """What kept the code of a plan from its findings, in the language `code`."""
    text = phrases(code)
    return _failed(source, setback, text) if setback.kind == "error" else text.say(f"setbacks.{setback.kind}")


def _failed(source: Source, setback: Setback, text: Phrases) -> str:
    sentence = f"{setback.name}: {setback.text}" if setback.text else setback.name
    error, file = shown(sentence[:_ERROR_CHARS]), shown(source.file)
    match setback.name:
        case "FileNotFoundError":
            return text.say("setbacks.file_gone", file=file, error=error)
        case "ModuleNotFoundError" | "ImportError":
            package = re.search(r"'([\w.]+)'", setback.text)
            return text.say("setbacks.package_missing", package=escaped(package[1]) if package else "", error=error)
        case "KeyError":
            columns = text.names([column.name for column in source.columns])
            return text.say("setbacks.column_gone", columns=columns, error=error)
        case "MemoryError":
            return text.say("setbacks.memory", file=file)
        case name if name in _UNREADABLE:
            return text.say("setbacks.unreadable", file=file, error=error)
        case _:
            return text.say("setbacks.other", error=error)
