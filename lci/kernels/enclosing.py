"""A program of the app's own inside the walls that kernels have: for what reads files that nobody vouches for."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from lci.core.conversation import LocalIsolation
from lci.kernels.limits import ResourceLimits
from lci.kernels.platforms import current
from lci.kernels.provisioners.bubblewrap import sandbox
from lci.kernels.provisioners.plain import readable_system
from lci.kernels.provisioners.walls import (
    PLAN,
    Walls,
    beside_app,
    inherited_environment,
    inside_sandbox,
    interpreter_prefixes,
)

#: Not `/tmp`: the interpreter, or this package, may lie below it.
_SCRATCH = "/run/scratch"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """How to start the program: `environment` is the whole of it."""

    command: tuple[str, ...]
    environment: dict[str, str]


def enclosed(module: str, level: LocalIsolation, scratch: Path, limits: ResourceLimits) -> Enclosed:
    """`python -m module` of this package at `level`: no network, `scratch` its only folder to write to.

    It finds what to put up around itself in the variable `LCI_CONFINEMENT`, with `parent`, the pid it ends with (0: the
    sandbox sees to that), and `sandboxed` added to what a kernel's launcher is told.
    """
    environment = inherited_environment() | {
        "PYTHONPATH": str(_PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1",
        # Threads of a library would be lost in a child that is forked.
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system",
    }  # fmt: skip
    open_walls: Walls | None = None
    program = (sys.executable, "-s", "-Xfrozen_modules=off", "-m", module)
    match level:
        case "bubblewrap":
            plan = json.loads(inside_sandbox(limits, network=False)) | {"parent": 0, "sandboxed": True}
            environment |= {"PATH": "/usr/bin:/bin", "HOME": _SCRATCH, "TMPDIR": _SCRATCH, PLAN: json.dumps(plan)}
            readable = [*interpreter_prefixes(), str(_PACKAGE)]
            walls = sandbox(environment, [], readable, {str(scratch): _SCRATCH}, _SCRATCH, network=False)
            return Enclosed((*walls, "--", *program), {"PATH": "/usr/local/bin:/usr/bin:/bin"})
        case "landlock":
            read = (*readable_system(), *interpreter_prefixes(), str(_PACKAGE))
            open_walls = Walls(read, (str(scratch),), ("/dev/null", "/dev/urandom"), network=False)
        case "rlimits" | "none":
            pass
        case _:
            assert_never(level)
    plan = json.loads(beside_app(limits, open_walls, current())) | {"parent": os.getpid(), "sandboxed": False}
    environment |= {"PATH": os.defpath, "HOME": str(scratch), "TMPDIR": str(scratch), PLAN: json.dumps(plan)}
    return Enclosed(program, environment)
