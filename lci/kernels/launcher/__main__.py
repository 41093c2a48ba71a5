"""The kernel process. Run by path in the kernel's own Python: only the standard library and ipykernel are here.

Text is sent in pieces and capped, `exit()` is harmless, figures appear exactly once, an interrupt reaches user code
only, and the app can look in silently.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent


def _loaded(name: str, file: str) -> ModuleType:
    """A module of this folder under a name of its own; the folder itself must not be importable by user code."""
    spec = importlib.util.spec_from_file_location(name, HERE / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _confined() -> tuple[dict[str, Any], ModuleType, ModuleType]:
    """Before anything a cell could reach is imported: a parent that is not the app, a session, limits and walls."""
    standin = _loaded("_lci_standin", "standin.py")
    confinement = _loaded("_lci_confinement", "confinement.py")
    plan = json.loads(os.environ.pop("LCI_CONFINEMENT", "{}"))
    app = int(os.environ.get("JPY_PARENT_PID") or 0)
    standin.die_with(app)
    if plan.get("stand_in") and hasattr(os, "fork"):
        parent = standin.stand_in(app)
        standin.die_with(parent)
        os.environ["JPY_PARENT_PID"] = str(parent)
    # As session leader the kernel can be interrupted together with the programs its cells start.
    if hasattr(os, "setsid") and os.getpid() != os.getsid(0):
        os.setsid()
    confinement.enter(plan)
    syscalls = _loaded("_lci_syscalls", "syscalls.py")
    if refused := plan.get("refuse"):
        _filtered(syscalls, refused)
    return plan, confinement, syscalls


def _filtered(syscalls: ModuleType, refused: dict[str, Any]) -> None:
    """In a sandbox the filter is a second wall, which some systems do not have; Landlock cannot do without it."""
    try:
        if syscalls.known_machine():
            syscalls.refuse(network=refused["network"], sandboxed=refused["sandboxed"])
    except OSError:
        if not refused["sandboxed"]:
            raise


def main() -> None:
    plan, confinement, syscalls = _confined()
    # This folder. IPython puts the notebook's own behind the standard library, once all is loaded that starts a kernel:
    # a file of a cell called `traitlets.py` must not be that.
    del sys.path[0]
    if overlay := os.environ.get("LCI_OVERLAY"):
        sys.path.append(overlay)
    aftermath = _loaded("_lci_aftermath", "aftermath.py")
    streams = _loaded("_lci_streams", "streams.py")
    displays = _loaded("_lci_displays", "displays.py")
    interrupts = _loaded("_lci_interrupts", "interrupts.py")
    _loaded("_lci_inspection", "inspection.py")
    figures = _loaded("_lci_figures", "figures.py")
    threads = _loaded("_lci_threads", "threads.py")
    critique = _loaded("_lci_critique", "critique.py")

    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    class App(IPKernelApp):
        outstream_class = "_lci_streams.CappedStream"
        kernel_class = interrupts.Kernel

        def init_shell(self) -> None:
            super().init_shell()
            self.session.pack = displays.packed
            shell: Any = self.kernel.shell
            aftermath.install(shell)
            confinement.install(shell)
            # Figures shown at a cell's end count as its displays, and both come before the end of its text.
            figures.install(shell)
            critique.install(shell)
            displays.install(shell)
            streams.install(shell)
            for name in ("exit", "quit"):
                shell.user_ns[name] = streams.Leaving(name)
                shell.user_ns_hidden[name] = shell.user_ns[name]
            threads.install()
            if "landlock" in plan:
                # The kernel's own sockets are there by now.
                syscalls.refuse_new_unix_sockets()

    # History on disk is of no use here, and its thread is started anew after each fork: in a full process that fails.
    App.launch_instance(config=Config({"HistoryManager": {"enabled": False}}))


if __name__ == "__main__":
    main()
