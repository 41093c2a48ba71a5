"""The Figures tab: every figure of the branch in view, newest first, with its code, its cell and its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from html.parser import HTMLParser
from typing import TypeAlias

import streamlit as st

from lci.core.artifacts import Artifact, figures
from lci.core.conversation import Conversation
from lci.core.outputs import BlobRef
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.drawing import can_draw
from lci.ui import outputs, routes, state
from lci.ui.long_turns import sight_of
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import words
from lci.workspace.drawing import PICTURE_FORMS

_WIDTH = 480
_TITLE = 120
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg", "image/gif": "gif", "image/webp": "webp"}

#: A file as the browser gets it: its ending, its MIME type, and what makes its content when it is asked for.
_Download: TypeAlias = tuple[str, str, Callable[[], bytes]]


def draw(live: Interpreter, now: Conversation) -> None:
    """The gallery."""
    artifacts = figures(now)
    if not artifacts:
        st.caption(words().panel.figures_empty)
        return
    for at, artifact in enumerate(state.first_of(list(artifacts), "gallery")):
        with st.container(border=False, key=f"figure_{artifact.key}"):
            title = title_of(artifact) or words().panel.figure_number.format(number=len(artifacts) - at)
            st.markdown(f"**{plain(title)}**")
            _picture(live, artifact)
            _actions(live, now, artifact, title)
    outputs.more(len(artifacts), "gallery")


def title_of(artifact: Artifact) -> str:
    """What the figure itself says that it shows, or the file's name; empty where it says nothing."""
    if artifact.kind == "file":
        return artifact.name
    if artifact.title:
        return artifact.title[:_TITLE]
    match artifact.kind:
        case "plotly":
            layout = _field(_spec(artifact), "layout")
            title = _field(layout, "title")
            return _words(_field(title, "text") if isinstance(title, dict) else title)
        case "vegalite":
            title = _field(_spec(artifact), "title")
            return _words(_field(title, "text") if isinstance(title, dict) else title)
        case "html":
            return _page_title(_content(artifact).decode("utf-8", "replace"))
        case "image":
            return artifact.name if not artifact.name.startswith("figure-") else ""


def _field(thing: object, name: str) -> object:
    return thing.get(name) if isinstance(thing, dict) else None


def _words(title: object) -> str:
    lines = title if isinstance(title, list) else [title]
    text = " ".join(line for line in lines if isinstance(line, str))
    return " ".join(_text_of(text).split())[:_TITLE]


class _Texts(HTMLParser):
    """The text between tags, and the one between those of a title."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the base class's own name
        self._in_title = tag == "title"
        self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the base class's own name
        self._in_title = False

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
        if self._in_title:
            self.title += data


def _text_of(markup: str) -> str:
    texts = _Texts()
    texts.feed(markup)
    texts.close()
    return "".join(texts.pieces)


def _page_title(page: str) -> str:
    texts = _Texts()
    texts.feed(page[:100_000])
    return " ".join(texts.title.split())[:_TITLE]


# --- what can be done with one ----------------------------------------------------------------------------------------


def _picture(live: Interpreter, artifact: Artifact) -> None:
    if artifact.kind == "file":
        outputs.file_picture(live, artifact.name, _WIDTH)
    else:
        outputs.bundle(live, {artifact.mime: artifact.value}, f"panel-{artifact.key}", _WIDTH)


def _actions(live: Interpreter, now: Conversation, artifact: Artifact, title: str) -> None:
    text = words().panel
    cell = next((c for turn in now.branch() for c in turn.cells if c.id == artifact.cell_id), None)
    with st.container(horizontal=True, gap="small", key=f"figure_actions_{artifact.key}"):
        if artifact.kind == "file":
            st.link_button(
                text.download, routes.file_url(live.id, artifact.name), icon=":material/download:", type="tertiary"
            )
        if artifact.kind == "vegalite" and can_draw():
            # Drawn when it is asked for, which takes moments.
            for form in PICTURE_FORMS:
                address = routes.drawing_url(live.id, artifact.value, f"{_file_name(title)}.{form}")
                st.link_button(form.upper(), address, icon=":material/download:", type="tertiary")
        for ending, mime, content in _downloads(artifact):
            st.download_button(
                ending.upper(),
                content,
                file_name=f"{_file_name(title)}.{ending}",
                mime=mime,
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key=f"figure_{ending}_{artifact.key}",
            )
        if cell is not None:
            with st.popover(
                text.figure_code, icon=":material/code:", type="tertiary", key=f"figure_code_{artifact.key}"
            ):
                st.code(cell.source, language="python", wrap_lines=True)
            if st.button(
                text.figure_cell, icon=":material/my_location:", type="tertiary", key=f"figure_cell_{artifact.key}"
            ):
                if (turn := now.turn(artifact.turn_id)) is not None:
                    sight_of(turn).bring(cell)
                state.jump_to(f"st-key-cell_{cell.id}", state.turns_since(now, artifact.turn_id))
                st.rerun()


def _downloads(artifact: Artifact) -> list[_Download]:
    content = partial(_content, artifact)
    match artifact.kind:
        case "image":
            return [(_ENDINGS.get(artifact.mime, "png"), artifact.mime, content)]
        case "plotly":
            return [("html", "text/html", partial(_plotly_page, artifact)), ("json", "application/json", content)]
        case "vegalite":
            return [("json", "application/json", content)]
        case "html":
            return [("html", "text/html", content)]
        case "file":
            return []


def _file_name(title: str) -> str:
    return "".join(c if c.isalnum() or c in " -_" else " " for c in title).strip().replace(" ", "-")[:60] or "figure"


def _content(artifact: Artifact) -> bytes:
    value = artifact.value
    if isinstance(value, BlobRef):
        try:
            return services().store.get(value)
        except KeyError:
            return b""
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()


def _spec(artifact: Artifact) -> object:
    try:
        return json.loads(_content(artifact))
    except (ValueError, RecursionError):
        return None


def _plotly_page(artifact: Artifact) -> bytes:
    """A page by itself, with the library within: it needs no network."""
    import plotly.graph_objects as go

    try:
        page: str = go.Figure(_spec(artifact), skip_invalid=True).to_html(include_plotlyjs=True)
    except (ValueError, TypeError, RecursionError):
        return b""
    return page.encode()
