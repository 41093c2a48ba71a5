"""What a cell may do to the kernel that would break the next one: delete its folder, or fork and go on as a copy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def install(shell: Any) -> None:
    """Start each cell in a folder that exists; end copies of the kernel where their cell ends."""
    start, own = Path.cwd(), os.getpid()

    def standing(*_: object) -> None:
        try:
            Path.cwd()
        except FileNotFoundError:
            start.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chdir(start)

    def alone(*_: object) -> None:
        # A copy would read the kernel's own sockets and answer in its place.
        if os.getpid() != own:
            os._exit(0)

    shell.events.register("pre_run_cell", standing)
    shell.events.register("post_run_cell", alone)
