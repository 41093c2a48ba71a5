"""Packages into a conversation's own folder, by pip in a process of the app: the kernel may have no network.

Only wheels: building from source would run a stranger's code outside the kernel's walls. What they hold is laid out
where no kernel can reach it, and moved in by name: through links in the folder code would have pip write anywhere.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from lci.core.code.installs import packages
from lci.core.outputs import StreamOutput
from lci.core.ports import ExecutionFinished, KernelEvent, OutputProduced
from lci.core.remarks import Remark
from lci.removal import removed, removed_beneath

#: What pip may know of our environment: where packages come from and how to get there, but no keys.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SYSTEMROOT", "TEMP")
_KEPT_STARTS = ("PIP_", "HTTP_", "HTTPS_", "ALL_", "NO_", "http_", "https_", "all_", "no_")
_SIGNS_OF_OFFLINE = ("NameResolutionError", "NewConnectionError", "ConnectTimeoutError", "ProxyError", "Max retries")


class Installing:
    """Runs an installing cell as a kernel would run any other; `python` is the environment it is for."""

    def __init__(self, overlay: Path, python: str = "") -> None:
        self._overlay = overlay
        self._python = python or sys.executable
        self._process: asyncio.subprocess.Process | None = None
        self._interrupted = False

    async def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:  # noqa: ARG002 - a kernel's own
        """Install what `source` names, with pip's own lines as they come; the last event is `ExecutionFinished`."""
        began = time.monotonic()
        stage = Path(tempfile.mkdtemp(prefix=".install-", dir=self._overlay.parent))
        command = [
            self._python, "-I", "-m", "pip", "install", "--target", str(stage), "--only-binary", ":all:",
            "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "1", "--timeout", "10",
            "--upgrade", *(packages(source) or ()),
        ]  # fmt: skip
        lines: list[str] = []
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={name: os.environ[name] for name in os.environ if name in _KEPT or name.startswith(_KEPT_STARTS)},
            )
            try:
                assert process.stdout is not None
                async for line in process.stdout:
                    lines.append(line.decode("utf-8", "replace"))
                    yield OutputProduced(StreamOutput("stdout", lines[-1]))
                code = await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if code == 0 and not self._interrupted and not await asyncio.to_thread(self._moved_in, stage):
                code = 1
        finally:
            await asyncio.to_thread(removed, stage)
        status, remarks = self._ending(code, "".join(lines))
        yield ExecutionFinished(status, None, time.monotonic() - began, remarks=remarks)

    def _ending(self, code: int, text: str) -> tuple[Literal["ok", "error", "interrupted"], tuple[Remark, ...]]:
        if self._interrupted:
            return "interrupted", ()
        if code == 0:
            return "ok", ()
        if "No module named pip" in text:
            return "error", (Remark("no_pip"),)
        return "error", (Remark("index_unreachable"),) if any(sign in text for sign in _SIGNS_OF_OFFLINE) else ()

    async def interrupt(self) -> None:
        """Give up."""
        self._interrupted = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    def _moved_in(self, stage: Path) -> bool:
        """Whether all of it replaced what has the same name in the overlay, as with pip; no link is followed."""
        try:
            for entry in sorted(stage.iterdir()):
                removed_beneath(self._overlay, entry.name)
                entry.rename(self._overlay / entry.name)
        except OSError:
            # Code puts something there again this very moment.
            return False
        return True
