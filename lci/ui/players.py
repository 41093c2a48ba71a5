"""Sound and film that a cell shows by HTML, as a player of the page: its frame would not be let play them."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable

import streamlit as st

from lci.ui import links

_MEDIA = re.compile(
    r"\s*<(audio|video)\b[^<>]*>\s*<source\b[^<>]*?\bsrc=\"data:((?:audio|video)/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)\"[^<>]*>"
    r"[^<>]*</\1>\s*",
    re.IGNORECASE,
)
#: A player of a file beside the notebook, as IPython writes one that is not embedded.
_OF_FILE = re.compile(
    r"\s*<(audio|video)\b(?=[^<>]*\ssrc=\"([^\"<>]+)\")[^<>]*>(?:[^<]|</?code>)*</\1>\s*", re.IGNORECASE
)
_STARTS = re.compile(r"\s*<(?:audio|video)\b", re.IGNORECASE)


def drawn(markup: str, url_of: Callable[[str], str]) -> bool:
    """Draw the player that is all of `markup`, as IPython writes one; whether there is one.

    `url_of` gives the address of a file of the workspace.
    """
    if not _STARTS.match(markup):
        return False
    if (by_file := _OF_FILE.fullmatch(markup)) is not None:
        place = links.target(html.unescape(by_file[2]))
        if place is None or not place.in_workspace:
            return False
        tag, address = by_file[1].lower(), html.escape(url_of(place.name))
        st.html(f'<{tag} controls src="{address}" style="max-width:100%"></{tag}>')
        return True
    media = _MEDIA.fullmatch(markup)
    if media is None:
        return False
    try:
        content = base64.b64decode(media[3], validate=False)
    except (binascii.Error, ValueError):
        return False
    kind = media[2].lower()
    (st.audio if kind.startswith("audio/") else st.video)(content, format=kind)
    return True
