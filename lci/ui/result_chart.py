"""The rows in view as a chart: all of them by groups, counted where they lie, or the first of them one by one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from lci.errors import Problem
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.queries import Query
from lci.wording import number, words
from lci.workspace.queries import QueryPage
from lci.workspace.selection import quoted

#: Points, and bars, that are drawn.
_POINTS, _BARS = 5_000, 60
_HEIGHT, _COLOUR = 380, "#6366f1"


def draw(live: Interpreter, query: Query, page: QueryPage) -> bool:
    """The choices and the chart; whether it is still being made."""
    text = words().data
    names = [column.name for column in page.columns]
    numbers = [column.name for column in page.columns if column.dtype.lower().startswith(("int", "uint", "float"))]
    with st.container(horizontal=True, key="chart_choices", vertical_alignment="bottom"):
        kind = st.selectbox(
            text.chart_kind, list(text.chart_kinds), format_func=text.chart_kinds.__getitem__, key="chart_kind"
        )
        across = st.selectbox(text.chart_x, names, key="chart_x")
        # Rows that a query has grouped already are drawn as they are.
        grouped = query.steady and bool(numbers)
        measure = st.selectbox(
            text.chart_measure,
            list(text.measures),
            index=list(text.measures).index("each" if grouped else "count"),
            format_func=text.measures.__getitem__,
            key="chart_measure_own" if grouped else "chart_measure",
        )
        up = st.selectbox(text.chart_y, numbers, key="chart_y", disabled=measure == "count") if numbers else None
    if measure != "count" and up is None:
        st.caption(text.chart_one_number)
        return False
    # Of a chart's own columns the names are ours: a renderer takes dots and brackets in names for paths.
    x, y, rows = quoted(across), quoted(up or across), query.sql.rstrip().rstrip(";")
    if measure == "each":
        sql = f'SELECT {x} AS "x", {y} AS "y"\nFROM ({rows}\n)'
    else:
        value = "count(*)" if measure == "count" else f"{measure}({y})"
        order = "2 DESC NULLS LAST, 1" if kind == "bar" else "1"
        sql = f'SELECT {x} AS "x", {value} AS "y"\nFROM ({rows}\n)\nGROUP BY 1\nORDER BY {order}'
    most = _BARS if kind == "bar" else _POINTS
    answer = live.queries.page(replace(query, sql=sql, counted=""), 0, most)
    match answer:
        case None:
            st.skeleton(height=_HEIGHT)
            return True
        case Problem():
            st.caption(words().problems["query_refused"][0])
        case QueryPage():
            _chart(kind, answer, across, text.measures["count"] if measure == "count" else up or "")
            part = text.chart_part.format(shown=number(most), total=number(answer.total))
            st.caption(part if answer.total > most else text.chart_of)
    return False


def _chart(kind: str, page: QueryPage, x_label: str, y_label: str) -> None:
    frame = pd.DataFrame(list(page.rows), columns=["x", "y"])
    if page.columns[0].dtype.startswith("datetime"):
        frame["x"] = pd.to_datetime(frame["x"], errors="coerce", format="ISO8601")
    elif kind == "bar" and page.columns[0].dtype not in ("int64", "float64"):
        frame["x"] = frame["x"].astype("string")
    frame["y"] = pd.to_numeric(frame["y"], errors="coerce")
    match kind:
        case "line":
            st.line_chart(frame, x="x", y="y", x_label=x_label, y_label=y_label, height=_HEIGHT, color=_COLOUR)
        case "scatter":
            st.scatter_chart(frame, x="x", y="y", x_label=x_label, y_label=y_label, height=_HEIGHT, color=_COLOUR)
        case _:
            st.bar_chart(
                frame, x="x", y="y", x_label=x_label, y_label=y_label, height=_HEIGHT, color=_COLOUR, sort=False
            )
