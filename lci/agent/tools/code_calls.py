"""The one tool, `execute_code(code)`, and what models make of it: partial JSON, broken JSON, other names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import jiter

from lci.core.code.parsing import parsed
from lci.core.messages import CODE_TOOL
from lci.core.ports import RequestedCall, Tool

EXECUTE_CODE = Tool(
    CODE_TOOL,
    "Run Python in the conversation's Jupyter kernel. Variables stay between calls. Returns what was printed, the "
    "last expression and errors; figures are shown to the user.",
    {
        "type": "object",
        "properties": {"code": {"type": "string", "description": "Python source of one notebook cell"}},
        "required": ["code"],
        "additionalProperties": False,
    },
)

_NAMES = frozenset(
    {CODE_TOOL, "python", "code_interpreter", "execute", "execute_python", "run_python", "run_code", "ipython", "exec"}
)
#: A JSON string, complete or not.
_RAW_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_KEYS = ("code", "source", "script", "input", "python", "cell")


@dataclass(frozen=True, slots=True)
class CodeCall:
    """Code to run."""

    source: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """A call that cannot be carried out; `reason` is a code for `prompts.calls.unusable_call`."""

    reason: str
    detail: str = ""


def is_code_tool(name: str) -> bool:
    """Whether the model means the code tool, under whatever name it was trained on."""
    return name.strip().lower().removeprefix("functions.") in _NAMES


def code_so_far(arguments: str) -> str:
    """The code in arguments that are still being written; empty while none can be told.

    While the arguments grow the code only grows: a fence, or half of an escape, is left out until it is told apart.
    """
    if not arguments.lstrip().startswith("{"):
        return ""
    value = partial_json(arguments) or partial_json(_RAW_STRING.sub(_without_raw_breaks, arguments))
    return _code_in(value, partial=not arguments.rstrip().endswith("}")) or ""


def understood(call: RequestedCall) -> CodeCall | Unusable:
    """What `call` asks for. Tried in order: JSON, JSON with raw newlines, a fenced block, plain Python."""
    if not is_code_tool(call.name):
        return Unusable("unknown_tool", call.name)
    text = call.arguments.strip()
    if not text:
        return Unusable("no_code")
    is_json, value = _json(text)
    if is_json:
        code = _code_in(value)
        if code is None:
            return Unusable("no_code_key", ", ".join(sorted(value)) if isinstance(value, dict) else "")
        return CodeCall(code) if code.strip() else Unusable("no_code")
    source = _unfenced(text)
    if not source.lstrip().startswith("{") and parsed(source) is not None:
        return CodeCall(source)
    return Unusable("malformed_arguments")


def partial_json(text: str) -> object:
    """What JSON that is still being written says so far; None when it is no JSON."""
    try:
        return jiter.from_json(text.encode(errors="replace"), partial_mode="trailing-strings")
    except ValueError:
        return None


def _without_raw_breaks(string: re.Match[str]) -> str:
    return string[0].replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _json(text: str) -> tuple[bool, object]:
    """Whether `text` is JSON, and its value."""
    try:
        # strict=False lets raw newlines stand inside strings, a common slip.
        value: object = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False, None
    # Some servers encode the arguments twice.
    if isinstance(value, str) and value.lstrip().startswith("{"):
        is_json, inner = _json(value)
        return True, inner if is_json else value
    return True, value


def _code_in(value: object, *, partial: bool = False) -> str | None:
    if isinstance(value, str):
        return _source(value, partial)
    if not isinstance(value, dict):
        return None
    for key in _KEYS:
        text = value.get(key)
        if isinstance(text, str):
            return _source(text, partial)
        if isinstance(text, list) and all(isinstance(line, str) for line in text):
            return _source("\n".join(line.removesuffix("\n") for line in text), partial)
    return None


def _source(text: str, partial: bool) -> str:
    # Lone surrogates, from broken escapes, could be neither stored nor run.
    return _unfenced(text, partial).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unfenced(text: str, partial: bool = False) -> str:
    """`text` without a Markdown fence around it; of `partial` text, without what may yet become one."""
    opening = text.lstrip()
    if partial and "```".startswith(opening):
        return ""
    if not opening.startswith("```"):
        return text
    body = opening.partition("\n")[2]
    kept, _, last = body.rstrip().rpartition("\n") if body.rstrip() else ("", "", "")
    if last.strip() == "```":
        return kept
    if not partial:
        return body
    # The closing fence may be coming.
    return kept if "```".startswith(last.strip()) else body.rstrip()
