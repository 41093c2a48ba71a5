"""What is said of a turn that has ended: its cells, seconds, tokens and dollars."""

from __future__ import annotations

from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.turns import Turn
from lci.runtime.models.costs import conversation_cost, turn_cost
from lci.ui.state import services
from lci.wording import duration, number, plural, words


def line(turn: Turn) -> str:
    """Who answered, with how many cells, how long it took, and what it cost as far as that is known."""
    text = words().turns
    ran = [cell for cell in turn.cells if cell.status not in ("dropped", "writing", "rejected")]
    parts = [text.by_analyst] if turn.model == BUILTIN_ANALYST else []
    parts += [plural(len(ran), *text.cell)] if ran else []
    if ran and all(cell.asked_by == "person" for cell in ran):
        # Begun when the first of them was written, each was run when its person liked.
        parts.append(duration(sum(cell.duration or 0.0 for cell in ran)))
    elif turn.ended_at is not None:
        parts.append(duration(max(0.0, turn.ended_at - turn.started_at)))
    tokens = turn.usage.prompt_tokens + turn.usage.completion_tokens
    if tokens and turn.model != BUILTIN_ANALYST:
        about = text.tokens_estimated if turn.usage.estimated else ""
        parts.append(about + plural(tokens, *text.token))
    cost = turn_cost(turn, services().price)
    if cost is not None:
        parts.append(text.cost.format(dollars=_dollars(cost.dollars)).replace("$", "\\$"))
    return " · ".join(parts)


def further(now: Conversation, turn: Turn) -> str | None:
    """What the line is too short for; None where there is nothing."""
    paragraphs = [each for each in (_tokens_help(turn), _cost_help(now)) if each]
    return "\n\n".join(paragraphs) or None


def _tokens_help(turn: Turn) -> str | None:
    """The turn's tokens by what they were for."""
    text, usage = words(), turn.usage
    if turn.model == BUILTIN_ANALYST or not usage.prompt_tokens + usage.completion_tokens:
        return None
    return text.turns.tokens_told.format(
        about=text.turns.tokens_estimated if usage.estimated else "",
        prompt=number(usage.prompt_tokens),
        cached=text.turns.tokens_cached.format(count=number(usage.cached_tokens)) if usage.cached_tokens else "",
        answer=number(usage.completion_tokens),
        reasoning=text.turns.tokens_reasoning.format(count=number(usage.reasoning_tokens))
        if usage.reasoning_tokens
        else "",
    )


def _cost_help(now: Conversation) -> str | None:
    """What the conversation has cost so far, where that is known."""
    spent = conversation_cost(now, services().price)
    if spent is None:
        return None
    partly = words().turns.cost_partly if spent.partly else ""
    sentence = words().turns.cost_help.format(dollars=_dollars(spent.dollars), partly=partly, date=spent.date)
    # Two of them would be a formula.
    return sentence.replace("$", "\\$")


def _dollars(amount: float) -> str:
    return number(amount, 2 if amount >= 1 else 4)
