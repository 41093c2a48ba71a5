"""Names that newer libraries no longer have, and what stands in their place: pandas 3, numpy 2 and others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: By the owner as Python names it in "… has no attribute …", then by the attribute.
_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "'DataFrame' object": {
        "append": "pd.concat([df, other], ignore_index=True)",
        "iteritems": "df.items()",
        "applymap": "df.map(function)",
        "ix": "df.loc or df.iloc",
        "as_matrix": "df.to_numpy()",
        "get_value": "df.at[row, column]",
        "set_value": "df.at[row, column] = value",
        "lookup": "df.to_numpy() with positions from pd.factorize",
        "mad": "(df - df.mean()).abs().mean()",
        "pad": "df.ffill()",
        "backfill": "df.bfill()",
        "swapaxes": "df.T",
        "first": "df[df.index < df.index[0] + offset]",
        "last": "df[df.index > df.index[-1] - offset]",
        "tshift": "df.shift(freq=…)",
        "slice_shift": "df.shift()",
    },
    "'Series' object": {
        "append": "pd.concat([series, other])",
        "iteritems": "series.items()",
        "ix": "series.loc or series.iloc",
        "as_matrix": "series.to_numpy()",
        "mad": "(series - series.mean()).abs().mean()",
        "pad": "series.ffill()",
        "backfill": "series.bfill()",
        "swapaxes": "series itself",
        "first": "series[series.index < series.index[0] + offset]",
        "last": "series[series.index > series.index[-1] - offset]",
        "ravel": "series.to_numpy()",
        "view": "series.astype(…)",
        "is_monotonic": "series.is_monotonic_increasing",
        "applymap": "series.map(function)",
        "tshift": "series.shift(freq=…)",
    },
    "'DatetimeProperties' object": {
        "week": "series.dt.isocalendar().week",
        "weekofyear": "series.dt.isocalendar().week",
    },
    "'DataFrameGroupBy' object": {"mad": "an aggregation of your own", "pad": "ffill()", "backfill": "bfill()"},
    "'SeriesGroupBy' object": {"mad": "an aggregation of your own", "pad": "ffill()", "backfill": "bfill()"},
    "module 'pandas'": {
        "datetime": "import datetime",
        "np": "import numpy as np",
        "Panel": "a DataFrame with a MultiIndex",
        "Int64Index": "pd.Index(…, dtype='int64')",
        "UInt64Index": "pd.Index(…, dtype='uint64')",
        "Float64Index": "pd.Index(…, dtype='float64')",
        "TimeGrouper": "pd.Grouper(freq=…)",
        "scatter_matrix": "pd.plotting.scatter_matrix",
        "rolling_mean": "series.rolling(n).mean()",
        "value_counts": "series.value_counts()",
    },
    # What numpy says of others by itself is not said again.
    "module 'numpy'": {
        "product": "np.prod",
        "cumproduct": "np.cumprod",
        "in1d": "np.isin",
        "trapz": "np.trapezoid",
        "msort": "np.sort(a, axis=0)",
    },
    "module 'scipy.integrate'": {
        "trapz": "scipy.integrate.trapezoid",
        "simps": "scipy.integrate.simpson",
        "cumtrapz": "scipy.integrate.cumulative_trapezoid",
    },
    "module 'matplotlib.cm'": {"get_cmap": "matplotlib.colormaps[name]"},
}
#: Arguments that are gone, by the name that an error calls unexpected.
_ARGUMENTS: Mapping[str, str] = {
    "method": "fillna(method='ffill') is df.ffill(), 'bfill' is df.bfill()",
    "delim_whitespace": r"sep=r'\s+'",
    "error_bad_lines": "on_bad_lines='skip'",
    "warn_bad_lines": "on_bad_lines='warn'",
    "line_terminator": "lineterminator",
    "date_parser": "date_format, or pd.to_datetime afterwards",
    "infer_datetime_format": "nothing: the format is found by itself",
    "squeeze": ".squeeze('columns') afterwards",
    "mangle_dupe_cols": "nothing: repeated names always get numbers",
    "prefix": "names=[…]",
    "null_counts": "show_counts",
    "sparse": "sparse_output (OneHotEncoder)",
    "level": "groupby(level=…) before the aggregation",
}
#: Letters of frequencies that pandas 3 spells otherwise.
_FREQUENCIES: Mapping[str, str] = {
    "M": "ME", "Q": "QE", "A": "YE", "Y": "YE", "BM": "BME", "BQ": "BQE", "BA": "BYE", "BY": "BYE", "SM": "SME",
    "CBM": "CBME", "H": "h", "BH": "bh", "CBH": "cbh", "T": "min", "S": "s", "L": "ms", "U": "us", "N": "ns",
}  # fmt: skip

_NO_ATTRIBUTE = re.compile(r"(?:type object )?('\w+' object|module '[\w.]+') has no attribute '(\w+)'")
_UNEXPECTED = re.compile(r"got an unexpected keyword argument '(\w+)'")
_FREQUENCY = re.compile(r"requency\W+\d*([A-Z]{1,3})\b")


@dataclass(frozen=True, slots=True)
class Replaced:
    """A name that is gone, as code wrote it, and what stands in its place."""

    name: str
    by: str


def replaced(kind: str, message: str) -> Replaced | None:
    """The name that an error of this kind misses, when a newer library has dropped it."""
    if kind == "AttributeError" and (missing := _NO_ATTRIBUTE.search(message)):
        return _among(_ATTRIBUTES.get(missing[1], {}), missing[2])
    if kind == "TypeError" and (missing := _UNEXPECTED.search(message)):
        return _among(_ARGUMENTS, missing[1])
    if kind == "ValueError" and (missing := _FREQUENCY.search(message)):
        return _among(_FREQUENCIES, missing[1])
    return None


def _among(names: Mapping[str, str], missing: str) -> Replaced | None:
    return Replaced(missing, names[missing]) if missing in names else None
