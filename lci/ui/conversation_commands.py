"""What is done with stored conversations: each callback makes one call on the registry, or on one of them."""

from __future__ import annotations

from collections.abc import Callable

from lci.core.conversation import Conversation
from lci.core.notebook_cells import CodeCell, MarkdownCell, notebook_cells
from lci.core.searching import Hit, stands_in
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import notebook_commands, state
from lci.ui.commands import refusals_shown
from lci.wording import words

_DELETED = "deleted_conversation"


def deleted_here() -> tuple[str, str] | None:
    """Id and title of the conversation deleted last in this tab."""
    deleted = state.value(_DELETED)
    return deleted if isinstance(deleted, tuple) else None


def _of(conversation_id: str, command: Callable[[Interpreter], None]) -> None:
    command(state.registry().get(conversation_id))


@refusals_shown
def rename(conversation_id: str) -> None:
    """Give a conversation another title."""
    title = str(state.value(f"title_{conversation_id}", ""))
    _of(conversation_id, lambda live: live.rename(title))


@refusals_shown
def pin(conversation_id: str, pinned: bool) -> None:
    """Keep a conversation at the top of the lists, or no longer."""
    _of(conversation_id, lambda live: live.mark(pinned=pinned))


@refusals_shown
def duplicate(conversation_id: str) -> None:
    """Lead to a copy of a conversation, which goes its own way from here on."""
    state.lead_to(state.registry().duplicate(conversation_id))


@refusals_shown
def delete(conversation_id: str, title: str) -> None:
    """Put a conversation out of sight; it can be put back."""
    _of(conversation_id, lambda live: live.mark(deleted=True))
    state.put(_DELETED, (conversation_id, title or words().conversations.untitled))


@refusals_shown
def undelete(conversation_id: str) -> None:
    """Put a deleted conversation back."""
    _of(conversation_id, lambda live: live.mark(deleted=False))
    if (deleted := deleted_here()) is not None and deleted[0] == conversation_id:
        state.put(_DELETED, None)


@refusals_shown
def forget(conversation_id: str) -> None:
    """Remove a deleted conversation for good, with its files."""
    state.registry().forget(conversation_id)
    state.put(_DELETED, None)


@refusals_shown
def open_hit(hit: Hit) -> None:
    """Lead to the place in a conversation where what was searched for stands."""
    live = state.registry().get(hit.conversation_id)
    now = live.snapshot()
    turn = now.turn(hit.turn_id) if hit.turn_id is not None else None
    if turn is None and (cell_id := _own_cell(now, hit)):
        state.lead_to(hit.conversation_id, "notebook")
        notebook_commands.pick(cell_id)
        return
    if turn is not None and turn.id not in {each.id for each in now.branch()}:
        live.show_branch(turn.id)
    state.lead_to(hit.conversation_id)
    if turn is not None:
        place = f"st-key-user_{turn.id}" if turn.prompt.strip() else f"st-key-assistant_{turn.id}"
        state.jump_to(place, state.turns_since(live.snapshot(), turn.id))


def _own_cell(now: Conversation, hit: Hit) -> str:
    """The cell of the notebook, of no turn's, in which a hit stands; empty where none has it any more."""
    for cell in notebook_cells(now) if hit.kind != "title" else ():
        match cell:
            case MarkdownCell(cell_id, text) if stands_in(hit, text):
                return cell_id
            case CodeCell(cell_id) if stands_in(hit, cell.source):
                return cell_id
            case _:
                pass
    return ""


def taken_in(key: str) -> None:
    """Lead to the conversation that came last through the component of that key."""
    if came := state.uploaded_names(key):
        state.lead_to(came[-1])
