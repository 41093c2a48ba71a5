"""The Data page: every row of a table, sorted, filtered, queried; what is in view is one query, whose SQL is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from lci.core.files import Preview, Source, WorkspaceFile
from lci.errors import Problem
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.queries import Query
from lci.ui import attaching, completing, filters, grid, paired, profile, result_actions, result_chart, state, tables
from lci.ui.safety import plain
from lci.ui.shown_files import shown_files
from lci.ui.view import ROWS, View, picked, query_of, sources_of, tables_of
from lci.wording import duration, explained, number, words
from lci.workspace.amounts import are_amounts
from lci.workspace.column_facts import TableFacts
from lci.workspace.queries import COLUMNS_SHOWN, QueryPage

_LOOK = 0.3
_OF_FIRST_ROWS = frozenset({"estimated_rows", "rows_not_counted", "types_of_first_rows", "values_of_first_rows"})
_PREVIEW_ROWS = 1000


def draw(live: Interpreter) -> None:
    """One table at full width, redrawn by itself while something of it is still being made."""
    text = words()
    st.markdown(f"### {text.sidebar.data}")
    names = list(shown_files(live.snapshot().files).files)
    if not names:
        attaching.ways_in()
        st.caption(text.data.empty)
        return
    if state.value("data_file") not in names:
        state.put("data_file", state.value("looked_at") if state.value("looked_at") in names else names[-1])
    waits = bool(state.value("data_waits"))

    @st.fragment(key="data_page", run_every=_LOOK if waits else None)
    def fragment() -> None:
        waiting = _page(live, names)
        if waiting != waits:
            state.put("data_waits", waiting)
            st.rerun()

    with st.container(key="wide_page"):
        fragment()


def _page(live: Interpreter, names: list[str]) -> bool:
    """Everything on the page; whether something of it is still being made."""
    shown = shown_files(live.snapshot().files)
    with st.container(horizontal=True, key="data_line", vertical_alignment="bottom"):
        name = st.selectbox(
            words().panel.files, names, key="data_file", label_visibility="collapsed", format_func=shown.title
        )
        file = shown.files.get(name)
        if file is None:
            return True
        sheets = [table.name for table in file.preview.tables] if file.preview is not None else []
        sheet = None
        if len(sheets) > 1:
            sheet = st.selectbox(words().turns.table[0], sheets, key=f"sheet_{name}", label_visibility="collapsed")
    with paired.place("shown_table", f"{live.id}/{name}/{sheet}"):
        return _content(live, file, sheet)


def _content(live: Interpreter, file: WorkspaceFile, sheet: str | None) -> bool:
    preview = tables.current(live, file, _PREVIEW_ROWS)
    if preview is None or preview.error is not None or not preview.tables:
        tables.file_preview(live, file, preview, height=430, rows=_PREVIEW_ROWS)
        return preview is None
    files = live.snapshot().files
    sources, table = sources_of(files), tables_of(files).get((file.name, sheet))
    if table is None:
        return True
    whole = live.queries.facts(table, sources[table])
    tables.facts(live, file, _counted(preview, sheet, whole) if isinstance(whole, TableFacts) else preview)
    return _table(live, file, table, sources)


def _counted(preview: Preview, sheet: str | None, whole: TableFacts) -> Preview:
    """The preview of a file of which every row was read since: nothing about them is a guess any more."""
    shown = tuple(
        replace(table, rows=whole.rows, rows_exact=True) if sheet in (None, table.name) else table
        for table in preview.tables
    )
    return replace(
        preview, tables=shown, warnings=tuple(each for each in preview.warnings if each.code not in _OF_FIRST_ROWS)
    )


def _table(live: Interpreter, file: WorkspaceFile, table: str, sources: Mapping[str, Source]) -> bool:
    view = state.looked_at(live.id, table)
    query = query_of(view, sources)
    facts = live.queries.facts(table, sources[table])
    answer = live.queries.page(query, view.offset, ROWS)
    if isinstance(facts, Problem):
        _problem(live, facts)
        return False
    if facts is None:
        reading, share = plain(words().data.reading_rows.format(name=file.name)), live.queries.progress(file.name)
        if share is None:
            st.caption(f":shimmer[{reading}]")
        else:
            st.progress(share, f"{reading} {share:.0%}")
        _stop(live)
        preview = tables.current(live, file, _PREVIEW_ROWS)
        if preview is not None:
            tables.rows_of(file, preview, height=430, rows=200)
        return True
    filters.draw(live, view, facts, answer.total if isinstance(answer, QueryPage) else None)
    match answer:
        case None:
            earlier = state.value("data_page_shown")
            if earlier is not None and earlier[0] == (live.id, table):
                _rows(live, view, facts, earlier[1])
            else:
                st.skeleton(height=430)
            st.caption(f":shimmer[{words().data.looking}]")
            _stop(live)
        case Problem():
            _problem(live, answer)
        case QueryPage():
            state.put("data_page_shown", ((live.id, table), answer))
            _result(live, view, facts, answer, query)
    charting = False
    if isinstance(answer, QueryPage) and state.value("data_view") == "chart":
        charting = result_chart.draw(live, query, answer)
    _sql(live, view, sources)
    profiling = profile.draw(live, view, sources[table], facts)
    return answer is None or charting or profiling


def _result(live: Interpreter, view: View, facts: TableFacts, page: QueryPage, query: Query) -> None:
    text = words().data
    with st.container(horizontal=True, key="result_line", vertical_alignment="center"):
        st.segmented_control(
            text.views["rows"], list(text.views), format_func=text.views.__getitem__, key="data_view", default="rows",
            required=True, label_visibility="collapsed",
        )  # fmt: skip
        st.space("stretch")
        result_actions.draw(live, query, page)
    if state.value("data_view") != "chart":
        _rows(live, view, facts, page)


def _rows(live: Interpreter, view: View, facts: TableFacts, page: QueryPage) -> None:
    text = words()
    known = facts.columns if view.own is None else ()
    grid.draw(page, view, known, facts.rows, lambda: _picked(live, view, facts, page))
    with st.container(horizontal=True, key="page_line", vertical_alignment="center", gap="small"):
        last = page.offset + len(page.rows)
        _to(live, view, 0, ":material/first_page:", text.panel.page_back, page.offset == 0)
        _to(live, view, page.offset - ROWS, ":material/chevron_left:", text.panel.page_back, page.offset == 0)
        st.caption(
            text.panel.rows_shown.format(
                first=number(min(page.offset + 1, page.total)), last=number(last), total=number(page.total)
            )
            if page.total
            else text.data.no_rows,
            width="content",
        )
        _to(live, view, page.offset + ROWS, ":material/chevron_right:", text.panel.page_on, last >= page.total)
        end = max(0, (page.total - 1) // ROWS * ROWS)
        _to(live, view, end, ":material/last_page:", text.panel.page_on, last >= page.total)
        st.caption(duration(page.seconds), width="content")
    if page.width > COLUMNS_SHOWN:
        st.caption(text.data.columns_shown.format(shown=number(COLUMNS_SHOWN), columns=number(page.width)))


def _to(live: Interpreter, view: View, offset: int, icon: str, tip: str, disabled: bool) -> None:
    key = f"rows_to_{icon.strip(':').rpartition('/')[2]}"
    st.button("", icon=icon, key=key, help=tip, disabled=disabled, on_click=state.look, args=(live.id, view.at(offset)))


def _picked(live: Interpreter, view: View, facts: TableFacts, page: QueryPage) -> None:
    pick = grid.pick()
    if pick is None or not 0 <= (at := int(pick.get("column", -1))) < len(page.columns) or view.own is not None:
        return
    if pick.get("kind") == "sort":
        amounts = are_amounts(row[at] for row in page.rows)
        state.look(live.id, view.sorted_by(page.columns[at].name, amounts=amounts))
    elif at < len(facts.columns) and (condition := picked(facts.columns[at], str(pick["kind"]), int(pick["at"]))):
        state.look(live.id, view.where(condition))


# --- its SQL ----------------------------------------------------------------------------------------------------------


def _sql(live: Interpreter, view: View, sources: Mapping[str, Source]) -> None:
    """The query in view, to be changed and run; a text that is not run stays until other rows are looked at."""
    text = words().data
    state.fill("sql", view.sql)
    st.markdown(f"##### {text.sql if view.own is None else text.own_sql}")
    lines = max(4, min(14, view.sql.count("\n") + 2))
    st.text_area(text.sql, key="sql", height=24 * lines, label_visibility="collapsed", on_change="ignore")
    with st.container(horizontal=True, vertical_alignment="center", key="sql_line"):
        st.button(
            text.sql_run,
            icon=":material/play_arrow:",
            key="sql_run",
            type="primary",
            on_click=_run,
            args=(live, view, sources),
        )
        if view.own is not None:
            st.button(
                text.reset,
                icon=":material/undo:",
                key="sql_reset",
                on_click=state.look,
                args=(live.id, View(view.selection)),
            )
        st.caption(text.sql_help)
    columns = {table: _columns(live, source) for table, source in sources.items()}
    completing.draw(columns)
    with st.expander(text.tables, key="sql_tables"):
        for table, source in sources.items():
            _listed(table, source, columns[table])


def _run(live: Interpreter, view: View, sources: Mapping[str, Source]) -> None:
    # A slow query must not keep the one that replaces it waiting.
    live.queries.leave(query_of(view, sources))
    live.queries.again()
    state.look(live.id, view.asking(str(state.value("sql") or "")))


def _columns(live: Interpreter, source: Source) -> list[str]:
    """The names of a table's columns, none while it is not known."""
    file = shown_files(live.snapshot().files).files.get(source.file)
    tables = file.preview.tables if file is not None and file.preview is not None else ()
    shown = next((table for table in tables if source.reading.sheet in (None, table.name)), None)
    return [column.name for column in shown.columns] if shown is not None else []


def _listed(table: str, source: Source, columns: list[str]) -> None:
    """A table that a query can name, with its columns."""
    st.markdown(f"`{table}` · {plain(source.file)}")
    listed = ", ".join(columns[:40])
    if len(columns) > 40:
        listed += f", {words().data.more_columns.format(count=number(len(columns) - 40))}"
    st.caption(plain(listed))


def _problem(live: Interpreter, problem: Problem) -> None:
    no_table = problem.code == "file_unreadable" and problem.facts.get("reason") == "no table"
    st.info(words().data.no_table if no_table else plain(str(explained(problem))), icon=":material/info:")
    engine_words = problem.facts.get("words")
    if engine_words:
        with st.expander(words().data.words_of_engine, key="sql_words"):
            st.code(str(engine_words), language=None, wrap_lines=True)
    if problem.facts.get("cause") in ("stopped", "time") or problem.code == "file_changing":
        st.button(words().data.again, icon=":material/refresh:", key="data_again", on_click=live.queries.again)


def _stop(live: Interpreter) -> None:
    st.button(words().data.stop, icon=":material/stop:", key="data_stop", on_click=live.queries.stop)
