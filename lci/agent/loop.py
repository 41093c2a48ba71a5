"""One turn: ask the model, run its code, give back what came out, until there is an answer or a reason to stop.

The loop yields events and reads the conversation that follows from them; it keeps nothing else between rounds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lci.agent import phrasing, prompts
from lci.agent.fenced import holds_code
from lci.agent.guards import Limits, Repetition, approval_reasons, limit_reached, repeats, sent_before
from lci.agent.pacing import any_of, batches, unless_stopped
from lci.agent.reading import Reader, reader
from lci.agent.tools import CodeCall, Unusable, code_so_far, is_code_tool, understood
from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.ids import new_call_id
from lci.core.installs import packages
from lci.core.messages import ImagePart, Message
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, Output, StreamOutput
from lci.core.pictures import PICTURE_TOKENS, PICTURES, pictured
from lci.core.protocols import (
    AnswerFinished,
    CallPiece,
    DisplayUpdated,
    ExecutionFinished,
    Kernel,
    KernelEvent,
    KernelFacts,
    Model,
    ModelEvent,
    ModelRequest,
    OutputCleared,
    OutputProduced,
    ReasoningPiece,
    RequestedCall,
    Runs,
    TextPiece,
)
from lci.core.transcript import CODE_TOOL, fitted, is_figure, transcript
from lci.core.turns import Turn, Usage, error_of
from lci.errors import (
    ContextExceeded,
    EvaluationFailed,
    KernelProblem,
    LciError,
    Problem,
    ProtocolRefused,
    ProviderProblem,
    StreamCut,
)

#: Why a kernel died, for the model.
_DEATHS = {
    "out_of_memory": "it ran out of memory",
    "unresponsive": "it did not obey the interrupt and had to be killed",
    "crashed": "it crashed in native code",
    "exited": "the code ended the process",
    "killed": "it was killed",
    "memory_limit": "it used more memory than is allowed; work on less data at a time",
    "disk_limit": "its files took more space than is allowed",
    "too_many_processes": "it started more processes than are allowed",
    "cpu_limit": "the cell used more processor time than is allowed",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person said of a waiting cell; `source` may have been edited."""

    approved: bool
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """All a turn needs: `conversation` gives the newest snapshot, `decision` waits for the person."""

    turn_id: str
    conversation: Callable[[], Conversation]
    model: Model
    kernel: Kernel
    surroundings: KernelFacts
    stop: asyncio.Event
    decision: Callable[[str], Awaitable[Decision]]
    limits: Limits = Limits()
    instructions: str = ""
    #: Seconds after which a cell is interrupted; 0 leaves that to a person.
    patience: float = 0.0
    #: Carries out cells that only install packages; None leaves them to the kernel.
    install: Callable[[], Runs] | None = None
    #: Stores a request for whoever wants to see what was sent.
    keep: Callable[[ModelRequest], BlobRef] | None = None
    #: Why no further request may be sent, if so: a budget that is used up.
    refusal: Callable[[], Problem | None] = lambda: None
    #: Makes the pictures of a request small; None sends none.
    small: Callable[[tuple[Message, ...]], Awaitable[tuple[Message, ...]]] | None = None

    @property
    def turn(self) -> Turn:
        """This turn as it stands now."""
        turn = self.conversation().turn(self.turn_id)
        assert turn is not None
        return turn


@dataclass(slots=True)
class _Answer:
    """What one request brought; filled while its events go out."""

    finish: AnswerFinished | None = None
    calls: dict[int, _Writing] = field(default_factory=dict)
    received: bool = False
    refused: Problem | None = None
    thoughts: list[str] = field(default_factory=list)
    written: Repetition = field(default_factory=Repetition)


@dataclass(slots=True)
class _Writing:
    """A call that is being written, under our own id."""

    call_id: str
    name: str = ""
    arguments: str = ""
    shown: str = ""


#: Characters of code that are run at most, and of a call that could not be carried out that are kept.
_LONGEST_CODE = 200_000
_LONGEST_UNUSABLE = 4_000
#: Seconds between interrupts of a cell that is to stop; the kernel counts only the first that reaches a running cell.
_INTERRUPT_INTERVAL = 0.2

_PHRASES = prompts.ModelPhrases()
_Stream: TypeAlias = AsyncIterator[e.Event]


async def run_turn(desk: Desk) -> _Stream:
    """Everything that happens from the prompt to `TurnEnded`, which is always the last event.

    When `desk.stop` is set the model's stream is cancelled, or the running cell interrupted; not one more request
    follows. Never raises for what a provider, the kernel or user code does.
    """
    empty_answers = 0
    try:
        while True:
            answer = _Answer()
            async for event in _asked(desk, answer):
                yield event
            over = _why_over(desk, answer)
            if over is not None:
                yield over
                return
            finish = answer.finish
            assert finish is not None
            if not finish.calls:
                if answer.received:
                    yield e.TurnEnded("done")
                    return
                for event in _code_only_thought(desk, answer):
                    yield event
                empty_answers += 1
                if empty_answers == 2:
                    yield e.TurnEnded("empty")
                    return
                continue
            async for event in _carried_out(desk, answer, finish.calls):
                yield event
            ended = _why_end(desk)
            if ended is not None:
                yield ended
                return
    except (ProviderProblem, KernelProblem) as error:
        yield e.TurnEnded("failed", error.problem)
    except LciError as error:
        yield e.TurnEnded("failed", error.problem)


def _why_over(desk: Desk, answer: _Answer) -> e.TurnEnded | None:
    """Why the turn ends with an answer that is not whole."""
    if desk.stop.is_set():
        return e.TurnEnded("stopped")
    if answer.refused is not None or answer.written.endless:
        return e.TurnEnded("limit", answer.refused or Problem("repeating_answer"))
    match answer.finish:
        case AnswerFinished("length"):
            return e.TurnEnded("cut")
        case AnswerFinished("content_filter"):
            return e.TurnEnded("failed", Problem("content_filtered", {"provider": desk.model.profile.provider}))
        case _:
            return None


def _why_end(desk: Desk) -> e.TurnEnded | None:
    if desk.stop.is_set():
        return e.TurnEnded("stopped")
    limit = limit_reached(desk.turn, desk.limits)
    return e.TurnEnded("limit", limit) if limit is not None else None


# --- asking -----------------------------------------------------------------------------------------------------------


async def _asked(desk: Desk, answer: _Answer) -> _Stream:
    """One answer of the model, tried again while trying again makes sense; fills `answer`."""
    profile = desk.model.profile
    budget = max(512, profile.window_tokens - profile.max_output_tokens - profile.window_tokens // 20)
    attempt = 0
    shrunk = False
    answer.refused = desk.refusal()
    while not desk.stop.is_set() and answer.refused is None:
        profile = desk.model.profile
        request, tokens = await _request(desk, budget)
        yield e.RequestSent(profile.id, desk.keep(request) if desk.keep is not None else None, tokens)
        try:
            reading = reader(profile)
            async for event in _received(desk, request, answer, reading):
                yield event
            whole = answer.finish is not None or answer.written.endless
            if not whole and not desk.stop.is_set():
                raise StreamCut(provider=profile.provider)
            if whole:
                reported = answer.finish.usage if answer.finish is not None else None
                yield e.UsageReported(reported or _estimate(desk, tokens, answer))
            if reading.settled is not None:
                desk.model.settle_on(reading.settled)
            return
        except ProtocolRefused:
            if profile.protocol == "fenced" or answer.received:
                raise
            desk.model.settle_on("fenced")
        except ContextExceeded as error:
            if shrunk or answer.received:
                raise
            shrunk = True
            budget = min(budget // 2, (error.window_tokens or budget) * 3 // 4)
        except ProviderProblem as error:
            if answer.received or not error.passing or attempt >= len(desk.limits.retry_seconds):
                raise
            asked_for = getattr(error, "retry_after_seconds", None)
            wait = max(desk.limits.retry_seconds[attempt], asked_for or 0.0)
            attempt += 1
            yield e.RetryScheduled(attempt, time.time() + wait, error.problem)
            await unless_stopped(wait, desk.stop)


async def _request(desk: Desk, budget: int) -> tuple[ModelRequest, int]:
    conversation = desk.conversation()
    protocol = desk.model.profile.protocol
    system = prompts.system(conversation.settings, desk.surroundings, desk.instructions, protocol)
    sees = desk.model.profile.sees_images and desk.small is not None
    # A small window is better spent on words.
    limit = PICTURES if budget > 4 * PICTURES * PICTURE_TOKENS else 1
    room = budget - limit * PICTURE_TOKENS if sees else budget
    fit = fitted(transcript(conversation, system, _PHRASES, desk.turn_id), room, desk.model.count_tokens, _PHRASES)
    if sees and desk.small is not None:
        shown = await desk.small(pictured(fit.messages, conversation, desk.turn_id, prompts.FIGURES_FOLLOW, limit))
        count = sum(isinstance(part, ImagePart) for message in shown for part in message.parts)
        fit = replace(fit, messages=shown, tokens=fit.tokens + count * PICTURE_TOKENS)
    previews = tuple(file.preview for file in conversation.files.values() if file.preview is not None)
    return phrasing.request(fit.messages, previews, protocol), fit.tokens


async def _received(desk: Desk, request: ModelRequest, answer: _Answer, reading: Reader) -> _Stream:
    async with aclosing(batches(desk.model.stream(request), desk.stop)) as stream:  # type: ignore[type-var]  # a generator
        async for batch in stream:
            for event in _deltas(reading.read(batch), answer):
                yield event
            # What a model writes after its code is made up, and a model that repeats itself never ends.
            if reading.complete or answer.written.endless:
                return


def _deltas(batch: list[ModelEvent], answer: _Answer) -> list[e.Event]:
    """The events of one batch, text joined; code as far as it can be told from partial JSON."""
    made: list[e.Event] = []
    touched: dict[int, _Writing] = {}
    for piece in batch:
        match piece:
            case TextPiece(text):
                answer.received = True
                answer.written.read(text)
                if made and isinstance(made[-1], e.TextDelta):
                    made[-1] = e.TextDelta(made[-1].text + text)
                else:
                    made.append(e.TextDelta(text))
            case ReasoningPiece(text):
                answer.thoughts.append(text)
                answer.written.read(text)
                if made and isinstance(made[-1], e.ReasoningDelta):
                    made[-1] = e.ReasoningDelta(made[-1].text + text)
                else:
                    made.append(e.ReasoningDelta(text))
            case CallPiece(index, name, arguments):
                answer.received = True
                answer.written.read(arguments)
                writing = answer.calls.setdefault(index, _Writing(new_call_id()))
                writing.name = name or writing.name
                writing.arguments += arguments
                touched[index] = writing
            case AnswerFinished():
                answer.finish = piece
    for writing in touched.values():
        if is_code_tool(writing.name):
            source = code_so_far(writing.arguments)
            if source.startswith(writing.shown) and source != writing.shown:
                made.append(e.CodeDelta(writing.call_id, source[len(writing.shown) :]))
                writing.shown = source
    return made


def _estimate(desk: Desk, tokens: int, answer: _Answer) -> Usage:
    written = "".join(writing.arguments for writing in answer.calls.values()) + desk.turn.text
    return Usage(tokens, desk.model.count_tokens(written), estimated=True)


def _code_only_thought(desk: Desk, answer: _Answer) -> list[e.Event]:
    """What an answer that is nothing but a thought of code gets: what was only thought is never run."""
    thought = "".join(answer.thoughts)
    if not holds_code(thought):
        return []
    told = prompts.unusable_call("code_in_reasoning", protocol=desk.model.profile.protocol)
    call_id = new_call_id()
    return [e.ToolStarted(call_id, CODE_TOOL, ""), e.ToolFinished(call_id, told)]


# --- carrying out -----------------------------------------------------------------------------------------------------


async def _carried_out(desk: Desk, answer: _Answer, calls: tuple[RequestedCall, ...]) -> _Stream:
    for call in calls:
        if desk.stop.is_set() or limit_reached(desk.turn, desk.limits) is not None:
            return
        writing = answer.calls.get(call.index)
        call_id = writing.call_id if writing is not None else new_call_id()
        match _allowed(desk.turn, understood(call)):
            case CodeCall(source):
                async for event in _ran(desk, call_id, source):
                    yield event
                if desk.turn.cells and desk.turn.cells[-1].status == "died":
                    return
            case Unusable(reason, detail):
                yield e.ToolStarted(call_id, call.name, _kept(call.arguments))
                yield e.ToolFinished(call_id, prompts.unusable_call(reason, detail, desk.model.profile.protocol))


def _allowed(turn: Turn, call: CodeCall | Unusable) -> CodeCall | Unusable:
    """`call`, unless running its code would be no use."""
    if isinstance(call, CodeCall) and len(call.source) > _LONGEST_CODE:
        return Unusable("code_too_long", f"{len(call.source):,}")
    if isinstance(call, CodeCall) and sent_before(turn, call.source):
        return Unusable("repeated_code")
    return call


def _kept(arguments: str) -> str:
    """As much of unusable arguments as the model needs to know them again."""
    return arguments if len(arguments) <= _LONGEST_UNUSABLE else arguments[: _LONGEST_UNUSABLE - 1] + "…"


async def _ran(desk: Desk, call_id: str, source: str) -> _Stream:
    facts = await _started(desk)
    if facts is None:
        return
    installs = desk.install is not None and packages(source) is not None
    reasons = _reasons(desk, source, facts)
    if reasons:
        yield e.ApprovalAsked(call_id, source, reasons)
        decision = await _decided(desk, call_id)
        if decision is None:
            return
        yield e.ApprovalGiven(call_id, decision.approved, decision.source, decision.reason)
        if not decision.approved:
            yield e.CellFinished(call_id, "rejected", note=decision.reason)
            return
        source = decision.source or source
        installs = desk.install is not None and packages(source) is not None
    if installs and desk.install is not None:
        async for event in executed(desk.install(), call_id, source, desk.stop, desk.patience):
            yield event
        return
    async for event in executed(desk.kernel, call_id, source, desk.stop, desk.patience):
        if isinstance(event, e.CellFinished) and event.status == "error":
            yield await _with_facts(desk, call_id, event)
        elif isinstance(event, e.CellFinished) and event.status == "ok" and desk.model.profile.is_ai:
            yield await _with_figures(desk, call_id, event)
        else:
            yield event


def _reasons(desk: Desk, source: str, facts: KernelFacts) -> tuple[str, ...]:
    """Why the cell has to wait; to install is asked once in a conversation, whatever else is allowed."""
    conversation = desk.conversation()
    own = not desk.model.profile.is_ai
    reasons = approval_reasons(source, conversation.settings.approval, facts.isolation, own_code=own)
    if desk.install is None or packages(source) is None or own:
        return reasons
    agreed = any(cell.status == "ok" and packages(cell.source) is not None for _, cell in conversation.cells())
    if agreed and set(reasons) <= {"installs_packages", "no_isolation"}:
        return ()
    return reasons if "installs_packages" in reasons else (*reasons, "installs_packages")


async def _started(desk: Desk) -> KernelFacts | None:
    """The running kernel's facts, or None when the turn was stopped while it came up; it goes on coming up."""
    starting = asyncio.ensure_future(desk.kernel.start())
    starting.add_done_callback(lambda done: done.cancelled() or done.exception())
    stopping = asyncio.ensure_future(desk.stop.wait())
    try:
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        return None if desk.stop.is_set() else await starting
    finally:
        stopping.cancel()


async def _decided(desk: Desk, call_id: str) -> Decision | None:
    """The person's decision, or None when the turn was stopped first."""
    deciding = asyncio.ensure_future(desk.decision(call_id))
    stopping = asyncio.ensure_future(desk.stop.wait())
    try:
        await asyncio.wait([deciding, stopping], return_when=asyncio.FIRST_COMPLETED)
        return deciding.result() if deciding.done() else None
    finally:
        deciding.cancel()
        stopping.cancel()


async def executed(kernel: Runs, call_id: str, source: str, stop: asyncio.Event, patience: float = 0.0) -> _Stream:
    """Run one cell; `CellFinished` is the last event. Setting `stop` interrupts it, as `patience` seconds do.

    No `patience` is endless.
    """
    yield e.CellStarted(call_id, source)
    overtime = asyncio.Event()
    timer = asyncio.get_running_loop().call_later(patience, overtime.set) if patience else None
    watch = asyncio.create_task(_interrupting(kernel, stop, overtime))
    try:
        async for batch in batches(kernel.execute(source, call_id)):
            for happened in _joined(batch):
                match happened:
                    case OutputProduced(output):
                        yield e.OutputAdded(call_id, output)
                    case DisplayUpdated(display_id, data, metadata):
                        yield e.OutputUpdated(display_id, data, metadata)
                    case OutputCleared(wait):
                        yield e.OutputsCleared(call_id, wait)
                    case ExecutionFinished(status, count, duration, problem, note):
                        if problem is not None:
                            cause = _DEATHS.get(str(problem.facts.get("cause")), "")
                            note = "; ".join(part for part in (cause, note) if part)
                        if status == "interrupted" and overtime.is_set() and not stop.is_set():
                            status, note = "timeout", prompts.too_long(patience)
                        yield e.CellFinished(call_id, status, count, duration, note)
    finally:
        watch.cancel()
        if timer is not None:
            timer.cancel()


async def _interrupting(kernel: Runs, *reasons: asyncio.Event) -> None:
    """Interrupt, and again until the cell has ended: the first may come before the kernel has begun."""
    await any_of(*reasons)
    while True:
        await kernel.interrupt()
        await asyncio.sleep(_INTERRUPT_INTERVAL)


def _joined(batch: list[KernelEvent]) -> list[KernelEvent]:
    """The batch with neighbouring text of one stream joined."""
    made: list[KernelEvent] = []
    for happened in batch:
        last = made[-1] if made else None
        if (
            isinstance(happened, OutputProduced)
            and isinstance(last, OutputProduced)
            and (both := _one_text(last.output, happened.output)) is not None
        ):
            made[-1] = OutputProduced(both)
        else:
            made.append(happened)
    return made


def _one_text(first: Output, second: Output) -> StreamOutput | None:
    if not isinstance(first, StreamOutput) or not isinstance(second, StreamOutput):
        return None
    if first.name != second.name or second.omitted or first.spool != second.spool:
        return None
    return StreamOutput(first.name, first.text + second.text, first.omitted, first.spool)


async def _with_figures(desk: Desk, call_id: str, finished: e.CellFinished) -> e.CellFinished:
    """The cell with what its figures show, and once in a turn with what makes them hard to read."""
    cell = next((cell for cell in desk.turn.cells if cell.call_id == call_id), None)
    if cell is None or not any(isinstance(o, DisplayData | ExecuteResult) and is_figure(o.data) for o in cell.outputs):
        return finished
    try:
        found = await desk.kernel.evaluate("figure_notes()")
    except EvaluationFailed:
        return finished
    told_before = any(prompts.FIGURE_ADVICE in other.note for other in desk.turn.cells)
    note = prompts.figures(found, advise=not told_before) if isinstance(found, list) else ""
    return replace(finished, note="\n".join(part for part in (finished.note, note) if part))


async def _with_facts(desk: Desk, call_id: str, finished: e.CellFinished) -> e.CellFinished:
    """The failure with what the kernel knows about it, and with a push to change course when it repeats itself."""
    notes = [finished.note] if finished.note else []
    cell = next((cell for cell in desk.turn.cells if cell.call_id == call_id), None)
    error = error_of(cell) if cell is not None else None
    if isinstance(error, ErrorOutput):
        try:
            facts = await desk.kernel.evaluate("failure_facts()")
        except EvaluationFailed:
            facts = None
        if isinstance(facts, dict) and (told := prompts.failure_facts(facts)):
            notes.append(told)
    if repeats(desk.turn, call_id):
        notes.append(prompts.changed_approach())
    return e.CellFinished(call_id, finished.status, finished.execution_count, finished.duration, "\n".join(notes))
