"""All stored conversations: search, open, rename, delete with undo."""

from __future__ import annotations

import datetime

import streamlit as st

from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, state
from lci.ui.safety import plain
from lci.wording import plural, words


def page(live: Interpreter) -> None:
    """The list."""
    text = words()
    st.markdown(f"### {text.sidebar.conversations}")
    deleted = state.deleted_conversation()
    if deleted is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text.conversations.deleted.format(title=deleted[1]))
            st.button(text.panel.undo, icon=":material/undo:", key="undo_delete", on_click=commands.undelete)
    query = st.text_input(
        text.conversations.search, key="search", placeholder=text.conversations.search, label_visibility="collapsed"
    )
    matching = [
        summary
        for summary in state.registry().summaries()
        if (summary.turns or summary.title) and query.lower() in summary.title.lower()
    ]
    if not matching:
        st.caption(text.conversations.no_conversations)
        return
    running = state.registry().running()
    for summary in matching[:200]:
        with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"row_{summary.id}"):
            when = datetime.datetime.fromtimestamp(summary.updated_at).strftime("%Y-%m-%d %H:%M")
            mark = ":material/radio_button_checked: " if summary.id in running else ""
            turns = plural(summary.turns, *text.turns.turn)
            with st.container(gap=None, width="content"):
                st.markdown(f"{mark}**{plain(summary.title or text.conversations.untitled)}**")
                st.caption(f"{when} · {turns}")
            st.space("stretch")
            st.page_link("chat.py", label=text.conversations.open_conversation, query_params={"c": summary.id})
            with st.popover(text.conversations.rename, type="tertiary"):
                st.text_input(
                    text.conversations.rename,
                    summary.title,
                    key=f"title_{summary.id}",
                    on_change=commands.rename,
                    args=(summary.id,),
                )
            st.button(
                text.conversations.delete,
                type="tertiary",
                key=f"delete_{summary.id}",
                disabled=summary.id == live.id,
                on_click=commands.delete,
                args=(summary.id, summary.title),
            )
