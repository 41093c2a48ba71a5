"""One data set at full width."""

from __future__ import annotations

from lci.ui import panels, state

panels.data_page(state.current())
