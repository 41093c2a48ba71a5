"""What a kernel is walled in with: the plan its launcher reads, and what of the machine is left open to it."""

from __future__ import annotations

import json
import os
import site
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from lci.kernels.limits import ResourceLimits
from lci.kernels.platforms import Platform

#: The environment variable that carries a plan to the launcher.
PLAN = "LCI_CONFINEMENT"

#: What of /etc programs need: fonts, certificates, time zone, the linker's cache. No users, no hosts, and of
#: /etc/ssl and /etc/pki not their private keys.
SETTINGS = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime", "/etc/alternatives",
    "/etc/mime.types", "/etc/ca-certificates", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
)  # fmt: skip
#: The same for names on the network.
NETWORK_SETTINGS = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")
_PACKAGES = ("site-packages", "dist-packages")
_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True, slots=True)
class Walls:
    """Paths a kernel under Landlock may read, write and use as devices; `network` lets TCP pass."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    devices: tuple[str, ...]
    network: bool


def inside_sandbox(limits: ResourceLimits, network: bool) -> str:
    """The plan for a kernel in user and process namespaces of its own: nothing else there counts towards it."""
    refused = {"network": network, "sandboxed": True}
    return json.dumps({"supervised": False, "limits": _limits(limits, shared_user=False), "refuse": refused})


def beside_app(limits: ResourceLimits, walls: Walls | None, platform: Platform) -> str:
    """The plan for a kernel that runs as the app's own user among all its other processes."""
    plan: dict[str, object] = {"supervised": platform.has_supervisor, "limits": _limits(limits, shared_user=True)}
    if walls is not None:
        plan["landlock"] = asdict(walls)
        plan["refuse"] = {"network": walls.network, "sandboxed": False}
    return json.dumps(plan)


def _limits(limits: ResourceLimits, *, shared_user: bool) -> dict[str, object]:
    return {
        "memory": limits.memory_bytes, "file": limits.file_bytes, "processes": limits.processes,
        "shared_user": shared_user,
    }  # fmt: skip


def inherited_environment() -> dict[str, str]:
    """All that a walled process gets of our environment: locale, time zone, and what its processor needs."""
    return {"LANG": "C.UTF-8"} | {name: os.environ[name] for name in _KEPT if name in os.environ}


def interpreter_prefixes() -> list[str]:
    """The folders of this Python: its environment and the installation under it, links resolved too.

    Where a `.pth` file adds another environment's packages (`--system-site-packages`, `uv run --with`), those as well;
    the person's own (`~/.local`) no kernel reads.
    """
    borrowed = {path for path in sys.path if Path(path).name in _PACKAGES and path != site.getusersitepackages()}
    folders = {
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        os.path.realpath(sys.prefix),
        os.path.realpath(sys.base_prefix),
        *borrowed,
    }
    return sorted(prefix for prefix in folders if prefix != "/usr" and Path(prefix).is_dir())
