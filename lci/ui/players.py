"""Sound and film that a cell embeds in HTML, as a player of the page: its frame would not be let play them."""

from __future__ import annotations

import base64
import binascii
import re

import streamlit as st

_MEDIA = re.compile(
    r"\s*<(audio|video)\b[^<>]*>\s*<source\b[^<>]*?\bsrc=\"data:((?:audio|video)/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)\"[^<>]*>"
    r"[^<>]*</\1>\s*",
    re.IGNORECASE,
)
_STARTS = re.compile(r"\s*<(?:audio|video)\b", re.IGNORECASE)


def drawn(markup: str) -> bool:
    """Draw the player that is all of `markup`, as IPython writes one; whether there is one."""
    if not _STARTS.match(markup):
        return False
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
