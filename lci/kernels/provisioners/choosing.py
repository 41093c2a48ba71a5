"""From a level of isolation to what starts a kernel at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_never

from lci.core.conversation import LocalIsolation
from lci.kernels.environments import Checked
from lci.kernels.limits import Limits
from lci.kernels.platforms import Platform
from lci.kernels.provisioners.bubblewrap import BubblewrapProvisioner
from lci.kernels.provisioners.landlock import LandlockProvisioner
from lci.kernels.provisioners.plain import PlainProvisioner, write_matplotlib_settings
from lci.kernels.provisioners.system import interpreter_prefixes
from lci.kernels.slots import Slot


def provisioner_for(
    level: LocalIsolation,
    manager: Any,
    slot: Slot,
    sockets: Path,
    limits: Limits,
    environment: Checked | None,
    platform: Platform,
    *,
    network: bool,
) -> BubblewrapProvisioner | PlainProvisioner:
    """What starts and ends the process of `manager`; `sockets` is the kernel's own new folder for its transport.

    Without an `environment` the kernel runs in the app's own Python.
    """
    common = {
        "parent": manager, "kernel_id": sockets.name, "kernel_spec": manager.kernel_spec, "limits": limits,
        "work": str(slot.work), "home": str(slot.home), "overlay": str(slot.overlay), "spool": str(slot.spool),
        "matplotlibrc": str(write_matplotlib_settings(sockets)),
    }  # fmt: skip
    prefixes = interpreter_prefixes()
    if environment is not None:
        common["python"] = environment.python
        prefixes = [place for place in environment.places if place != "/usr" and not place.startswith("/usr/")]
    walled = {"sockets": str(sockets), "prefixes": prefixes, "network": network}
    match level:
        case "bubblewrap":
            return BubblewrapProvisioner(**common, **walled)
        case "landlock":
            return LandlockProvisioner(**common, **walled)
        case "rlimits" | "none":
            return PlainProvisioner(**common, platform=platform)
        case _:
            assert_never(level)
