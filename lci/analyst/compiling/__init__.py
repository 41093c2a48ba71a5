"""From a plan to pandas code that a person would keep; its lines `name = value` print what the sentences need."""

from lci.analyst.compiling.frame import NotCompiled
from lci.analyst.compiling.plans import compiled

__all__ = ["NotCompiled", "compiled"]
