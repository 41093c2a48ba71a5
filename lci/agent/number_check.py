"""The one question about numbers of an answer that stand in no output: compute or withdraw (B57)."""

from __future__ import annotations

import asyncio
import json

from lci.agent.model_call import Answer
from lci.agent.prompts.receipts import compute_or_withdraw
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.grounding.receipts import NotFound, evidence, receipts
from lci.core.ids import new_call_id
from lci.core.messages import CHECK_TOOL
from lci.core.turns import Prose, ToolUse


def is_number_check(use: ToolUse) -> bool:
    """Whether that is the app's own question; a model that makes up a call of this name gets no answer."""
    return use.name == CHECK_TOOL and use.answered and use.arguments.startswith('{"numbers"')


async def question(context: TurnContext, answer: Answer) -> list[e.Event]:
    """What asks the model about such numbers of its last answer, as a call with its result; nothing where all is well.

    A model is asked once in a turn, and only one that was shown all values: what is found would tell of others.
    """
    asked = any(isinstance(step, ToolUse) and is_number_check(step) for step in context.turn.steps)
    is_wanted = context.conversation().settings.receipts and context.model.profile.is_ai and answer.veil.is_open
    if asked or not is_wanted:
        return []
    # Off the loop: outputs may be long.
    numbers = await asyncio.to_thread(_not_found, context)
    if not numbers:
        return []
    call_id = new_call_id()
    return [
        e.ToolStarted(call_id, CHECK_TOOL, json.dumps({"numbers": numbers}, ensure_ascii=False)),
        e.ToolFinished(call_id, compute_or_withdraw(numbers), answered=True),
    ]


def _not_found(context: TurnContext) -> list[str]:
    """The numbers of the last answer that stand nowhere, each once."""
    turn = context.turn
    basis = evidence(context.conversation(), turn)
    texts = [step.text for step in turn.steps if isinstance(step, Prose) and step.round == turn.rounds]
    missing = [each for text in texts for each in receipts(text, basis) if isinstance(each, NotFound)]
    return list(dict.fromkeys(each.number.text for each in missing))
