"""One second attempt for failures whose cure is known, and plain sentences for those it is not."""

from __future__ import annotations

import re

from lci.analyst.intents import (
    Analysis,
    Correlations,
    Describe,
    GroupBy,
    ListColumns,
    Missing,
    Overview,
    Regression,
    ShowRows,
    Trend,
)
from lci.analyst.recipes import code
from lci.analyst.results import Setback
from lci.analyst.sources import Source
from lci.analyst.writing import escaped, listed, literal, literals, shown

_NAMES = """
# The column names differ a little from the preview: match them again.
from difflib import get_close_matches

actual = {str(name).strip().lower(): name for name in df.columns}
for name in $names:
    close = get_close_matches(name.strip().lower(), list(actual), n=1, cutoff=0.6)
    if name not in df.columns and close:
        df = df.rename(columns={actual[close[0]]: name})
print("columns in the file =", [str(name) for name in df.columns])
"""
_ENCODINGS = """
# The text is not in the encoding expected: try the usual ones in turn.
for encoding in ("utf-8-sig", "cp932", "gb18030", "cp1252"):
    try:
        df = pd.read_csv($file, sep=None, engine="python", encoding=encoding)
        break
    except UnicodeDecodeError:
        continue
print("encoding =", repr(encoding))
"""
_DELIMITER = """
# The rows do not all have the same number of fields: find the delimiter again and leave out broken lines.
df = pd.read_csv($file, sep=None, engine="python", on_bad_lines="skip")
"""


def repaired(intent: Analysis, failure: Setback) -> tuple[str, str] | None:
    """A sentence and new code for a failure that the analyst knows a cure for, else None."""
    source = intent.source
    reading = f"df = {source.reader}\n"
    original = code(intent)
    is_text = source.reader.startswith("pd.read_csv")
    match failure.name:
        case "KeyError":
            addition = _NAMES.replace("$names", literals(_names_needed(intent)))
            return (
                "A column is not there under that name; I will match the names again.",
                original.replace(reading, reading + addition, 1),
            )
        case "UnicodeDecodeError" if is_text:
            cure = _ENCODINGS.replace("$file", literal(source.file))
            return "The file is in another encoding; I will try the usual ones.", original.replace(reading, cure, 1)
        case "ParserError" if is_text:
            cure = _DELIMITER.replace("$file", literal(source.file))
            return "Some lines do not fit; I will look for the delimiter again.", original.replace(reading, cure, 1)
        case _:
            return None


def _names_needed(intent: Analysis) -> list[str]:
    match intent:
        case Describe():
            return [intent.column.name]
        case GroupBy():
            names = [key.column.name for key in intent.keys]
            return [*names, intent.value.name] if intent.value else names
        case Trend():
            return [intent.date.name, intent.value.name] if intent.value else [intent.date.name]
        case Regression() if intent.x or intent.y:
            return [column.name for column in (intent.x, intent.y) if column is not None]
        case Regression() | Overview() | ListColumns() | ShowRows() | Missing() | Correlations():
            return [column.name for column in intent.source.columns]


def explained(intent: Analysis, failure: Setback) -> str:
    """What failed, in plain words, and what the person can do."""
    source = intent.source
    match failure.kind:
        case "declined":
            return "You rejected the code, so nothing was run and there is no result."
        case "stopped":
            return (
                "The code was stopped before it finished, so there is no result. Send the question again to repeat it."
            )
        case "died":
            return "The kernel ended while the code ran, perhaps for lack of memory, so there is no result."
        case "silent":
            return "The code ran, but its output lacks the figures I need, so I state no result. The output is above."
        case "error":
            return _error(source, failure)


def _error(source: Source, failure: Setback) -> str:
    sentence = f"{failure.name}: {failure.text}" if failure.text else failure.name
    quoted = shown(sentence[:300])
    match failure.name:
        case "FileNotFoundError":
            return f"{shown(source.file)} is not in the workspace any more. Attach it again. ({quoted})"
        case "ModuleNotFoundError" | "ImportError":
            package = re.search(r"'([\w.]+)'", failure.text)
            name = escaped(package[1]) if package else "it"
            return (
                f"This environment lacks a Python package that the code needs. Install {name} and ask again. ({quoted})"
            )
        case "KeyError":
            columns = listed([column.name for column in source.columns])
            return f"A column was not found in the file. The preview shows {columns}. ({quoted})"
        case "ValueError" if re.search(r"identical|empty|argm(ax|in)|at least|not be empty", failure.text, re.I):
            return f"The columns do not hold enough different values for this question: {quoted}."
        case "MemoryError":
            return f"There was not enough memory to read {shown(source.file)}."
        case _:
            return f"The code failed and I know no cure for it: {quoted}. The full message is above."
