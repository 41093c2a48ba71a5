"""What two runs display compared by the richest form that both have, each form in its own way."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from lci.notebook.lasting import lasting, same_text
from lci.notebook.markup import readable_markup, shows_nothing
from lci.notebook.specifications import bokeh_text, json_text, plotly_text, vega_text

#: What is displayed, by MIME type.
Shown: TypeAlias = Mapping[str, Any]

#: What Jupyter draws of an object in its own page, with a state that no notebook holds.
WIDGET = "application/vnd.jupyter.widget-view+json"
_FIGURES = ("image/", "application/vnd.plotly", "application/vnd.vega", "application/vnd.bokehjs_exec")
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")
#: Scripts that a library loads before it draws anything.
_LOADING = re.compile(r"application/vnd\.\w+_load\b")
#: A page that is another in the kernel here: there what it frames stands in it.
_FRAMED = "<IPython.lib.display.IFrame"
#: Of 255 levels, and of all pixels: what another version of a renderer may change at the edges of lines.
_LEVELS, _PIXELS = 16, 0.01


class _Reading(NamedTuple):
    text: str
    pictures: tuple[str, ...] = ()


_Reader: TypeAlias = Callable[[Shown], _Reading | None]


def is_figure(shown: Shown) -> bool:
    """Whether it is a picture or a chart."""
    # A page of Bokeh's names itself so in the kernel here: elsewhere the library's scripts come instead.
    is_page = "vega-embed" in str(shown.get("text/html", "")) or shown.get("text/plain") == "<Bokeh figure>"
    return is_page or any(mime.startswith(_FIGURES) for mime in shown)


def is_blank(shown: Shown) -> bool:
    """Whether there is nothing in it that anybody sees: an empty text, scripts that a library loads."""
    if any(_LOADING.match(mime) for mime in shown):
        return True
    if "text/plain" not in shown and "text/html" in shown:
        # Those that a person's code shows name themselves.
        markup = str(shown["text/html"])
        return "Loading BokehJS" in markup or shows_nothing(markup)
    return not (shown.keys() - {WIDGET, "text/plain"}) and not lasting(str(shown.get("text/plain", "")))


def same_shown(before: Shown, after: Shown) -> bool:
    """Whether two things that are no figures say the same."""
    return _same(before, after, _TEXTS)


def same_figure(before: Shown, after: Shown, *, drawn: bool = True) -> bool:
    """Whether two figures show the same; without `drawn` only charts, which are no pictures, are compared."""
    if _is_bokeh(before) and _is_bokeh(after):
        first, second = bokeh_text(before), bokeh_text(after)
        if before == after or first is None or second is None:
            # What cannot be read is the same only where it is all the same.
            return before == after
        return same_text(lasting(first), lasting(second))
    return _same(before, after, _CHARTS + _DRAWN, drawn=drawn)


def words_of(shown: Shown) -> str:
    """The richest text of something displayed."""
    readings = (read(shown) for read in _TEXTS)
    return next((reading.text for reading in readings if reading is not None), "")


def _is_bokeh(shown: Shown) -> bool:
    return shown.get("text/plain") == "<Bokeh figure>" or any("bokehjs_exec" in mime for mime in shown)


def _same(before: Shown, after: Shown, readers: tuple[_Reader, ...], *, drawn: bool = True) -> bool:
    if before == after:
        return True
    for read in readers:
        try:
            first, second = read(before), read(after)
        except RecursionError:
            return False
        if first is None or second is None:
            continue
        if not drawn and read in _DRAWN:
            return True
        pairs = zip(first.pictures, second.pictures, strict=False)
        return (
            same_text(first.text, second.text)
            and len(first.pictures) == len(second.pictures)
            and all(_same_picture(*pair) for pair in pairs)
        )
    return not drawn


# --- forms, the richest first -----------------------------------------------------------------------------------------


def _chart(read: Callable[[Shown], str | None]) -> _Reader:
    def reading(shown: Shown) -> _Reading | None:
        text = read(shown)
        return None if text is None else _Reading(lasting(text))

    return reading


def _svg(shown: Shown) -> _Reading | None:
    return _Reading(*readable_markup(str(shown["image/svg+xml"]))) if "image/svg+xml" in shown else None


def _raster(shown: Shown) -> _Reading | None:
    return next((_Reading(mime, (str(shown[mime]),)) for mime in _RASTER if mime in shown), None)


def _page(shown: Shown) -> _Reading | None:
    if "text/html" not in shown or WIDGET in shown:
        return None
    markup, plain = str(shown["text/html"]), str(shown.get("text/plain", ""))
    if plain.startswith(_FRAMED) and not markup.lstrip().startswith("<iframe"):
        return None
    text, pictures = readable_markup(markup)
    return _Reading(lasting(text), pictures)


def _text(mime: str) -> _Reader:
    def reading(shown: Shown) -> _Reading | None:
        return _Reading(lasting(str(shown[mime]))) if mime in shown else None

    return reading


def _json(shown: Shown) -> _Reading | None:
    kinds = sorted(mime for mime in shown if mime.endswith("json") and mime != WIDGET)
    return _Reading(lasting(json_text([shown[mime] for mime in kinds]))) if kinds else None


def _script(shown: Shown) -> _Reading | None:
    """As in a page, where the names that are invented are known."""
    if "application/javascript" not in shown:
        return None
    return _Reading(lasting(readable_markup(f"<script>{shown['application/javascript']}</script>")[0]))


_CHARTS: tuple[_Reader, ...] = (_chart(vega_text), _chart(plotly_text))
_DRAWN: tuple[_Reader, ...] = (_svg, _raster)
_TEXTS: tuple[_Reader, ...] = (
    _page, _text("text/markdown"), _json, _text("text/latex"), _script, _text("text/plain"),
)  # fmt: skip


def _same_picture(before: str, after: str) -> bool:
    """By what is stored, then by what it shows; one that cannot be decoded shows nothing that is the same."""
    if before == after:
        return True
    from PIL import Image, ImageChops, UnidentifiedImageError

    try:
        first, second = (
            Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB") for content in (before, after)
        )
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    if first.size != second.size:
        return False
    levels = ImageChops.difference(first, second).convert("L").histogram()
    return sum(levels[_LEVELS:]) <= _PIXELS * first.width * first.height
