"""All stored conversations."""

from __future__ import annotations

from lci.ui import conversations, state

conversations.page(state.current())
