"""The opening lines of every piece of code: imports, reading the file, converting the columns in use."""

from __future__ import annotations

from string import Template

from lci.analyst.columns import FileColumn
from lci.analyst.sources import Source
from lci.analyst.writing import literal

PLOT, NUMPY, STATS = "import matplotlib.pyplot as plt", "import numpy as np", "from scipy import stats"
_FIRST = ("import duckdb", "import gzip", "import json", "import sqlite3", "import zipfile")
_ORDER = (*_FIRST, PLOT, NUMPY, "import pandas as pd", "import polars as pl", STATS)


def opening(source: Source, imports: tuple[str, ...], columns: tuple[FileColumn, ...] = ()) -> str:
    """Imports, the reading line and the conversions that `columns` need; ends in a blank line."""
    modules = {*imports, *source.imports}
    lines = [line for line in _ORDER if line in modules]
    if source.dollars and PLOT in modules:
        lines += ["", 'plt.rcParams["text.parse_math"] = False  # a "$" in the data is no formula']
    lines += ["", f"df = {source.reader}"]
    lines += [line for column in columns if (line := conversion(column))]
    return "\n".join(lines) + "\n"


def conversion(column: FileColumn) -> str | None:
    """The line that gives a column its real type, or None when reading it is enough."""
    at = f"df[{literal(column.name)}]"
    if column.kind == "date":
        return f"{at} = {_dates(at, column)}"
    if column.kind == "number" and column.form == "symbols":
        return (
            f'{at} = pd.to_numeric({at}.astype("string").str.replace(r"[^0-9.eE+-]", "", regex=True), errors="coerce")'
        )
    if column.kind == "number":
        return f'{at} = pd.to_numeric({at}, errors="coerce")'
    return None


def _dates(at: str, column: FileColumn) -> str:
    match column.form:
        case "compact":
            return f'pd.to_datetime({at}.astype("Int64").astype("string"), format="%Y%m%d", errors="coerce")'
        case "zoned":
            return f'pd.to_datetime({at}, errors="coerce", utc=True).dt.tz_localize(None)'
        case "dayfirst":
            return f'pd.to_datetime({at}, errors="coerce", dayfirst=True)'
        case _:
            return f'pd.to_datetime({at}, errors="coerce")'


def years_as_dates(column: FileColumn) -> str:
    """The line that turns a column of years into dates."""
    at = f"df[{literal(column.name)}]"
    return f'{at} = pd.to_datetime(pd.to_numeric({at}).astype("Int64").astype("string"), format="%Y", errors="coerce")'


def filled(template: str, **values: str) -> str:
    """`template` with its `$name` places filled; values are source text already."""
    return Template(template).substitute(values)
