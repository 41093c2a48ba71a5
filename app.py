"""The launcher: `streamlit run app.py [-- -n out.ipynb]`. The UI script is pages/main.py."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import streamlit as st

from lci.ui import launch

options = launch.options()
launch.forget_secrets()


@contextlib.asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[dict[str, object]]:
    """Start the engine with the server; end every kernel with it."""
    launch.start(options)
    try:
        yield {}
    finally:
        launch.stop()


app = st.App("pages/main.py", lifespan=lifespan, routes=launch.routes(), middleware=launch.middleware())
