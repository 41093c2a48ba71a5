"""A page of a table on the Data page: rows, and above each column what is known of it; a click there filters or sorts.

A component of our own: no widget of Streamlit's has anything above its columns. It draws texts only, never HTML.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from lci.core.files import Value
from lci.ui import state
from lci.ui.view import View, decimals
from lci.wording import number, plural, words
from lci.workspace.column_facts import Bar, ColumnFacts
from lci.workspace.queries import QueryPage

_ASSETS = Path(__file__).with_name("assets")
_CELL, _LABEL = 300, 40
#: Characters of a day.
_DAY = 10


def draw(page: QueryPage, view: View, facts: Sequence[ColumnFacts], rows: int, picked: Callable[[], None]) -> None:
    """The page; `facts` of all `rows` of the table by the columns' places, none for a query of one's own."""
    texts = [_texts([row[at] for row in page.rows]) for at in range(len(page.columns))]
    _component()(
        data={
            "columns": [
                _column(page, view, at, facts[at] if at < len(facts) else None, rows) for at in range(len(page.columns))
            ],
            "rows": [list(row) for row in zip(*texts, strict=True)],
            "offset": page.offset,
            "words": {"sort": words().data.sort, "rows": words().data.rows_region},
        },
        key="grid",
        on_pick_change=picked,
    )


def pick() -> dict[str, Any] | None:
    """What was clicked: `kind` (sort, bar, value, missing), `column` and `at`; in the callback."""
    clicked = getattr(state.value("grid"), "pick", None)
    return dict(clicked) if clicked else None


@functools.cache
def _component() -> Any:
    return st.components.v2.component(
        "lci_grid", js=(_ASSETS / "grid.js").read_text("utf-8"), css=(_ASSETS / "grid.css").read_text("utf-8")
    )


def _column(page: QueryPage, view: View, at: int, facts: ColumnFacts | None, rows: int) -> dict[str, Any]:
    column, order = page.columns[at], view.selection.order
    # Of a column of the table as told: of a query's the type that DuckDB makes of it.
    dtype = facts.dtype if facts is not None and facts.dtype else column.dtype
    sorted_ = None
    if view.own is None and order is not None and order.column == column.name:
        sorted_ = "descending" if order.descending else "ascending"
    return {
        "at": at,
        "name": column.name,
        "dtype": dtype,
        "number": dtype.lower().startswith(("int", "uint", "float")),
        "sorts": view.own is None,
        "sorted": sorted_,
        "known": facts is not None,
        **(_known(facts, rows) if facts is not None else {}),
    }


def _known(facts: ColumnFacts, rows: int) -> dict[str, Any]:
    text = words()
    low, high = ends(facts)
    share = facts.missing / rows if rows else 0.0
    gone = plural(facts.missing, *text.turns.row)
    distinct = text.data.distinct if facts.distinct_exact else text.data.distinct_about
    percent = number(100 * share, 1 if 0 < share < 0.1 else 0)
    return {
        "bars": [{"rows": bar.rows, "tip": _tip(bar)} for bar in facts.bars],
        "top": [
            {
                "label": str(value)[:_LABEL],
                "count": number(count),
                "share": count / rows if rows else 0,
                "tip": text.data.bar_tip.format(range=str(value)[:_CELL], rows=plural(count, *text.turns.row)),
            }
            for value, count in facts.top
        ],
        "low": low,
        "high": high,
        "missing": text.data.missing.format(share=percent) if facts.missing else "",
        "missing_rows": facts.missing,
        "missing_share": share,
        "missing_tip": text.data.missing_tip.format(rows=gone) if facts.missing else text.data.none_missing,
        "distinct": distinct.format(count=number(facts.distinct)),
    }


def ends(facts: ColumnFacts) -> tuple[str, str]:
    """The least and the greatest value as there is room for them: moments of several days without their time."""
    low, high = ("" if value is None else label(value) for value in (facts.least, facts.greatest))
    if not facts.dtype.startswith("datetime"):
        return low, high
    if low[:_DAY] != high[:_DAY]:
        return low[:_DAY], high[:_DAY]
    return low.replace("T", " "), high.replace("T", " ")


def _tip(bar: Bar) -> str:
    text = words()
    between = text.data.below.format(low=label(bar.low), high=label(bar.high))
    return text.data.bar_tip.format(range=between, rows=plural(bar.rows, *text.turns.row))


def label(value: Value) -> str:
    """A bound as a person reads it."""
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e15 else f"{value:.3g}"
    return (
        number(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10_000 else str(value)
    )


def _texts(column: Sequence[Value]) -> list[str | None]:
    """The cells of a column as texts; numbers with as many decimals in every row."""
    places = decimals(column)

    def text(value: Value) -> str | None:
        if value is None:
            return None
        if isinstance(value, float):
            return repr(value) if places is None else f"{value:.{places}f}"
        return str(value)[:_CELL]

    return [text(value) for value in column]
