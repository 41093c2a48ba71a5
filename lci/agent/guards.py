"""When a cell must wait for the person, and when the loop must not go on. All of it decided from values."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lci.core.conversation import Approval, IsolationLevel
from lci.core.turns import FAILED, Cell, Turn, error_of
from lci.errors import Problem


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
    "urllib": "network",
    "aiohttp": "network",
    "ftplib": "network",
    "smtplib": "network",
    "shutil": "deletes_files",
}
_ON_MODULES = frozenset({"os", "shutil", "pathlib", "request"})


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
        case "always":
            return ("always_ask", *risks(source))
        case "risky":
            return risks(source)
        case "auto":
            return ()


def risks(source: str) -> tuple[str, ...]:
    """What the code may do that cannot be undone, as codes; a hint for a person, not a boundary."""
    found: dict[str, None] = {}
    for line in source.split("\n"):
        stripped = line.strip()
        if re.match(r"[!%]\s*(pip|conda|mamba|uv)\b", stripped):
            found["installs_packages"] = None
        elif stripped.startswith(("!", "%%bash", "%%sh", "%sx", "%system")):
            found["starts_programs"] = None
    plain = "\n".join("pass" if line.lstrip().startswith(("!", "%")) else line for line in source.split("\n"))
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError):
        return tuple(found)
    for node in ast.walk(tree):
        for reason in _node_risks(node):
            found[reason] = None
    return tuple(found)


def _node_risks(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [_RISKY_IMPORTS[n.name.split(".")[0]] for n in names if n.name.split(".")[0] in _RISKY_IMPORTS]
        case ast.ImportFrom(module=str(module)) if module.split(".")[0] in _RISKY_IMPORTS:
            return [_RISKY_IMPORTS[module.split(".")[0]]]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if owner in _ON_MODULES:
            return [_RISKY_CALLS[name]] if name in _RISKY_CALLS else []
        case ast.Call(func=ast.Attribute(attr="unlink" | "rmdir" | "rmtree")):
            return ["deletes_files"]
        case ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value=str(mode))]) if "w" in mode:
            return ["overwrites_files"]
    return []


def limit_reached(turn: Turn, limits: Limits) -> Problem | None:
    """Why the turn has to pause, if it has to (B7)."""
    cells = [cell for cell in turn.cells if cell.status not in ("writing", "dropped", "rejected")]
    if failures_in_a_row(cells) >= limits.failures_in_a_row:
        return Problem("failures_limit", {"failures": limits.failures_in_a_row})
    if len(cells) >= limits.cells_per_turn:
        return Problem("cells_limit", {"cells": limits.cells_per_turn})
    return None


def failures_in_a_row(cells: Sequence[Cell]) -> int:
    """How many of the last cells failed, one after the other."""
    count = 0
    for cell in reversed(cells):
        if cell.status not in FAILED:
            break
        count += 1
    return count


def fingerprint(cell: Cell) -> str | None:
    """What makes two errors the same: type and message, without numbers, addresses and quotes' content lengths."""
    error = error_of(cell)
    if error is None:
        return None
    return f"{error.ename}: {re.sub(r'0x[0-9a-f]+|[0-9]+', '#', error.evalue)[:300]}"


def repeats(turn: Turn, call_id: str) -> bool:
    """Whether this cell's error is one the turn has met before."""
    prints = {cell.call_id: fingerprint(cell) for cell in turn.cells}
    mine = prints.pop(call_id, None)
    return mine is not None and mine in prints.values()
