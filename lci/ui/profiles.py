"""Column statistics over every row of a file, made by a process of their own while the page goes on."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import sys
import threading
from pathlib import Path
from typing import Any, TypeAlias

from lci.errors import LciError
from lci.runtime.interpreter import Interpreter

#: One column as `python -m lci profile --json` tells it.
Told: TypeAlias = dict[str, Any]
_SECONDS = 120.0
_KEPT = 20

_lock = threading.Lock()
_asked: dict[tuple[str, str, int, float], concurrent.futures.Future[Told | None]] = {}


def ask(live: Interpreter, name: str) -> concurrent.futures.Future[Told | None] | None:
    """The profile of a workspace file, begun by the first call; None as its result when it could not be made."""
    file = live.snapshot().files.get(name)
    if file is None:
        return None
    key = (live.id, name, file.size, file.modified)
    with _lock:
        if key not in _asked:
            _asked[key] = live.engine.post(_profile(live, name))
            while len(_asked) > _KEPT:
                _asked.pop(next(iter(_asked))).cancel()
        return _asked[key]


async def _profile(live: Interpreter, name: str) -> Told | None:
    try:
        path: Path = live.workspace.resolve(name)
    except LciError:
        return None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "lci",
        "profile",
        str(path),
        "--json",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
    return _parsed(told)


def _parsed(told: bytes) -> Told | None:
    try:
        found = json.loads(told)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
