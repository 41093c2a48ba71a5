"""A real Jupyter Server on this machine, as a program of its own, with folders and a kernel that are its own too."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lci.kernels.server.rest import Server
from lci.removal import removed
from tests.installing import ROOT

_RUNNING: dict[str, subprocess.Popen[bytes]] = {}


def kill(server: Server) -> None:
    """End a server as the system would for want of memory: without a word to anyone."""
    _RUNNING[server.url].kill()
    _RUNNING[server.url].wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def jupyter_server(*options: str, program: str = "jupyter_server") -> Iterator[Server]:
    """One that listens on 127.0.0.1 only, with a token; gone with the block, kernels included."""
    root = Path(tempfile.mkdtemp(prefix="test-jupyter-"))
    port, token = free_port(), secrets.token_hex(16)
    for folder in ("files", "home"):
        (root / folder).mkdir()
    arguments = [
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False", f"--ServerApp.root_dir={root / 'files'}", "--allow-root", *options,
    ]  # fmt: skip
    plain = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TZ")}
    environment = {**plain, "HOME": str(root / "home"), "JUPYTER_TOKEN": token}
    with (root / "log.txt").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", program, *arguments], cwd=ROOT,
            env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        found = Server("there", f"http://127.0.0.1:{port}", token)
        _RUNNING[found.url] = server
        _await(found, server, root / "log.txt")
        yield found
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(20)
        removed(root)


def _await(found: Server, server: subprocess.Popen[bytes], log: Path) -> None:
    asked = urllib.request.Request(found.address("api/kernels"), headers=found.headers)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(asked, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError(f"no Jupyter Server: {log.read_text('utf-8', 'replace')[-3000:]}")
