"""What can be done with the rows in view: kept as a cell, asked about, downloaded."""

from __future__ import annotations

import streamlit as st

from lci.core.code.names import Names
from lci.errors import LciError
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.queries import Query
from lci.ui import routes, state
from lci.wording import explained, plural, words
from lci.workspace.column_facts import TableFacts
from lci.workspace.kept_query import kept_query
from lci.workspace.queries import RESULT_FORMATS, ROWS_OF_A_SHEET, QueryPage


def draw(live: Interpreter, query: Query, page: QueryPage) -> None:
    """The buttons, in a line that is there already."""
    text = words().data
    with st.popover(text.download, icon=":material/download:", key="download_rows"):
        st.caption(text.download_help.format(rows=plural(page.total, *words().turns.row)))
        token = live.queries.result(query)
        for form in RESULT_FORMATS:
            too_long = form == "xlsx" and page.total > ROWS_OF_A_SHEET
            url = routes.rows_url(live.id, token, form, query.tables[0][0])
            st.link_button(text.formats[form], url, icon=":material/download:", disabled=too_long, width="stretch")
            if too_long:
                st.caption(text.too_long_for_excel)
    st.button(
        text.keep,
        icon=":material/add_notes:",
        key="keep_rows",
        help=text.keep_help,
        on_click=_keep,
        args=(live, query),
        disabled=live.busy,
    )
    if st.button(text.ask, icon=":material/chat:", key="ask_rows"):
        state.give_back(text.ask_prompt.format(names=_names(query), sql=query.sql), after_turn=False)
        st.switch_page("chat.py", query_params={"c": live.id})


def _names(query: Query) -> str:
    return ", ".join(dict.fromkeys(source.file for _, source in query.tables))


def _keep(live: Interpreter, query: Query) -> None:
    readers = {}
    for table, source in query.tables:
        facts = live.queries.facts(table, source)
        if not isinstance(facts, TableFacts):
            st.toast(words().data.looking, icon=":material/hourglass_top:")
            return
        readers[table] = facts.reader
    if live.busy:
        st.toast(words().data.keep_busy, icon=":material/hourglass_top:")
        return
    taken = {each.name for each in live.kernel.variables or ()}
    for _, cell in live.snapshot().cells():
        taken |= Names.of(cell.source).bound
    try:
        live.cells.keep(kept_query(query.sql, readers, taken), words().data.kept_prompt.format(names=_names(query)))
    except LciError as error:
        st.toast(str(explained(error.problem)), icon=":material/error:", duration="long")
        return
    st.toast(words().data.kept, icon=":material/check:")
