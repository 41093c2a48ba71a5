"""The sidebar on a phone, where it lies over the page: it goes away once something in it has led to one."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "lci_sidebar", js=Path(__file__).with_name("assets").joinpath("sidebar.js").read_text("utf-8")
)


def listen() -> None:
    """Take note of what is chosen there; to be drawn with the page, outside of the sidebar."""
    _mount(key="phone_sidebar")
