"""The UI script: page frame, navigation, sidebar."""

from __future__ import annotations

import streamlit as st

from lci.ui import chat, frame, phone_sidebar, state, style

st.set_page_config(page_title=frame.title(), page_icon=frame.ICON, layout="wide")
page = st.navigation(
    [
        st.Page("chat.py", title=frame.title(), default=True),
        st.Page("data.py", url_path="data"),
        st.Page("notebook.py", url_path="notebook"),
        st.Page("conversations.py", url_path="conversations"),
        st.Page("settings.py", url_path="settings"),
    ],
    position="hidden",
)
live = frame.conversation()
asked = state.leads_to()
if asked is not None and asked != (page.url_path or "chat"):
    st.switch_page(f"{asked}.py", query_params={"c": st.query_params["c"]})
style.draw()
frame.sidebar(live)
phone_sidebar.listen()
if live is not None:
    drawn = chat.about_to_draw(live)
    frame.banner()
    page.run()
    chat.pulse(live, drawn, streams=page.url_path == "")
