"""Files of any size on their way in: our one component, which sends them to a route piece by piece."""

from __future__ import annotations

import functools
from pathlib import Path

import streamlit as st

from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, conversation_commands, handing_over, routes
from lci.wording import words
from lci.workspace.bringing import FOLDER_FILES

_ASSETS = Path(__file__).with_name("assets")
_NAME = "lci_uploading"


def _source(ending: str) -> str:
    return (_ASSETS / f"uploading.{ending}").read_text("utf-8")


_mount = st.components.v2.component(_NAME, html=_source("html"), css=_source("css"), js=_source("js"))


def uploader(live: Interpreter) -> None:
    """Choose or drop files and folders of any size; neither the browser nor this process holds one in memory."""
    tops = sorted({name.partition("/")[0] for name in live.snapshot().files})
    _mount(
        key="upload_large",
        data={
            "url": routes.upload_url(live.id),
            "words": dict(words().files_tab.upload),
            "most": FOLDER_FILES,
            "taken": tops,
        },
        on_uploaded_change=commands.uploaded,
    )


def taking_in(key: str) -> None:
    """Choose or drop bundles and notebooks, each of which becomes a conversation of its own."""
    _mount(
        key=key,
        data={
            "url": handing_over.take_in_url(),
            "words": dict(words().files_tab.upload) | {"folder": ""} | dict(words().conversations.take_in),
            "most": FOLDER_FILES,
            "taken": [],
        },
        on_uploaded_change=functools.partial(conversation_commands.taken_in, key),
    )
