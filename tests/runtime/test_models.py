"""A model made from its settings: its window, protocol and price, in the order of who knows best."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lci.core.turns import Usage
from lci.models.registry import known_model
from lci.runtime.config.settings import ModelSettings, load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.runtime.models.catalogue import connection, price, profile, wishes
from lci.runtime.models.facts import Capabilities, ModelFacts, Trial
from lci.testing.server import ScriptedServer, error, text

HOSTED = "https://api.openai.com/v1"
LOCAL = "http://127.0.0.1:8080/v1"


def model(**fields: Any) -> ModelSettings:
    return ModelSettings.model_validate({"id": "m", "base_url": HOSTED, **fields})


SERVER = Capabilities(window_tokens=32_000)


@pytest.mark.parametrize(
    ("fields", "found", "window", "estimated"),
    [
        ({"name": "gpt-4o", "window_tokens": 9_000}, Trial(SERVER, 1.0, 16_000), 9_000, False),
        ({"name": "gpt-4o"}, Trial(SERVER, 1.0, 16_000), 32_000, False),
        ({"name": "gpt-4o"}, Trial(learned_window=16_000), 16_000, True),
        ({"name": "gpt-4o"}, Trial(), 128_000, True),
        ({"name": "unheard-of"}, Trial(), 8_192, True),
        # A server here loads a model with a window of its own.
        ({"name": "gpt-4o", "base_url": LOCAL}, Trial(), 8_192, True),
    ],
)
def test_the_window_is_known_by_the_person_the_server_its_refusals_and_the_registry(
    fields: dict[str, Any], found: Trial, window: int, estimated: bool
) -> None:
    """B18."""
    made = profile(model(**fields), found)
    assert (made.window_tokens, made.window_estimated) == (window, estimated)
    assert made.max_output_tokens <= window // 2


def test_a_window_is_learned_from_a_refusal_and_remembered(home: Path) -> None:
    """B18: also after a restart."""
    overflow = error(400, "This model's maximum context length is 6000 tokens.", "context_length_exceeded")
    with ScriptedServer([overflow, text("Short.")]) as server:
        settings = load_settings(home=home, models=[model(name="x", base_url=server.url)])
        engine = Engine(settings)
        try:
            with Interpreter("m", engine=engine) as live:
                assert live.run("long").text == "Short."
            assert engine.model("m").profile.window_tokens == 6_000
        finally:
            engine.close()
        found = ModelFacts(home).of(settings.models[0])
    assert profile(settings.models[0], found).window_tokens == 6_000


@pytest.mark.parametrize(
    ("fields", "protocol", "proven"),
    [
        ({"name": "gpt-5.5"}, "tools", True),
        ({"name": "x", "base_url": "https://openrouter.ai/api/v1"}, "tools", False),
        ({"name": "openai/gpt-5.5", "base_url": "https://openrouter.ai/api/v1"}, "tools", True),
        ({"name": "x", "base_url": LOCAL}, "tools", False),
        ({"name": "x", "base_url": LOCAL, "protocol": "fenced"}, "fenced", True),
    ],
)
def test_the_protocol_is_known_by_the_person_or_the_provider(
    fields: dict[str, Any], protocol: str, proven: bool
) -> None:
    """B16."""
    made = profile(model(**fields))
    assert (made.protocol, made.protocol_proven) == (protocol, proven)


def test_a_model_reads_its_answers_back_only_where_it_is_set_to() -> None:
    """B57."""
    assert profile(model(read_back=True)).reads_back
    assert not profile(model()).reads_back


def test_pictures_go_to_models_that_are_known_to_see_unless_a_person_says_otherwise() -> None:
    """B27, in part."""
    assert profile(model(name="gpt-4o")).sees_images
    assert not profile(model(name="gpt-4o", sees_images=False)).sees_images
    assert not profile(model(name="unheard-of")).sees_images
    assert profile(model(name="unheard-of"), Trial(Capabilities(vision=True))).sees_images


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gpt-4o", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        ("openai/gpt-4o:free", "gpt-4o"),
        ("gpt-4o-2031-01-31", "gpt-4o"),
        ("claude-sonnet-4-5-20310131", "claude-sonnet-4-5"),
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("my-deployment", None),
        ("", None),
    ],
)
def test_a_model_is_known_with_and_without_maker_and_date(name: str, found: str | None) -> None:
    known = known_model(name)
    assert (known.name if known is not None else None) == found


def test_prices_are_estimates_of_a_day_and_unknown_elsewhere() -> None:
    """B29, in part."""
    known = price(model(name="gpt-4o"))
    assert known is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", known.date)
    usage = Usage(prompt_tokens=1_000_000, completion_tokens=1_000_000, cached_tokens=500_000)
    assert known.cost(usage) == pytest.approx(known.prompt / 2 + known.cached / 2 + known.completion)
    assert price(model(name="gpt-4o", base_url=LOCAL)) is None
    assert price(model(name="my-deployment")) is None


def test_settings_reach_the_connection() -> None:
    settings = model(
        name="d", provider="azure", base_url="http://127.0.0.1:1", api_version="2024-10-21", headers={"X-Team": "a"},
        proxy="none", ca_file="/x.pem", api_key="k", temperature=0.1, reasoning_effort="low", max_output_tokens=7,
    )  # fmt: skip
    made = connection(settings)
    assert (made.own_key_header, made.api_version, made.proxy, made.ca_file) == (
        "api-key",
        "2024-10-21",
        "none",
        "/x.pem",
    )
    assert made.headers == {"X-Team": "a"}
    asked = wishes(settings)
    assert (asked.max_output_tokens, asked.temperature, asked.reasoning_effort) == (7, 0.1, "low")
    assert made.limit_name == "max_completion_tokens"
    assert connection(model(base_url=LOCAL)).limit_name == "max_tokens"
    assert wishes(model(base_url=LOCAL)).max_output_tokens is None


def test_each_model_sends_what_its_settings_say(home: Path) -> None:
    with ScriptedServer([text("Fine.")]) as server:
        fields = {"name": "x", "base_url": server.url, "temperature": 0.5, "max_output_tokens": 99}
        engine = Engine(load_settings(home=home, models=[model(**fields)]))
        try:
            with Interpreter("m", engine=engine) as live:
                assert live.run("Hi").text == "Fine."
        finally:
            engine.close()
        (body,) = server.chats
    assert (body["temperature"], body["max_tokens"]) == (0.5, 99)


def test_servers_on_this_machine_are_found_through_the_engine(home: Path) -> None:
    engine = Engine(load_settings(home=home))
    try:
        with ScriptedServer(models=["a"]) as server:
            (found,) = engine.local_servers([server.port]).result(20)
            assert (found.base_url, found.models) == (server.url, ("a",))
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("provider", "base_url", "named"),
    [
        ("OpenAI", "https://api.openai.com/v1", "OpenAI"),
        # The name was kept beside another address: it is not OpenAI that fails there.
        ("OpenAI", "http://127.0.0.1:8640/v1", "http://127.0.0.1:8640/v1"),
        ("Azure OpenAI", "https://models.example.com/openai/v1", "Azure OpenAI"),
        ("Our own", "http://127.0.0.1:8640/v1", "Our own"),
    ],
)
def test_who_answers_is_named_by_the_address_that_is_asked(provider: str, base_url: str, named: str) -> None:
    assert profile(ModelSettings(id="m", name="m", provider=provider, base_url=base_url)).provider == named
