"""Numbers that stand below one another in a table, all with as many decimals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lci.analyst.writing import rounded


def aligned(values: Sequence[float], digits: int, room: int) -> list[str]:
    """The values with as many decimals each, none with fewer digits than `rounded` gives it.

    Where that would be more than `room` digits of the greatest, it is fewer: of the least two digits remain. Of a
    column with numbers that are written with an exponent each is written by itself.
    """
    written = [rounded(value, digits) for value in values]
    sizes = [abs(value) for value in values if math.isfinite(value) and value]
    decimals = max((len(text.partition(".")[2]) for text in written), default=0)
    if not decimals or any("e" in text for text, value in zip(written, values, strict=True) if math.isfinite(value)):
        return written
    least = 1 - math.floor(math.log10(min(sizes)))
    decimals = min(decimals, max(room - len(f"{max(sizes):.0f}"), least))
    return [
        f"{value:,.{decimals}f}" if math.isfinite(value) else text for text, value in zip(written, values, strict=True)
    ]
