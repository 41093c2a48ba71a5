"""The ways in which files come: chosen, dropped, uploaded in pieces, named by their path; and what is on its way."""

from __future__ import annotations

import streamlit as st

from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands
from lci.ui.safety import plain
from lci.wording import explained, plural, words

#: Megabytes that Streamlit's own widget takes: it holds a file in memory, twice.
_SMALL = 200
_PLACEMENTS = ("auto", "copy", "in_place")


def ways_in() -> None:
    """Choose or drop files, or name one of this machine."""
    st.file_uploader(
        words().files_tab.attach,
        accept_multiple_files=True,
        key="upload",
        label_visibility="collapsed",
        on_change=commands.upload,
        max_upload_size=_SMALL,
    )
    st.caption(words().files_tab.attach_hint)
    by_path()


def by_path() -> None:
    """A file or folder of this machine, copied or used in place."""
    text = words().files_tab
    # A form's button fires once; a changed text would be reported again with every redraw until it is cleared.
    with st.form("attach_local", clear_on_submit=True, border=False):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(text.local_path, key="local_path", placeholder=text.local_path_hint)
            st.form_submit_button(text.attach_local, icon=":material/add:", on_click=commands.attach_local)
        st.selectbox(
            text.placement,
            _PLACEMENTS,
            format_func=lambda placement: text.placements[placement],
            key="placement",
            label_visibility="collapsed",
        )


def progress(live: Interpreter) -> None:
    """What is being brought in, what came of the last path, and what could not be."""
    # Always there: what follows keeps its place, and with it what the browser holds of it.
    with st.container(key="arriving"):
        _progress(live)


def _progress(live: Interpreter) -> None:
    text = words().files_tab
    for name in live.files.attaching:
        st.caption(f":material/hourglass_top: {plain(text.bringing.format(name=name))}")
    if live.files.complaint is not None:
        st.warning(plain(str(explained(live.files.complaint))), icon=":material/error:")
    came, now = live.files.brought, live.snapshot()
    if came is None or (len(came.files) == 1 and not came.in_place):
        return
    waiting = frozenset(now.waiting_files(now.head))
    names = tuple(file.name for file in came.files if file.name in waiting)
    if not names:
        # Taken out, or asked about by now.
        return
    one = text.brought_one_in_place if len(came.files) == 1 else text.brought_in_place
    sentence = (one if came.in_place else text.brought).format(
        files=plural(len(came.files), *text.file), name=came.name
    )
    with st.container(horizontal=True, vertical_alignment="center", key="brought"):
        left_out = f" {text.left_out.format(count=came.left_out)}" if came.left_out else ""
        st.caption(plain(sentence + left_out))
        st.button(
            words().panel.undo,
            key="undo_brought",
            icon=":material/undo:",
            type="tertiary",
            on_click=commands.remove_files,
            args=names,
        )
