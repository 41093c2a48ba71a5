"""Errors go back with live facts, and a repeated one with a push (B6, B7); tokens and budgets (B29): real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from lci.core.conversation import ConversationSettings
from lci.core.ports import CodeProtocol, ModelProfile
from lci.core.turns import Usage
from lci.models.connecting import Connection
from lci.models.openai_chat import OpenAIChat
from lci.runtime.config.settings import ModelSettings, Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel
from lci.testing.server import Reply, ScriptedServer, chunk, code, spoken, text
from tests.runtime.talks import behaviour

Asking = Callable[..., Interpreter]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as made:
        yield made


@pytest.fixture
def asking(home: Path, server: ScriptedServer) -> Iterator[Asking]:
    engines: list[Engine] = []

    def make(protocol: CodeProtocol = "tools") -> Interpreter:
        model = ModelSettings(
            id="m", name="m", base_url=server.url, api_key=SecretStr("none"), protocol=protocol, window_tokens=64_000
        )
        engines.append(Engine(Settings(home=home, model="m", models=[model])))
        return Interpreter(engine=engines[-1], settings=ConversationSettings(model="m", approval="auto"))

    yield make
    for engine in engines:
        engine.close()


FRAME = "import pandas as pd\ndf = pd.DataFrame({'body_mass_g': [1], 'species': ['a']})\n"
FAILURES = {
    "a missing column": (f"{FRAME}df['BodyMass']", ["KeyError", "df: DataFrame 1×2, columns", "body_mass_g"]),
    "a wrong attribute": (f"{FRAME}df.groupbuy('species')", ["AttributeError", "Close names", "groupby"]),
    "a missing name": (f"{FRAME}dff.head()", ["NameError", "Close names", '"df"']),
    "a missing module": ("import sklern", ["ModuleNotFoundError", "similar name", "sklearn"]),
    "a missing file": ("open('penguin.csv')", ["FileNotFoundError", "Files in the working directory", "penguins.csv"]),
}


@pytest.mark.kernel
@pytest.mark.parametrize("name", FAILURES)
def test_an_error_goes_back_with_what_the_kernel_knows(server: ScriptedServer, asking: Asking, name: str) -> None:
    """B6"""
    source, facts = FAILURES[name]
    server.add(code(source), text("I see."))
    with asking() as live:
        live.files.attach_bytes("penguins.csv", b"species,body_mass_g\na,1\n")
        live.run("go", approve="auto")
    told = server.chats[1]["messages"][-1]["content"]
    for fact in facts:
        assert fact in told, (fact, told)
    assert "site-packages" not in told or told.count("File ") <= 1


@pytest.mark.kernel
@pytest.mark.parametrize("protocol", ["tools", "schema", "fenced"])
def test_the_same_error_twice_asks_for_another_way(
    server: ScriptedServer, asking: Asking, protocol: CodeProtocol
) -> None:
    """B6, B7: in every protocol."""

    def runs(source: str) -> Reply:
        match protocol:
            case "tools":
                return code(source)
            case "schema":
                return spoken(json.dumps({"say": "", "code": source}))
            case "fenced":
                return spoken(f"```python\n{source}\n```\n")

    last = '{"say": "I give up.", "code": ""}' if protocol == "schema" else "I give up."
    server.add(runs("{}['a']"), runs("x = 1\n{}['a']"), runs("y = {}['b']"), spoken(last))
    with asking(protocol) as live:
        live.run("go", approve="auto")
    push = "take another approach"
    results = [str(body["messages"][-1]["content"]) for body in server.chats[1:]]
    assert [push in result for result in results] == [False, True, False]


def used(prompt: int, completion: int, cached: int, reasoning: int) -> dict[str, Any]:
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    details = {"prompt_tokens_details": {"cached_tokens": cached}}
    return {**counts, **details, "completion_tokens_details": {"reasoning_tokens": reasoning}}


def answer(said: str, usage: dict[str, Any]) -> Reply:
    return Reply([chunk({"content": said}, finish="stop"), {**chunk(), "choices": [], "usage": usage}])


def test_cached_and_reasoning_tokens_are_counted_by_turn(server: ScriptedServer, home: Path) -> None:
    """B29: of all requests of a turn, as the server says; a price that nobody knows is not made up."""
    first = code("a = 1", usage=None)
    steps = [*first.steps, {**chunk(), "choices": [], "usage": used(1_000, 50, 0, 30)}]
    server.add(Reply(steps), answer("Done.", used(1_100, 20, 900, 5)))
    model = ModelSettings(id="m", name="m", base_url=server.url, api_key=SecretStr("none"), window_tokens=64_000)
    engine = Engine(
        Settings(home=home, model="m", models=[model], budget_usd=0.000001),
        make_kernel=lambda workspace, settings, blobs: ScriptedKernel(behaviour),
    )
    try:
        with Interpreter("m", engine=engine) as live:
            turn = live.run("go").turn
            assert engine.price("m") is None
    finally:
        engine.close()
    assert (turn.ending, turn.usage) == ("done", Usage(2_100, 70, 900, False, 35))
    assert turn.last_usage == Usage(1_100, 20, 900, False, 5)


def test_a_budget_pauses_before_it_is_exceeded(server: ScriptedServer, home: Path) -> None:
    """B29: by the shipped prices of the model's name, with what the server reports."""
    known = ModelSettings(id="m", name="gpt-4o", provider="OpenAI", window_tokens=128_000)
    client = OpenAIChat(Connection(server.url, "", "gpt-4o"), ModelProfile("m", "M", "OpenAI", window_tokens=128_000))
    engine = Engine(
        Settings(home=home, model="m", models=[known], budget_usd=3.0),
        make_kernel=lambda workspace, settings, blobs: ScriptedKernel(behaviour),
        make_model=lambda _: client,
    )
    server.add(
        code("a = 1", usage=(1_000_000, 100)), code("b = 2", call_id="c2", usage=(1_000_000, 100)), text("never")
    )
    try:
        with Interpreter("m", engine=engine) as live:
            turn = live.run("go").turn
    finally:
        engine.close()
    assert (turn.ending, turn.problem and turn.problem.code) == ("limit", "budget_reached")
    assert (len(server.chats), [cell.status for cell in turn.cells]) == (1, ["ok"])
