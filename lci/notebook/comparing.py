"""Two runs of a cell compared: text exactly but for what no run repeats, numbers to a tolerance, pictures by pixels."""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from nbformat import NotebookNode

from lci.core.outputs import settled_text, without_ansi
from lci.core.pictures import MISSING_GLYPHS
from lci.notebook.sources import FOLDER
from lci.notebook.verification import Part

_PASSING = (
    (re.compile(r"\b0x[0-9a-fA-F]{4,}"), "0x…"),
    (re.compile(r"\d+(?:[.:]\d+)*\s?(?:ns|µs|us|ms|s|sec|seconds|min|it/s|s/it)\b"), "…s"),
    (re.compile(rf"(?:sandbox:)?{FOLDER}/"), ""),
    (re.compile(r"ipykernel_\d+[/\\]\d+\.py"), "cell.py"),
    # Progress as it is written here: elsewhere it may be a widget.
    (re.compile(r"^.*\d%\|[ █▉▊▋▌▍▎▏#\d]*\| \d+/\d+ \[[\d:]+<[\d:?]+, *(?:…s|\?it/s)\]$", re.MULTILINE), ""),
    (re.compile(r"^.*━{3}[━╸╺]* +\d+% +\d+:\d\d:\d\d *$", re.MULTILINE), ""),
    # What a stock kernel says of a value such as NaN in JSON.
    (
        re.compile(r"^.*UserWarning: Message serialization failed with:\n(?:.*\n){1,3}?  content = .*$", re.MULTILINE),
        "",
    ),
    (re.compile(rf"^.*Warning: Glyph .* {MISSING_GLYPHS}.*\n(?:  .*(?:\n|\Z))?", re.MULTILINE), ""),
)
#: Fractions and powers; whole numbers are exact.
_NUMBER = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+")
_TOLERANCE = 1e-6
#: Of 255 levels, and of all pixels: what another version of a renderer may change at the edges of lines.
_LEVELS, _PIXELS = 16, 0.01
#: What Jupyter draws of an object in its own page, with a state that no notebook holds.
WIDGET = "application/vnd.jupyter.widget-view+json"
_FIGURES = ("image/", "application/vnd.plotly", "application/vnd.vegalite", "application/vnd.bokehjs_exec")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is compared of a cell's outputs."""

    texts: tuple[tuple[str, str], ...]
    error: str
    figures: int
    pictures: tuple[str, ...]
    lacks_glyphs: bool

    @property
    def text(self) -> str:
        """All text of the outputs."""
        return "\n".join(text for _, text in self.texts)


def outcome(cell: NotebookNode) -> Outcome:
    """What a cell has put out, without what differs from run to run."""
    texts: dict[str, str] = {}
    error, figures, pictures = "", 0, []
    for output in cell.outputs:
        match output.output_type:
            case "stream":
                texts[output.name] = texts.get(output.name, "") + output.text
            case "error":
                error = _lasting(f"{output.ename}: {output.evalue}")
            case _ if _is_figure(output.data):
                figures += 1
                pictures += [str(output.data[mime]) for mime in ("image/png", "image/jpeg") if mime in output.data][:1]
            case _:
                texts["text"] = texts.get("text", "") + output.data.get("text/plain", "") + "\n"
    lacking = MISSING_GLYPHS in texts.get("stderr", "")
    lasting = ((name, _lasting(text)) for name, text in sorted(texts.items()))
    return Outcome(tuple(pair for pair in lasting if pair[1]), error, figures, tuple(pictures), lacking)


def differing_parts(before: Outcome, after: Outcome) -> tuple[Part, ...]:
    """What of a cell differs between two runs.

    Pictures are not compared where a font of one run was missing in the other.
    """
    parts: list[Part] = []
    if not _same_texts(before.texts, after.texts):
        parts.append("text")
    if before.error != after.error:
        parts.append("error")
    undrawn = before.lacks_glyphs or after.lacks_glyphs
    pairs: Iterable[tuple[str, str]] = () if undrawn else zip(before.pictures, after.pictures, strict=False)
    if before.figures != after.figures or not all(_same_picture(*pair) for pair in pairs):
        parts.append("pictures")
    return tuple(parts)


def is_reordered(before: Outcome, after: Outcome) -> bool:
    """Whether two texts have the same words and numbers in another order."""
    first, second = re.findall(r"\w+", before.text), re.findall(r"\w+", after.text)
    return first != second and sorted(first) == sorted(second)


def _is_figure(bundle: NotebookNode) -> bool:
    # A page of Bokeh's names itself so in the kernel here: elsewhere the library's scripts come instead.
    is_page = "vega-embed" in bundle.get("text/html", "") or bundle.get("text/plain") == "<Bokeh figure>"
    return is_page or any(mime.startswith(_FIGURES) for mime in bundle)


def _lasting(text: str) -> str:
    """`text` without what differs from run to run."""
    lasting = without_ansi(settled_text(text))
    for pattern, mark in _PASSING:
        lasting = pattern.sub(mark, lasting)
    return "\n".join(line.rstrip() for line in lasting.split("\n")).strip("\n")


def _same_texts(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> bool:
    if [name for name, _ in before] != [name for name, _ in after]:
        return False
    return all(_same_text(first, second) for (_, first), (_, second) in zip(before, after, strict=True))


def _same_text(before: str, after: str) -> bool:
    if before == after:
        return True
    if _NUMBER.sub("#", before) != _NUMBER.sub("#", after):
        return False
    pairs = zip(_NUMBER.findall(before), _NUMBER.findall(after), strict=True)
    return all(math.isclose(float(first), float(second), rel_tol=_TOLERANCE) for first, second in pairs)


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
