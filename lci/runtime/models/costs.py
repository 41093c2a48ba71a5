"""What a conversation has cost, roughly: usage by the shipped prices, which carry a date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.turns import Turn
from lci.errors import Problem
from lci.models.registry import Price

PriceOf = Callable[[str], Price | None]


@dataclass(frozen=True, slots=True)
class Spent:
    """US dollars, by prices of `date`; `partly` says that some usage had no known price and is not counted."""

    dollars: float
    date: str
    partly: bool = False


def turn_cost(turn: Turn, price_of: PriceOf) -> Spent | None:
    """What one turn cost, other models it asked included; None where nothing of it has a known price."""
    costs = [(price_of(model), usage) for model, usage in turn.spent if usage.prompt_tokens or usage.completion_tokens]
    priced = [(price, usage) for price, usage in costs if price is not None]
    if not priced:
        return None
    return Spent(sum(price.cost(usage) for price, usage in priced), priced[-1][0].date, len(priced) < len(costs))


def conversation_cost(conversation: Conversation, price_of: PriceOf) -> Spent | None:
    """What all turns cost, on whatever branch; None where nothing of it has a known price."""
    costs = [turn_cost(turn, price_of) for turn in conversation.turns if turn.usage.prompt_tokens]
    priced = [cost for cost in costs if cost is not None]
    if not priced:
        return None
    return Spent(
        sum(cost.dollars for cost in priced),
        priced[-1].date,
        len(priced) < len(costs) or any(cost.partly for cost in priced),
    )


def overspent(conversation: Conversation, model: str, price_of: PriceOf, budget: float) -> Problem | None:
    """Why `model` is not asked: one more request like the last would cost more than is left of `budget` dollars.

    0 is no budget, and the built-in analyst costs nothing.
    """
    spent = conversation_cost(conversation, price_of)
    if not budget or spent is None or model == BUILTIN_ANALYST:
        return None
    last = conversation.turns[-1]
    price = price_of(last.model)
    likely = price.cost(last.last_usage) if price is not None and last.last_usage is not None else 0.0
    if spent.dollars + likely <= budget:
        return None
    return Problem("budget_reached", {"budget": f"{budget:g}", "spent": f"{spent.dollars:.2f}"})
