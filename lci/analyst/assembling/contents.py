"""What the items of a constituent say: numbers of rows, widths of steps, whatever a kind holds."""

from __future__ import annotations

from typing import Any

from lci.analyst.assembling.sense import NoPlan
from lci.analyst.chart import Constituent
from lci.analyst.quantities import Quantity

_MOST_ROWS = 10_000


def width(each: Constituent) -> float:
    """How wide steps are. Raises `NoPlan`."""
    quantity = content(each, "number")
    assert isinstance(quantity, Quantity)
    if quantity.value <= 0:
        raise NoPlan
    return float(quantity.value)


def content(each: Constituent, kind: str) -> Any:  # Any: as `Item.content`
    """What its first item of that kind says; None without one."""
    return next((item.content for item in each.items if item.kind == kind), None)


def whole_number(each: Constituent) -> int | None:
    """How many are asked for, None where that is not said. Raises `NoPlan` for what is no number of rows."""
    quantity = content(each, "number")
    if quantity is None:
        return None
    assert isinstance(quantity, Quantity)
    if quantity.unit == "%" or not isinstance(quantity.value, int) or not 0 < quantity.value <= _MOST_ROWS:
        raise NoPlan
    return quantity.value
