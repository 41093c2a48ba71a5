"""The Variables tab: what is in the kernel's memory as of the last finished cell."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lci.core.conversation import Conversation
from lci.runtime.interpreter import Interpreter
from lci.wording import size, words


def draw(live: Interpreter, now: Conversation) -> None:
    """The list of variables."""
    found = live.variables
    if not found:
        st.caption(words().variables_empty)
        return
    if now.running is not None:
        st.caption(words().variables_stale)
    rows = [_line(each) for each in found if isinstance(each, dict)]
    frame = pd.DataFrame(rows, columns=list(words().variable_heads))
    st.dataframe(frame, hide_index=True, key="variables", height="content")


def _line(told: Mapping[str, object]) -> tuple[str, ...]:
    shape = told.get("shape")
    columns = told.get("columns")
    value = str(told.get("value") or "")
    if isinstance(columns, list):
        value = ", ".join(str(column) for column in columns[:8])
    used = told.get("bytes")
    return (
        str(told.get("name", "")),
        str(told.get("type", "")),
        " × ".join(f"{part:,}" for part in shape) if isinstance(shape, list) else "",
        size(used) if isinstance(used, int) else "",
        value[:120],
    )
