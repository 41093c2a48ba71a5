"""This conversation in Settings: what the person wishes of every answer in it."""

from __future__ import annotations

import streamlit as st

from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, state
from lci.wording import words


def section(live: Interpreter) -> None:
    """Instructions, temperature, effort, length and receipts, saved together."""
    text = words().settings
    settings = live.snapshot().settings
    state.fill_conversation_settings(live.id, settings)
    efforts = list(text.efforts)
    if settings.reasoning_effort not in text.efforts:
        efforts.append(settings.reasoning_effort)
    st.markdown(f"#### {text.this_conversation}")
    with st.form("conversation_wishes"):
        st.text_area(
            text.conversation_instructions,
            key="conv_instructions",
            height=100,
            placeholder=text.conversation_instructions_hint,
        )
        first, second, third = st.columns(3, gap="small")
        with first:
            st.text_input(
                text.conversation_temperature,
                key="conv_temperature",
                placeholder=text.temperature_hint,
            )
        with second:
            st.selectbox(
                text.conversation_effort,
                efforts,
                format_func=lambda e: text.efforts.get(e, e),
                key="conv_effort",
            )
        with third:
            st.number_input(text.conversation_answer, min_value=0, step=256, key="conv_answer")
        st.toggle(text.conversation_receipts, key="conv_receipts", help=text.conversation_receipts_help)
        if not _makes_sense():
            st.warning(text.temperature_makes_no_sense, icon=":material/error:")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.form_submit_button(
                text.save, key="save_conversation_settings", on_click=commands.save_conversation_settings
            )
            st.caption(text.this_conversation_scope)


def _makes_sense() -> bool:
    """Whether what was saved last could be."""
    try:
        state.typed_temperature()
    except ValueError:
        return False
    return True
