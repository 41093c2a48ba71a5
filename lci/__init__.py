"""Local Code Interpreter: ask about your files in plain words; Python runs in a kernel on your own machine.

Importing this package loads nothing heavy and does nothing; the names below load on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lci import errors as errors
    from lci.agent.limits import TurnLimits as TurnLimits
    from lci.agent.turn_context import Decision as Decision
    from lci.core.artifacts import Artifact as Artifact
    from lci.core.conversation import Conversation as Conversation, ConversationSettings as ConversationSettings
    from lci.core.events import Recorded as Recorded
    from lci.core.turns import Cell as Cell, Turn as Turn
    from lci.errors import LciError as LciError, Problem as Problem
    from lci.runtime.config.settings import Settings as Settings, load_settings as load_settings
    from lci.runtime.conversation.interpreter import Interpreter as Interpreter
    from lci.runtime.conversation.outcome import Outcome as Outcome
    from lci.runtime.engine import Engine as Engine

__version__ = "0.2.0"

#: Where each public name lives; it is loaded on first use (PEP 562).
_HOMES = {
    "Artifact": "lci.core.artifacts",
    "Cell": "lci.core.turns",
    "Conversation": "lci.core.conversation",
    "ConversationSettings": "lci.core.conversation",
    "Decision": "lci.agent.turn_context",
    "Engine": "lci.runtime.engine",
    "Interpreter": "lci.runtime.conversation.interpreter",
    "LciError": "lci.errors",
    "TurnLimits": "lci.agent.limits",
    "Outcome": "lci.runtime.conversation.outcome",
    "Problem": "lci.errors",
    "Recorded": "lci.core.events",
    "Settings": "lci.runtime.config.settings",
    "Turn": "lci.core.turns",
    "load_settings": "lci.runtime.config.settings",
}
__all__ = ["__version__", "errors", *_HOMES]


def __getattr__(name: str) -> object:
    if name == "errors":
        return importlib.import_module("lci.errors")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
