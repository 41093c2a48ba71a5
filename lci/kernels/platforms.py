"""What differs between operating systems when a kernel is started, interrupted and ended.

Linux is what everything is tested on. macOS and Windows go by the documented fallbacks of jupyter_client; here they are
tested by running real kernels as those systems would, not on those systems.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

System: TypeAlias = Literal["linux", "macos", "windows"]


@dataclass(frozen=True, slots=True)
class Platform:
    """One operating system, as far as kernels feel it."""

    system: System

    def transport(self, sockets: Path) -> dict[str, str]:
        """How app and kernel talk: sockets in a private folder, or ports of this machine where there are none."""
        return {} if self.system == "windows" else {"transport": "ipc", "ip": str(sockets / "k")}

    @property
    def has_supervisor(self) -> bool:
        """Whether a kernel can have a parent that is not the app, which takes a fork, and lead a process group.

        Then it and what its cells start get an interrupt together. Elsewhere jupyter_client sets an event that
        ipykernel waits for; programs a cell started are not interrupted.
        """
        return self.system != "windows"

    @property
    def end_signal(self) -> int:
        """What ends a process for good."""
        return getattr(signal, "SIGKILL", signal.SIGTERM)


def current() -> Platform:
    """The system this process runs on; any other Unix counts as macOS."""
    match sys.platform:
        case "linux":
            return Platform("linux")
        case "win32":
            return Platform("windows")
        case _:
            return Platform("macos")
