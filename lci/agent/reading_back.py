"""The answer read back by its own model, where it is set to: its claims against the outputs, in one request (B57)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from lci.agent.model_call import Answer
from lci.agent.prompts.reading_back import READER, claims_and_outputs, says_that_all_holds
from lci.agent.request_building import Composed, parameters, phrases, result_chars, window_budget
from lci.agent.tools.inquire_image import answered
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.grounding.claims import claims
from lci.core.messages import Message, TextPart
from lci.core.ports import ModelRequest
from lci.core.privacy.veil import OPEN
from lci.core.transcript.output_text import output_text
from lci.core.turns import Cell, Prose, Turn, Usage
from lci.errors import LciError

#: The part of the room that claims may take at most; the outputs have the rest.
_CLAIMS = 0.5

#: The notices of what came of it: all holds, something is put right at the end of the answer, nobody knows.
HOLDS, CORRECTED, FAILED = "read_back", "read_back_corrected", "read_back_failed"
NOTICES = frozenset({HOLDS, CORRECTED, FAILED})


def is_to_be_read_back(context: TurnContext, answer: Answer) -> bool:
    """Whether the last answer states numbers after code ran, and its model reads back, which is done once a turn.

    Like other questions about numbers this one is for models that are shown all values.
    """
    turn, profile = context.turn, context.model.profile
    if not profile.reads_back or not profile.is_ai or not answer.veil.is_open or not any(_told(turn)):
        return False
    done = any(notice.code in NOTICES for notice in turn.notices)
    return not done and bool(claims(_last_answer(turn)))


async def read_back(context: TurnContext) -> AsyncIterator[e.Event]:
    """The request, and what came of it: words that go on after the answer, or only a notice.

    Whatever becomes of the request the answer stays as it is.
    """
    if not (await context.veil()).is_open or context.refusal() is not None:
        yield e.Notice(FAILED)
        return
    # Off the loop: outputs may be long.
    request = await asyncio.to_thread(_composed, context)
    model = context.model
    yield request.sent(model.profile.id, context.keep, aside=True)
    try:
        text, finish = await answered(context, model, request.request)
    except LciError:
        yield e.Notice(FAILED)
        return
    reported = finish.usage if finish is not None else None
    used = reported or Usage(request.tokens, model.count_tokens(text), estimated=True)
    yield e.UsageReported(used, model.profile.id, aside=True)
    if finish is None or finish.finish != "stop" or not text:
        yield e.Notice(FAILED)
    elif says_that_all_holds(text):
        yield e.Notice(HOLDS)
    else:
        yield e.TextDelta(f"\n\n{text}")
        yield e.Notice(CORRECTED)


def _last_answer(turn: Turn) -> str:
    return "\n\n".join(step.text for step in turn.steps if isinstance(step, Prose) and step.round == turn.rounds)


def _told(turn: Turn) -> Iterator[Cell]:
    """The cells whose outputs a model was told."""
    return (cell for cell in turn.cells if cell.status in ("ok", "error") and cell.outputs)


def _composed(context: TurnContext) -> Composed:
    """The claims with the outputs of this branch; where there is no room for all, with the latest."""
    count, room = context.model.count_tokens, window_budget(context)
    stated = _fitting(claims(_last_answer(context.turn)), count, int(_CLAIMS * room))
    branch = context.conversation().branch(context.turn_id)
    latest_first = (
        text for turn in reversed(branch) for cell in reversed(tuple(_told(turn))) if (text := _shown(context, cell))
    )
    frame = claims_and_outputs(context.turn.prompt, stated, "")
    outputs = _fitting(latest_first, count, room - count(READER + frame))
    words = claims_and_outputs(context.turn.prompt, stated, "\n\n".join(reversed(outputs)))
    messages = (Message("system", (TextPart(READER),)), Message("user", (TextPart(words),)))
    return Composed(ModelRequest(messages, parameters=parameters(context)), count(READER + words), OPEN)


def _shown(context: TurnContext, cell: Cell) -> str:
    """What the cell put out, as it was told."""
    limit = result_chars(context.model.profile.window_tokens)
    return output_text(cell.outputs, phrases(context, OPEN), limit=limit)[0]


def _fitting(texts: Iterable[str], count: Callable[[str], int], room: int) -> list[str]:
    """The first of the texts that have room together, at least one."""
    fitting: list[str] = []
    for text in texts:
        room -= count(text) + 2
        if fitting and room < 0:
            break
        fitting.append(text)
    return fitting
