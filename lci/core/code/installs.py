"""Cells that install packages: recognised, and carried out by the app instead of the kernel, which has no network."""

from __future__ import annotations

import re

#: Names and versions as PEP 508 writes them; no paths, addresses or options that lead elsewhere.
_REQUIREMENT = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._,-]+\])?"
    r"(?:(?:==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!_-]+(?:,(?:==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!_-]+)*)?"
)
_COMMAND = re.compile(r"[%!]\s*(?:uv\s+)?pip3?\s+install\s+(.+)|[%!]\s*\S*python3?\s+-m\s+pip\s+install\s+(.+)")
_HARMLESS = frozenset({"-q", "-qq", "--quiet", "-U", "--upgrade", "--user", "--no-cache-dir"})


def packages(source: str) -> tuple[str, ...] | None:
    """What a cell of nothing but `%pip install` lines installs; None for any other cell."""
    names: list[str] = []
    for line in source.splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        command = _COMMAND.fullmatch(text)
        if command is None:
            return None
        for word in (command[1] or command[2]).split():
            name = word.strip("'\"")
            if name in _HARMLESS:
                continue
            if not _REQUIREMENT.fullmatch(name):
                return None
            names.append(name)
    return tuple(names) or None
