"""Charts of Vega and Vega-Lite as pictures: a package that need not be there draws them, in a worker behind walls."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import tempfile
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from lci.errors import ChartUndrawn, FileTooSlow, FileUnreadable
from lci.runtime.worker import Worker
from lci.workspace.drawing import LITE, VEGA, DrawingJob, PictureForm

if TYPE_CHECKING:
    from lci.notebook.forms.shown import Picture

T = TypeVar("T")

#: Bytes of a spec that is drawn.
_LARGEST = 32 << 20
#: Bytes of a drawing beyond which pixels take less, and a page is quicker to show.
_LONG = 2 << 20
#: Seconds that one chart may take, and all of a notebook.
_SECONDS, _ALTOGETHER = 20.0, 90.0


def can_draw() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec("vl_convert") is not None


def is_drawable(mime: str) -> bool:
    """Whether a chart of that type is of Vega or Vega-Lite."""
    return mime.startswith((LITE, VEGA))


def drawings(charts: Sequence[tuple[str, Any]], form: PictureForm, seconds: float = _SECONDS) -> list[Picture | None]:
    """Pictures of charts by the MIME types and specs of their bundles; None for each that is not drawn.

    Blocks, and runs a process of its own meanwhile. Each may take so many `seconds`. A drawing that would be long is
    one of pixels.
    """
    if not charts or not can_draw():
        return [None] * len(charts)
    return _run(_drawings(charts, form, seconds))


def drawing(mime: str, spec: Any, form: PictureForm) -> bytes:
    """One chart in that very form, under the same conditions. Raises `ChartUndrawn`."""
    content = _run(_one(mime, spec, form)) if can_draw() else None
    if content is None:
        raise ChartUndrawn(form)
    return content


def _run(drawing: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: a notebook in which somebody exports another has an event loop in this one."""
    with ThreadPoolExecutor(1, "lci-drawing") as thread:
        return thread.submit(asyncio.run, drawing).result()


async def _drawings(charts: Sequence[tuple[str, Any]], form: PictureForm, seconds: float) -> list[Picture | None]:
    worker = Worker(seconds)
    pictures: list[Picture | None] = []
    try:
        async with asyncio.timeout(_ALTOGETHER):
            for mime, spec in charts:
                pictures.append(await _picture(worker, mime, spec, form))
    except TimeoutError:
        # Those that come after it are named, as those that cannot be drawn.
        pass
    finally:
        worker.close()
    return pictures + [None] * (len(charts) - len(pictures))


async def _one(mime: str, spec: Any, form: PictureForm) -> bytes | None:
    worker = Worker(_SECONDS)
    try:
        return await _content(worker, mime, spec, form)
    finally:
        worker.close()


async def _picture(worker: Worker, mime: str, spec: Any, form: PictureForm) -> Picture | None:
    from lci.notebook.forms.shown import Picture

    content = await _content(worker, mime, spec, form)
    if form == "svg" and content is not None:
        if len(content) <= _LONG:
            return Picture("image/svg+xml", content)
        content = await _content(worker, mime, spec, "png")
    return None if content is None else Picture("image/png", content)


async def _content(worker: Worker, mime: str, spec: Any, form: PictureForm) -> bytes | None:
    try:
        content = json.dumps(spec).encode()
    except (TypeError, ValueError, RecursionError):
        return None
    if len(content) > _LARGEST:
        return None
    try:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.seek(0)
            return await worker.run(DrawingJob("chart", mime, form), file)
    except (FileTooSlow, FileUnreadable, OSError):
        return None
