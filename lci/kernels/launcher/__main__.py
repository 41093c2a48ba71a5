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
from typing import Any

HERE = Path(__file__).resolve().parent
#: Messages that wait where the app reads none: those of 25 seconds at the pace of displays.
WAITING = 50_000


def _loaded(name: str) -> Any:
    """A module of this folder under a name of its own; the folder itself must not be importable by user code."""
    spec = importlib.util.spec_from_file_location(f"_lci_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _confined() -> tuple[dict[str, Any], Any, Any]:
    """Before anything a cell could reach is imported: a parent that is not the app, a session, limits and walls."""
    supervisor, confinement, syscalls = _loaded("supervisor"), _loaded("confinement"), _loaded("syscalls")
    plan = json.loads(os.environ.pop("LCI_CONFINEMENT", "{}"))
    app = int(os.environ.get("JPY_PARENT_PID") or 0)
    supervisor.die_with(app)
    if plan.get("supervised") and hasattr(os, "fork"):
        parent = supervisor.supervise(app)
        supervisor.die_with(parent)
        os.environ["JPY_PARENT_PID"] = str(parent)
    # As session leader the kernel can be interrupted together with the programs its cells start.
    if hasattr(os, "setsid") and os.getpid() != os.getsid(0):
        os.setsid()
    confinement.enter(plan)
    if refused := plan.get("refuse"):
        try:
            syscalls.refuse(network=refused["network"], sandboxed=refused["sandboxed"])
        except OSError:
            # In a sandbox the filter is a second wall, which some systems do not have; Landlock cannot do without it.
            if not refused["sandboxed"]:
                raise
    return plan, confinement, syscalls


def main() -> None:
    plan, confinement, syscalls = _confined()
    # This folder. IPython puts the notebook's own behind the standard library, once all is loaded that starts a kernel:
    # a file of a cell called `traitlets.py` must not be that.
    del sys.path[0]
    if overlay := os.environ.get("LCI_OVERLAY"):
        sys.path.append(overlay)
    for name in (
        "cell_hygiene",
        "streams",
        "displays",
        "row_orders",
        "inspection",
        "failures",
        "outside",
        "figures",
        "figure_facts",
        "figure_findings",
        "figure_notes",
    ):
        _loaded(name)
    interrupts, installation = _loaded("interrupts"), _loaded("installation")

    import zmq
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    class App(IPKernelApp):
        outstream_class = "_lci_streams.CappedStream"
        kernel_class = interrupts.Kernel

        def init_iopub(self, context: Any) -> None:
            # A socket gets its limit as it is made; zmq drops what is beyond it, and says nothing.
            context.setsockopt(zmq.SNDHWM, WAITING)
            super().init_iopub(context)
            context.sockopts.pop(zmq.SNDHWM)  # sockets that code makes of the same context have the usual one

        def init_shell(self) -> None:
            super().init_shell()
            confinement.install(self.kernel.shell)
            installation.install(self.kernel.shell)
            if "landlock" in plan:
                # The kernel's own sockets are there by now.
                syscalls.refuse_new_unix_sockets()

    # History on disk is of no use here, and its thread is started anew after each fork: in a full process that fails.
    App.launch_instance(config=Config({"HistoryManager": {"enabled": False}}))


if __name__ == "__main__":
    main()
