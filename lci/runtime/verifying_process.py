"""The process that runs a notebook again for the app: what its cells put out is held here, and ends with it.

Run with a folder that has `notebook.ipynb` and the copied files in `work`, the isolation, and the limits as JSON. It
prints lines of JSON: how far it has come, and at last what came of it, or the problem.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lci.errors import LciError
from lci.kernels.launcher import supervisor
from lci.kernels.limits import ResourceLimits
from lci.kernels.stock import StockIsolation
from lci.notebook.verification import Verification
from lci.notebook.verify import opened
from lci.runtime.verifying import run_again

NOTEBOOK = "notebook.ipynb"
#: Keys of its lines.
PROGRESS, RESULT, PROBLEM = "progress", "result", "problem"

#: Characters of an error that are passed on.
_DETAIL = 500


def main() -> None:
    """Run it, and say what came of it."""
    speak(_verified)


def speak(run: Callable[[Path, StockIsolation, ResourceLimits], object]) -> None:
    """Have `run` do what the arguments of this process say, and print what comes of it."""
    place, isolation, limits, parent = sys.argv[1:]
    supervisor.die_with(int(parent))
    allowed = ResourceLimits(**json.loads(limits))
    _limit_own_memory(allowed.memory_bytes // 2)
    level: StockIsolation = "bubblewrap" if isolation == "bubblewrap" else "none"
    try:
        outcome = run(Path(place), level, allowed)
    except LciError as error:
        _print(PROBLEM, {"code": error.problem.code, "facts": dict(error.problem.facts)})
    except MemoryError:
        _print(PROBLEM, {"code": "verification_failed", "facts": {"cause": "output"}})
    else:
        _print(RESULT, outcome)


def _verified(place: Path, isolation: StockIsolation, limits: ResourceLimits) -> object:
    verification = run_again(opened(place / NOTEBOOK), place, isolation, limits, moved_on)
    return dataclasses.asdict(_shortened(verification))


def moved_on(done: int, cells: int) -> None:
    """Say how far it has come."""
    _print(PROGRESS, [done, cells])


def _print(kind: str, value: Any) -> None:
    sys.stdout.write(json.dumps({kind: value}) + "\n")
    sys.stdout.flush()


def _shortened(verification: Verification) -> Verification:
    findings = tuple(dataclasses.replace(each, detail=each.detail[:_DETAIL]) for each in verification.findings)
    errors = tuple(error[:_DETAIL] for error in verification.errors)
    return dataclasses.replace(verification, findings=findings, errors=errors)


def _limit_own_memory(most: int) -> None:
    """A stock kernel sends whatever its cells print: that may end this process, and nothing else.

    Its kernel has limits of its own, up to what the system allows.
    """
    if os.name != "posix" or not most:
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
