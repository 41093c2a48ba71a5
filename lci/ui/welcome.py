"""The first minute: a promise, samples and questions that work as they are."""

from __future__ import annotations

import streamlit as st

from lci.analyst import example_questions
from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, models, servers
from lci.ui.state import services
from lci.wording import words
from lci.workspace.samples import SAMPLES

_ICONS = {"penguins": ":material/table:", "co2": ":material/show_chart:"}


def first_minute(live: Interpreter, now: Conversation) -> None:
    """What an empty conversation shows."""
    text = words().welcome
    level = services().surroundings(now.settings).isolation
    st.space("large")
    st.markdown(f"## {text.promise}\n{text.promise_detail.format(kernel=text.kernel_places[level])}")
    if now.settings.model == BUILTIN_ANALYST:
        with st.container(border=True, key="analyst_notice"):
            link = f"[{text.connect_model}](/settings?c={live.id})"
            st.markdown(f":material/lock: {text.analyst_notice.format(connect=link)}")
            servers.offered(live, now, used=models.try_out)
    st.caption(text.try_sample)
    with st.container(horizontal=True):
        for each in SAMPLES:
            st.button(
                text.samples.get(each.name, each.name),
                icon=_ICONS.get(each.name, ":material/table:"),
                key=f"sample_{each.name}",
                on_click=commands.attach_sample,
                args=(each.name,),
            )
    st.caption(text.or_question)
    with st.container(gap="small"):
        for number, question in enumerate(_examples(now)):
            st.button(
                question,
                icon=":material/arrow_outward:",
                key=f"example_{number}",
                on_click=commands.ask,
                args=(question, SAMPLES[0].name),
            )


def _examples(now: Conversation) -> tuple[str, ...]:
    """Questions that work as they are: about the attached file, else about the first sample."""
    if not now.files:
        return SAMPLES[0].questions
    known = {each.file: each for each in SAMPLES}
    for name, file in now.files.items():
        if file.origin == "sample" and name in known:
            return known[name].questions
    return example_questions(tuple(file.preview for file in now.files.values() if file.preview is not None))
