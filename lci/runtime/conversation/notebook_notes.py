"""What a person has written in the notebook since a model was asked last, for the next one to be told of.

Code that they ran is none of it: that stands in the turn where it ran.
"""

from __future__ import annotations

from collections.abc import Iterator

from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.notebook_cells import CodeCell, MarkdownCell, NotebookCell, notebook_cells
from lci.core.outputs import Json

#: Cells, the last of them, and characters of each.
_CELLS, _CHARS = 12, 2_000


def written_since_last_turn(now: Conversation) -> Iterator[e.Notice]:
    """One notice with what each cell holds now and what it is: `note`, `passage` of an answer, or `code` not run."""
    asked = max((turn.started_at for turn in now.turns if turn.model), default=0.0)
    cells: list[Json] = [
        [kind, text[:_CHARS]]
        for each in notebook_cells(now)
        if (written := now.arrangement.written.get(each.id)) is not None and written.at > asked
        for kind, text in _words(each)
    ]
    if cells:
        yield e.Notice("notebook_written", {"cells": cells[-_CELLS:]})


def _words(cell: NotebookCell) -> Iterator[tuple[str, str]]:
    match cell:
        case MarkdownCell(_, text, turn) if text.strip():
            yield "note" if turn is None else "passage", text
        case CodeCell(draft=str(draft)) if draft.strip():
            yield "code", draft
        case _:
            pass
