"""One fenced block of Python in an answer that is still being written: read line by line, prose apart from code.

A fence counts at the start of a line only. Held back is a line that may yet become a fence, a call written out as
`<tool_call>` or as JSON, and a block without a label with all that follows it: it is code only if it turns out to be
Python and no labelled block comes after it.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.agent.tools.code_calls import CodeCall, understood
from lci.core.code.parsing import parsed
from lci.core.ports import RequestedCall

_OPENING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})[ \t]*(?P<label>[^\s`]*)[^`]*\Z")
_PYTHON = frozenset({"python", "py", "python3", "py3", "ipython", "ipython3", "jupyter", "execute_code", "tool_code"})
#: Labels under which models write a call as JSON.
_JSON = frozenset({"json", "tool_call", "tool_calls", "function_call"})
#: A line that may begin such a call without any fence.
_OBJECT = re.compile(r'\s*\{\s*("|\Z)')
#: What IPython takes beside Python.
_COMMAND = re.compile(r"\s*[%!]{1,2}\w")

#: What matters for knowing whether a triple-quoted string is open: strings, comments, escapes.
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"?|\'(?:[^\'\\]|\\.)*\'?|#.*|\\.')
_ENDS = {mark: re.compile(rf"\\.|{mark}") for mark in ('"""', "'''")}


@dataclass(frozen=True, slots=True)
class Said:
    """Prose, exactly as it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """More of the block's source."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """The block is whole; nothing of the answer counts after it."""

    source: str


Piece: TypeAlias = Said | Code | Block
Kind: TypeAlias = Literal["python", "unlabelled", "other", "call", "json", "object"]

#: What may be code: everything, or, where blocks are only to be read, nothing but what is written as a call.
ANYTHING: frozenset[Kind] = frozenset({"python", "unlabelled", "call", "json", "object"})
CALLS: frozenset[Kind] = frozenset({"call", "json", "object"})

#: How many open models write a call when their server does not take it out of the text.
_CALL, _CALL_END = "<tool_call>", "</tool_call>"


@dataclass(frozen=True, slots=True)
class _Fence:
    mark: str
    length: int
    indent: int
    kind: Kind

    def closes(self, line: str) -> bool:
        text = line.strip()
        if self.kind == "call":
            return text == _CALL_END
        if self.kind == "object":
            return False
        return len(text) >= self.length and set(text) == {self.mark}


class FencedAnswer:
    """Takes the text of one answer in pieces of any size; the first code of one of these kinds completes it.

    A block without a label completes it only at the answer's end.
    """

    def __init__(self, kinds: frozenset[Kind] = ANYTHING) -> None:
        self.complete = False
        self._kinds = kinds
        #: The first block without a label that is Python, and all of the answer from it on.
        self._candidate, self._held = "", ""
        self._depth = 0
        self._line = ""
        self._released = 0
        self._fence: _Fence | None = None
        self._raw = ""
        self._code: list[str] = []
        self._shown = 0
        self._string = ""
        #: Lines of code before the first closing fence that lies in a string which may never end.
        self._doubtful: int | None = None

    def read(self, text: str) -> list[Piece]:
        """What `text` adds."""
        pieces: list[Piece] = []
        *lines, rest = (self._line + text).split("\n")
        for line in lines:
            if self.complete:
                return pieces
            self._whole(line, "\n", pieces)
        if not self.complete:
            self._line = rest
            self._release(pieces)
        return pieces

    def end(self) -> list[Piece]:
        """What is left when the answer is over; a block that was never closed is closed here."""
        pieces: list[Piece] = []
        if self._line and not self.complete:
            self._whole(self._line, "", pieces)
        self._line = ""
        if self._fence is not None and not self.complete:
            if self._string and self._doubtful is not None:
                del self._code[self._doubtful :]
            self._close(pieces)
        if self._candidate and not self.complete:
            # What a model writes beneath its code is made up.
            pieces += [Code(self._candidate), Block(self._candidate)]
            self.complete = True
        return pieces

    def cut(self) -> list[Piece]:
        """What is left of an answer that was cut off: a block in it is never whole."""
        pieces: list[Piece] = []
        if self._line and not self.complete:
            self._whole(self._line, "", pieces)
        if self._fence is not None and self._fence.kind != "python" and not self.complete:
            self._say(self._raw, pieces)
        _say(self._held, pieces)
        self._line, self._fence, self._candidate, self._held = "", None, "", ""
        return [piece for piece in pieces if not isinstance(piece, Block)]

    def _whole(self, line: str, ending: str, pieces: list[Piece]) -> None:
        """Take a line that is whole; what of it was given out as prose already is not repeated."""
        text, self._released = line[self._released :] + ending, 0
        plain = line.removesuffix("\r")
        if self._fence is None:
            self._fence = _opened(plain, self._kinds)
            if self._fence is None or self._fence.kind == "other":
                self._say(text, pieces)
                return
            self._raw = text
            if self._fence.kind == "object":
                self._in_object(plain, pieces)
            if self._fence is not None and self._fence.kind == "call":
                # The call may follow on the same line, and end there.
                body, mark, _ = plain.strip().removeprefix(_CALL).partition(_CALL_END)
                self._code.append(body)
                if mark:
                    self._close(pieces)
        elif self._fence.kind == "other":
            if self._fence.closes(plain):
                self._fence = None
            self._say(text, pieces)
        else:
            self._raw += text
            self._in_object(plain, pieces) if self._fence.kind == "object" else self._in_block(plain, pieces)

    def _in_object(self, line: str, pieces: list[Piece]) -> None:
        self._code.append(line)
        self._depth += line.count("{") - line.count("}")
        # Braces within its strings may not be in pairs: then the whole rest is looked at when the answer is over.
        if self._depth == 0 and is_json("\n".join(self._code)):
            self._close(pieces)

    def _in_block(self, line: str, pieces: list[Piece]) -> None:
        assert self._fence is not None
        if self._fence.closes(line):
            if not self._string:
                self._close(pieces)
                return
            if self._doubtful is None:
                self._doubtful = len(self._code)
        self._code.append(_outdented(line, self._fence.indent))
        self._string = _open_string(self._string, self._code[-1])
        if self._fence.kind == "python" and (self._shown or line.strip()):
            self._show(pieces)

    def _show(self, pieces: list[Piece]) -> None:
        new = self._code[self._shown :]
        if new and self._candidate:
            # The labelled block is the one that is meant.
            _say(self._held, pieces)
            self._candidate = self._held = ""
        if new:
            pieces.append(Code(("\n" if self._shown else "") + "\n".join(new)))
        self._shown = len(self._code)

    def _close(self, pieces: list[Piece]) -> None:
        """Settle what the block was: code, or prose after all."""
        assert self._fence is not None
        source = "\n".join(self._code)
        if self._fence.kind in CALLS:
            source = called_code(source)
        if self._fence.kind == "unlabelled" and is_python(source):
            self._candidate = self._candidate or source
            self._held += self._raw
        elif source.strip() and self._fence.kind != "unlabelled":
            self._code = source.split("\n")
            self._show(pieces)
            pieces.append(Block(source))
            self.complete = True
        else:
            self._say(self._raw, pieces)
        self._fence, self._code, self._shown, self._string, self._raw = None, [], 0, "", ""
        self._doubtful, self._depth = None, 0

    def _release(self, pieces: list[Piece]) -> None:
        """Give out the beginning of a line of prose that can no longer become a fence."""
        in_prose = self._fence is None and not _may_open(self._line)
        if self._candidate:
            return
        if in_prose or (self._fence is not None and self._fence.kind == "other"):
            held = 1 if self._line.endswith("\r") else 0
            _say(self._line[self._released : len(self._line) - held], pieces)
            self._released = max(self._released, len(self._line) - held)

    def _say(self, text: str, pieces: list[Piece]) -> None:
        """Prose; behind a block that may be the code it waits."""
        if self._candidate:
            self._held += text
        else:
            _say(text, pieces)


#: How models call a call's name and its arguments, and what may stand beside code that is all of an object.
_NAMED = ("name", "tool", "tool_name", "function", "action", "recipient_name")
_ARGUMENTS = ("arguments", "parameters", "args", "tool_input", "action_input", "input")
_BESIDE = frozenset({"code", "say", "language", "thought", "thoughts", "explanation", "comment", "description"})


def called_code(text: str) -> str:
    """The code of a call that stands in the text as JSON; empty for anything else.

    Either a name with arguments, also within `function` or a list of one, or an object of nothing but code.
    """
    try:
        call: object = json.JSONDecoder(strict=False).raw_decode(text.strip())[0]
    except (ValueError, RecursionError):
        return ""
    if isinstance(call, list) and len(call) == 1:
        call = call[0]
    if isinstance(call, dict) and isinstance(call.get("function"), dict):
        call = call["function"]
    if not isinstance(call, dict):
        return ""
    name = next((call[key] for key in _NAMED if isinstance(call.get(key), str)), None)
    if name is None:
        code = call.get("code")
        return code if isinstance(code, str) and set(call) <= _BESIDE and is_python(code) else ""
    arguments = next((call[key] for key in _ARGUMENTS if key in call), "")
    encoded = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    meant = understood(RequestedCall(0, name, encoded))
    return meant.source if isinstance(meant, CodeCall) else ""


def is_json(text: str) -> bool:
    """Whether the text is whole."""
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def holds_code(text: str) -> bool:
    """Whether there is a block of Python in a text that is whole."""
    answer = FencedAnswer()
    return any(isinstance(piece, Block) for piece in (*answer.read(text), *answer.end()))


def is_python(source: str) -> bool:
    """Whether unlabelled text is a program: names, numbers and literals alone are data."""
    plain = "\n".join(
        line[: len(line) - len(line.lstrip())] + "pass" if _COMMAND.match(line) else line for line in source.split("\n")
    )
    tree = parsed(plain)
    return tree is not None and any(
        isinstance(node, ast.Call | ast.BinOp | ast.Subscript)
        or (isinstance(node, ast.stmt) and not isinstance(node, ast.Expr | ast.AnnAssign))
        for node in ast.walk(tree)
    )


def _say(text: str, pieces: list[Piece]) -> None:
    if not text:
        return
    if pieces and isinstance(pieces[-1], Said):
        pieces[-1] = Said(pieces[-1].text + text)
    else:
        pieces.append(Said(text))


def _opened(line: str, kinds: frozenset[Kind]) -> _Fence | None:
    if line.lstrip().startswith(_CALL):
        return _Fence("", 0, 0, "call")
    if _OBJECT.match(line):
        return _Fence("", 0, 0, "object")
    opening = _OPENING.match(line)
    if opening is None:
        return None
    label = opening["label"].strip("{}.:").split(",")[0].lower()
    kind: Kind = "python" if label in _PYTHON else "json" if label in _JSON else "other" if label else "unlabelled"
    kind = kind if kind in kinds else "other"
    return _Fence(opening["fence"][0], len(opening["fence"]), len(opening["indent"]), kind)


def _may_open(line: str) -> bool:
    """Whether a line that is still being written may become an opening fence."""
    text = line.lstrip(" \t")
    if text.startswith(_CALL) or _CALL.startswith(text) or _OBJECT.match(text):
        return True
    mark = text[:1]
    if mark not in ("", "`", "~"):
        return False
    rest = text.lstrip(mark) if mark else ""
    return not rest or (len(text) - len(rest) >= 3 and (mark == "~" or "`" not in rest))


def _outdented(line: str, columns: int) -> str:
    """`line` without the indentation of its fence, as far as it has it."""
    blank = len(line) - len(line.lstrip(" \t"))
    return line[min(blank, columns) :]


def _open_string(mark: str, line: str) -> str:
    """The quotes of the triple-quoted string that is open after `line`, given those open before it."""
    at = 0
    while at < len(line):
        if mark:
            end = _ENDS[mark].search(line, at)
            if end is None:
                return mark
            mark = "" if end.group() == mark else mark
        else:
            end = _TOKEN.search(line, at)
            if end is None:
                return ""
            mark = end.group() if end.group() in _ENDS else ""
        at = end.end()
    return mark
