"""The notebook on another file of the same shape, on the screen: the choice, how far it is, what came of it."""

from __future__ import annotations

import streamlit as st

from lci.core.conversation import Conversation
from lci.notebook.recipe_words import recipe_words
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.rerun import RanAgain
from lci.ui import state
from lci.ui.safety import plain
from lci.ui.verifying import draw_progress
from lci.wording import explained, plural, words

#: Changes that are listed.
_LISTED = 50


def draw(live: Interpreter, now: Conversation, stem: str) -> None:
    """The menu or the progress, then the last result, whose files are called `stem` and what they are."""
    rerun, text = live.notebook.rerun, words().exports
    with st.container(key="rerunning", gap="small"):
        if rerun.progress is not None:
            draw_progress(rerun.progress, "cancel_rerun", rerun.cancel)
            return
        with st.popover(text.rerun, icon=":material/fast_forward:", key="rerun", width="stretch"):
            _choice(live, now)
        if rerun.problem is not None:
            st.warning(plain(str(explained(rerun.problem))), icon=":material/error:")
        elif rerun.result is not None:
            _result(rerun.result, stem)


def _choice(live: Interpreter, now: Conversation) -> None:
    text = words().exports
    st.caption(text.rerun_help)
    brought = [name for name, file in now.files.items() if file.origin != "code"]
    used = [name for name in brought if any(name in turn.attachments for turn in now.branch())]
    if len(brought) < 2 or not used:
        st.caption(text.rerun_none)
        return
    old = st.selectbox(text.rerun_old, used, key="rerun_old")
    others = [name for name in reversed(brought) if name != old]
    new = st.selectbox(text.rerun_new, others, key="rerun_new")
    st.button(
        text.rerun_start, icon=":material/play_arrow:", key="rerun_start", type="primary", disabled=live.busy,
        on_click=live.notebook.rerun.start, args=(old, new),
    )  # fmt: skip


def _result(result: RanAgain, stem: str) -> None:
    # Loaded with the first result: the app is there without it.
    from lci.runtime.recipes import difference_told

    text, run, sentences = words().exports, result.run, recipe_words(state.language())
    noted = [f"- {plain(difference_told(each, sentences))}" for each in run.differences]
    if run.stopped:
        st.warning("\n".join([plain(sentences.stopped), "", *noted]), icon=":material/block:")
        return
    st.markdown(f"**{plain(text.reran.format(new=result.new, old=result.old))}**")
    if noted:
        st.markdown("\n".join([sentences.noted, "", *noted]))
    if run.failed is not None:
        number, error = run.failed
        st.warning(plain(sentences.failed.format(number=number, error=error)), icon=":material/error:")
    elif not run.changes:
        st.caption(sentences.unchanged)
    else:
        st.caption(plural(len(run.changes), *text.rerun_changes))
        rows = [
            (each.number, each.line if each.what == "line" else sentences.changes[each.what], each.before, each.after)
            for each in run.changes[:_LISTED]
        ]
        st.dataframe([dict(zip(sentences.heads, map(str, row), strict=True)) for row in rows], hide_index=True)
    for key, label, content, ending, mime in (
        ("rerun_notebook", text.rerun_notebook, result.notebook, "ipynb", "application/x-ipynb+json"),
        ("rerun_report", text.rerun_report, result.report, "html", "text/html"),
    ):
        st.download_button(
            label, content, f"{stem}-again.{ending}", mime, key=key, icon=":material/download:", on_click="ignore",
            width="stretch",
        )  # fmt: skip
