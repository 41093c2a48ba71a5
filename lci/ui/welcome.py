"""The first minute: a promise, samples and questions that work as they are."""

from __future__ import annotations

import streamlit as st

from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.parquet_folders import united_files
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, model_trials, questions, servers, state
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
            servers.offered(live, now, used=model_trials.try_out)
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
    about, examples = _examples(now, language)
    with st.container(gap="small"):
        if examples:
            st.caption(text.or_question.format(sample=about))
        for number, question in enumerate(examples):
            st.button(
                question,
                icon=":material/arrow_outward:",
                key=f"example_{number}",
                on_click=commands.ask,
                args=(question, SAMPLES[0].name),
            )
    files = united_files(now.files)
    known = [file.preview for file in files if file.preview is not None]
    tables = [preview for preview in known if preview.tables]
    with st.container(gap="small"):
        # While files are looked at the page is drawn again and again: what takes moments waits for the last of them.
        if tables and len(known) == len(files):
            questions.chips(tables[-1], 0, examples)


def _examples(now: Conversation, language: str) -> tuple[str, tuple[str, ...]]:
    """A sample's title, and questions about it that work as they are: the first, unless another file is there."""
    attached = {name for name, file in now.files.items() if file.origin == "sample"}
    about = SAMPLES[:1] if not now.files else [each for each in SAMPLES if each.file in attached]
    return next(((each.titles[language], each.questions[language]) for each in about), ("", ()))
