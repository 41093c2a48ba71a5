"""What was sent to the model for one turn: each request with what left the app, and its messages word for word."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import streamlit as st

from lci.core.pictures import PICTURE_TOKENS
from lci.core.turns import Sent, Turn
from lci.errors import LciError
from lci.models.tokens import estimate
from lci.runtime.conversation.sent_requests import SentKind, SentPart, SentRequest, sent
from lci.ui import outputs
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import number, plural, words

#: Characters of one message that are shown.
_SHOWN = 20_000

_Count = Callable[[str], int]


def show(turn: Turn) -> None:
    """A dialog with every request of the turn."""
    text = words().turns
    kept = [*((False, request) for request in turn.requests), *((True, request) for request in turn.asides)]
    numbers = list(range(len(kept)))

    def name(at: int) -> str:
        aside, request = kept[at]
        if not aside:
            return f"{at + 1}"
        return text.sent_for_picture if request.model != turn.model else text.sent_for_summary

    @st.dialog(text.what_was_sent, width="large")
    def box() -> None:
        chosen = st.selectbox(
            text.sent_which,
            numbers,
            index=len(turn.requests) - 1,
            format_func=name,
            key=f"sent_request_{turn.id}",
        )
        _request(kept[chosen or 0][1], plural(len(kept), *text.request))

    box()


def _request(request: Sent, requests: str) -> None:
    text = words().turns
    body: SentRequest | None = None
    if request.body is not None:
        try:
            body = sent(request.body, services().store)
        except KeyError:
            body = None
    st.markdown(_destination(request, requests))
    if body is None:
        st.caption(text.sent_unknown)
        return
    count = _counting(request.model)
    st.markdown(_what_left(body, request, count))
    st.caption(text.sent_counted.format(tokens=plural(request.context_tokens, *text.token)))
    for at, message in enumerate(body.messages, 1):
        size = plural(sum(_tokens(part, count) for part in message.parts), *text.token)
        with st.expander(f"{at} · {text.roles.get(message.role, message.role)} · {size}", type="compact"):
            st.code(message.text[:_SHOWN], language=None, wrap_lines=True, height=outputs.height(message.text))
    if body.offered:
        with st.expander(f"{text.sent_kinds['offer']} · {plural(count(body.offered), *text.token)}", type="compact"):
            st.code(body.offered, language="json", wrap_lines=True, height=outputs.height(body.offered))


def _destination(request: Sent, requests: str) -> str:
    """Where the request went, and what was kept from it."""
    text = words().turns
    try:
        profile = services().model(request.model).profile
    except LciError:
        where = text.sent_away.format(requests=requests, model=plain(request.model), provider=plain(request.model))
    else:
        sentence = text.sent_here if profile.local else text.sent_away
        where = sentence.format(requests=requests, model=plain(profile.label), provider=plain(profile.provider))
    kept = text.sent_shared[request.sharing]
    if request.masked and request.sharing == "full":
        kept = text.sent_masked.format(columns=", ".join(f"“{plain(column)}”" for column in request.masked))
    return f"{where} {kept}"


def _what_left(body: SentRequest, request: Sent, count: _Count) -> str:
    """A table of what the request held, by kind; Markdown."""
    text = words().turns
    rows = [
        f"| {text.sent_columns[0]} | {text.sent_columns[1]} | {text.sent_columns[2]} |",
        "| --- | ---: | ---: |",
    ]
    tokens_by_kind: dict[SentKind, list[int]] = {}
    for kind, part in _kinds(body):
        tokens_by_kind.setdefault(kind, []).append(_tokens(part, count))
    for kind, tokens in sorted(tokens_by_kind.items(), key=lambda each: list(text.sent_kinds).index(each[0])):
        rows.append(f"| {text.sent_kinds[kind]} | {len(tokens)} | {number(sum(tokens))} |")
    if request.results_shortened:
        rows.append(f"| {text.sent_results_shortened} | {request.results_shortened} | |")
    if request.rounds_dropped:
        rows.append(f"| {text.sent_rounds_dropped} | {request.rounds_dropped} | |")
    return "\n".join(rows)


def _kinds(body: SentRequest) -> Iterator[tuple[SentKind, SentPart]]:
    """Each part under the kind it is listed as: instructions and answers are told apart from the person's words."""
    for message in body.messages:
        for part in message.parts:
            if message.role == "system":
                yield "system", part
            elif message.role == "assistant" and part.kind in ("words", "call"):
                yield "answer", part
            else:
                yield part.kind, part
    if body.offered:
        yield "offer", SentPart("offer", body.offered)


def _tokens(part: SentPart, count: _Count) -> int:
    return PICTURE_TOKENS if part.kind == "image" else count(part.text)


def _counting(model_id: str) -> _Count:
    """How that model counts; roughly where it is no longer configured."""
    try:
        return services().model(model_id).count_tokens
    except LciError:
        return estimate
