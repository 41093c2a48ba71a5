"""A page printed as PDF by a browser of this machine, which gets no network."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lci.errors import ExportFailed
from lci.kernels.provisioners.plain import below, kill
from lci.kernels.provisioners.walls import inherited_environment
from lci.removal import removed

_PROGRAMS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge", "brave-browser",
)  # fmt: skip
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_ARGUMENTS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync", "--disable-quic",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--no-pdf-header-footer",
    # Whatever a page would ask for: there is no name that leads anywhere.
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
)  # fmt: skip
#: Seconds that printing may take.
_PATIENCE = 90.0


def browser() -> str | None:
    """The program that prints; None where none is installed."""
    found = (shutil.which(name) for name in _PROGRAMS)
    return next((path for path in found if path), next((place for place in _PLACES if Path(place).exists()), None))


def printed(page: str) -> bytes:
    """The PDF of a page, an HTML file as `lci.notebook.forms.page` makes it. Blocks.

    Raises `ExportFailed` where no browser is installed, or it does not print.
    """
    program = browser()
    if program is None:
        raise ExportFailed(form="pdf", cause="browser")
    try:
        place = Path(tempfile.mkdtemp(prefix="lci-print-"))
    except OSError as error:
        raise ExportFailed(form="pdf", cause="printing") from error
    try:
        return _printed(program, page, place)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ExportFailed(form="pdf", cause="printing") from error
    finally:
        removed(place)


def _printed(program: str, page: str, place: Path) -> bytes:
    source, target = place / "page.html", place / "page.pdf"
    source.write_text(page, encoding="utf-8")
    command = [program, *_ARGUMENTS, f"--user-data-dir={place / 'profile'}", f"--print-to-pdf={target}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # For root Chromium has no sandbox of its own.
        command.append("--no-sandbox")
    environment = inherited_environment() | {"HOME": str(place), "TMPDIR": str(place), "PATH": os.defpath}
    process = subprocess.Popen(
        [*command, source.as_uri()], cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(_PATIENCE)
    finally:
        kill(below(process.pid))
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
    return target.read_bytes()
