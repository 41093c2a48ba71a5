"""What a conversation costs, and the budget that pauses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from lci.core.conversation import Conversation, ConversationSettings
from lci.core.ports import ModelProfile
from lci.core.turns import Turn, Usage
from lci.models.registry import Price
from lci.runtime.config.settings import ModelSettings, Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.runtime.models.costs import conversation_cost, overspent, turn_cost
from lci.testing.scripted import ScriptedModel, calls, says
from lci.wording import explained

PROFILE = ModelProfile("m", "M", "Test", window_tokens=32_000)
PRICE = Price(prompt=2.0, completion=10.0, cached=0.5, date="2026-05-20")


def price_of(model: str) -> Price | None:
    return PRICE if model == "priced" else None


def turn(name: str, model: str, usage: Usage) -> Turn:
    return Turn(name, None, "go", model=model, usage=usage, last_usage=usage, spent=((model, usage),))


def test_cached_tokens_cost_less_and_unknown_prices_are_said() -> None:
    """B29"""
    first = turn("a", "priced", Usage(1_000_000, 100_000, 500_000))
    other = turn("b", "unknown", Usage(10, 10))
    told = turn_cost(first, price_of)
    assert told is not None
    assert told.dollars == pytest.approx(1.0 + 0.25 + 1.0)
    assert turn_cost(other, price_of) is None
    both = conversation_cost(replace(Conversation("c"), turns=(first, other)), price_of)
    assert both is not None
    assert (both.dollars, both.date, both.partly) == (told.dollars, "2026-05-20", True)
    assert conversation_cost(replace(Conversation("c"), turns=(other,)), price_of) is None


def test_the_budget_is_kept_before_it_is_exceeded() -> None:
    """B29"""
    spent = replace(Conversation("c"), turns=(turn("a", "priced", Usage(1_000_000, 0)),))
    assert overspent(spent, "a", price_of, 0) is None
    assert overspent(spent, "a", price_of, 4.5) is None
    assert overspent(spent, "a", price_of, 3.5) is not None
    assert overspent(spent, "builtin-analyst", price_of, 3.5) is None
    unknown = replace(spent, turns=(turn("a", "unknown", Usage(10**9, 0)),))
    assert overspent(unknown, "a", price_of, 0.01) is None


@pytest.fixture
def engine(home: Path) -> Iterator[Callable[..., Engine]]:
    made: list[Engine] = []

    def make(model: ScriptedModel, **settings: float) -> Engine:
        known = ModelSettings(id="m", name="gpt-4o", base_url="https://api.openai.com/v1", api_key=SecretStr("none"))
        told = Settings(home=home, model="m", models=[known], **settings)  # type: ignore[arg-type]
        made.append(Engine(told, make_model=lambda _: model))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.kernel
def test_a_turn_pauses_at_the_budget_and_says_so(engine: Callable[..., Engine]) -> None:
    """B29: what is done is kept, and not one more request is sent."""
    much = Usage(1_000_000, 10_000)
    model = ScriptedModel([calls("x = 1", usage=much), calls("y = 2", usage=much), says("never", usage=much)], PROFILE)
    with Interpreter(
        engine=engine(model, budget_usd=3.0), settings=ConversationSettings(model="m", approval="auto")
    ) as live:
        price = live.engine.price("m")
        assert price is not None
        outcome = live.run("go", approve="auto")
    assert outcome.turn.ending == "limit"
    assert outcome.turn.problem is not None
    assert "budget of $3" in str(explained(outcome.turn.problem))
    assert len(model.requests) == 1
    assert [cell.status for cell in outcome.turn.cells] == ["ok"]
