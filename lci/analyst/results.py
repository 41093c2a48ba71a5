"""Reading what a cell put out: `name = value` lines become findings, errors and refusals become a `Setback`."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Finding: TypeAlias = str | int | float | bool | list[str] | None

_STRING = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_LINE = re.compile(rf"^(?P<name>[a-z][a-z0-9_ ]*?)(?: (?P<label>{_STRING}))? = (?P<value>.+)$")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ERROR = re.compile(r"^(?:[\w.]+\.)?(?P<name>[A-Z]\w*(?:Error|Exception|Interrupt|Exit))\b(?:: ?(?P<text>.*))?$", re.M)
_DECLINED = re.compile(r"\b(reject(?:ed|s)?|declined?|not approved|denied|did not allow|refused)\b", re.I)
_DIED = re.compile(r"\b(kernel (?:died|restarted|was restarted|process ended)|killed|out of memory)\b", re.I)
_STOPPED = re.compile(r"\b(stopped|interrupted|cancell?ed|time limit|timed out|timeout)\b", re.I)


class FindingMissing(LookupError):
    """The output lacks a line that the sentences need."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The printed findings: `values` by name, `series` as (label, value) pairs in the order printed.

    Labels are data and always printed quoted, so no label can pass for a name.
    """

    values: Mapping[str, Finding] = field(default_factory=dict)
    series: Mapping[str, tuple[tuple[str, Finding], ...]] = field(default_factory=dict)

    def number(self, name: str) -> float:
        """A number, NaN included. Raises `FindingMissing`."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FindingMissing(name)
        return float(value)

    def count(self, name: str) -> int:
        """A whole number. Raises `FindingMissing`."""
        value = self.number(name)
        if not math.isfinite(value):
            raise FindingMissing(name)
        return int(value)

    def word(self, name: str) -> str:
        """A text. Raises `FindingMissing`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            raise FindingMissing(name)
        return value

    def numbers(self, name: str) -> list[tuple[str, float]]:
        """The labelled numbers of that name; empty when none were printed."""
        return [
            (label, float(value))
            for label, value in self.series.get(name, ())
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]

    def words(self, name: str) -> list[tuple[str, str]]:
        """The labelled texts of that name; empty when none were printed."""
        return [(label, value) for label, value in self.series.get(name, ()) if isinstance(value, str)]


@dataclass(frozen=True, slots=True)
class Setback:
    """Why a cell gave no findings; `name` and `text` are the exception's own words when there is one."""

    kind: Literal["error", "declined", "stopped", "died", "silent"]
    name: str = ""
    text: str = ""


def findings(output: str) -> Findings:
    """All findings in `output`; a name keeps its first value, for tables of the data come after the findings."""
    values: dict[str, Finding] = {}
    series: dict[str, list[tuple[str, Finding]]] = {}
    for line in _ANSI.sub("", output).splitlines():
        match = _LINE.match(line.strip())
        if match is None:
            continue
        value = _value(match["value"].strip())
        if match["label"] is None:
            values.setdefault(match["name"], value)
        else:
            series.setdefault(match["name"], []).append((str(ast.literal_eval(match["label"])), value))
    return Findings(values, {name: tuple(pairs) for name, pairs in series.items()})


def _value(text: str) -> Finding:
    if text in {"nan", "inf", "-inf"}:
        return float(text)
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    if isinstance(value, list):
        return [str(entry) for entry in value]
    return value if isinstance(value, str | int | float | bool | None) else text


def setback(output: str) -> Setback:
    """What kept a cell from printing its findings; ask only when they are missing."""
    text = _ANSI.sub("", output)
    errors = list(_ERROR.finditer(text))
    if errors and errors[-1]["name"] not in {"KeyboardInterrupt", "SystemExit"}:
        return Setback("error", errors[-1]["name"], (errors[-1]["text"] or "").strip())
    if _DECLINED.search(text):
        return Setback("declined")
    if _DIED.search(text):
        return Setback("died")
    if errors or _STOPPED.search(text):
        return Setback("stopped")
    return Setback("silent")
