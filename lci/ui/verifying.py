"""Whether the notebook gives the same again, on the screen: the button, how far it has come, what came of it (B50)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import streamlit as st

from lci.errors import IsolationRequired
from lci.notebook.words import words_in
from lci.runtime.conversation.apart import Progress
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.verifying import Verified
from lci.ui import state
from lci.ui.safety import plain
from lci.wording import explained, plural, words

#: Findings that are listed at first.
_LISTED = 12


def draw(live: Interpreter, *, clean: bool) -> None:
    """The button or the progress, then the last result; of the notebook with or without failed attempts."""
    verifying = live.notebook.verifying
    progress = verifying.progress
    with st.container(key="verifying", gap="small"):
        if progress is not None:
            draw_progress(progress, "cancel_verify", verifying.cancel)
            return
        _button(live, clean)
        if verifying.problem is not None:
            st.warning(plain(str(explained(verifying.problem))), icon=":material/error:")
            return
        result = verifying.result(clean=clean)
        if result is not None:
            _result(live, result)


def _button(live: Interpreter, clean: bool) -> None:
    text = words().exports
    verifying = live.notebook.verifying
    try:
        isolated = verifying.isolation == "bubblewrap"
    except IsolationRequired as error:
        st.button(text.verify, icon=":material/verified:", key="verify_notebook", disabled=True, width="stretch")
        st.caption(plain(str(explained(error.problem))))
        return
    st.button(
        text.verify,
        icon=":material/verified:",
        key="verify_notebook",
        on_click=_start,
        args=(live, clean),
        disabled=live.busy,
        width="stretch",
    )
    settings = live.snapshot().settings
    notes = [text.verify_help, text.verify_isolated if isolated else text.verify_open]
    if settings.environment or settings.kernel:
        notes.append(text.verify_elsewhere)
    st.caption(plain(" ".join(notes)))


def _start(live: Interpreter, clean: bool) -> None:
    live.notebook.verifying.start(clean=clean)


def draw_progress(progress: Progress, key: str, cancel: Callable[[], None]) -> None:
    """How far a run of the notebook has come, and the button of that key that ends it."""
    text = words().exports
    cell = min(progress.done + 1, progress.cells)
    shown = text.verify_cell.format(cell=cell, cells=progress.cells) if progress.cells else text.verify_copying
    st.progress(progress.done / progress.cells if progress.cells else 0.0, shown)
    st.button(text.cancel, icon=":material/close:", key=key, on_click=cancel)


def _result(live: Interpreter, result: Verified) -> None:
    text, verification = words().exports, result.verification
    summary = text.reproduce.format(reproduced=verification.reproduced, cells=verification.cells)
    if verification.findings:
        summary += f"; {plural(len(verification.findings), *text.output_differs)}"
    holds = live.notebook.verifying.holds(result)
    good = not verification.findings and not verification.errors
    icon = ":material/check_circle:" if good else ":material/difference:"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="verified"):
        color: Literal["gray", "green", "orange"] = "gray" if not holds else "green" if good else "orange"
        st.badge(summary, icon=icon if holds else ":material/history:", color=color)
        st.caption(f"{datetime.fromtimestamp(result.at):%Y-%m-%d %H:%M}", width="content")
    _findings(result)
    isolated = text.ran_isolated if result.isolation == "bubblewrap" else text.ran_open
    st.caption(f"{isolated} {text.noted if holds else text.stale}")


def _findings(result: Verified) -> None:
    """Each cell that differs, with what differs of it and why."""
    sentences = words_in(state.language())
    lines = []
    for each in result.verification.findings[:_LISTED]:
        parts = ", ".join(sentences.parts[part] for part in each.parts) or sentences.no_part
        cause = sentences.causes[each.cause].format(detail=" ".join(each.detail.split()))
        lines.append(f"- {plain(sentences.differs.format(number=each.number, parts=parts, cause=cause))}")
        if line := result.lines.get(each.place, "").replace("`", "'"):
            lines.append(f"  \n  `{line}`")
    if more := len(result.verification.findings) - _LISTED:
        lines.append(f"- {sentences.more.format(count=more)}") if more > 0 else None
    if lines:
        st.markdown("\n".join(lines))
