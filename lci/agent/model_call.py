"""One answer of the model: the request sent, sent again while that makes sense, and what comes in as events."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from lci.agent.batching import batches, or_stopped, unless_stopped
from lci.agent.protocols.form import Reader
from lci.agent.protocols.forms import FORMS
from lci.agent.repetition import Repetition
from lci.agent.request_building import Composed, Moment, composed, moment, window_budget
from lci.agent.summarising import Summariser
from lci.agent.tools.code_calls import code_so_far, is_code_tool
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.ids import new_call_id
from lci.core.ports import AnswerFinished, CallPiece, ModelEvent, ModelRequest, ReasoningPiece, TextPiece
from lci.core.privacy.veil import OPEN, Veil
from lci.core.turns import Prose, Usage
from lci.errors import ContextExceeded, Problem, ProtocolRefused, ProviderProblem, StreamCut

Stream: TypeAlias = AsyncIterator[e.Event]


@dataclass(slots=True)
class Answer:
    """What one request brought; filled while its events go out."""

    finish: AnswerFinished | None = None
    calls: dict[int, Writing] = field(default_factory=dict)
    received: bool = False
    refused: Problem | None = None
    thoughts: list[str] = field(default_factory=list)
    written: Repetition = field(default_factory=Repetition)
    veil: Veil = OPEN


@dataclass(slots=True)
class Writing:
    """A call that is being written, under our own id."""

    call_id: str
    name: str = ""
    arguments: str = ""
    shown: str = ""


async def asked(context: TurnContext, answer: Answer, summariser: Summariser) -> Stream:
    """One answer of the model, tried again while trying again makes sense; fills `answer`."""
    now = await or_stopped(moment(context, window_budget(context)), context.stop)
    if now is None:
        return
    async for event in summariser.condensed(now):
        # What may be seen, and the window that is known, can have changed while the model summed up.
        now = None
        yield event
    async for event in _tried(context, answer, now):
        yield event


async def _tried(context: TurnContext, answer: Answer, now: Moment | None) -> Stream:
    # Not before the summary: a refusal of that may have taught the window.
    budget = window_budget(context)
    attempt = 0
    shrunk = False
    answer.refused = context.refusal()
    while not context.stop.is_set() and answer.refused is None:
        profile = context.model.profile
        composed, now = await _composed(context, budget, now), None
        if composed is None:
            return
        answer.veil = composed.veil
        if (cut := _notice(context, composed)) is not None:
            yield cut
        yield composed.sent(profile.id, context.keep)
        try:
            reading = FORMS[profile.protocol].reader(profile)
            async for event in _received(context, composed.request, answer, reading):
                yield event
            if (used := _used(context, composed, answer)) is not None:
                yield used
            if reading.settled is not None:
                context.model.settle_on(reading.settled)
            return
        except ProtocolRefused:
            if profile.protocol == "fenced" or answer.received:
                raise
            context.model.settle_on("fenced")
        except ContextExceeded as error:
            if shrunk or answer.received:
                raise
            shrunk = True
            budget = min(budget // 2, (error.window_tokens or budget) * 3 // 4)
        except ProviderProblem as error:
            # A wait that is asked for and takes longer than a few minutes is the person's to decide.
            is_long = getattr(error, "cause", "") == "wait"
            if answer.received or is_long or not error.passing or attempt >= len(context.limits.retry_seconds):
                raise
            asked_for = getattr(error, "retry_after_seconds", None)
            wait = max(context.limits.retry_seconds[attempt], asked_for or 0.0)
            attempt += 1
            yield e.RetryScheduled(attempt, time.time() + wait, error.problem)
            await unless_stopped(wait, context.stop)


def _used(context: TurnContext, composed: Composed, answer: Answer) -> e.UsageReported | None:
    """What a whole answer used; None for one that was stopped. Raises `StreamCut` for one that broke off."""
    if answer.finish is None and not answer.written.endless:
        if not context.stop.is_set():
            raise StreamCut(provider=context.model.profile.provider)
        return None
    reported = answer.finish.usage if answer.finish is not None else None
    if reported is not None and composed.is_text:
        context.model.calibrate(composed.tokens, reported.prompt_tokens)
    return e.UsageReported(reported or _estimate(context, composed.tokens, answer))


async def _composed(context: TurnContext, budget: int, now: Moment | None) -> Composed | None:
    """The request of this moment, or of the one that begins; None when the person stops it first."""
    now = now or await or_stopped(moment(context, budget), context.stop)
    return await composed(context, now) if now is not None else None


def _notice(context: TurnContext, composed: Composed) -> e.Notice | None:
    """What is said once in a turn of a conversation that did not fit."""
    known = any(notice.code == "shortened" for notice in context.turn.notices)
    if known or not (composed.results_shortened or composed.rounds_dropped):
        return None
    return e.Notice("shortened", {"results": composed.results_shortened, "rounds": composed.rounds_dropped})


async def _received(context: TurnContext, request: ModelRequest, answer: Answer, reading: Reader) -> Stream:
    async with aclosing(batches(context.model.stream(request), context.stop)) as stream:  # type: ignore[type-var]  # a generator
        async for batch in stream:
            for event in _deltas(reading.read(batch), answer):
                yield event
            # What a model writes after its code is made up, and a model that repeats itself never ends.
            if reading.complete or answer.written.endless:
                return


def _deltas(batch: list[ModelEvent], answer: Answer) -> list[e.Event]:
    """The events of one batch, in order, text joined."""
    events: list[e.Event] = []
    touched: dict[int, Writing] = {}
    for piece in batch:
        if isinstance(piece, TextPiece | ReasoningPiece):
            # What follows code stands after it, however the stream is cut into batches.
            events += _code_deltas(touched)
            touched = {}
        match piece:
            case TextPiece(text):
                answer.received = True
                answer.written.read(text)
                if events and isinstance(events[-1], e.TextDelta):
                    events[-1] = e.TextDelta(events[-1].text + text)
                else:
                    events.append(e.TextDelta(text))
            case ReasoningPiece(text):
                answer.thoughts.append(text)
                answer.written.read(text)
                if events and isinstance(events[-1], e.ReasoningDelta):
                    events[-1] = e.ReasoningDelta(events[-1].text + text)
                else:
                    events.append(e.ReasoningDelta(text))
            case CallPiece(index, name, arguments):
                answer.received = True
                answer.written.read(arguments)
                writing = answer.calls.setdefault(index, Writing(new_call_id()))
                writing.name = name or writing.name
                writing.arguments += arguments
                touched[index] = writing
            case AnswerFinished():
                answer.finish = piece
    return events + _code_deltas(touched)


def _code_deltas(touched: Mapping[int, Writing]) -> list[e.Event]:
    """What is new of the code of these calls, as far as it can be told from partial JSON."""
    events: list[e.Event] = []
    for writing in touched.values():
        if is_code_tool(writing.name):
            source = code_so_far(writing.arguments)
            if source.startswith(writing.shown) and source != writing.shown:
                events.append(e.CodeDelta(writing.call_id, source[len(writing.shown) :]))
                writing.shown = source
    return events


def _estimate(context: TurnContext, tokens: int, answer: Answer) -> Usage:
    turn = context.turn
    texts = (step.text for step in turn.steps if isinstance(step, Prose) and step.round == turn.rounds)
    written = "".join((*answer.thoughts, *texts, *(writing.arguments for writing in answer.calls.values())))
    return Usage(tokens, context.model.count_tokens(written), estimated=True)
