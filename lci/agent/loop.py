"""One turn: ask the model, run its code, give back what came out, until there is an answer or a reason to stop.

The loop yields events and reads the conversation that follows from them; it keeps nothing else between rounds.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

from lci.agent.asking import Answer, Stream, asked
from lci.agent.condensing import Condenser
from lci.agent.desk import Decision, Desk
from lci.agent.executing import executed
from lci.agent.fenced import holds_code
from lci.agent.guards import approval_reasons, limit_reached, repeats, sent_before
from lci.agent.looking import inquiry, looked, may_look
from lci.agent.phrasing import INQUIRE_TOOL
from lci.agent.prompts.calls import unusable_call
from lci.agent.tools import CodeCall, Unusable, understood
from lci.core import events as e
from lci.core.ids import new_call_id
from lci.core.inspection import FailureFacts
from lci.core.installs import packages
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, Json, StreamOutput
from lci.core.pictures import MISSING_GLYPHS
from lci.core.protocols import AnswerFinished, KernelFacts, RequestedCall
from lci.core.remarks import Remark
from lci.core.sharing import Veil, known_names, veiled_facts
from lci.core.transcript import CODE_TOOL, is_figure
from lci.core.turns import Author, CellStatus, Turn, error_of
from lci.errors import KernelProblem, LciError, Problem, ProviderProblem

#: Characters of code that are run at most, and of a call that could not be carried out that are kept.
_LONGEST_CODE = 200_000
_LONGEST_UNUSABLE = 4_000


async def run_turn(desk: Desk) -> Stream:
    """Everything that happens from the prompt to `TurnEnded`, which is always the last event.

    When `desk.stop` is set the model's stream is cancelled, or the running cell interrupted; not one more request
    follows. Never raises for what a provider, the kernel or user code does.
    """
    empty_answers = 0
    condenser = Condenser(desk)
    try:
        while True:
            answer = Answer()
            async for event in asked(desk, answer, condenser):
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


def _why_over(desk: Desk, answer: Answer) -> e.TurnEnded | None:
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


def _code_only_thought(desk: Desk, answer: Answer) -> list[e.Event]:
    """What an answer that is nothing but a thought of code gets: what was only thought is never run."""
    thought = "".join(answer.thoughts)
    if not holds_code(thought):
        return []
    told = unusable_call("code_in_reasoning", protocol=desk.model.profile.protocol)
    call_id = new_call_id()
    return [e.ToolStarted(call_id, CODE_TOOL, ""), e.ToolFinished(call_id, told)]


# --- carrying out -----------------------------------------------------------------------------------------------------


async def _carried_out(desk: Desk, answer: Answer, calls: tuple[RequestedCall, ...]) -> Stream:
    looks = may_look(desk, answer.veil)
    for call in calls:
        if desk.stop.is_set() or limit_reached(desk.turn, desk.limits) is not None:
            return
        writing = answer.calls.get(call.index)
        call_id = writing.call_id if writing is not None else new_call_id()
        question = inquiry(call) if looks else None
        if question is not None:
            async for event in looked(desk, call_id, call, question):
                yield event
            continue
        match _allowed(desk.turn, understood(call)):
            case CodeCall(source):
                async for event in _ran(desk, call_id, source, answer.veil):
                    yield event
                if _status(desk.turn, call_id) == "died":
                    # What follows in the same answer was written for a memory that is gone.
                    for unrun in desk.turn.cells:
                        if unrun.status == "writing":
                            yield e.CellFinished(unrun.id, "dropped")
                    return
            case Unusable(reason, detail):
                yield e.ToolStarted(call_id, call.name, _kept(call.arguments))
                yield e.ToolFinished(call_id, unusable_call(reason, detail, desk.model.profile.protocol))


def _status(turn: Turn, cell_id: str) -> CellStatus | None:
    return next((cell.status for cell in turn.cells if cell.id == cell_id), None)


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


async def _ran(desk: Desk, cell_id: str, source: str, veil: Veil) -> Stream:
    facts = await _started(desk)
    if facts is None:
        return
    installs = desk.install is not None and packages(source) is not None
    reasons = _reasons(desk, source, facts)
    if reasons:
        yield e.ApprovalAsked(cell_id, source, reasons)
        decision = await _decided(desk, cell_id)
        if decision is None:
            return
        yield e.ApprovalGiven(cell_id, decision.approved, decision.source, decision.reason)
        if not decision.approved:
            yield e.CellFinished(cell_id, "rejected")
            return
        source = decision.source or source
        installs = desk.install is not None and packages(source) is not None
    author: Author = "model" if desk.model.profile.is_ai else "analyst"
    if installs and desk.install is not None:
        started = e.CellStarted(cell_id, source, author)
        async for event in executed(desk.install(), started, desk.stop, desk.patience):
            yield event
        return
    started = e.CellStarted(cell_id, source, author, desk.generation())
    async for event in executed(desk.kernel, started, desk.stop, desk.patience):
        if isinstance(event, e.CellFinished) and event.status == "error":
            yield await _with_facts(desk, cell_id, event, veil)
        elif isinstance(event, e.CellFinished) and event.status == "ok" and desk.model.profile.is_ai and veil.is_open:
            yield await _with_figures(desk, cell_id, event)
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


async def _decided(desk: Desk, cell_id: str) -> Decision | None:
    """The person's decision, or None when the turn was stopped first."""
    deciding = asyncio.ensure_future(desk.decision(cell_id))
    stopping = asyncio.ensure_future(desk.stop.wait())
    try:
        await asyncio.wait([deciding, stopping], return_when=asyncio.FIRST_COMPLETED)
        return deciding.result() if deciding.done() else None
    finally:
        deciding.cancel()
        stopping.cancel()


async def _with_figures(desk: Desk, cell_id: str, finished: e.CellFinished) -> e.CellFinished:
    """The cell with what its figures show, and once in a turn with what makes them hard to read."""
    cell = next((cell for cell in desk.turn.cells if cell.id == cell_id), None)
    if cell is None or not any(isinstance(o, DisplayData | ExecuteResult) and is_figure(o.data) for o in cell.outputs):
        return finished
    notes = await desk.kernel.inspector.figure_notes()
    boxes = any(isinstance(o, StreamOutput) and o.name == "stderr" and MISSING_GLYPHS in o.text for o in cell.outputs)
    # No second round of improvements after a first.
    advised = any(remark.code == "figure_advice" for other in desk.turn.cells for remark in other.remarks)
    remarks = [Remark("figures", {"axes": [note.axes for note in notes]})] if notes else []
    findings: list[Json] = [[*note.findings, *(["missing_glyphs"] if boxes else [])] for note in notes]
    if any(findings) and not advised:
        remarks.append(Remark("figure_advice", {"findings": findings}))
    return replace(finished, remarks=(*finished.remarks, *remarks))


async def _with_facts(desk: Desk, cell_id: str, finished: e.CellFinished, veil: Veil) -> e.CellFinished:
    """The failure with what the kernel knows about it, and with a push to change course when it repeats itself."""
    remarks = [*finished.remarks]
    cell = next((cell for cell in desk.turn.cells if cell.id == cell_id), None)
    error = error_of(cell) if cell is not None else None
    if isinstance(error, ErrorOutput):
        facts = await desk.kernel.inspector.failure_facts()
        if not veil.is_open:
            # A column's name may be a value that a pivot made one.
            facts = veiled_facts(facts, known_names(desk.conversation(), veil, desk.turn_id))
        if facts != FailureFacts():
            remarks.append(Remark("failure_facts", asdict(facts)))
        if INQUIRE_TOOL in error.evalue and may_look(desk, veil):
            remarks.append(Remark("looks_alone"))
    if repeats(desk.turn, cell_id):
        remarks.append(Remark("same_error_before"))
    return replace(finished, remarks=tuple(remarks))
