"""What a question asks for, as values. Each intent holds all that its code and its sentences need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from lci.analyst.columns import FileColumn
from lci.analyst.sources import Source
from lci.core.files import Preview

Unit: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
How: TypeAlias = Literal["mean", "sum", "count", "median", "min", "max", "std", "nunique"]


@dataclass(frozen=True, slots=True)
class Overview:
    """What is in the file: shape, types, numbers, categories, one figure."""

    source: Source


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns with type and number of values."""

    source: Source


@dataclass(frozen=True, slots=True)
class ShowRows:
    """The first or last rows as they are."""

    source: Source
    rows: int
    end: Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Which values are missing and where; `why` when a reason was asked for, which data alone cannot give."""

    source: Source
    why: bool = False


@dataclass(frozen=True, slots=True)
class Correlations:
    """All pairs of numeric columns."""

    source: Source


@dataclass(frozen=True, slots=True)
class Describe:
    """One column; `statistic` is the figure asked for, said first."""

    source: Source
    column: FileColumn
    statistic: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are grouped by: a column, in calendar units when `unit` is set."""

    column: FileColumn
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class GroupBy:
    """One value for each group; `value` is None when rows are counted, `limit` is the n of "top n"."""

    source: Source
    keys: tuple[Key, ...]
    value: FileColumn | None
    how: How
    limit: int | None = None
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """A value over time; `value` is None when rows are counted."""

    source: Source
    date: FileColumn
    value: FileColumn | None
    unit: Unit
    how: How


@dataclass(frozen=True, slots=True)
class Regression:
    """A straight line of `y` on `x`; a column that is None is chosen by the code, by correlation."""

    source: Source
    x: FileColumn | None
    y: FileColumn | None


Analysis: TypeAlias = (
    Overview | ListColumns | ShowRows | Missing | Correlations | Describe | GroupBy | Trend | Regression
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """Hello, thanks, or "what can you do": nothing to compute."""

    kind: Literal["hello", "thanks", "help"]


@dataclass(frozen=True, slots=True)
class NoFile:
    """A question without any file."""


@dataclass(frozen=True, slots=True)
class NoTable:
    """The file in question holds no table that the analyst reads."""

    preview: Preview


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood, or not wholly: `words` are those no answer would use.

    `reason` is a whole sentence when more can be said than that.
    """

    reason: str = ""
    words: tuple[str, ...] = ()


Intent: TypeAlias = Analysis | Greeting | NoFile | NoTable | Unknown


@dataclass(frozen=True, slots=True)
class Reading:
    """An intent and the remarks the person should see about how the question was read."""

    intent: Intent
    remarks: tuple[str, ...] = ()
