"""What the launcher needs: options after `--`, the engine's start and end, routes and their guard."""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st
from starlette.middleware import Middleware

from lci.errors import LciError, StoreUnwritable
from lci.runtime.config.keys import Redacting, forget_environment_secrets
from lci.runtime.config.settings import Settings, load_settings
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.ui import handing_over, routes as ui_routes, state
from lci.ui.guard import SameOrigin
from lci.ui.page_turns import PageTurns
from lci.ui.policy import ContentPolicy
from lci.wording import explained

_settings: Settings | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What stands after `--` on the command line."""

    notebook: Path | None = None
    #: Where the person stood who started the app: paths they type begin there.
    folder: Path = Path()


def options(arguments: list[str] | None = None) -> Options:
    """The options of `streamlit run app.py -- …`."""
    parser = argparse.ArgumentParser(prog="streamlit run app.py --")
    parser.add_argument("-n", "--notebook", metavar="OUT.ipynb", help="write each conversation's notebook live")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    parsed, _ = parser.parse_known_args(sys.argv[1:] if arguments is None else arguments)
    return Options(Path(parsed.notebook).absolute() if parsed.notebook else None, parsed.folder)


def forget_secrets() -> None:
    """Load the settings, then drop keys from the environment that kernels and workers would inherit.

    Settings that cannot be used are said in one line, and end the process with 2.
    """
    global _settings
    if _settings is None:
        try:
            _settings = load_settings()
        except LciError as error:
            _ended(error)
        forget_environment_secrets()


def start(chosen: Options) -> None:
    """Start the engine. What keeps it from starting is said in one line, and ends the process with 2."""
    settings = _settings or load_settings()
    try:
        engine = Engine(settings)
        _log_to(settings.home / "logs", settings.secrets)
    except LciError as error:
        _ended(error)
    except OSError as error:
        _ended(StoreUnwritable(path=str(settings.home), reason=error.strerror or str(error)))
    engine.start_ahead()
    state.open_registry(OpenConversations(engine, chosen.notebook), folder=chosen.folder)


def _ended(error: LciError) -> NoReturn:
    sys.stderr.write(f"{explained(error.problem)}\n")
    sys.stderr.flush()
    # Raised, it would come out of the server as a traceback, and with another number.
    os._exit(2)


def stop() -> None:
    """Stop every turn and end every kernel."""
    state.close_registry()


def routes() -> list[Any]:
    """The routes that serve figures, files and sandboxed HTML."""
    return [*ui_routes.routes(), *handing_over.routes()]


def middleware() -> list[Middleware]:
    """Host and Origin are checked before anything else; every answer says what a browser may do with it; pages stay."""
    hosts = [*(st.get_option("server.allowedHosts") or ()), st.get_option("server.address") or ""]
    return [
        Middleware(SameOrigin, hosts=hosts, tls=bool(st.get_option("server.sslCertFile"))),
        Middleware(ContentPolicy),
        Middleware(PageTurns),
    ]


def _log_to(folder: Path, secrets: tuple[str, ...]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "lci.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(Redacting(secrets, "%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("lci")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
