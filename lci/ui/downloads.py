"""The conversation's notebook to take away: as itself, verified, and in other forms."""

from __future__ import annotations

import streamlit as st

from lci.core.conversation import Conversation
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import verifying
from lci.wording import words


def draw(live: Interpreter, now: Conversation) -> None:
    """The download button, whose file is made when it is pressed, and what else can be done with the notebook."""
    if not any(turn.cells for turn in now.branch()):
        st.caption(words().panel.notebook_empty)
        return
    clean = st.checkbox(words().panel.clean_notebook, key="clean_notebook")
    st.download_button(
        words().panel.download_notebook,
        data=lambda: live.notebook.content(clean=clean),
        file_name=f"{file_stem(now)}.ipynb",
        mime="application/x-ipynb+json",
        icon=":material/download:",
        key="download_notebook",
        on_click="ignore",
        width="stretch",
    )
    verifying.draw(live, clean=clean)


def file_stem(now: Conversation) -> str:
    """The conversation's title as the beginning of a file's name."""
    kept = "".join(char if char.isalnum() or char in " -_" else "" for char in now.title).strip().replace(" ", "-")
    return kept[:60] or "conversation"
