"""What figures say on their axes, in the language of the question; columns of code are called in English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lci.analyst.plan import Field, Measure
from lci.analyst.writing import axis_label


@dataclass(frozen=True, eq=False)
class FigureWords:
    """The words of one language."""

    table: Mapping[str, Any]

    def __getitem__(self, key: str) -> str:
        return str(self.table[key])

    def field(self, place: Field) -> str:
        """A field on an axis; the name of a column with its unit apart."""
        if place.part is not None:
            return str(self.table["parts"][place.part]).format(column=place.column)
        if place.width is not None:
            return self["in_steps"].format(column=place.column, width=f"{place.width:.15g}")
        return axis_label(place.column)

    def measure(self, measure: Measure) -> str:
        """A measure on an axis."""
        if measure.field is None:
            return self["share" if measure.among else "rows"]
        how = "per" if measure.per is not None else measure.how
        return str(self.table["measures"][how]).format(
            field=self.field(measure.field),
            per=self.field(measure.per) if measure.per is not None else "",
            quantile=f"{measure.quantile or 0:.15g}",
        )


@cache
def figure_words(code: str) -> FigureWords:
    """Those of a language. Raises FileNotFoundError for one that is not there."""
    text = (resources.files("lci.analyst") / "languages" / f"{code}.toml").read_text("utf-8")
    return FigureWords(tomllib.loads(text)["figures"])
