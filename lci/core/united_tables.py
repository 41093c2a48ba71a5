"""Tables with the same columns as if they were one: what is known of all their rows from what is known of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from lci.core.files import Column, Table, Value

#: Distinct values that are few.
FEW_VALUES = 12
#: How a text begins that comes before another as its date does; of durations the longer may come first.
_DATE = re.compile(r"\d{4}-\d\d")


def united(name: str, tables: Sequence[Table], rows_shown: int = 5) -> Table:
    """The rows of all these tables, one below the other, in their order.

    Of its first rows so many are shown, or as many as are known of the tables before anything is left out.
    """
    counts = [table.rows for table in tables]
    rows = None if None in counts else sum(count or 0 for count in counts)
    # Of some only the beginning may have been read: values of the rest could be others.
    known = all(table.looked_at == table.rows and table.rows_exact for table in tables)
    columns = tuple(
        _united_column([table.columns[at] for table in tables], known=known) for at in range(len(tables[0].columns))
    )
    exact = all(table.rows_exact for table in tables)
    return Table(
        name,
        rows,
        exact,
        columns,
        _head(tables, rows_shown),
        tables[-1].tail,
        looked_at=sum(table.looked_at for table in tables),
    )


def _head(tables: Sequence[Table], most: int) -> tuple[tuple[Value, ...], ...]:
    head: list[tuple[Value, ...]] = []
    for table in tables:
        head += table.head
        if len(head) >= most or not table.rows_exact or len(table.head) != table.rows:
            break
    return tuple(head[:most])


def _united_column(columns: Sequence[Column], *, known: bool) -> Column:
    types = Counter(column.dtype for column in columns)
    missing = [column.nulls for column in columns]
    plain = Column(
        columns[0].name, types.most_common(1)[0][0], None if None in missing else sum(count or 0 for count in missing)
    )
    if not known:
        return plain
    values = {value for column in columns for value in column.values}
    if all(column.values for column in columns) and len(values) <= FEW_VALUES:
        plain = replace(plain, values=tuple(sorted(values, key=str)), distinct=len(values))
    ends = [end for column in columns for end in (column.low, column.high)]
    if comparable(ends):
        plain = replace(plain, low=min(ends), high=max(ends))  # type: ignore[type-var]  # all numbers, or all texts
    return plain


def comparable(ends: Sequence[Value]) -> bool:
    """Whether they are all numbers, or dates as texts."""
    return all(isinstance(end, str) and _DATE.match(end) for end in ends) or all(
        isinstance(end, int | float) and not isinstance(end, bool) for end in ends
    )
