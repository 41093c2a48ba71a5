"""The branches of a conversation as a small map, in which one goes from one to another."""

from __future__ import annotations

import streamlit as st

from lci.core.branch_map import branch_map
from lci.core.conversation import Conversation
from lci.ui import commands
from lci.ui.safety import plain
from lci.wording import words

#: Characters of what was asked, forks that are indented, and turns that are drawn.
_CHARS, _DEEPEST, _MOST = 80, 6, 200


def show(now: Conversation) -> None:
    """The map in a dialog: those in view stand out, and a click brings the branch of a turn into view."""

    @st.dialog(words().turns.branch_map)
    def box() -> None:
        st.caption(words().turns.branch_map_help)
        with st.container(key="branch_map", gap=None):
            for place in [*branch_map(now)][:_MOST]:
                asked = " ".join(place.turn.prompt.split())[:_CHARS] or words().turns.nothing_asked
                label = plain(asked)
                indent = "\u2003" * min(place.forks, _DEEPEST) + ("└ " if place.forks else "")
                if st.button(
                    f"{indent}**{label}**" if place.in_view else f"{indent}{label}",
                    key=f"branch_{place.turn.id}", type="tertiary", disabled=now.running is not None,
                    icon=":material/visibility:" if place.turn.id == now.head else None,
                ):  # fmt: skip
                    commands.show_version(place.turn.id)
                    st.rerun()

    box()
