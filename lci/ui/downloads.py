"""The conversation's notebook to take away: as itself, verified, and in other forms."""

from __future__ import annotations

import streamlit as st

from lci.core.artifacts import figures
from lci.core.conversation import Conversation
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.drawing import can_draw
from lci.runtime.forms import ENDINGS, REPORTS, Form, lack
from lci.ui import rerunning, routes, verifying
from lci.ui.safety import plain
from lci.wording import explained, words


def draw(live: Interpreter, now: Conversation) -> None:
    """The download button, whose file is made when it is pressed, and what else can be done with the notebook."""
    if not any(turn.cells for turn in now.branch()):
        st.caption(words().panel.notebook_empty)
        return
    clean = st.checkbox(words().panel.clean_notebook, key="clean_notebook")
    with st.container(horizontal=True, gap="small", key="downloads"):
        st.download_button(
            words().panel.download_notebook,
            data=lambda: live.notebook.content(clean=clean),
            file_name=f"{stem(now.title)}.ipynb",
            mime="application/x-ipynb+json",
            icon=":material/download:",
            key="download_notebook",
            on_click="ignore",
            width="stretch",
        )
        with st.popover(words().exports.other_forms, icon=":material/file_export:", key="other_forms"):
            _forms(live, now, clean)
    verifying.draw(live, clean=clean)
    rerunning.draw(live, now, stem(now.title))


def _forms(live: Interpreter, now: Conversation, clean: bool) -> None:
    text, name = words().exports, stem(now.title)
    st.caption(text.with_code)
    for form in ENDINGS:
        if form not in REPORTS:
            _form(live, form, name, clean)
    st.caption(text.for_readers)
    for form in REPORTS:
        _form(live, form, f"{name}-report", clean)
    if not can_draw() and any(each.kind == "vegalite" for each in figures(now)):
        st.caption(text.charts_named)


def _form(live: Interpreter, form: Form, name: str, clean: bool) -> None:
    missing = lack(form)
    st.link_button(
        words().exports.forms[form],
        routes.form_url(live.id, form, f"{name}{ENDINGS[form]}", clean=clean),
        icon=":material/download:",
        disabled=missing is not None,
        width="stretch",
    )
    if missing is not None:
        st.caption(plain(str(explained(missing.problem))))


def stem(title: str) -> str:
    """A conversation's title as the beginning of a file's name."""
    kept = "".join(char if char.isalnum() or char in " -_" else "" for char in title).strip().replace(" ", "-")
    return kept[:60] or "conversation"
