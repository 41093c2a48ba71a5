"""When a cell must wait for the person, and when the loop must not go on. All of it decided from values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.code.parsing import parsed
from lci.core.conversation import Approval, IsolationLevel
from lci.core.turns import FAILED, Cell, ToolUse, Turn, error_of
from lci.errors import Problem

Unattended: TypeAlias = Literal["auto", "reject-risky", "reject-all"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a turn may go on by itself; `retry_seconds` are the waits before each further try of a request."""

    cells_per_turn: int = 25
    failures_in_a_row: int = 4
    retry_seconds: tuple[float, ...] = (1.0, 3.0, 8.0)


#: Names whose call, or import, makes a cell risky; the value is the reason's code.
_RISKY_CALLS = {
    "remove": "deletes_files",
    "unlink": "deletes_files",
    "rmdir": "deletes_files",
    "removedirs": "deletes_files",
    "rmtree": "deletes_files",
    "rename": "overwrites_files",
    "replace": "overwrites_files",
    "system": "starts_programs",
    "popen": "starts_programs",
    "execv": "starts_programs",
    "urlopen": "network",
    "urlretrieve": "network",
}
_RISKY_IMPORTS = {
    "subprocess": "starts_programs",
    "ctypes": "starts_programs",
    "socket": "network",
    "requests": "network",
    "httpx": "network",
    "urllib.request": "network",
    "aiohttp": "network",
    "ftplib": "network",
    "smtplib": "network",
    "shutil": "deletes_files",
}
_ON_MODULES = frozenset({"os", "shutil", "pathlib", "request"})
_INSTALLS = re.compile(r"[!%]+\s*(pip|conda|mamba|uv)\b|(pip|conda|mamba|uv)\s+(install|pip)\b")
_SHELL = ("!", "%%!", "%%bash", "%%sh", "%%script", "%sx", "%system")


def approval_reasons(source: str, approval: Approval, isolation: IsolationLevel, *, own_code: bool) -> tuple[str, ...]:
    """Why `source` has to wait, as codes; empty when it may run.

    Without isolation every cell waits: the code would have the person's own rights. The built-in analyst's code is
    ours and never waits.
    """
    if own_code:
        return ()
    if isolation in ("none", "rlimits"):
        return ("no_isolation", *risks(source))
    match approval:
        case "risky":
            return risks(source)
        case "auto":
            return ()
        case _:
            return ("always_ask", *risks(source))


def allowed_unattended(reasons: Sequence[str], approve: Unattended) -> bool:
    """Whether a cell that waits for these reasons may run when nobody is there to be asked."""
    match approve:
        case "auto":
            return True
        case "reject-risky":
            return set(reasons) <= {"always_ask"}
        case "reject-all":
            return False


def risks(source: str) -> tuple[str, ...]:
    """What the code may do that cannot be undone, as codes; a hint for a person, not a boundary."""
    found: dict[str, None] = {}
    plain = []
    for line in source.split("\n"):
        # IPython also takes `names = !command`.
        command = re.sub(r"^[\w.,\s]+=\s*(?=[!%])", "", line).strip()
        if _INSTALLS.match(command):
            found["installs_packages"] = None
        elif command.startswith(_SHELL):
            found["starts_programs"] = None
        elif command.startswith("%%writefile"):
            found["overwrites_files"] = None
        ipython = command.startswith(("!", "%", "?")) or command.endswith("?") or _INSTALLS.match(command)
        plain.append(line[: len(line) - len(line.lstrip())] + "pass" if ipython else line)
    for node in _nodes("\n".join(plain)):
        for reason in _node_risks(node):
            found[reason] = None
    return tuple(found)


def _nodes(source: str) -> Iterator[ast.AST]:
    """Every node of `source`; none when it is not Python or nested too deep to read."""
    tree = parsed(source)
    return iter(()) if tree is None else ast.walk(tree)


def _node_risks(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [reason for name in names for reason in _import_risks(name.name)]
        case ast.ImportFrom(module=str(module), names=names):
            inside = [reason for name in names for reason in _import_risks(f"{module}.{name.name}")]
            if module in _ON_MODULES:
                inside += [_RISKY_CALLS[name.name] for name in names if name.name in _RISKY_CALLS]
            return inside
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if owner in _ON_MODULES:
            return [_RISKY_CALLS[name]] if name in _RISKY_CALLS else []
        case ast.Call(func=ast.Attribute(attr="unlink" | "rmdir" | "rmtree")):
            return ["deletes_files"]
        case ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value=str(mode)), *_]) if "w" in mode:
            return ["overwrites_files"]
        case ast.Call(func=ast.Name(id="open"), keywords=keywords) if any(
            word.arg == "mode" and isinstance(word.value, ast.Constant) and "w" in str(word.value.value)
            for word in keywords
        ):
            return ["overwrites_files"]
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str(address)), *_]) if name.startswith(
            "read_"
        ) and re.match(r"(https?|ftp|s3|gs)://", address):
            return ["network"]
    return []


def _import_risks(module: str) -> list[str]:
    return [reason for name, reason in _RISKY_IMPORTS.items() if module == name or module.startswith(f"{name}.")]


def limit_reached(turn: Turn, limits: Limits) -> Problem | None:
    """Why the turn has to pause, if it has to (B7)."""
    calls = [
        step
        for step in turn.steps
        if isinstance(step, ToolUse)
        or (isinstance(step, Cell) and step.status not in ("writing", "dropped", "rejected"))
    ]
    if failures_in_a_row(calls) >= limits.failures_in_a_row:
        return Problem("failures_limit", {"failures": limits.failures_in_a_row})
    if len(calls) >= limits.cells_per_turn:
        return Problem("cells_limit", {"cells": limits.cells_per_turn})
    return None


def failures_in_a_row(calls: Sequence[Cell | ToolUse]) -> int:
    """How many of the last calls failed, one after the other; a call that was not carried out is a failure."""
    count = 0
    for call in reversed(calls):
        if call.answered if isinstance(call, ToolUse) else call.status not in FAILED:
            break
        count += 1
    return count


def fingerprint(cell: Cell) -> str | None:
    """What makes two errors the same: type and message, without numbers and addresses."""
    error = error_of(cell)
    if error is None:
        return None
    return f"{error.ename}: {re.sub(r'0x[0-9a-fA-F]+|[0-9]+', '#', error.evalue)[:300]}"


def repeats(turn: Turn, cell_id: str) -> bool:
    """Whether this cell's error is one the turn has met before."""
    prints = {cell.id: fingerprint(cell) for cell in turn.cells}
    mine = prints.pop(cell_id, None)
    return mine is not None and mine in prints.values()


def sent_before(turn: Turn, source: str) -> bool:
    """Whether the last cell that this turn ran, well or badly, is exactly `source`."""
    ran = [cell for cell in turn.cells if cell.status not in ("writing", "waiting", "dropped")]
    return bool(ran) and ran[-1].status in ("ok", "error") and ran[-1].source.strip() == source.strip()


class Repetition:
    """Notices that a stream of text says the same again and again, letter by letter: a model that will never stop."""

    #: Characters at the end of the text that must be nothing but repetitions, and the longest text that is repeated.
    _TAIL = 6_000
    _LONGEST = 600
    _PROBE = 24

    def __init__(self) -> None:
        self.endless = False
        self._tail = ""
        self._unseen = 0

    def read(self, text: str) -> None:
        """Take more of the text."""
        self._tail = (self._tail + text)[-self._TAIL :]
        self._unseen += len(text)
        if self._unseen >= self._TAIL // 4 and len(self._tail) == self._TAIL:
            self._unseen = 0
            self.endless = self.endless or self._repeats()

    def _repeats(self) -> bool:
        tail = self._tail
        probe = tail[-self._PROBE :]
        at = len(tail) - self._PROBE
        while (at := tail.rfind(probe, len(tail) - self._LONGEST - self._PROBE, at + self._PROBE - 1)) >= 0:
            period = len(tail) - self._PROBE - at
            if tail[period:] == tail[:-period]:
                return bool(tail.strip())
        return False
