"""Which isolation this machine can really give: found by doing it, not by looking for a program."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from lci.core.conversation import LocalIsolation
from lci.errors import IsolationRequired

Policy: TypeAlias = Literal["required", "auto", "off"]

#: Where the workspace is mounted for an isolated kernel; the place models know from hosted interpreters.
WORKING_DIRECTORY = "/mnt/data"

_BUBBLEWRAP = (
    "bwrap", "--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--disable-userns",
    "--ro-bind", "/", "/", "--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev", "--", "true",
)  # fmt: skip
_CONFINEMENT = Path(__file__).resolve().parent / "launcher" / "confinement.py"
_DEADLINE = 10.0


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a level works here, and its own word when it does not."""

    works: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found of every level, the best first; the last one, `none`, needs nothing."""

    bubblewrap: Probe
    landlock: Probe
    rlimits: Probe

    def level(self, policy: Policy) -> LocalIsolation:
        """The level of a kernel started under `policy`. Raises `IsolationRequired`."""
        if policy != "off":
            if self.bubblewrap.works:
                return "bubblewrap"
            if self.landlock.works:
                return "landlock"
        if policy not in ("auto", "off"):
            # What is no policy is taken as the strictest.
            raise IsolationRequired(reason="; ".join(f"{name}: {reason}" for name, reason in self.refusals("rlimits")))
        return "rlimits" if self.rlimits.works else "none"

    def refusals(self, level: LocalIsolation) -> tuple[tuple[LocalIsolation, str], ...]:
        """The levels above `level` that do not work here, each with the reason."""
        probes: dict[LocalIsolation, Probe] = {
            "bubblewrap": self.bubblewrap, "landlock": self.landlock, "rlimits": self.rlimits,
        }  # fmt: skip
        above = itertools.takewhile(lambda name: name != level, probes)
        return tuple((name, probes[name].reason) for name in above if not probes[name].works)


@functools.cache
def probe() -> Probe:
    """Run a bubblewrap sandbox that does nothing; cached for the life of the process."""
    if sys.platform != "linux":
        return Probe(False, "bubblewrap exists on Linux only")
    if shutil.which("bwrap") is None:
        return Probe(False, "bubblewrap is not installed")
    return _ran(_BUBBLEWRAP)


@functools.cache
def landlock_probe() -> Probe:
    """Let a child process wall itself in and try the walls; cached for the life of the process."""
    if sys.platform != "linux":
        return Probe(False, "Landlock exists on Linux only")
    with tempfile.TemporaryDirectory(prefix="lci-") as folder:
        (Path(folder) / "in").mkdir()
        return _ran((sys.executable, "-I", "-S", str(_CONFINEMENT), folder))


@functools.cache
def survey() -> Survey:
    """Try every level; cached for the life of the process."""
    limits = Probe(True) if os.name == "posix" else Probe(False, "limits of processes exist on Unix only")
    return Survey(probe(), landlock_probe(), limits)


def expected_level(policy: Policy, machine: Survey | None = None) -> LocalIsolation:
    """The level a kernel started under `policy` would have; `none` where it is refused."""
    try:
        return (machine or survey()).level(policy)
    except IsolationRequired:
        return "none"


def _ran(command: tuple[str, ...]) -> Probe:
    """A probe works if it ends well and says nothing; else its last words are the reason."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DEADLINE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Probe(False, type(error).__name__)
    if done.returncode == 0 and not done.stdout.strip():
        return Probe(True)
    words = done.stdout.strip() or done.stderr.strip().split("\n")[-1]
    return Probe(False, words[:200] or f"exit code {done.returncode}")
