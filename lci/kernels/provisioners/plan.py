"""What the launcher is told to put up around itself, as the JSON it reads."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lci.kernels.limits import Limits
from lci.kernels.platforms import Platform

#: The environment variable that carries a plan to the launcher.
PLAN = "LCI_CONFINEMENT"


@dataclass(frozen=True, slots=True)
class Walls:
    """Paths a kernel under Landlock may read, write and use as devices; `network` lets TCP pass."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    devices: tuple[str, ...]
    network: bool


def inside_sandbox(limits: Limits, network: bool) -> str:
    """The plan for a kernel in user and process namespaces of its own: nothing else there counts towards it."""
    refused = {"network": network, "sandboxed": True}
    return json.dumps({"supervised": False, "limits": _limits(limits, shared_user=False), "refuse": refused})


def beside_app(limits: Limits, walls: Walls | None, platform: Platform) -> str:
    """The plan for a kernel that runs as the app's own user among all its other processes."""
    plan: dict[str, object] = {"supervised": platform.has_supervisor, "limits": _limits(limits, shared_user=True)}
    if walls is not None:
        plan["landlock"] = {
            "read": walls.read, "write": walls.write, "devices": walls.devices, "network": walls.network,
        }  # fmt: skip
        plan["refuse"] = {"network": walls.network, "sandboxed": False}
    return json.dumps(plan)


def _limits(limits: Limits, *, shared_user: bool) -> dict[str, object]:
    return {
        "memory": limits.memory_bytes, "file": limits.file_bytes, "processes": limits.processes,
        "shared_user": shared_user,
    }  # fmt: skip
