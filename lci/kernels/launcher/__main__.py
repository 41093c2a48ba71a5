"""The kernel process. Run by path in the kernel's own Python: only the standard library and ipykernel are here.

Text is sent in pieces and capped, `exit()` is harmless, figures appear exactly once, an interrupt reaches user code
only, and the app can look in silently.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import resource
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
_PR_SET_PDEATHSIG = 1


def _loaded(name: str, file: str) -> ModuleType:
    """A module of this folder under a name of its own; the folder itself must not be importable by user code."""
    spec = importlib.util.spec_from_file_location(name, HERE / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _die_with_parent() -> None:
    """End with the app, also while a cell holds the interpreter and ipykernel's own poller cannot run."""
    parent = int(os.environ.get("JPY_PARENT_PID") or 0)
    if sys.platform != "linux" or not parent:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    # As session leader the kernel can be interrupted together with the programs its cells start.
    if os.getpid() != os.getsid(0):
        os.setsid()
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The first entry is this folder; a notebook's is its own folder, and what was installed for it.
    sys.path[0] = ""
    if overlay := os.environ.get("LCI_OVERLAY"):
        sys.path.append(overlay)
    streams = _loaded("_lci_streams", "streams.py")
    displays = _loaded("_lci_displays", "displays.py")
    interrupts = _loaded("_lci_interrupts", "interrupts.py")
    _loaded("_lci_inspection", "inspection.py")
    figures = _loaded("_lci_figures", "figures.py")

    from ipykernel.kernelapp import IPKernelApp

    class App(IPKernelApp):
        outstream_class = "_lci_streams.CappedStream"
        kernel_class = interrupts.Kernel

        def init_shell(self) -> None:
            super().init_shell()
            self.session.pack = displays.packed
            shell: Any = self.kernel.shell
            # Figures shown at a cell's end count as its displays, and both come before the end of its text.
            figures.install(shell)
            displays.install(shell)
            streams.install(shell)
            for name in ("exit", "quit"):
                shell.user_ns[name] = streams.Leaving(name)
                shell.user_ns_hidden[name] = shell.user_ns[name]

    App.launch_instance()


if __name__ == "__main__":
    main()
