"""What the values of a frame's columns are: how many, which, from where to where; and rows from its middle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lci.core.files import Column, Value
from lci.workspace.inference import plain_value

if TYPE_CHECKING:
    import pandas as pd

#: Columns that are looked at, distinct values that are few, and characters of one of them and of all.
_COLUMNS, _FEW, _VALUE, _VALUES = 200, 12, 40, 150
#: Numbers that are told one by one where there are gaps between them.
_FEW_CODES = 6
#: Rows from the middle that are kept of tables that are longer than what is shown of them anyway.
_BETWEEN, _SHORT = 2, 5


def with_values(columns: Sequence[Column], frame: pd.DataFrame) -> tuple[Column, ...]:
    """`columns` with what is known of their values, all those in `frame`."""
    known = [_known(column, frame.iloc[:, at]) for at, column in enumerate(columns[:_COLUMNS])]
    return (*known, *columns[_COLUMNS:])


def places_between(rows: int) -> list[int]:
    """The places of some rows spread between the first and the last."""
    return [rows * step // (_BETWEEN + 1) for step in range(1, _BETWEEN + 1)] if rows > _SHORT else []


def _known(column: Column, values: pd.Series) -> Column:
    import pandas as pd

    present = values.dropna()
    if present.empty:
        return column
    kind = present.dtype
    if pd.api.types.is_bool_dtype(kind):
        return replace(column, values=tuple(sorted(bool(value) for value in present.unique())))
    if pd.api.types.is_integer_dtype(kind):
        distinct, low, high = present.unique(), int(present.min()), int(present.max())
        codes = (
            tuple(map(plain_value, sorted(map(int, distinct)))) if len(distinct) <= min(_FEW_CODES, high - low) else ()
        )
        return replace(column, distinct=len(distinct), values=codes, low=plain_value(low), high=plain_value(high))
    if pd.api.types.is_float_dtype(kind):
        least, most = float(present.min()), float(present.max())
        return replace(column, low=least, high=most) if math.isfinite(least) and math.isfinite(most) else column
    if pd.api.types.is_datetime64_any_dtype(kind) or pd.api.types.is_timedelta64_dtype(kind):
        return replace(column, low=_plain(present.min()), high=_plain(present.max()))
    if isinstance(kind, pd.CategoricalDtype):
        # Each once: all of them written out may take any room.
        present = pd.Series(kind.categories[present.cat.codes.unique()])
    return _known_texts(column, present)


def _known_texts(column: Column, present: pd.Series) -> Column:
    """The same of texts; of anything else nothing is known."""
    if str(present.dtype) != "str" and not all(type(value) is str for value in present):
        return column
    distinct = present.unique()
    texts = sorted(str(text) for text in distinct[: _FEW + 1])
    few = len(texts) <= _FEW and max(map(len, texts)) <= _VALUE and sum(map(len, texts)) <= _VALUES
    return replace(column, distinct=len(distinct), values=tuple(texts) if few else ())


def _plain(value: Any) -> Value:  # Any: a number of NumPy's, or a moment of pandas'
    return plain_value(value.item() if hasattr(value, "item") else value)
