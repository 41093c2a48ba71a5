"""Texts of two runs compared: exactly but for what no run repeats, numbers to a tolerance."""

from __future__ import annotations

import math
import re

from lci.core.outputs import settled_text, without_ansi
from lci.core.pictures import MISSING_GLYPHS
from lci.notebook.sources import FOLDER

_SECONDS = r"\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?\s?(?:ns|[µμu]s|ms|s|secs?|seconds?)\b"
_DURATION = rf"(?:\d+\s?(?:h|hours?|min|minutes?|m)\b,? ?){{0,2}}{_SECONDS}"
_RATE = r"(?:\d[\d.,]*|\?)\s?[A-Za-z]*/\w+"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4}"
#: What surely speaks of the running itself. A number with a unit alone may be what was computed.
_PASSING = (
    (re.compile(r"\bat 0x[0-9a-fA-F]+"), "at 0x…"),
    (re.compile(rf"(?:sandbox:)?{FOLDER}/"), ""),
    (re.compile(r"ipykernel_\d+[/\\]\d+\.py"), "cell.py"),
    # As tempfile names what it makes.
    (re.compile(r"(?<=[/\\])tmp[a-z0-9_]{8}(?!\w)"), "tmp…"),
    # Progress as it is written here: elsewhere it may be a widget.
    (re.compile(rf"^.*\d%\|[ █▉▊▋▌▍▎▏#\d]*\| \S+/\S+ \[[\d:]+<[\d:?]+, *{_RATE}\]$", re.MULTILINE), ""),
    (re.compile(rf"\[[\d:]+(?:<[\d:?]+)?, *{_RATE}(?=[\],])"), "[…"),
    (re.compile(r"^.*━{3}[━╸╺]* +\d+% +\d+:\d\d:\d\d *$", re.MULTILINE), ""),
    (re.compile(r"^ *━{3}[━╸╺]* [\d.]+/[\d.]+ [kMG]?B .*$", re.MULTILINE), ""),
    (re.compile(r"(?<=━{3}) \d+(?:s|ms|:\d\d)(?: \d+(?:ns|[µμu]s|ms|s)/(?:step|epoch))?"), " …"),
    # What IPython's magics, scikit-learn and joblib say.
    (re.compile(r"^(CPU times: user|Wall time:) .*$", re.MULTILINE), r"\1 …"),
    (re.compile(r"^[^±\n]{1,60} ± [^±\n]{1,60} per loop \(mean ± .*$", re.MULTILINE), "… per loop"),
    (re.compile(r"^\d[^\n:]{0,40}, best of \d+: .* per loop$", re.MULTILINE), "… per loop"),
    (re.compile(r"^The slowest run took .* times longer than the fastest\..*\n?", re.MULTILINE), ""),
    (re.compile(r"(?<=total time=) *[\d.]+(?:s|min)\b"), "…"),
    # What people print of it.
    (
        re.compile(
            r"\b(took|elapsed(?: time)?|time (?:taken|elapsed)|(?:execution|wall|training) time"
            r"|(?:finished|done|completed|executed|trained|fitted|loaded) in)"
            rf"([ \t]*[:=]?[ \t]*)(?:about |only |~ ?)?{_DURATION}",
            re.IGNORECASE,
        ),
        r"\1\2…",
    ),
    (re.compile(rf"\b{_DURATION}(?= (?:elapsed|taken)\b)"), "…"),
    # The day and the time of day in the summaries of statsmodels.
    (
        re.compile(rf"(\bDate:\s+(?:<td>\s+)?){_DAY}(.{{0,300}}?\bTime:\s+(?:<td>\s+)?)\d\d:\d\d:\d\d\b", re.DOTALL),
        r"\1…\2…",
    ),
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


def lasting(text: str) -> str:
    """`text` without what differs from run to run, whatever is computed."""
    kept = without_ansi(settled_text(text))
    for pattern, mark in _PASSING:
        kept = pattern.sub(mark, kept)
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip("\n")


def same_text(before: str, after: str) -> bool:
    """Whether two lasting texts are the same but for the last digits of fractions."""
    if before == after:
        return True
    if _NUMBER.sub("#", before) != _NUMBER.sub("#", after):
        return False
    pairs = zip(_NUMBER.findall(before), _NUMBER.findall(after), strict=True)
    return all(math.isclose(float(first), float(second), rel_tol=_TOLERANCE) for first, second in pairs)
