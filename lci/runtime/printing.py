"""Pages printed and charts drawn by a browser of this machine, which gets no network."""

from __future__ import annotations

import base64
import contextlib
import importlib.resources
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
    # Whatever a page would ask for: there is no name that leads anywhere.
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
)  # fmt: skip
#: Seconds that a run may take; and milliseconds of the page's own clock that drawing may.
_PATIENCE, _VIRTUAL_MS = 90.0, 60_000

_DRAWN = re.compile(r'<img data-chart="(\d+)" src="data:image/png;base64,([A-Za-z0-9+/=]+)"')
#: Plotly's own size where a chart has none; one after the other, and none may keep the others waiting.
_DRAWING = """
(async () => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  document.body.replaceChildren();
  const side = (given, usual) => Math.min(Math.max(Number(given) || usual, 50), 2000);
  for (const [at, chart] of charts.entries()) {
    try {
      const layout = {...(chart.layout || {})};
      const size = {width: side(layout.width, 800), height: side(layout.height, 480)};
      const late = new Promise((_, refuse) => setTimeout(() => refuse("late"), 8000));
      if (!Array.isArray(chart.data)) continue;
      const figure = {data: chart.data, layout: {...layout, ...size}};
      const picture = Plotly.toImage(figure, {format: "png", scale: 2, ...size});
      const image = document.createElement("img");
      image.dataset.chart = at;
      image.src = await Promise.race([picture, late]);
      document.body.append(image);
    } catch {}
  }
})();
"""


def browser() -> str | None:
    """The program that prints; None where none is installed."""
    programs = filter(None, map(shutil.which, _PROGRAMS))
    return next(programs, next((place for place in _PLACES if Path(place).exists()), None))


def printed(page: str) -> bytes:
    """The PDF of a page, an HTML file as `lci.notebook.forms.page` makes it. Blocks.

    Raises `ExportFailed` where no browser is installed, or it does not print.
    """
    program = browser()
    if program is None:
        raise ExportFailed(form="pdf", cause="browser")
    try:
        with _place() as place:
            target = place / "page.pdf"
            _run([program, "--no-pdf-header-footer", f"--print-to-pdf={target}"], page, place)
            return target.read_bytes()
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ExportFailed(form="pdf", cause="printing") from error


def drawn(specifications: Sequence[Any]) -> list[bytes | None]:
    """Plotly's charts as PNG files; None for each that is not drawn, all of them where no browser is installed.

    Blocks. A map that needs outlines from the web is not drawn.
    """
    program = browser()
    nothing: list[bytes | None] = [None] * len(specifications)
    if program is None or not specifications:
        return nothing
    try:
        with _place() as place:
            command = [program, "--dump-dom", f"--virtual-time-budget={_VIRTUAL_MS}"]
            document = _run(command, _drawing_page(specifications), place)
    except (OSError, subprocess.TimeoutExpired):
        return nothing
    pictures = {int(at): base64.b64decode(content) for at, content in _DRAWN.findall(document)}
    return [pictures.get(at) if _is_png(pictures.get(at, b"")) else None for at in range(len(specifications))]


def _is_png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG")


def _drawing_page(specifications: Sequence[Any]) -> str:
    """A page that draws them with Plotly's own script, which comes with its package, and holds what it has drawn."""
    script = importlib.resources.files("plotly").joinpath("package_data", "plotly.min.js").read_text("utf-8")
    # Within a script nothing but its end means anything.
    content = json.dumps([*specifications]).replace("<", "\\u003c")
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="'
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\">"
        f'<body><script>{script}</script><script id="charts" type="application/json">{content}</script>'
        f"<script>{_DRAWING}</script>"
    )


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """A folder for one run, gone with all in it when the block ends."""
    place = Path(tempfile.mkdtemp(prefix="lci-print-"))
    try:
        yield place
    finally:
        removed(place)


def _run(command: Sequence[str], page: str, place: Path) -> str:
    """What the browser says of the page; it has ended, with all it had started, when this returns."""
    source, answer = place / "page.html", place / "answer"
    source.write_text(page, encoding="utf-8")
    # For root Chromium has no sandbox of its own.
    alone = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    environment = inherited_environment() | {"HOME": str(place), "TMPDIR": str(place), "PATH": os.defpath}
    with answer.open("wb") as output:
        process = subprocess.Popen(
            [*command, *_ARGUMENTS, f"--user-data-dir={place / 'profile'}", *alone, source.as_uri()],
            cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    try:
        process.wait(_PATIENCE)
    finally:
        kill(below(process.pid))
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
    return answer.read_text("utf-8", "replace")
