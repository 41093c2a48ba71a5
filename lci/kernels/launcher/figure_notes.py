"""What can be said of figures without looking at them: what they show, and what makes them hard to read.

Collected when a matplotlib figure is shown, asked for after the cell. Nothing here changes a figure.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

#: Figures that are described.
_FIGURES = 10

_NOTES: list[dict[str, Any]] = []


def install(shell: Any) -> None:
    """Forget the figures of one cell as the next begins."""
    shell.events.register("pre_run_cell", lambda *_: _NOTES.clear())


def note(figure: Any) -> None:
    """Take note of a figure that is shown."""
    if len(_NOTES) < _FIGURES:
        _NOTES.append({"axes": _asked("facts", figure), "findings": _asked("findings", figure)})


def notes() -> list[dict[str, Any]]:
    """One entry for each figure of the last cell: facts of its `axes`, and `findings` as codes."""
    return list(_NOTES)


def _asked(what: str, figure: Any) -> list[Any]:
    # An artist of the user's own may do anything when it is measured; a figure that was shown stays shown.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            noted: list[Any] = getattr(sys.modules["_lci_figure_" + what], what)(figure)
            return noted
    except Exception:  # noqa: BLE001
        return []
