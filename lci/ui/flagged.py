"""Under an answer: files that it names and that are not there, and those that its code wrote where nobody looks."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from lci.core.conversation import Conversation
from lci.core.turns import Turn
from lci.ui import safety
from lci.ui.safety import plain
from lci.wording import words

#: Lines under one answer.
_MOST = 20


def draw(now: Conversation, turn: Turn) -> None:
    """A line for each of them, of very many for the first."""
    text = words().turns
    lost = lost_files(now, turn)
    lines = [text.outside_file.format(path=path) for path in lost]
    lines += [
        text.missing_file.format(name=name)
        for name in safety.mentioned_files(turn.text)
        if name not in now.files and name not in lost
    ]
    for line in lines[:_MOST]:
        st.caption(f":material/link_off: {plain(line)}")


def lost_files(now: Conversation, turn: Turn) -> tuple[str, ...]:
    """The paths outside the workspace that cells of a turn wrote to, where no file of that name came into it."""
    there = {PurePath(name).name for name in now.files}
    paths = [
        str(path)
        for cell in turn.cells
        for remark in cell.remarks
        if remark.code == "outside_files" and isinstance(every := remark.facts.get("paths"), list)
        for path in every
    ]
    return tuple(dict.fromkeys(path for path in paths if PurePath(path).name not in there))
