"""A table's profile on the Data page: statistics, distributions, associations and what is odd, over every row."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence

import pandas as pd
import streamlit as st

from lci.core.files import Source, Value
from lci.errors import Problem
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import state
from lci.ui.grid import ends
from lci.ui.safety import plain
from lci.ui.view import View
from lci.wording import explained, number, plural, words
from lci.workspace.associations import Association, Associations, AssociationsJob
from lci.workspace.column_facts import Bar, ColumnFacts, TableFacts
from lci.workspace.quality import Finding, Quality, QualityJob
from lci.workspace.statistics import ColumnStatistics, StatisticsJob, TableStatistics

#: Columns whose distribution is drawn at first, and pairs that are listed.
_CARDS, _PAIRS = 12, 30
_TITLE = 80
#: Pixels of one row of the matrix, and of a table at most.
_CELL, _HIGHEST = 26, 520
_ORDER = ("duplicate_rows", "empty", "mixed", "numbers_as_text", "dates_as_text", "spellings", "padded", "far_out",
          "missing", "constant", "unique")  # fmt: skip


def draw(live: Interpreter, view: View, source: Source, facts: TableFacts) -> bool:
    """The profile, once asked for; whether something of it is still being made."""
    text = words().profile
    table = view.selection.table
    st.markdown(f"#### {text.title}")
    if state.value("profiled") not in (table, source.file):
        st.button(
            text.ask, icon=":material/query_stats:", key="profile_all", on_click=state.put, args=("profiled", table)
        )
        return False
    waits = False
    tabs = st.tabs(list(text.tabs), key="profile_tabs", on_change="rerun")
    parts: tuple[Callable[[], bool], ...] = (
        lambda: _statistics(live, table, source, len(facts.columns)),
        lambda: _distributions(facts),
        lambda: _associations(live, table, source),
        lambda: _quality(live, view, source),
    )
    for tab, part in zip(tabs, parts, strict=True):
        if tab.open:
            with tab:
                waits = part()
    return waits


def _missed(live: Interpreter, problem: Problem) -> None:
    st.info(plain(str(explained(problem))), icon=":material/info:")
    if problem.facts.get("cause") in ("stopped", "time"):
        st.button(words().data.again, icon=":material/refresh:", key="profile_again", on_click=live.queries.again)


def _waiting(live: Interpreter, done: int = 0, columns: int = 0) -> bool:
    text = words()
    if columns:
        label = text.profile.counting.format(done=number(done), columns=number(columns))
        st.progress(done / columns, text=label)
    else:
        st.caption(f":shimmer[{text.data.looking}]")
    st.button(text.data.stop, icon=":material/stop:", key="profile_stop", on_click=live.queries.stop)
    return True


# --- statistics -------------------------------------------------------------------------------------------------------


def _statistics(live: Interpreter, table: str, source: Source, width: int) -> bool:
    columns: list[ColumnStatistics] = []
    while True:
        part = live.queries.of_table(StatisticsJob(source.file, table, len(columns)), source)
        match part:
            case None:
                return _waiting(live, len(columns), width)
            case Problem():
                _missed(live, part)
                return False
            case TableStatistics():
                columns += part.columns
                width = part.width
                if len(columns) >= width or not part.columns:
                    break
    text = words()
    counted = text.profile.exact if part.exact else text.profile.estimated
    st.caption(counted.format(rows=plural(part.rows, *text.turns.row)))
    frame = _as_frame(columns, part.rows)
    st.dataframe(frame, hide_index=True, placeholder="–", height=_height(frame), key="profile")
    return False


def _height(frame: pd.DataFrame) -> int:
    """No higher than its rows: a header, the rows, a border."""
    return min(_HIGHEST, 35 * (len(frame) + 1) + 3)


def _as_frame(columns: Sequence[ColumnStatistics], rows: int) -> pd.DataFrame:
    lines = [
        (
            column.name,
            column.dtype,
            round(100 * column.missing / rows, 2) if rows else None,
            column.distinct,
            *map(_short, (column.minimum, *column.quartiles, column.maximum, column.mean, column.deviation)),
        )
        for column in columns
    ]
    return pd.DataFrame(lines, columns=list(words().profile.heads))


def _short(value: Value) -> str | None:
    match value:
        case None:
            return None
        case bool() | int():
            return str(value)
        case float():
            return f"{value:.6g}"
        case str():
            return value[:60]


# --- distributions ----------------------------------------------------------------------------------------------------


def _distributions(facts: TableFacts) -> bool:
    shown = state.first_of(list(facts.columns), "distributions", _CARDS)
    st.html(f'<div class="lci-cards">{"".join(_card(column) for column in shown)}</div>')
    if len(shown) < len(facts.columns):
        st.button(
            words().profile.more_columns,
            icon=":material/expand_more:",
            key="more_distributions",
            on_click=state.draw_more,
            args=("distributions", _CARDS),
        )
    return False


def _card(column: ColumnFacts) -> str:
    text = words().profile
    distinct = (text.distinct if column.distinct_exact else text.distinct_about).format(count=number(column.distinct))
    parts = [distinct, *([text.missing.format(count=number(column.missing))] if column.missing else [])]
    name, facts = html.escape(column.name), html.escape(" · ".join(parts))
    return f'<figure><figcaption><b title="{name}">{name}</b><i>{facts}</i></figcaption>{_drawn(column)}</figure>'


def _drawn(column: ColumnFacts) -> str:
    if column.bars:
        highest = max(bar.rows for bar in column.bars) or 1
        bars = "".join(
            f'<i style="height:{100 * bar.rows / highest:.1f}%" title="{_range(bar)}: {number(bar.rows)}"></i>'
            for bar in column.bars
        )
        low, high = (html.escape(end) for end in ends(column))
        return f'<div class="bars">{bars}</div><div class="ends"><span>{low}</span><span>{high}</span></div>'
    if column.top:
        highest = max(rows for _, rows in column.top)
        return "".join(
            f'<div class="top"><i style="width:{60 * rows / highest:.1f}%"></i><span title="{_label(value)}">'
            f"{_label(value)}</span><em>{number(rows)}</em></div>"
            for value, rows in column.top
        )
    return f"<p>{html.escape(words().profile.no_values)}</p>" if not column.distinct else ""


def _range(bar: Bar) -> str:
    return _label(bar.low) if bar.high is None else f"{_label(bar.low)} – {_label(bar.high)}"


def _label(value: Value) -> str:
    return html.escape(_short(value) or "", quote=True)


# --- associations -----------------------------------------------------------------------------------------------------


def _associations(live: Interpreter, table: str, source: Source) -> bool:
    answer = live.queries.of_table(AssociationsJob(source.file, table), source)
    if answer is None:
        return _waiting(live)
    text = words().profile
    match answer:
        case Problem():
            _missed(live, answer)
        case Associations(pairs=()):
            st.caption(text.no_associations)
        case Associations():
            st.caption(text.associations_help)
            _matrix(answer)
            listed = [_pair(pair) for pair in answer.pairs[:_PAIRS]]
            frame = pd.DataFrame(listed, columns=list(text.association_heads))
            st.dataframe(frame, hide_index=True, height=_height(frame), key="associations")
            if answer.left_out:
                st.caption(text.columns_left_out.format(count=number(answer.left_out)))
    return False


def _pair(pair: Association) -> tuple[str, float, int, str]:
    return f"{pair.first} · {pair.second}", round(pair.strength, 3), pair.rows, words().profile.measures[pair.measure]


def _matrix(associations: Associations) -> None:
    values = [
        {"x": x, "y": y, "strength": round(pair.strength, 3), "measure": words().profile.measures[pair.measure]}
        for pair in associations.pairs
        for x, y in ((pair.first, pair.second), (pair.second, pair.first))
    ]
    names = [name[:_TITLE] for name in associations.columns]
    axis = {"type": "nominal", "sort": names, "title": None, "axis": {"labelLimit": 140}}
    st.vega_lite_chart(
        {
            "data": {"values": values},
            "mark": {"type": "rect", "tooltip": {"content": "data"}},
            "encoding": {
                "x": {**axis, "field": "x", "axis": {"labelAngle": -45, "labelLimit": 140}},
                "y": {**axis, "field": "y"},
                "color": {
                    "field": "strength",
                    "type": "quantitative",
                    "legend": None,
                    "scale": {"domain": [-1, 1], "domainMid": 0, "scheme": "purpleorange", "reverse": True},
                },
            },
        },
        height=_CELL * len(names) + 110,
        key="association_matrix",
    )


# --- quality ----------------------------------------------------------------------------------------------------------


def _quality(live: Interpreter, view: View, source: Source) -> bool:
    answer = live.queries.of_table(QualityJob(source.file, view.selection.table), source)
    if answer is None:
        return _waiting(live)
    text = words().profile
    match answer:
        case Problem():
            _missed(live, answer)
        case Quality():
            if not answer.findings:
                st.caption(text.nothing_odd.format(rows=plural(answer.rows, *words().turns.row)))
            for at, finding in enumerate(_by_weight(answer.findings)):
                with st.container(horizontal=True, vertical_alignment="center", key=f"finding_{at}"):
                    st.markdown(plain(_sentence(finding, answer.rows)))
                    st.space("stretch")
                    st.button(
                        text.show_rows,
                        icon=":material/table_rows:",
                        type="tertiary",
                        key=f"finding_rows_{at}",
                        on_click=state.look,
                        args=(live.id, view.asking(finding.sql)),
                    )
            if answer.columns < answer.width:
                checked, columns = number(answer.columns), number(answer.width)
                st.caption(text.columns_checked.format(checked=checked, columns=columns))
    return False


def _by_weight(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (_ORDER.index(finding.kind), -finding.rows))


def _sentence(finding: Finding, rows: int) -> str:
    text = words()
    share = 100 * finding.rows / rows if rows else 0.0
    return text.profile.findings[finding.kind].format(
        column=finding.column,
        rows=plural(finding.rows, *text.turns.row),
        share="<0.1 %" if share < 0.1 else f"{share:.1f} %",
        example=text.profile.example.format(text=(_short(finding.example) or "")[:_TITLE]),
    )
