"""Source that gives a stock kernel what our launcher gives its own: bounded outputs, figures once, looks."""

from __future__ import annotations

import functools
from pathlib import Path

_LAUNCHER = Path(__file__).resolve().parent.parent / "launcher"
#: In the order they are loaded.
_MODULES = (
    "cell_hygiene", "streams", "displays", "interrupts", "inspection", "figures", "figure_notes", "installation",
)  # fmt: skip


@functools.cache
def joining_source() -> str:
    """What is run in the kernel once, before the first cell; nothing of it stays in the person's namespace."""
    sources = {name: (_LAUNCHER / f"{name}.py").read_text("utf-8") for name in _MODULES}
    return f"exec({_LOADING!r}, {{'sources': {sources!r}}})"


_LOADING = """
import sys, types
for name, source in sources.items():
    module = types.ModuleType('_lci_' + name)
    module.__file__ = '/lci/' + name + '.py'
    sys.modules[module.__name__] = module
    exec(compile(source, module.__file__, 'exec'), vars(module))
sys.modules['_lci_installation'].join()
"""
