"""The app as `lci` opens it: the very script and settings that came with the package, whatever folder one stands in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import lci

_PACKAGE = Path(lci.__file__).resolve().parent


def app_script() -> Path:
    """Where app.py is: in the wheel beside its pages and settings, in a clone at the top."""
    shipped = _PACKAGE / "app" / "app.py"
    return shipped if shipped.exists() else _PACKAGE.parent / "app.py"


def open_app(options: argparse.Namespace) -> int:
    """Serve the app until it is stopped; returns the exit code.

    Streamlit's own environment variables (`STREAMLIT_SERVER_PORT` …) go on holding, as with `streamlit run app.py`.
    """
    from streamlit.web.cli import main

    script = app_script()
    server = [f"--server.port={options.port}"] if options.port else []
    server += ["--server.headless=true"] if options.no_browser else []
    start = Path.cwd()
    arguments = [f"--folder={start}", *([f"--notebook={start / options.notebook}"] if options.notebook else [])]
    # Streamlit reads settings in the folder it runs in, and every `python -m` looks for modules there: neither is to
    # come from a folder of data, which somebody else may have filled.
    os.chdir(script.parent)
    main(["run", *server, str(script), "--", *arguments], prog_name="streamlit", standalone_mode=False)
    return 0
