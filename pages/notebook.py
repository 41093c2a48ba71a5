"""The conversation as a notebook."""

from __future__ import annotations

from lci.ui import panels, state

panels.notebook_page(state.current())
