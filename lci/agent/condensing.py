"""A long conversation summed up by its own model before it no longer fits (B18)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from lci.agent import phrasing, prompts
from lci.agent.composing import PHRASES, Composed, current_veil, told_system
from lci.agent.desk import Desk
from lci.agent.looking import answered
from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.fitting import fitted, size
from lci.core.messages import Message, TextPart
from lci.core.pictures import without_pictures
from lci.core.protocols import ModelRequest, Parameters
from lci.core.sharing import Veil
from lci.core.transcript import alternating, summarised, transcript
from lci.core.turns import Summary, Turn, Usage
from lci.errors import LciError

#: The part of the budget from which on a summary is made, and the part it must at least set free.
_FULL = 0.8
_WORTH = 0.25
#: Rounds that stay word for word, at least.
_KEPT_ROUNDS = 2
_SUMMARY_TOKENS = 1_500


class Condenser:
    """Makes summaries for one turn; one that failed is not tried again in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._failed = False

    async def condensed(self, budget: int) -> AsyncIterator[e.Event]:
        """Ask for a summary if the conversation nearly fills `budget` tokens and one would make room."""
        desk = self._desk
        if self._failed or not desk.model.profile.is_ai or desk.stop.is_set():
            return
        veil = await current_veil(desk)
        conversation = desk.conversation()
        system = told_system(desk, conversation, veil)
        cut = await asyncio.to_thread(self._cut, conversation, system, veil, budget)
        if cut is None or desk.refusal() is not None:
            return
        turn, number, rounds = cut
        made = await asyncio.to_thread(self._composed, conversation, turn, number, veil, budget)
        yield made.sent(desk.model.profile.id, desk.keep, aside=True)
        try:
            text, usage = await answered(desk, desk.model, made.request)
        except LciError:
            # The oldest rounds go instead, and the server's own trouble shows at the next request.
            self._failed = True
            return
        if desk.stop.is_set():
            return
        yield e.UsageReported(usage or Usage(made.tokens, desk.model.count_tokens(text), estimated=True))
        if not text or desk.model.count_tokens(text) > _WORTH * budget:
            self._failed = True
            return
        yield e.Summarised(text, turn.id, number, veil.sharing, veil.columns)
        yield e.Notice("summarised", {"rounds": rounds})

    def _tokens(self, conversation: Conversation, system: str, veil: Veil) -> int:
        said = transcript(conversation, system, PHRASES, self._desk.turn_id, veil)
        return sum(size(message, self._desk.model.count_tokens) for message in said)

    def _cut(self, conversation: Conversation, system: str, veil: Veil, budget: int) -> tuple[Turn, int, int] | None:
        """The turn and round up to which to sum up, and how many rounds that covers; None when it is not needed."""
        full = self._tokens(conversation, system, veil)
        if full <= _FULL * budget:
            return None
        branch = conversation.branch(self._desk.turn_id)
        begun = summarised(branch, veil)
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
        shorter = _with_turn(conversation, replace(turn, summary=Summary("", number, veil.sharing, veil.columns)))
        if full - self._tokens(shorter, system, veil) < _WORTH * budget:
            return None
        return turn, number, len(covered)

    def _composed(self, conversation: Conversation, turn: Turn, number: int, veil: Veil, budget: int) -> Composed:
        """The request for a summary of everything up to that round."""
        desk = self._desk
        ended = replace(turn, steps=tuple(step for step in turn.steps if step.round <= number))
        said = transcript(_with_turn(conversation, ended), prompts.SUMMARY_SYSTEM, PHRASES, turn.id, veil)
        words = phrasing.told(said, "fenced")
        fit = fitted(words, budget - _SUMMARY_TOKENS, desk.model.count_tokens, PHRASES)
        asked = Message("user", (TextPart(prompts.SUMMARISE),))
        messages = alternating((*map(without_pictures, fit.messages), asked))
        settings = desk.conversation().settings
        answer = Parameters(settings.temperature, settings.reasoning_effort)
        return Composed(ModelRequest(messages, parameters=answer), fit.tokens, veil)


def _with_turn(conversation: Conversation, turn: Turn) -> Conversation:
    turns = tuple(turn if other.id == turn.id else other for other in conversation.turns)
    return replace(conversation, turns=turns)
