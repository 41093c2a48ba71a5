"""A long conversation summed up by its own model before it no longer fits (B18)."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from lci.agent.prompts import summing_up
from lci.agent.protocols.fenced import fenced
from lci.agent.request_building import Composed, Moment, phrases, told_system
from lci.agent.tools.inquire_image import answered
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.messages import Message, TextPart, alternating
from lci.core.pictures import without_pictures
from lci.core.ports import AnswerFinished, ModelRequest, Parameters
from lci.core.transcript.building import summarised, transcript
from lci.core.transcript.fitting import fitted
from lci.core.turns import Summary, Turn, Usage
from lci.errors import LciError

#: The part of the room that a summary must at least set free.
_WORTH = 0.25
#: Rounds that stay word for word, at least.
_KEPT_ROUNDS = 2
_SUMMARY_TOKENS = 1_500
#: Words of a summary, and tokens that one of them may have in any language.
_FEWEST_WORDS, _MOST_WORDS = 100, 600
_TOKENS_A_WORD = 3
#: The part of what it replaces that a summary may have.
_LONGEST = 0.6
#: Turns for which none is asked after one that was no use.
_REST = 4

#: The notice of a summary that was no use.
UNUSABLE = "summary_unusable"


@dataclass(frozen=True, slots=True)
class _Cut:
    """Up to which round of which turn to sum up, how many rounds that covers and how many tokens it sets free."""

    turn: Turn
    number: int
    rounds: int
    freed: int


class Summariser:
    """Makes summaries for one turn; one that failed is not tried again in it."""

    def __init__(self, context: TurnContext) -> None:
        self._context = context
        self._failed = False

    async def condensed(self, now: Moment) -> AsyncIterator[e.Event]:
        """Ask for a summary if the conversation nearly fills its room and one would make some."""
        context = self._context
        conversation = context.conversation()
        if now.fit.tokens <= now.soft and not now.fit.rounds_dropped:
            return
        if self._failed or not context.model.profile.is_ai or context.stop.is_set() or self._rests(conversation):
            return
        cut = await asyncio.to_thread(self._cut, conversation, now)
        if cut is None or context.refusal() is not None:
            return
        request = await asyncio.to_thread(self._composed, conversation, cut, now)
        yield request.sent(context.model.profile.id, context.keep, aside=True)
        try:
            text, finish = await answered(context, context.model, request.request)
        except LciError:
            # The oldest rounds go instead, and the server's own trouble shows at the next request.
            self._failed = True
            return
        if context.stop.is_set() and finish is None:
            return
        reported = finish.usage if finish is not None else None
        tokens = context.model.count_tokens(text)
        used = reported or Usage(request.tokens, tokens, estimated=True)
        yield e.UsageReported(used, context.model.profile.id, aside=True)
        if finish is None:
            self._failed = True
        elif not text or not _is_whole(finish) or tokens > _LONGEST * cut.freed:
            self._failed = True
            yield e.Notice(UNUSABLE)
        else:
            yield e.Summarised(text, cut.turn.id, cut.number, now.veil.sharing, now.veil.columns)
            yield e.Notice("summarised", {"rounds": cut.rounds})

    def _rests(self, conversation: Conversation) -> bool:
        """Whether the model made a summary of no use only lately."""
        branch = conversation.branch(self._context.turn_id)
        return any(notice.code == UNUSABLE for turn in branch[-_REST:] for notice in turn.notices)

    def _tokens(self, conversation: Conversation, system: str, now: Moment) -> int:
        """What is left once old results are shortened."""
        context, spoken = self._context, phrases(self._context, now.veil)
        messages = transcript(conversation, system, spoken, context.turn_id, now.veil, context.rounds)
        return fitted(messages, sys.maxsize, context.model.count_tokens, spoken, soft=now.soft).tokens

    def _cut(self, conversation: Conversation, now: Moment) -> _Cut | None:
        """What to sum up; None when it is not needed or would not help."""
        system = told_system(self._context, conversation, now.veil)
        full = self._tokens(conversation, system, now)
        branch = conversation.branch(self._context.turn_id)
        begun = summarised(branch, now.veil)
        rounds: list[tuple[Turn, int]] = []
        for at, turn in enumerate(branch[max(begun, 0) :], max(begun, 0)):
            summary = turn.summary if at == begun else None
            after = summary.round if summary is not None else 0
            numbers = sorted({step.round for step in turn.steps if step.round > after})
            rounds += [(turn, number) for number in numbers]
        covered = rounds[:-_KEPT_ROUNDS]
        if not covered:
            return None
        turn, number = covered[-1]
        summary = Summary("", number, now.veil.sharing, now.veil.columns, math.inf)
        shorter = _with_turn(conversation, replace(turn, summary=summary))
        freed = full - self._tokens(shorter, system, now)
        return _Cut(turn, number, len(covered), freed) if freed >= _WORTH * now.room else None

    def _composed(self, conversation: Conversation, cut: _Cut, now: Moment) -> Composed:
        """The request for a summary of everything up to that round."""
        context = self._context
        ended = replace(cut.turn, steps=tuple(step for step in cut.turn.steps if step.round <= cut.number))
        spoken = phrases(context, now.veil)
        rendered = transcript(_with_turn(conversation, ended), summing_up.SUMMARY_SYSTEM, spoken, ended.id, now.veil)
        words = fenced(rendered)
        fit = fitted(words, now.room - _SUMMARY_TOKENS, context.model.count_tokens, spoken)
        most = int(_LONGEST * cut.freed / _TOKENS_A_WORD)
        asked = summing_up.summarise(max(_FEWEST_WORDS, min(_MOST_WORDS, most // 50 * 50)))
        messages = alternating((*map(without_pictures, fit.messages), Message("user", (TextPart(asked),))))
        settings = context.conversation().settings
        answer = Parameters(settings.temperature, settings.reasoning_effort)
        return Composed(ModelRequest(messages, parameters=answer), fit.tokens, now.veil)


def _is_whole(finish: AnswerFinished) -> bool:
    return finish.finish == "stop"


def _with_turn(conversation: Conversation, turn: Turn) -> Conversation:
    turns = tuple(turn if other.id == turn.id else other for other in conversation.turns)
    return replace(conversation, turns=turns)
