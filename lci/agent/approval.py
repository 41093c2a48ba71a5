"""When a cell must wait for the person, decided from its code, the conversation's rule and the isolation in force."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from lci.core.code.parsing import parsed
from lci.core.conversation import Approval, IsolationLevel

Unattended: TypeAlias = Literal["auto", "reject-risky", "reject-all"]

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
    if isolation in ("none", "rlimits", "server_open"):
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
    reasons: dict[str, None] = {}
    plain = []
    for line in source.split("\n"):
        # IPython also takes `names = !command`.
        command = re.sub(r"^[\w.,\s]+=\s*(?=[!%])", "", line).strip()
        if _INSTALLS.match(command):
            reasons["installs_packages"] = None
        elif command.startswith(_SHELL):
            reasons["starts_programs"] = None
        elif command.startswith("%%writefile"):
            reasons["overwrites_files"] = None
        ipython = command.startswith(("!", "%", "?")) or command.endswith("?") or _INSTALLS.match(command)
        plain.append(line[: len(line) - len(line.lstrip())] + "pass" if ipython else line)
    for node in _nodes("\n".join(plain)):
        for reason in _node_risks(node):
            reasons[reason] = None
    return tuple(reasons)


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
