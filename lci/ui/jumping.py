"""The way from anywhere on the page to something in the chat: it comes into view, and a line in it is marked."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from lci.ui import state

_mount = st.components.v2.component(
    "lci_jump", js=Path(__file__).with_name("assets").joinpath("jump.js").read_text("utf-8")
)


def listen() -> None:
    """Go where `state.jump_to` says, once; to be drawn with the chat."""
    _mount(key="jump", data=dict(zip(("target", "number", "line", "page"), state.jump_target(), strict=True)))
