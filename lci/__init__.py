"""Local Code Interpreter: ask about your files in plain words; Python runs in a kernel on your own machine.

Importing this package loads nothing heavy and does nothing; the names below load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lci.runtime.interpreter import Interpreter as Interpreter

__version__ = "0.1.0"
__all__ = ["Interpreter", "__version__"]


def __getattr__(name: str) -> object:
    if name == "Interpreter":
        from lci.runtime.interpreter import Interpreter

        return Interpreter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
