"""The side panel: Data, Variables, Figures, Files, Notebook; each drawn only when its tab is open."""

from __future__ import annotations

import streamlit as st

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import (
    attaching,
    commands,
    downloads,
    figures_tab,
    files_tab,
    paired,
    questions,
    routes,
    state,
    tables,
    variables,
)
from lci.ui.safety import plain
from lci.ui.shown_files import shown_files
from lci.wording import words

_RUNNING, _PENDING = 1.0, 0.6
#: Rows that are read for a preview; how many of them are drawn is the table's business.
_ROWS = 1000


def side_panel(live: Interpreter) -> None:
    """The panel of the chat page, a fragment of its own: it redraws by itself while something is on its way."""

    def pace() -> float | None:
        now = live.snapshot()
        unread = any(file.preview is None and file.origin != "code" for file in now.files.values())
        waiting = unread or bool(live.files.attaching)
        busy = now.running is not None or live.notebook.verifying.progress is not None
        return _RUNNING if busy else _PENDING if waiting else None

    every = pace()

    @st.fragment(key="panel_fragment", run_every=every)
    def fragment() -> None:
        if every is None and pace() is not None:
            # Something was begun here, for instance by a correction: the page draws the panel anew, with a pace.
            st.rerun()
        text = words()
        tabs = st.tabs(
            [
                f":material/table: {text.sidebar.data}",
                f":material/data_object: {text.panel.variables}",
                f":material/image: {text.panel.figures}",
                f":material/folder: {text.panel.files}",
                f":material/menu_book: {text.sidebar.notebook}",
            ],
            key="panel",
            on_change="rerun",
        )
        for tab, draw in zip(tabs, (_data, variables.draw, figures_tab.draw, files_tab.draw, _notebook), strict=True):
            if tab.open:
                with tab:
                    draw(live, live.snapshot())

    fragment()


# --- data -------------------------------------------------------------------------------------------------------------


def _data(live: Interpreter, now: Conversation) -> None:
    chosen_from = shown_files(now.files)
    names = list(chosen_from.files)
    attaching.progress(live)
    if not names:
        attaching.ways_in()
        st.caption(words().panel.data_empty)
        return
    key, at = state.file_picker(names)
    line = st.container(horizontal=True, vertical_alignment="center", key="file_line")
    # The content of another file goes before this one's name comes.
    shown = paired.place("shown_file", f"{live.id}/{names[at]}")
    with line:
        name = st.selectbox(
            words().panel.files, names, index=at, key=key, label_visibility="collapsed", format_func=chosen_from.title
        )
        with st.popover("", icon=":material/upload:", help=words().files_tab.attach):
            attaching.ways_in()
    file = chosen_from.files[name]
    with shown:
        table = tables.file_preview(live, file, tables.current(live, file, _ROWS), height=283, rows=200)
        if table is not None:
            with st.container(gap="small"):
                if file.preview is not None:
                    questions.chips(file.preview, questions.IN_PANEL)
            st.caption(tables.columns_title(table))
            tables.columns(table)
        _file_actions(live, file, is_table=table is not None)


def _file_actions(live: Interpreter, file: WorkspaceFile, *, is_table: bool) -> None:
    text = words().panel
    query = {"c": live.id}
    with st.container(horizontal=True, gap="small", key="file_actions"):
        if is_table and st.button(text.full_table, icon=":material/open_in_full:", key=f"full_{file.name}"):
            state.look_closer(file.name)
            st.switch_page("data.py", query_params=query)
        if is_table and st.button(text.profile, icon=":material/query_stats:", key=f"profile_{file.name}"):
            state.look_closer(file.name)
            state.put("profiled", file.name)
            st.switch_page("data.py", query_params=query)
        st.button(
            text.ask_about,
            icon=":material/chat:",
            key=f"ask_{file.name}",
            on_click=commands.ask,
            args=(text.ask_about_prompt.format(name=file.name),),
        )
        if file.name in live.snapshot().files:
            st.link_button("", routes.file_url(live.id, file.name), icon=":material/download:", help=text.download)


# --- notebook ---------------------------------------------------------------------------------------------------------


def _notebook(live: Interpreter, now: Conversation) -> None:
    downloads.draw(live, now)
    _outline(now)


def download_notebook(live: Interpreter, now: Conversation) -> None:
    """What the Notebook tab offers, for a page: redrawn by itself while the notebook is being verified."""
    verifying = live.notebook.verifying.progress is not None

    @st.fragment(key="downloads_fragment", run_every=_RUNNING if verifying else None)
    def fragment() -> None:
        if verifying != (live.notebook.verifying.progress is not None):
            # Begun or ended since: the page draws this anew, with another pace.
            st.rerun()
        downloads.draw(live, now)

    fragment()


def _outline(now: Conversation) -> None:
    for turn in now.branch():
        st.caption(plain(turn.prompt[:100]))
        for cell in turn.cells:
            if cell.status == "dropped":
                continue
            first = next((line for line in cell.source.split("\n") if line.strip()), "")
            count = cell.execution_count if cell.execution_count is not None else " "
            st.code(f"[{count}] {first[:80]}", language="python")
