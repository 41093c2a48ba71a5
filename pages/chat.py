"""The chat page: turns and composer on the left, the side panel on the right."""

from __future__ import annotations

import streamlit as st

from lci.ui import chat, panels, state

live = state.current()
now = live.snapshot()
left, right = st.columns([3, 2], gap="medium")
with left:
    with st.container(height=600, border=False, key="chat_pane", autoscroll=state.follows_end()):
        chat.finished_turns(live, now)
        chat.live_turn(live, now)
    chat.composer(live)
with right, st.container(height=600, border=True, key="side_panel"):
    panels.side_panel(live)
