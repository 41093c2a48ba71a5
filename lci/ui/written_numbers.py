"""Numbers as a file writes them, with marks between thousands and other decimal marks, read back for the screen."""

from __future__ import annotations

import re

import pandas as pd

from lci.core.files import Column

#: What stands between thousands, and before decimals.
_WAYS = ((",", "."), (".", ","), (" ", ","), (" ", "."), ("\u00a0", ","), ("\u202f", ","), ("'", "."), ("’", "."))


def numbers(column: Column, given: pd.Series) -> pd.Series | None:
    """The numbers that these texts are; None unless all that are given are numbers written in one way.

    1,234 may be two numbers: it is the one between the least and the greatest that the file's reader found.
    """
    texts = given.dropna().astype(str).str.strip()
    for thousands, decimal in _WAYS:
        mark, point = re.escape(thousands), re.escape(decimal)
        if not texts.str.fullmatch(rf"[+-]?(?:\d{{1,3}}(?:{mark}\d{{3}})+|\d+)(?:{point}\d+)?").all():
            continue
        read = pd.to_numeric(texts.str.replace(thousands, "").str.replace(decimal, "."))
        if texts.empty or _is_within(column, float(read.min()), float(read.max())):
            return read.reindex(given.index)
    return None


def _is_within(column: Column, low: float, high: float) -> bool:
    least, greatest = column.low, column.high
    if not (isinstance(least, int | float) and isinstance(greatest, int | float)):
        return True
    return least <= low and high <= greatest
