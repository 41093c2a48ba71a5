"""Nothing a kernel started outlives it, and no kernel outlives its server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from lci.kernels.isolation import Policy
from lci.kernels.reaping import reap
from tests.kernels.driving import Driver, short_folder

pytestmark = pytest.mark.kernel

POLICIES = [pytest.param("auto", marks=pytest.mark.isolation), "off"]

DAEMON = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\ntime.sleep(300)",
                  {token!r}], start_new_session=True).wait()
print("ready", flush=True)
"""

SERVER = """
import asyncio, sys
from pathlib import Path
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.process import KernelProcess
from lci.kernels.slots import Slot
root, policy, source = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
slot = Slot(*(root / name for name in ("work", "home", "overlay", "spool")))
kernel = JupyterKernel(KernelProcess(slot, policy=policy, home=root / "data"))
async def main():
    async for event in kernel.execute(source):
        if "ready" in repr(event):
            print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def mentioning(token: str) -> list[psutil.Process]:
    """Processes, outside and inside of sandboxes, that have the token in their command line or environment."""
    found = []
    for process in psutil.process_iter():
        try:
            told = " ".join([*process.cmdline(), *process.environ().values()])
            if token in told and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            # It ended while it was looked at.
            continue
    return found


def kernels_of(sockets: str, token: str) -> list[psutil.Process]:
    """The kernel's own processes, without the daemon its cell has started."""
    found = []
    for process in mentioning(sockets):
        try:
            if token not in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def gone(token: str) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not mentioning(token):
            return True
        psutil.wait_procs(mentioning(token), timeout=0.2)
    return False


@pytest.mark.parametrize("policy", POLICIES)
def test_closing_a_kernel_ends_its_daemons(new_kernel: Callable[..., Driver], policy: Policy) -> None:
    """B33"""
    driver = new_kernel(policy)
    token = f"daemon-of-{driver.root.name}"
    driver.fine(DAEMON.format(token=token))
    assert mentioning(token)
    driver.close()
    assert gone(token)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("work", ["idle", "busy"])
def test_a_killed_server_leaves_no_kernel(policy: Policy, work: str) -> None:
    """B33"""
    root = short_folder()
    token = f"daemon-of-{root.name}"
    source = DAEMON.format(token=token)
    if work == "busy":
        source += "import collections, itertools, time; time.sleep(0.3); collections.deque(itertools.repeat(0), 0)"
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(root), policy, source], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        (note,) = (root / "data" / "running").glob("*.json")
        told = json.loads(note.read_text())
        sockets = Path(told["sockets"])
        assert reap(root / "data") == 0, "the server is alive"
        server.kill()
    try:
        _, alive = psutil.wait_procs(kernels_of(sockets.name, token), timeout=60)
        assert alive == []
        assert reap(root / "data") == 1
        assert gone(token)
        assert gone(sockets.name)
        assert not sockets.exists()
        assert list((root / "data" / "running").glob("*")) == []
    finally:
        reap(root / "data")
        shutil.rmtree(root)


def test_closing_clears_the_note_and_the_socket_folder(new_kernel: Callable[..., Driver]) -> None:
    """B33"""
    driver = new_kernel()
    driver.start()
    sockets = driver.process.sockets
    assert sockets is not None
    assert len(list((driver.data / "running").glob("*.json"))) == 1
    driver.close()
    assert not sockets.exists()
    assert list((driver.data / "running").glob("*.json")) == []
    driver.close()
