"""What earlier cells need: to be run again for variables that are gone, or because they are out of date."""

from __future__ import annotations

import streamlit as st

from lci.core.code.staleness import stale
from lci.core.conversation import Conversation
from lci.core.notebook_cells import ran_cells
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, conversation_commands
from lci.ui.safety import plain
from lci.wording import explained, plural, words

#: Names that are told of what another branch changed.
_NAMED = 8


def out_of_date(now: Conversation) -> frozenset[str]:
    """The cells whose results used other values than the cells above them give now."""
    return frozenset(cell.id for cell in stale(ran_cells(now)))


def offer(live: Interpreter) -> None:
    """The offer to run earlier cells again when their variables are gone, or how far that has come.

    Of a conversation that was deleted meanwhile, in another tab perhaps, the offer to put it back.
    """
    text = words()
    if live.snapshot().deleted:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="replay_line"):
            st.caption(f":material/delete: {text.composer.deleted}")
            st.button(
                text.conversations.put_back, key="put_back_here", type="tertiary",
                on_click=conversation_commands.undelete, args=(live.id,),
            )  # fmt: skip
    elif live.kernel.replaying is not None:
        done, of = live.kernel.replaying
        with st.container(key="replay_line"):
            st.progress(done / of if of else 0.0, text=text.composer.replaying.format(done=done, of=of))
    elif live.kernel.offers_replay:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="replay_line"):
            changed = (*live.kernel.overwritten, *live.kernel.foreign_files)
            names = ", ".join(changed[:_NAMED]) + (", …" if len(changed) > _NAMED else "")
            is_gone = live.kernel.lacks_variables and live.kernel.memory_is_gone
            gone = [*_death(live), text.composer.variables_gone] if is_gone else []
            foreign = [text.composer.changed_by_another_branch.format(names=names)] if changed else []
            st.caption(f":material/history: {plain(' '.join(gone + foreign))}")
            label = text.composer.bring_back if changed else text.composer.replay
            st.button(label, key="replay", type="tertiary", on_click=commands.replay)
            st.button(text.composer.start_clean, key="start_clean", type="tertiary", on_click=commands.start_clean)
    elif not live.busy and (count := len(out_of_date(live.snapshot()))):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="stale_line"):
            stale_cells = plural(count, *text.turns.cell)
            st.caption(
                f":material/update: {text.composer.stale.format(cells=stale_cells)}", help=text.composer.stale_limits
            )
            st.button(text.composer.run_stale, key="run_stale", type="tertiary", on_click=commands.run_stale)


def _death(live: Interpreter) -> list[str]:
    """What ended the kernel, where it ended by itself and no other runs."""
    state = live.snapshot().kernel
    cause = state.cause if state.status == "dead" and not live.kernel.running else None
    return [explained(cause).what] if cause is not None else []
