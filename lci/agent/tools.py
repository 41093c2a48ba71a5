"""The one tool, `execute_code(code)`, and what models make of it: partial JSON, broken JSON, other names."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass

import jiter

from lci.core.protocols import RequestedCall, Tool
from lci.core.transcript import CODE_TOOL

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
_KEYS = ("code", "source", "script", "input", "python", "cell")


@dataclass(frozen=True, slots=True)
class CodeCall:
    """Code to run."""

    source: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """A call that cannot be carried out; `reason` is a code for `prompts.unusable_call`."""

    reason: str
    detail: str = ""


def is_code_tool(name: str) -> bool:
    """Whether the model means the code tool, under whatever name it was trained on."""
    return name.removeprefix("functions.").strip().lower() in _NAMES


def code_so_far(arguments: str) -> str:
    """The code in arguments that are still being written; empty while none can be told."""
    if not arguments.lstrip().startswith("{"):
        return ""
    try:
        parsed = jiter.from_json(arguments.encode(errors="replace"), partial_mode="trailing-strings")
    except ValueError:
        return ""
    return _code_in(parsed) or ""


def understood(call: RequestedCall) -> CodeCall | Unusable:
    """What `call` asks for. Tried in order: JSON, JSON with raw newlines, a fenced block, plain Python."""
    if not is_code_tool(call.name):
        return Unusable("unknown_tool", call.name)
    text = call.arguments.strip()
    if not text:
        return Unusable("no_code")
    parsed = _json(text)
    if parsed is not None:
        code = _code_in(parsed)
        if code is None:
            return Unusable("no_code_key", ", ".join(sorted(parsed)) if isinstance(parsed, dict) else "")
        return CodeCall(code) if code.strip() else Unusable("no_code")
    source = _unfenced(text)
    if not source.lstrip().startswith("{") and _parses(source):
        return CodeCall(source)
    return Unusable("malformed_arguments")


def _json(text: str) -> object | None:
    try:
        # strict=False lets raw newlines stand inside strings, a common slip.
        value: object = json.loads(text, strict=False)
    except ValueError:
        return None
    # Some servers encode the arguments twice.
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return _json(value) or value
    return value


def _code_in(parsed: object) -> str | None:
    if isinstance(parsed, str):
        return _unfenced(parsed)
    if not isinstance(parsed, dict):
        return None
    for key in _KEYS:
        value = parsed.get(key)
        if isinstance(value, str):
            return _unfenced(value)
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            return "\n".join(value)
    return None


def _unfenced(text: str) -> str:
    lines = text.strip().split("\n")
    if len(lines) >= 2 and lines[0].startswith("```") and lines[-1].strip() == "```":
        return "\n".join(lines[1:-1])
    return text


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True
