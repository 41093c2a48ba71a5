"""The first minute: a promise, samples and questions that work as they are."""

from __future__ import annotations

import streamlit as st

from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, models, questions, servers, state
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
    language = state.browser_language()
    st.caption(text.try_sample)
    with st.container(horizontal=True):
        for each in SAMPLES:
            st.button(
                each.titles[language],
                icon=_ICONS.get(each.name, ":material/table:"),
                key=f"sample_{each.name}",
                on_click=commands.attach_sample,
                args=(each.name,),
            )
    st.caption(text.or_question)
    # As many in every case: where boxes and texts came and went with files, what was drawn next was lost now and then.
    with st.container(gap="small"):
        questions.ready(now, language)
