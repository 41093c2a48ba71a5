"""HTML of a cell in a frame of its own: as high as what runs there, in the page's theme where it has no colours."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

#: Pixels of a frame that has not said how high it is, as none can that runs nothing.
HEIGHT = 420
_DOCTYPE = re.compile(rb"\s*<!doctype[^>]*>", re.IGNORECASE)
#: What is as high as its frame, and its margins, is left so: it would grow with the frame for ever.
_MEASURE = b"""<script>(() => {
  let left = 12, before = 0
  const measure = () => {
    if (left < 1 || !innerHeight) return
    // Without a doctype a page itself is as high as its frame.
    const content = document.createRange()
    content.selectNodeContents(document.body)
    let end = content.getBoundingClientRect().bottom
    for (const each of [...document.body.querySelectorAll("*")].slice(0, 3000)) {
      end = Math.max(end, each.getBoundingClientRect().bottom)
    }
    end += scrollY + 8
    const over = end - innerHeight
    if (Math.abs(end - before) < 2 || (over >= 0 && over <= 32)) return
    before = end
    left -= 1
    parent.postMessage({ lciHeight: end }, "*")
  }
  // The frame may still be as high as the page that was in it before.
  parent.postMessage({ lciPage: location.href }, "*")
  addEventListener("load", () => {
    addEventListener("resize", measure)
    new ResizeObserver(measure).observe(document.body)
    for (const wait of [0, 300, 1000, 2500]) setTimeout(measure, wait)
  })
})()</script>"""

_mount = st.components.v2.component(
    "lci_framed", js=Path(__file__).with_name("assets").joinpath("framed.js").read_text("utf-8")
)


def listen() -> None:
    """Give each frame on the page the height that it asks for; to be drawn once on every page."""
    _mount(key="framed")


def theme() -> str:
    """The page's theme, `dark` or `light`."""
    return "dark" if st.context.theme.type == "dark" else "light"


def page(content: bytes, theme: str, *, runs: bool) -> bytes:
    """What is served for a frame: `content`, in that theme; where scripts run, it says how high it is."""
    doctype = _DOCTYPE.match(content)
    begins = doctype.end() if doctype is not None else 0
    scheme = b'<meta name="color-scheme" content="dark">' if theme == "dark" else b""
    return content[:begins] + scheme + (_MEASURE if runs else b"") + content[begins:]
