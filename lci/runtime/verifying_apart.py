"""A notebook run again in a process of its own, which is ended with all that it has started, whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psutil
from pydantic import TypeAdapter, ValidationError

import lci
from lci.errors import Problem, VerificationFailed
from lci.kernels.limits import ResourceLimits
from lci.kernels.provisioners.plain import below, kill
from lci.kernels.provisioners.walls import inherited_environment
from lci.kernels.reaping import end_marked, note_of, record
from lci.notebook.verification import Verification
from lci.runtime.recipes import RecipeRun
from lci.runtime.verifying import Progress

if TYPE_CHECKING:
    from lci.kernels.stock import StockIsolation

_PACKAGE = Path(lci.__file__).resolve().parent
#: Bytes of one line that the process prints.
_LINE = 64 << 20
_SECONDS = 5.0

T = TypeVar("T")
_VERIFICATION, _RECIPE = TypeAdapter(Verification), TypeAdapter(RecipeRun)


async def verification_apart(
    place: Path, isolation: StockIsolation, limits: ResourceLimits, home: Path, progress: Progress
) -> Verification | Problem:
    """What came of the notebook in `place`, which is as `verifying_process` wants it: see `result_apart`."""
    return await result_apart("verifying_process", _VERIFICATION, place, isolation, limits, home, progress)


async def recipe_apart(
    place: Path, isolation: StockIsolation, limits: ResourceLimits, home: Path, progress: Progress
) -> RecipeRun | Problem:
    """What came of the recipe in `place`, which is as `recipe_process` wants it: see `result_apart`."""
    return await result_apart("recipe_process", _RECIPE, place, isolation, limits, home, progress)


async def result_apart(
    module: str,
    kind: TypeAdapter[T],
    place: Path,
    isolation: StockIsolation,
    limits: ResourceLimits,
    home: Path,
    progress: Progress,
) -> T | Problem:
    """What that module of this room makes of `place`, a folder whose name begins with `lci-`.

    When this is over, also because it was cancelled, no process of it is there any more. One that the app leaves behind
    when it is killed is ended at the next start, and `place` is removed.
    """
    async with _process(module, place, isolation, limits, home) as stdout:
        async for line in _lines(stdout):
            match line:
                case {"progress": [int(done), int(cells)]}:
                    progress(done, cells)
                case {"problem": {"code": str(code), "facts": dict(facts)}}:
                    return Problem(code, facts)
                case {"result": result}:
                    with contextlib.suppress(ValidationError):
                        return kind.validate_python(result)
    return VerificationFailed(cause="ended").problem


@contextlib.asynccontextmanager
async def _process(
    module: str, place: Path, isolation: StockIsolation, limits: ResourceLimits, home: Path
) -> AsyncIterator[asyncio.StreamReader]:
    """Its standard output, while it runs."""
    command = [sys.executable, "-s", "-m", f"lci.runtime.{module}"]
    words = [str(place), isolation, json.dumps(asdict(limits)), str(os.getpid())]
    environment = inherited_environment() | {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(place), "TMPDIR": str(place),
        "PYTHONPATH": str(_PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, *words, env=environment, cwd=place, limit=_LINE, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        record(home, place, process.pid)
        assert process.stdout is not None
        yield process.stdout
    finally:
        # In a thread, so that it is done to the end even where whoever waits for it is cancelled once more.
        await asyncio.to_thread(_ended, process.pid, place.name)
        note_of(home, place).unlink(missing_ok=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _SECONDS)


def _ended(pid: int, mark: str) -> None:
    """End that process and everything it has started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        kill([root, *below(pid)])
    end_marked(mark)


async def _lines(stdout: asyncio.StreamReader) -> AsyncIterator[Any]:
    """The lines that are JSON, until the end or one that is too long: libraries print what they like."""
    with contextlib.suppress(ValueError):
        while line := await stdout.readline():
            with contextlib.suppress(json.JSONDecodeError):
                yield json.loads(line)
