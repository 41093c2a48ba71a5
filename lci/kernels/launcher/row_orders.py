"""In which order the rows of a table are shown: sorted by a column, those that hold a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ORDERS: dict[str, Any] = {}


def positions(
    source: Any, frame: Any, column: int | None, descending: bool, containing: str, text_of: Callable[[Any], str]
) -> Any:
    """Row positions of a frame that match, in order, missing values last; kept for the next page, until a cell has run.

    `source` is what the frame was made of; `text_of` gives a value that cannot be compared as text.
    """
    import numpy
    from IPython import get_ipython

    key = (get_ipython().execution_count, id(source), column, descending, containing)
    if _ORDERS.get("key") != key:
        rows = numpy.arange(len(frame)) if column is None else _order(frame.iloc[:, column], descending, text_of)
        if containing:
            rows = rows[_matching(frame, containing, text_of)[rows]]
        _ORDERS.update(key=key, order=rows)
    return _ORDERS["order"]


def _order(values: Any, descending: bool, text_of: Callable[[Any], str]) -> Any:
    plain = values.reset_index(drop=True)
    try:
        done = plain.sort_values(ascending=not descending, kind="stable")
    except TypeError:
        done = plain.map(text_of).sort_values(ascending=not descending, kind="stable")
    return done.index.to_numpy()


def _matching(frame: Any, containing: str, text_of: Callable[[Any], str]) -> Any:
    """Whether each row holds the text, in any case, in any of its first two hundred columns."""
    import numpy

    text, matches = containing.casefold(), numpy.zeros(len(frame), dtype=bool)
    for at in range(min(200, frame.shape[1])):
        values = frame.iloc[:, at]
        # Words repeat and numbers are many: each value is looked at once; objects by their text, as a user's own may
        # not be hashable.
        plain = values if values.dtype != object else values.map(text_of)
        codes, distinct = plain.factorize(use_na_sentinel=True)
        hits = numpy.array([text in text_of(value).casefold() for value in distinct], dtype=bool)
        if len(hits):
            matches |= numpy.where(codes >= 0, hits[codes], False)
    return matches
