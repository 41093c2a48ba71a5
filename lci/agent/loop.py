"""One turn: ask the model, run its code, give back what came out, until there is an answer or a reason to stop.

The loop yields events and reads the conversation that follows from them; it keeps nothing else between rounds.
"""

from __future__ import annotations

from lci.agent.announcement import reminder
from lci.agent.limits import limit_reached
from lci.agent.model_call import Answer, Stream, asked
from lci.agent.number_check import question
from lci.agent.prompts.calls import unusable_call
from lci.agent.protocols.fenced_answer import holds_code
from lci.agent.reading_back import is_to_be_read_back, read_back
from lci.agent.summarising import Summariser
from lci.agent.tools.toolset import carried_out
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.ids import new_call_id
from lci.core.messages import CODE_TOOL
from lci.core.outputs import Json
from lci.core.ports import AnswerFinished, RequestedCall
from lci.core.turns import OFFERED
from lci.errors import LciError, Problem


async def run_turn(context: TurnContext) -> Stream:
    """Everything that happens from the prompt to `TurnEnded`, which is always the last event.

    When `context.stop` is set the model's stream is cancelled, or the running cell interrupted; not one more request
    follows. Never raises for what a provider, the kernel or user code does.
    """
    empty_answers = 0
    summariser = Summariser(context)
    try:
        while True:
            answer = Answer()
            async for event in asked(context, answer, summariser):
                yield event
            over = _why_over(context, answer)
            if over is not None:
                yield over
                return
            finish = answer.finish
            assert finish is not None
            if not finish.calls:
                if answer.received:
                    async for event in _checked(context, answer):
                        yield event
                        if isinstance(event, e.TurnEnded):
                            return
                    continue
                for event in _code_only_thought(context, answer):
                    yield event
                empty_answers += 1
                if empty_answers == 2:
                    yield e.TurnEnded("empty")
                    return
                continue
            async for event in _carried_out(context, answer, finish.calls):
                yield event
            ended = _why_end(context)
            if ended is not None:
                yield ended
                return
    except LciError as error:
        yield e.TurnEnded("failed", error.problem)


def _why_over(context: TurnContext, answer: Answer) -> e.TurnEnded | None:
    """Why the turn ends with an answer that is not whole."""
    if context.stop.is_set():
        return e.TurnEnded("stopped")
    if answer.refused is not None or answer.written.endless:
        return e.TurnEnded("limit", answer.refused or Problem("repeating_answer"))
    match answer.finish:
        case AnswerFinished("length"):
            return e.TurnEnded("cut")
        case AnswerFinished("content_filter"):
            return e.TurnEnded("failed", Problem("content_filtered", {"provider": context.model.profile.provider}))
        case _:
            return None


def _why_end(context: TurnContext) -> e.TurnEnded | None:
    if context.stop.is_set():
        return e.TurnEnded("stopped")
    limit = limit_reached(context.turn, context.limits)
    return e.TurnEnded("limit", limit) if limit is not None else None


async def _checked(context: TurnContext, answer: Answer) -> Stream:
    """What an answer in words is followed by: a reminder, another look at its numbers, or the end of the turn."""
    questions = reminder(context)
    if not questions and is_to_be_read_back(context, answer):
        async for event in read_back(context):
            yield event
    elif not questions:
        questions = await question(context, answer)
    if not questions or context.stop.is_set():
        if (finish := answer.finish) is not None and (finish.offers or finish.declined):
            unanswered: dict[str, Json] = {"declined": True} if finish.declined else {}
            yield e.Notice(OFFERED, {"questions": list(finish.offers), **unanswered})
        yield e.TurnEnded("done")
        return
    for event in questions:
        yield event


# --- asking -----------------------------------------------------------------------------------------------------------


def _code_only_thought(context: TurnContext, answer: Answer) -> list[e.Event]:
    """What an answer that is nothing but a thought of code gets: what was only thought is never run."""
    thought = "".join(answer.thoughts)
    if not holds_code(thought):
        return []
    complaint = unusable_call("code_in_reasoning", protocol=context.model.profile.protocol)
    call_id = new_call_id()
    return [e.ToolStarted(call_id, CODE_TOOL, ""), e.ToolFinished(call_id, complaint)]


# --- carrying out -----------------------------------------------------------------------------------------------------


async def _carried_out(context: TurnContext, answer: Answer, calls: tuple[RequestedCall, ...]) -> Stream:
    for call in calls:
        if context.stop.is_set() or limit_reached(context.turn, context.limits) is not None:
            return
        writing = answer.calls.get(call.index)
        call_id = writing.call_id if writing is not None else new_call_id()
        async for event in carried_out(context, call_id, call, answer.veil):
            yield event
        if any(cell.id == call_id and cell.status == "died" for cell in context.turn.cells):
            # What follows in the same answer was written for a memory that is gone.
            for unrun in context.turn.cells:
                if unrun.status == "writing":
                    yield e.CellFinished(unrun.id, "dropped")
            return
