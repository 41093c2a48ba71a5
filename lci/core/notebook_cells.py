"""The notebook that a conversation is: its cells in the order that its events say, and the same as a conversation.

The screen draws these cells, and what writes notebooks is given the conversation that they make: both show the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from lci.core.arrangement import Arrangement, Written
from lci.core.conversation import Conversation
from lci.core.turns import Author, Cell, Prose, Reasoning, Step, ToolUse, Turn

#: Stands before whatever was put above the first prompt.
_TOP = Turn("top", None, "", ending="done")


@dataclass(frozen=True, slots=True)
class PromptCell:
    """What was asked; also of a turn where nothing was, which begins here."""

    id: str
    turn: Turn

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to be seen."""
        return not (self.turn.prompt.strip() or self.turn.attachments)


@dataclass(frozen=True, slots=True)
class MarkdownCell:
    """Text: what was said in `turn`, perhaps edited by the person, or their own where that is None.

    `author` wrote what stands there now.
    """

    id: str
    text: str
    turn: Turn | None
    is_edited: bool = False
    author: Author = "model"


@dataclass(frozen=True, slots=True)
class CodeCell:
    """Code: `cell` is what ran in `turn`, None while the person's own never has; `draft` was not run as it stands."""

    id: str
    cell: Cell
    turn: Turn | None
    draft: str | None = None

    @property
    def source(self) -> str:
        """The code as it stands in the notebook."""
        return self.cell.source if self.draft is None else self.draft

    @property
    def is_unrun(self) -> bool:
        """Whether no output is of this code."""
        return self.turn is None or self.draft is not None


NotebookCell: TypeAlias = PromptCell | MarkdownCell | CodeCell


def with_deleted(conversation: Conversation) -> tuple[NotebookCell, ...]:
    """The cells of the branch in view, those that were deleted in their places among them."""
    arrangement = conversation.arrangement
    known = {cell.id: cell for turn in conversation.branch() for cell in _as_came(turn, arrangement)}
    order = list(known)
    known |= {cell_id: _own(conversation, cell_id) for cell_id in arrangement.own if cell_id not in known}
    for place in arrangement.places:
        # What another branch has says nothing of this one.
        is_here = place.cell_id in known and (not place.after or place.after in order)
        if not is_here or place.cell_id == place.after:
            continue
        if place.cell_id in order:
            order.remove(place.cell_id)
        order.insert(order.index(place.after) + 1 if place.after else 0, place.cell_id)
    return tuple(known[cell_id] for cell_id in order)


def notebook_cells(conversation: Conversation) -> tuple[NotebookCell, ...]:
    """The cells of the branch in view, in their order."""
    deleted = frozenset(conversation.arrangement.deleted)
    return tuple(cell for cell in with_deleted(conversation) if cell.id not in deleted)


def ran_cells(conversation: Conversation) -> tuple[Cell, ...]:
    """The code of the notebook as it ran, in its order."""
    if conversation.arrangement == Arrangement():
        # A running answer is drawn several times a second: where nobody has touched the notebook, it is the branch.
        return tuple(cell for _, cell in conversation.cells())
    return tuple(each.cell for each in notebook_cells(conversation) if isinstance(each, CodeCell))


def home(conversation: Conversation, cell_id: str) -> Turn | None:
    """The turn that a cell belongs to, or would if it ran: the one of what stands before it; None without any turn."""
    branch = conversation.branch()
    here = {turn.id for turn in branch}
    turn = branch[0] if branch else None
    for each in with_deleted(conversation):
        # A cell of the person's may have run in another branch.
        turn = each.turn if each.turn is not None and each.turn.id in here else turn
        if each.id == cell_id:
            return turn
    return turn


def _as_came(turn: Turn, arrangement: Arrangement) -> Iterator[NotebookCell]:
    """A turn's cells as they came about."""
    yield PromptCell(turn.id, turn)
    pieces = 0
    for step in turn.steps:
        match step:
            case Prose(text, _, author):
                pieces += 1
                cell_id = f"{turn.id}-said-{pieces}"
                written = arrangement.written.get(cell_id)
                if written is not None:
                    yield MarkdownCell(cell_id, written.text, turn, is_edited=True, author=written.author)
                elif text.strip():
                    yield MarkdownCell(cell_id, text, turn, author=author)
            case Cell(status="dropped"):
                pass
            case Cell():
                yield CodeCell(step.id, step, turn, _draft(step, arrangement))
            case Reasoning() | ToolUse():
                pass
            case _ as never:
                assert_never(never)


def _own(conversation: Conversation, cell_id: str) -> NotebookCell:
    """A cell that the person inserted and that has not run on this branch."""
    arrangement = conversation.arrangement
    if arrangement.own[cell_id] == "markdown":
        written = arrangement.written.get(cell_id, Written("", 0.0))
        return MarkdownCell(cell_id, written.text, None, author=written.author)
    for turn in conversation.turns:
        for cell in turn.cells:
            if cell.id == cell_id:
                return CodeCell(cell_id, cell, turn, _draft(cell, arrangement))
    blank = Cell(cell_id, 0, author="person")
    return CodeCell(cell_id, blank, None, _draft(blank, arrangement))


def _draft(cell: Cell, arrangement: Arrangement) -> str | None:
    """What was written into the cell, if it has not run: whoever has run other code there since has not taken it."""
    written = arrangement.written.get(cell.id)
    if written is None or written.text == cell.source:
        return None
    ran_since = (cell.started_at or 0.0) >= written.at and any(each.source == written.text for each in cell.revisions)
    return None if ran_since else written.text


# --- as a conversation ------------------------------------------------------------------------------------------------


def arranged(conversation: Conversation) -> Conversation:
    """The conversation as if it had gone as its notebook stands; turns that the person left alone are the same values.

    Only its branch in view. Code that has not run has no outputs.
    """
    if conversation.arrangement == Arrangement():
        return conversation
    deleted = frozenset(conversation.arrangement.deleted)
    parts: list[tuple[Turn, list[NotebookCell]]] = []
    for cell in with_deleted(conversation):
        if isinstance(cell, PromptCell):
            silent = cell.id in deleted
            parts.append((replace(cell.turn, prompt="", attachments=()) if silent else cell.turn, []))
        elif cell.id not in deleted:
            if not parts:
                parts.append((_TOP, []))
            parts[-1][1].append(cell)
    turns: list[Turn] = []
    for turn, cells in parts:
        parent = turns[-1].id if turns else None
        changed = turn if _is_untouched(turn, cells) else replace(turn, steps=tuple(map(_step, cells)))
        turns.append(changed if changed.parent == parent else replace(changed, parent=parent))
    return replace(conversation, turns=tuple(turns), head=turns[-1].id if turns else None, arrangement=Arrangement())


def _is_untouched(turn: Turn, cells: Sequence[NotebookCell]) -> bool:
    _, *untouched = _as_came(turn, Arrangement())
    return list(cells) == untouched


def _step(cell: NotebookCell) -> Step:
    match cell:
        case CodeCell(_, ran) if cell.is_unrun:
            return Cell(cell.id, ran.round, cell.source, "ok", author="person")
        case CodeCell(_, ran):
            return ran
        case MarkdownCell(_, text, author=author):
            return Prose(text, 0, author)
        case PromptCell():
            raise AssertionError("a prompt begins its turn")
        case _ as never:
            assert_never(never)
