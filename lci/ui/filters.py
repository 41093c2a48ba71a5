"""The conditions of the rows in view: each can be taken out again, and another put in."""

from __future__ import annotations

from typing import assert_never

import streamlit as st

from lci.core.files import Value
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import state
from lci.ui.grid import ends, label
from lci.ui.safety import plain
from lci.ui.view import View, as_number
from lci.wording import number, plural, words
from lci.workspace.column_facts import ColumnFacts, TableFacts
from lci.workspace.selection import Condition, Contains, Missing, OneOf, Present, Range, Selection


def draw(live: Interpreter, view: View, facts: TableFacts, total: int | None) -> None:
    """One line: how many of the rows, what they have in common, and the way back to all of them."""
    text = words().data
    with st.container(horizontal=True, key="filter_line", vertical_alignment="center", gap="small"):
        st.markdown(f"**{_rows(view, facts, total)}**")
        if view.own is not None:
            return
        for at, condition in enumerate(view.selection.conditions):
            st.button(
                plain(described(condition)),
                icon=":material/close:",
                key=f"filter_{at}",
                help=text.take_out,
                on_click=state.look,
                args=(live.id, view.without(at)),
            )
        with st.popover(text.add_filter, icon=":material/filter_alt:", key="add_filter"):
            _form(live, view, facts)
        if view.selection.conditions or view.selection.order is not None:
            st.button(
                text.reset,
                icon=":material/undo:",
                key="reset_rows",
                type="tertiary",
                on_click=state.look,
                args=(live.id, View(Selection(view.selection.table))),
            )


def _rows(view: View, facts: TableFacts, total: int | None) -> str:
    shown, forms = number(total) if total is not None else "…", words().turns.row
    if view.own is not None:
        return plural(total, *forms) if total is not None else shown
    whole = plural(facts.rows, *forms)
    return words().data.rows_of.format(shown=shown, total=whole) if view.selection.conditions else whole


def described(condition: Condition) -> str:
    """A condition in words."""
    forms, column = words().data.filters, condition.column[:60]
    match condition:
        case Contains(text=text):
            return forms["contains"].format(column=column, text=text[:40])
        case Range(low=low, high=high, closed=closed):
            form = "between" if closed else "below"
            form = "up_to" if low is None else "from" if high is None else form
            return forms[form].format(column=column, low=label(low), high=label(high))
        case OneOf(values=values):
            named = [words().data.nothing if value is None else str(value)[:40] for value in values]
            return forms["one_of"].format(column=column, values=", ".join(named[:5]) + ("…" if len(named) > 5 else ""))
        case Missing():
            return forms["missing"].format(column=column)
        case Present():
            return forms["present"].format(column=column)
        case _ as never:
            assert_never(never)


def _form(live: Interpreter, view: View, facts: TableFacts) -> None:
    text = words().data
    columns = {column.name: column for column in facts.columns}
    name = st.selectbox(text.column, list(columns), key="filter_column")
    column = columns[name]
    kinds = [kind for kind in text.conditions if kind != ("contains" if column.bars else "range")]
    if not column.bars and not column.top and column.distinct_exact and column.distinct == 0:
        kinds = ["missing", "present"]
    kind = st.selectbox(text.add_filter, kinds, format_func=text.conditions.__getitem__, key="filter_kind")
    with st.form("filter_form", border=False):
        match kind:
            case "contains":
                st.text_input(text.text, key="filter_text")
            case "range":
                low, high = ends(column)
                st.text_input(text.low, key="filter_low", placeholder=low)
                st.text_input(text.high, key="filter_high", placeholder=high)
            case "one_of":
                if column.top:
                    st.multiselect(text.values, [value for value, _ in column.top], key="filter_values")
                st.text_area(text.other_values, key="filter_others", height=90)
        st.form_submit_button(text.apply, icon=":material/check:", on_click=_apply, args=(live, view, column, kind))


def _apply(live: Interpreter, view: View, column: ColumnFacts, kind: str) -> None:
    try:
        condition = _condition(column, kind)
    except ValueError as error:
        st.toast(plain(words().data.no_number.format(text=str(error.args[0])[:40])), icon=":material/info:")
        return
    if condition is not None:
        state.look(live.id, view.where(condition))


def _condition(column: ColumnFacts, kind: str) -> Condition | None:
    """The condition that the form says; None for one that says nothing. Raises `ValueError` with what is no number."""
    match kind:
        case "contains":
            typed = str(state.value("filter_text") or "")
            return Contains(column.name, typed) if typed else None
        case "range":
            low, high = (_bound(column, str(state.value(f"filter_{end}") or "")) for end in ("low", "high"))
            return Range(column.name, low, high) if low is not None or high is not None else None
        case "one_of":
            others = [line.strip() for line in str(state.value("filter_others") or "").splitlines() if line.strip()]
            values = (*(state.value("filter_values") or ()), *(_bound(column, other) for other in others))
            return OneOf(column.name, tuple(dict.fromkeys(values))) if values else None
        case "missing":
            return Missing(column.name)
        case _:
            return Present(column.name)


def _bound(column: ColumnFacts, typed: str) -> Value:
    """What was typed, as a number where the column holds numbers; dates stay texts."""
    if not typed.strip():
        return None
    if not column.bars or isinstance(column.bars[0].low, str):
        return typed.strip()
    try:
        return as_number(typed)
    except ValueError:
        raise ValueError(typed.strip()) from None
