"""The conversation as a notebook."""

from __future__ import annotations

from lci.ui import notebook_page, state

notebook_page.draw(state.current())
