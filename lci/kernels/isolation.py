"""Which isolation this machine can really give: found by doing it, not by looking for a program."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.core.conversation import IsolationLevel
from lci.errors import IsolationRequired

Policy: TypeAlias = Literal["required", "auto", "off"]

#: Where the workspace is mounted for an isolated kernel; the place models know from hosted interpreters.
WORKING_DIRECTORY = "/mnt/data"

_PROBE = (
    "bwrap", "--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--disable-userns",
    "--ro-bind", "/", "/", "--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev", "--", "true",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether bubblewrap works here, and its own word when it does not."""

    works: bool
    reason: str = ""


@functools.cache
def probe() -> Probe:
    """Run a sandbox that does nothing; cached for the life of the process."""
    if sys.platform != "linux":
        return Probe(False, "bubblewrap exists on Linux only")
    if shutil.which("bwrap") is None:
        return Probe(False, "bubblewrap is not installed")
    try:
        done = subprocess.run(_PROBE, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Probe(False, type(error).__name__)
    if done.returncode == 0:
        return Probe(True)
    return Probe(False, done.stderr.strip().split("\n")[-1][:200] or f"exit code {done.returncode}")


def expected_level(policy: Policy) -> IsolationLevel:
    """The level a kernel started under `policy` will have."""
    return "bubblewrap" if policy != "off" and probe().works else "none"


def demanded_level(policy: Policy, found: Probe | None = None) -> IsolationLevel:
    """The same, but raises `IsolationRequired` where the policy allows no less than isolation."""
    if policy == "off":
        return "none"
    found = found or probe()
    if policy == "required" and not found.works:
        raise IsolationRequired(reason=found.reason)
    return "bubblewrap" if found.works else "none"
