"""Content and the name it belongs to: never on the screen together with another's, not for a moment."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lci.ui import state


def place(key: str, subject: str) -> DeltaGenerator:
    """A container for what is shown of `subject`; when it held another's content, that is taken away first.

    A browser keeps what a container held until the new content has come, piece by piece: under a name that has come
    already, another file's rows would stand. So there are two places: another subject moves into the one that is free,
    and the other is emptied in every drawing. To empty a place and fill it again is not enough: Streamlit sends only
    the last of what is at a place, and nothing of a drawing that is given up for the next.
    """
    held, second = state.value(f"shown_in_{key}", ("", False))
    if held != subject:
        second = not second
        state.put(f"shown_in_{key}", (subject, second))
    if second:
        st.empty()
    container = st.container(key=key)
    if not second:
        st.empty()
    return container
