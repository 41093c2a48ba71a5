"""The opening lines of code: the imports that it needs, and the conversion of columns to their real types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lci.analyst.columns import FileColumn
from lci.analyst.sources import Source

#: Import lines by the name that code uses, in the order in which they stand.
_IMPORTS = {
    "calendar": "import calendar",
    "gzip": "import gzip",
    "json": "import json",
    "sqlite3": "import sqlite3",
    "warnings": "import warnings",
    "zipfile": "import zipfile",
    "duckdb": "import duckdb",
    "plt": "import matplotlib.pyplot as plt",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "pl": "import polars as pl",
    "sns": "import seaborn as sns",
    "sm": "import statsmodels.api as sm",
    "stats": "from scipy import stats",
    "KMeans": "from sklearn.cluster import KMeans",
    "silhouette_score": "from sklearn.metrics import silhouette_score",
    "threadpool_limits": "from threadpoolctl import threadpool_limits",
}
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")


def imported(lines: Sequence[str], source: Source) -> str:
    """The import lines for code of those lines, ending in a blank line."""
    # A string may hold what looks like a name.
    bare = _STRING.sub('""', "\n".join(lines))
    needed = {line for name, line in _IMPORTS.items() if re.search(rf"\b{name}[.(]", bare)} | set(source.imports)
    unknown = sorted(needed.difference(_IMPORTS.values()))
    return "\n".join([*unknown, *(line for line in _IMPORTS.values() if line in needed)]) + "\n\n"


def converted(column: FileColumn, at: str) -> str | None:
    """The expression that gives the values at `at` their real type, or None when reading them is enough."""
    if column.kind == "date":
        return _dates(column, at)
    if column.kind in ("number", "year") and column.form == "plain":
        return f'pd.to_numeric({at}, errors="coerce")'
    if column.kind == "number" and column.form == "symbols":
        # (5) is how accountants write minus five.
        digits = f'{at}.astype("string").str.replace(r"^\\s*\\((.*)\\)", r"-\\1", regex=True)'
        return f'pd.to_numeric({digits}.str.replace(r"[^0-9.eE+-]", "", regex=True), errors="coerce").astype(float)'
    return None


def _dates(column: FileColumn, at: str) -> str:
    match column.form:
        case "compact":
            return f'pd.to_datetime({at}.astype("Int64").astype("string"), format="%Y%m%d", errors="coerce")'
        case "zoned":
            return f'pd.to_datetime({at}, errors="coerce", utc=True).dt.tz_localize(None)'
        case "dayfirst":
            return f'pd.to_datetime({at}, errors="coerce", dayfirst=True)'
        case _:
            return f'pd.to_datetime({at}, errors="coerce")'
