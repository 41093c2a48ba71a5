"""Questions asked by a click: those offered under an answer, its plan with a part changed, those worth asking."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lci.analyst import example_questions
from lci.analyst.changing import changes_of
from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.files import Preview
from lci.core.parquet_folders import united_files
from lci.core.turns import Prose, Turn
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, state
from lci.ui.safety import plain
from lci.wording import words

#: The first number of the chips in the Data tab: the chat may have some of its own beside them.
IN_PANEL = 10


def offered(live: Interpreter, now: Conversation, turn: Turn) -> None:
    """What can be asked instead of a question that was not answered, and the way to a model that answers."""
    if turn.offered:
        prefix = "question" if now.head == turn.id else f"question_{turn.id}"
        with st.container(gap="small", key=f"offered_{turn.id}"):
            _buttons(turn.offered, prefix, 0, ":material/arrow_outward:")
    if turn.model == BUILTIN_ANALYST == now.settings.model and turn.ending == "done" and not turn.cells:
        st.page_link(
            "settings.py", label=words().welcome.connect_model, icon=":material/link:", query_params={"c": live.id}
        )
    if turn.model != BUILTIN_ANALYST and turn.ending == "failed" and now.head == turn.id:
        _other_ways(live, now, turn)


def _other_ways(live: Interpreter, now: Conversation, turn: Turn) -> None:
    """Where a model that failed is looked at, and who can answer without it."""
    text = words().turns
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"other_ways_{turn.id}"):
        st.page_link(
            "settings.py", label=text.look_at_connection, icon=":material/settings:", query_params={"c": live.id}
        )
        if now.files and turn.prompt:
            st.button(
                text.ask_analyst_instead,
                icon=":material/calculate:",
                key=f"ask_analyst_{turn.id}",
                on_click=commands.ask_analyst,
                args=(turn.prompt,),
                type="tertiary",
            )


def changeable(now: Conversation, turn: Turn) -> None:
    """Under the newest answer of the built-in analyst: each part of its plan, with what it could be instead."""
    if turn.model != BUILTIN_ANALYST or turn.ending != "done" or now.head != turn.id or not turn.cells:
        return
    answer = next((step.text for step in turn.steps if isinstance(step, Prose)), "")
    previews = tuple(file.preview for file in united_files(now.files) if file.preview is not None)
    parts = changes_of(answer, previews)
    if not parts:
        return
    text = words().welcome
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"changes_{turn.id}"):
        st.caption(text.change_plan, help=text.change_plan_help, width="content")
        for part in parts:
            # What is clicked comes back as the words that were shown: of equal ones there is only one.
            asked: dict[str, str] = {}
            for choice in part.choices:
                asked.setdefault(plain(choice.label.replace("`", "")), choice.question)
            key = f"change_{turn.id}_{part.name}"
            st.menu_button(
                plain(part.label.replace("`", "")),
                list(asked),
                key=key,
                on_click=_changed,
                args=(key, asked),
                type="tertiary",
            )


def _changed(key: str, asked: dict[str, str]) -> None:
    if (question := asked.get(state.value(key, ""))) is not None:
        commands.ask_analyst(question)


def chips(preview: Preview, first: int, besides: Sequence[str] = ()) -> None:
    """Questions worth asking of a table, none of those that stand `besides`; numbered from `first`."""
    if not preview.tables:
        return
    asked = [each for each in example_questions((preview,), state.browser_language()) if each not in besides]
    text = words().welcome
    st.caption(text.quick_questions, help=text.quick_questions_help)
    with st.container(horizontal=True, gap="small", key=f"quick_{first}"):
        _buttons(asked, "question", first, None)


def _buttons(questions: Sequence[str], prefix: str, first: int, icon: str | None) -> None:
    for number, question in enumerate(questions, first):
        # Values of a file stand in it: of what is Markdown in them nothing is drawn, or fetched.
        label = plain(question.replace("`", ""))
        key = f"{prefix}_{number}"
        st.button(label, icon=icon, key=key, on_click=commands.ask_analyst, args=(question,), wrap=True)
