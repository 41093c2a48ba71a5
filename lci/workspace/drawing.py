"""Charts of Vega and Vega-Lite drawn as pictures, in a worker: a spec is anybody's, and nothing it names is loaded."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias
from xml.etree import ElementTree

from lci.errors import FileUnreadable
from lci.workspace.chart_specs import is_picture, vega, vega_lite

#: A picture that scales, or one of pixels.
PictureForm: TypeAlias = Literal["svg", "png"]
PICTURE_FORMS: tuple[PictureForm, ...] = ("png", "svg")

LITE, VEGA = "application/vnd.vegalite.", "application/vnd.vega."
#: Units that a side may have, times as many pixels as units, pixels of a picture, and bytes of one that scales.
_SIDE, _SCALE, _PIXELS, _LONGEST = 20_000, 2.0, 16_000_000, 32 << 20
_BEGINNINGS: dict[PictureForm, bytes] = {"svg": b"<svg", "png": b"\x89PNG\r\n\x1a\n"}
_MAJOR = re.compile(r"\.v(\d+)\b")


@dataclass(frozen=True, slots=True)
class DrawingJob:
    """The chart whose spec is in the file, as JSON, as a picture; `mime` is the type of the bundle that it was in."""

    name: str
    mime: str
    form: PictureForm

    def performed(self, path: Path) -> bytes:
        try:
            return _drawn(json.loads(path.read_bytes()), self.mime, self.form)
        # What it holds is anybody's, and so is where it breaks.
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, MemoryError, SyntaxError) as error:
            raise FileUnreadable(self.name, "chart", str(error)[:200]) from error

    def read(self, answer: bytes) -> bytes:
        if not answer.startswith(_BEGINNINGS[self.form]):
            raise FileUnreadable(self.name, "chart", "crashed")
        return answer


def _drawn(spec: Any, mime: str, form: PictureForm) -> bytes:
    """Raises `ValueError` for what is no chart, is too large, or shows what it does not hold."""
    import vl_convert

    # Both without what would be loaded, and told to load nothing.
    if mime.startswith(LITE):
        svg: str = vl_convert.vegalite_to_svg(vega_lite(spec).content, vl_version=_version(mime), allowed_base_urls=[])
    else:
        svg = vl_convert.vega_to_svg(vega(spec).content, allowed_base_urls=[])
    # How large a chart is only drawing tells: its pixels come after that.
    width, height = _size(svg)
    if form == "svg":
        return svg.encode()
    picture: bytes = vl_convert.svg_to_png(svg, scale=min(_SCALE, math.sqrt(_PIXELS / (width * height))))
    return picture


def _version(mime: str) -> str | None:
    """The newest version of Vega-Lite of the bundle's major; None, which is the newest of all, where there is none."""
    import vl_convert

    major = _MAJOR.search(mime)
    known: list[str] = vl_convert.get_vegalite_versions()
    versions = [each for each in known if major and each.split(".")[0] == major[1]]
    return max(versions, key=lambda each: [int(part) for part in each.split(".")], default=None)


def _size(svg: str) -> tuple[float, float]:
    """Width and height of a drawing that shows nothing but what it holds. Raises `ValueError` for any other."""
    if len(svg) > _LONGEST:
        raise ValueError("too long")
    root = ElementTree.fromstring(svg)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    if not (0 < width <= _SIDE and 0 < height <= _SIDE):
        raise ValueError("too large")
    for element in root.iter():
        for name, value in element.items():
            if name.rpartition("}")[2] == "href" and value and not (is_picture(value) or value.startswith("#")):
                raise ValueError("shows what it does not hold")
    return width, height
