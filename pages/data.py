"""One data set at full width."""

from __future__ import annotations

from lci.ui import data_page, state

data_page.draw(state.current())
