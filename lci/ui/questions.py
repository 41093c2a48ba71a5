"""Questions that are asked by a click: those offered under an answer, and those worth asking of a file."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lci.analyst import example_questions
from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.turns import Turn
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands
from lci.ui.safety import plain
from lci.wording import words
from lci.workspace.samples import SAMPLES

#: Questions that an empty conversation has.
_READY = 3


def offered(live: Interpreter, now: Conversation, turn: Turn) -> None:
    """What can be asked instead of a question that the built-in analyst did not answer, and the way to a model."""
    if turn.offered:
        prefix = "question" if now.head == turn.id else f"question_{turn.id}"
        with st.container(gap="small", key=f"offered_{turn.id}"):
            _buttons(turn.offered, prefix, ":material/arrow_outward:")
    if turn.model == BUILTIN_ANALYST == now.settings.model and turn.ending == "done" and not turn.cells:
        st.page_link(
            "settings.py", label=words().welcome.connect_model, icon=":material/link:", query_params={"c": live.id}
        )


def ready(now: Conversation, language: str) -> None:
    """Three questions that work as they are: about a sample, or about the newest file, which the analyst answers."""
    attached = {name for name, file in now.files.items() if file.origin == "sample"}
    sample = next((each for each in SAMPLES if each.file in attached), None if now.files else SAMPLES[0])
    if sample is not None:
        for number, question in enumerate(sample.questions[language]):
            icon, args = ":material/arrow_outward:", (question, SAMPLES[0].name)
            st.button(question, icon=icon, key=f"example_{number}", on_click=commands.ask, args=args)
        return
    known = tuple(file.preview for file in now.files.values() if file.preview is not None)
    # While files are looked at the page is drawn again and again: what takes moments waits for the last of them.
    previews = known if len(known) == len(now.files) else ()
    _buttons(example_questions(previews, language)[:_READY], "example", ":material/arrow_outward:")


def _buttons(questions: Sequence[str], prefix: str, icon: str | None) -> None:
    for number, question in enumerate(questions):
        # Values of a file stand in it: of what is Markdown in them nothing is drawn, or fetched.
        label = plain(question.replace("`", ""))
        key = f"{prefix}_{number}"
        st.button(label, icon=icon, key=key, on_click=commands.ask_analyst, args=(question,), wrap=True)
