"""One line of the table for each thing measured."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """Measurements of one thing in one unit: `ms`, `s`, `MB` or `%`."""

    values: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        if len(self.values) == 1:
            return f"{_short(self.median)} {self.unit}"
        spread = f"{_short(min(self.values))}–{_short(max(self.values))}"
        return f"{_short(self.median)} {self.unit} ({spread}, n={len(self.values)})"


@dataclass(frozen=True)
class Row:
    """A budget, what was measured for it, and whether it holds; `met` is None where there is no limit."""

    budget: str
    what: str
    ours: Sample
    reference: Sample | None
    said: str
    limit: str
    met: bool | None

    @property
    def ratio(self) -> float | None:
        if self.reference is None or self.reference.unit != self.ours.unit or self.reference.median == 0:
            return None
        return self.ours.median / self.reference.median

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "median": self.ours.median, "ratio": self.ratio}


def sample(values: Sequence[float], unit: str = "ms") -> Sample:
    """Seconds given, `ms` or `s` kept."""
    return Sample(tuple(value * 1000 for value in values) if unit == "ms" else tuple(values), unit)


def percentile(values: Sequence[float], share: float) -> float:
    """By the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [
        "| budget | what | ours: median (min–max, n) | raw reference in the same run | ratio | limit | met? |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        reference = " ".join(part for part in (row.said, str(row.reference or "")) if part) or "–"
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else "–"
        met = "–" if row.met is None else "yes" if row.met else "**no**"
        lines.append(f"| {row.budget} | {row.what} | {row.ours} | {reference} | {ratio} | {row.limit or '–'} | {met} |")
    return "\n".join(lines)


def _short(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"
