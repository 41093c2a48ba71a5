"""Content and the name it belongs to: never on the screen together with another's, not for a moment."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lci.ui import state


def place(key: str, subject: str) -> DeltaGenerator:
    """A container for what is shown of `subject`; when it held another's content, that is taken away first.

    A browser keeps what a container held until the new content has come, piece by piece: under a name that has come
    already, another file's rows would stand. Something else at the container's place takes all of it away.
    """
    if state.value(f"shown_in_{key}") == subject:
        return st.container(key=key)
    cleared = st.empty()
    state.put(f"shown_in_{key}", subject)
    return cleared.container(key=key)
