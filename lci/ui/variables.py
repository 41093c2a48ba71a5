"""The Variables tab: what is in the kernel's memory, also while a cell runs; tables page by page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lci.core.conversation import Conversation
from lci.core.inspection import PageRequest, TablePage, Variable
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import output_tables, state
from lci.ui.safety import plain
from lci.wording import number, size, words

#: Rows of one page of a table.
_PAGE = 100
#: Variables listed without scrolling, and the height of a longer list in pixels.
_WHOLE, _HEIGHT = 9, 330


def draw(live: Interpreter, now: Conversation) -> None:
    """The list of variables; a table that is chosen shows its rows below."""
    variables = [each for each in live.kernel.variables or () if not each.is_function]
    results = [each.name for each in live.kernel.results if not each.variable]
    if not variables and not results:
        st.caption(words().panel.variables_empty)
        return
    if now.running is not None:
        st.caption(words().panel.variables_live)
    frame = pd.DataFrame([_line(each) for each in variables], columns=list(words().panel.variable_heads))
    # Few are shown whole; many scroll, so that the rows below stay in reach.
    st.dataframe(frame, hide_index=True, key="variables", height="content" if len(variables) <= _WHOLE else _HEIGHT)
    tables = [each.name for each in variables if each.is_table] + results
    if tables:
        _rows(live, tables)


def _line(variable: Variable) -> tuple[str, ...]:
    value = variable.value if variable.columns is None else ", ".join(variable.columns[:8])
    return (
        variable.name,
        variable.type,
        " × ".join(number(part) for part in variable.shape or ()),
        "" if variable.bytes is None else size(variable.bytes),
        value[:120],
    )


def _rows(live: Interpreter, tables: list[str]) -> None:
    """A page of one table, sorted as the person wants it."""
    text = words().panel
    if state.value("variable") not in tables:
        state.put("variable", tables[0])
    name = st.selectbox(text.variable_rows, tables, key="variable")
    column, descending = state.sorting(name)
    at = state.page_of(name)
    st.text_input(
        text.find_rows,
        key=f"find_{name}",
        placeholder=text.find_rows,
        label_visibility="collapsed",
        on_change=state.turn_page,
        args=(name, 0),
    )
    page = live.kernel.page(PageRequest(name, at, at + _PAGE, column, descending, state.searched(name)))
    if page is None:
        st.skeleton(height=240)
        return
    if not isinstance(page, TablePage):
        st.caption(text.variable_no_rows)
        return
    total = page.rows
    st.dataframe(_frame(page), key=f"rows_{name}_{at}", height=300)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="variable_pages"):
        _turn(name, max(0, at - _PAGE), ":material/chevron_left:", text.page_back, at == 0)
        last = min(total, at + _PAGE)
        st.caption(text.rows_shown.format(first=number(min(at + 1, total)), last=number(last), total=number(total)))
        _turn(name, at + _PAGE, ":material/chevron_right:", text.page_on, last >= total)
        _sorting(name, [str(label) for label in page.columns], column, descending)
        output_tables.download(live, name, "variable")


def _turn(name: str, at: int, icon: str, tip: str, disabled: bool) -> None:
    st.button(
        "",
        icon=icon,
        key=f"rows_to_{'back' if 'left' in icon else 'on'}",
        help=tip,
        disabled=disabled,
        on_click=state.turn_page,
        args=(name, at),
    )


def _sorting(name: str, columns: list[str], column: str | None, descending: bool) -> None:
    text = words().panel
    choices = [("", False), *((label, down) for label in columns for down in (False, True))]
    st.selectbox(
        text.sort_by,
        choices,
        index=choices.index((column or "", descending)) if (column or "", descending) in choices else 0,
        format_func=lambda choice: f"{plain(choice[0])} {'↓' if choice[1] else '↑'}" if choice[0] else text.unsorted,
        key=f"sort_{name}",
        label_visibility="collapsed",
        on_change=state.turn_page,
        args=(name, 0),
    )


def _frame(page: TablePage) -> pd.DataFrame:
    frame = pd.DataFrame(list(page.data), columns=list(page.columns), index=list(page.index))
    # Columns of mixed kinds have no one type that the browser could be sent.
    for at in range(frame.shape[1]):
        if pd.api.types.is_object_dtype(frame.dtypes.iloc[at]):
            frame.isetitem(at, [_shown(value) for value in frame.iloc[:, at]])
    return frame


def _shown(value: object) -> str | None:
    return None if value is None else str(value)
