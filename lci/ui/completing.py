"""What the query box offers while one types: the tables that a query can name, their columns, words of SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from lci.wording import words
from lci.workspace.selection import quoted

_mount = st.components.v2.component(
    "lci_completing", js=Path(__file__).with_name("assets").joinpath("completing.js").read_text("utf-8")
)

#: Columns that are sent to the page.
_COLUMNS = 20_000
#: What queries of tables are made of, the words most used first.
_WORDS = (
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "AS", "AND", "OR", "NOT", "IN", "IS NULL",
    "IS NOT NULL", "BETWEEN", "LIKE", "ILIKE", "DISTINCT", "COUNT(*)", "COUNT", "SUM", "AVG", "MIN", "MAX", "MEDIAN",
    "ROUND", "JOIN", "LEFT JOIN", "INNER JOIN", "FULL JOIN", "CROSS JOIN", "ASOF JOIN", "ON", "USING", "HAVING",
    "QUALIFY", "UNION ALL", "UNION ALL BY NAME", "EXCEPT", "INTERSECT", "WITH", "CASE", "WHEN", "THEN", "ELSE", "END",
    "ASC", "DESC", "NULLS LAST", "OFFSET", "OVER", "PARTITION BY", "CAST", "TRY_CAST", "COALESCE", "NULLIF", "EXCLUDE",
    "REPLACE", "FILTER", "TRUE", "FALSE", "NULL", "DATE", "INTERVAL", "YEAR", "MONTH", "DAY", "date_trunc", "date_part",
    "date_diff", "strftime", "strptime", "lower", "upper", "trim", "length", "substring", "concat", "contains",
    "starts_with", "regexp_matches", "regexp_extract", "string_split", "abs", "floor", "ceil", "quantile_cont",
    "stddev_samp", "corr", "mode", "first", "last", "arg_max", "arg_min", "string_agg", "row_number()", "rank()", "lag",
    "lead", "unnest", "PIVOT", "UNPIVOT", "SUMMARIZE", "DESCRIBE",
)  # fmt: skip


def draw(tables: Mapping[str, Sequence[str]]) -> None:
    """Listen to the box `sql`: `tables` are the columns of each table by what it is called in SQL."""
    left = _COLUMNS
    known = []
    for name, columns in tables.items():
        sent = columns[:left]
        left -= len(sent)
        known.append({"name": name, "text": quoted(name), "columns": [[column, quoted(column)] for column in sent]})
    _mount(key="completing", data={"words": _WORDS, "tables": known, "label": words().data.completions})
