"""What is in force."""

from __future__ import annotations

from lci.ui import settings, state

settings.page(state.current())
