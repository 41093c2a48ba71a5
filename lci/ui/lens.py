"""What was sent to the model for one turn: each request with its messages, word for word."""

from __future__ import annotations

import streamlit as st

from lci.core.turns import Sent, Turn
from lci.runtime.interpreter import Interpreter
from lci.runtime.lens import SentMessage, sent
from lci.ui import outputs
from lci.ui.safety import plain
from lci.wording import plural, words

#: Characters of one message that are shown.
_SHOWN = 20_000


def show(live: Interpreter, turn: Turn) -> None:
    """A dialog with every request of the turn."""
    text = words()

    @st.dialog(text.what_was_sent, width="large")
    def box() -> None:
        model = turn.requests[-1].model
        st.caption(text.sent_to.format(model=plain(model), requests=plural(len(turn.requests), *text.request)))
        numbers = list(range(1, len(turn.requests) + 1))
        chosen = st.selectbox(
            text.request[0], numbers, index=len(numbers) - 1, format_func=str, key=f"sent_request_{turn.id}"
        )
        _request(live, turn.requests[(chosen or 1) - 1])

    box()


def _request(live: Interpreter, request: Sent) -> None:
    text = words()
    messages: tuple[SentMessage, ...] = ()
    if request.body is not None:
        try:
            messages = sent(request.body, live.engine.store)
        except KeyError:
            messages = ()
    if not messages:
        st.caption(text.sent_unknown)
        return
    st.caption(text.sent_size.format(
        messages=plural(len(messages), *text.message), tokens=plural(request.context_tokens, *text.token),
        images=plural(sum(message.images for message in messages), *text.image),
    ))  # fmt: skip
    for number, message in enumerate(messages, 1):
        size = f"{len(message.text):,}"
        with st.expander(f"{number} · {text.roles.get(message.role, message.role)} · {size}", type="compact"):
            st.code(message.text[:_SHOWN], language=None, wrap_lines=True, height=outputs.height(message.text))
