"""The tool `execute_code`: a call's code as a cell, allowed by the person where that is needed, run, remarked on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace

from lci.agent.approval import approval_reasons
from lci.agent.batching import or_stopped
from lci.agent.cell_run import executed
from lci.agent.limits import repeats, sent_before
from lci.agent.prompts.calls import unusable_call
from lci.agent.prompts.removed_names import replaced
from lci.agent.tools.code_calls import CodeCall, Unusable, understood
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.code.installs import packages
from lci.core.inspection import FailureFacts, FigureNote
from lci.core.outputs import (
    PICTURE_TYPES,
    Bundle,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Json,
    StreamOutput,
    is_figure,
)
from lci.core.pictures import MISSING_GLYPHS
from lci.core.ports import KernelFacts, RequestedCall
from lci.core.privacy.veil import Veil, known_names, veiled_facts
from lci.core.remarks import Remark
from lci.core.turns import Author, Turn, error_of

#: What asyncio says where a loop runs already, as it does in every kernel.
_LOOP_RUNS = re.compile(r"cannot be called from a running event loop|event loop is already running")
#: How code comes to write outside its folder.
_ELSEWHERE = re.compile(r"chdir|expanduser|tempfile|\bhome\b|HOME|[\"'](?:~|/|\.\./)")
#: Characters of code that are run at most, and of a call that could not be carried out that are kept.
_LONGEST_CODE = 200_000
_LONGEST_UNUSABLE = 4_000


async def code_carried_out(
    context: TurnContext, call_id: str, call: RequestedCall, veil: Veil
) -> AsyncIterator[e.Event]:
    """Run what `call` asks for as the cell of that id; what cannot be run is told to the model."""
    match _allowed(context.turn, understood(call)):
        case CodeCall(source):
            async for event in _ran(context, call_id, source, veil):
                yield event
        case Unusable(reason, detail):
            yield e.ToolStarted(call_id, call.name, _kept(call.arguments))
            yield e.ToolFinished(call_id, unusable_call(reason, detail, context.model.profile.protocol))


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


async def _ran(context: TurnContext, cell_id: str, source: str, veil: Veil) -> AsyncIterator[e.Event]:
    facts = await _started(context)
    if facts is None:
        return
    author: Author = "model" if context.model.profile.is_ai else "analyst"
    reasons = _reasons(context, source, facts)
    if reasons:
        yield e.ApprovalAsked(cell_id, source, reasons)
        decision = await or_stopped(context.decision(cell_id), context.stop)
        if decision is None:
            return
        yield e.ApprovalGiven(cell_id, decision.approved, decision.source, decision.reason)
        if not decision.approved:
            yield e.CellFinished(cell_id, "rejected")
            return
        if decision.source and decision.source != source:
            source, author = decision.source, "person"
    if context.install is not None and packages(source) is not None:
        started = e.CellStarted(cell_id, source, author)
        async for event in executed(context.install(), started, context.stop, context.patience):
            yield event
        return
    started = e.CellStarted(cell_id, source, author, context.generation())
    async for event in executed(context.kernel, started, context.stop, context.patience):
        if isinstance(event, e.CellFinished) and event.status == "error":
            yield await _with_facts(context, cell_id, event, veil)
        elif (
            isinstance(event, e.CellFinished) and event.status == "ok" and context.model.profile.is_ai and veil.is_open
        ):
            yield await _with_outside(context, source, await _with_figures(context, cell_id, event))
        else:
            yield event


def _reasons(context: TurnContext, source: str, facts: KernelFacts) -> tuple[str, ...]:
    """Why the cell has to wait; to install is asked once in a conversation, whatever else is allowed."""
    conversation = context.conversation()
    own = not context.model.profile.is_ai
    reasons = approval_reasons(source, conversation.settings.approval, facts.isolation, own_code=own)
    if context.install is None or packages(source) is None or own:
        return reasons
    agreed = any(cell.status == "ok" and packages(cell.source) is not None for _, cell in conversation.cells())
    if agreed and set(reasons) <= {"installs_packages", "no_isolation"}:
        return ()
    return reasons if "installs_packages" in reasons else (*reasons, "installs_packages")


async def _started(context: TurnContext) -> KernelFacts | None:
    """The running kernel's facts, or None when the turn was stopped while it came up; it goes on coming up."""
    starting = asyncio.ensure_future(context.kernel.start())
    starting.add_done_callback(lambda done: done.cancelled() or done.exception())
    facts = await or_stopped(asyncio.shield(starting), context.stop)
    return None if context.stop.is_set() else facts


async def _with_figures(context: TurnContext, cell_id: str, finished: e.CellFinished) -> e.CellFinished:
    """The cell with what its figures show, and once in a turn with what makes them hard to read."""
    cell = next((cell for cell in context.turn.cells if cell.id == cell_id), None)
    outputs = cell.outputs if cell is not None else ()
    shown = [o.data for o in outputs if isinstance(o, DisplayData | ExecuteResult) and is_figure(o.data)]
    if cell is None or not shown:
        return finished
    notes = _placed(await context.kernel.inspector.figure_notes(), shown)
    boxes = any(isinstance(o, StreamOutput) and o.name == "stderr" and MISSING_GLYPHS in o.text for o in cell.outputs)
    # No second round of improvements after a first.
    advised = any(remark.code == "figure_advice" for other in context.turn.cells for remark in other.remarks)
    remarks = [Remark("figures", {"axes": [note.axes for note in notes]})] if any(note.axes for note in notes) else []
    findings: list[Json] = [[*note.findings, *(["missing_glyphs"] if boxes and note.axes else [])] for note in notes]
    if any(findings) and not advised:
        remarks.append(Remark("figure_advice", {"findings": findings}))
    return replace(finished, remarks=(*finished.remarks, *remarks))


def _placed(notes: Sequence[FigureNote], shown: Sequence[Bundle]) -> Sequence[FigureNote]:
    """A note for each figure of a cell: an empty one for charts, of which the kernel takes no note."""
    drawn = [any(mime in PICTURE_TYPES for mime in data) for data in shown]
    if len(notes) != sum(drawn):
        return notes
    waiting = iter(notes)
    return [next(waiting) if is_drawn else FigureNote("") for is_drawn in drawn]


async def _with_outside(context: TurnContext, source: str, finished: e.CellFinished) -> e.CellFinished:
    """The cell with the files that it wrote where nobody finds them."""
    code = (source, *(cell.source for _, cell in context.conversation().cells()))
    paths = await context.kernel.inspector.outside_files() if any(map(_ELSEWHERE.search, code)) else ()
    return (
        replace(finished, remarks=(*finished.remarks, Remark("outside_files", {"paths": list(paths)})))
        if paths
        else finished
    )


async def _with_facts(context: TurnContext, cell_id: str, finished: e.CellFinished, veil: Veil) -> e.CellFinished:
    """The failure with what the kernel knows about it, and with a push to change course when it repeats itself."""
    remarks = [*finished.remarks]
    cell = next((cell for cell in context.turn.cells if cell.id == cell_id), None)
    error = error_of(cell) if cell is not None else None
    if isinstance(error, ErrorOutput):
        facts = await context.kernel.inspector.failure_facts()
        if not veil.is_open:
            # A column's name may be a value that a pivot made one.
            facts = veiled_facts(facts, known_names(context.conversation(), veil, context.turn_id))
        if facts != FailureFacts():
            remarks.append(Remark("failure_facts", asdict(facts)))
        if (gone := replaced(error.ename, error.evalue)) is not None:
            remarks.append(Remark("removed_name", {"name": gone.name, "by": gone.by}))
        if error.ename == "RuntimeError" and _LOOP_RUNS.search(error.evalue):
            remarks.append(Remark("await_works"))
        names = [tool.offer.name for tool in context.tools if tool.is_offered(context, veil)]
        remarks += [Remark("tool_among_code", {"tool": name}) for name in names if name in error.evalue]
    if repeats(context.turn, cell_id):
        remarks.append(Remark("same_error_before"))
    return replace(finished, remarks=tuple(remarks))
