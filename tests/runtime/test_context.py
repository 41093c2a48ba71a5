"""What a request says beside the conversation (B18): memory and files, parameters, instructions; and counting it."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from lci.core.conversation import ConversationSettings
from lci.core.inspection import Variable
from lci.core.ports import CodeProtocol, KernelEvent, Model
from lci.runtime.config.settings import ModelSettings, Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel
from lci.testing.server import Reply, Request, ScriptedServer, code, text
from tests.runtime.talks import FAST, Talks, behaviour
from tests.runtime.test_protocols import PROTOCOLS, Runs, Says, Step, wired

Opened = Callable[..., Interpreter]


class Remembering(ScriptedKernel):
    """A kernel that knows of one more variable with each cell."""

    async def execute(self, source: str, tag: str = "") -> AsyncIterator[KernelEvent]:
        number = len(self.sources) + 1
        known = self.inspector.known_variables or ()
        self.inspector.known_variables = (*known, Variable(f"v{number}", "int", value=str(number)))
        async for event in super().execute(source, tag):
            yield event


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as made:
        yield made


@pytest.fixture
def opened(home: Path, server: ScriptedServer) -> Iterator[Opened]:
    """Opens conversations with a model at `server`: `fields` are its settings, `said` those of the conversation."""
    engines: list[Engine] = []

    def make(
        said: dict[str, Any] | None = None, everywhere: str = "", *, real_kernel: bool = False, **fields: Any
    ) -> Interpreter:
        usual = {"name": "m", "base_url": server.url, "api_key": SecretStr("none"), "window_tokens": 64_000}
        model = ModelSettings.model_validate({"id": "m", "protocol": "tools", **usual, **fields})
        settings = Settings(home=home, model="m", instructions=everywhere, models=[model])
        kernel = None if real_kernel else lambda workspace, settings, blobs: Remembering(behaviour)
        engines.append(Engine(settings, make_kernel=kernel))
        conversation = ConversationSettings(model="m", approval="auto", **(said or {}))
        return Interpreter(engine=engines[-1], settings=conversation, limits=FAST)

    yield make
    for engine in engines:
        engine.close()


STATE = ("[In memory now: ", "[Files that code made: ", "[Pictures for inquire_image: ")


def holds_state(message: dict[str, Any]) -> bool:
    return any(mark in str(message["content"]) for mark in STATE)


def without_state(message: dict[str, Any]) -> dict[str, Any]:
    blocks = str(message["content"]).split("\n\n")
    left = [block for block in blocks if not all(line.startswith(STATE) for line in block.split("\n"))]
    return {**message, "content": "\n\n".join(left)}


def assert_only_the_end_differs(chats: Sequence[dict[str, Any]]) -> None:
    """State is in last messages alone, and each request begins as the one before it did."""
    for body in chats:
        assert not any(holds_state(message) for message in body["messages"][:-1])
    for before, following in pairwise(chats):
        at = len(before["messages"]) - 1
        assert following["messages"][:at] == before["messages"][:at]
        assert following["messages"][at] == without_state(before["messages"][at])


# --- memory and files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_in_memory_is_said_last_and_only_there(
    server: ScriptedServer, opened: Opened, protocol: CodeProtocol
) -> None:
    """B18: so that servers can use their work on all that came before."""
    steps: list[Step] = [Runs("a = 1", "Look:"), Runs("b = 2"), Says("Done."), Runs("c = 3"), Says("All done.")]
    server.add(*(wired(step, protocol, at) for at, step in enumerate(steps)))
    with opened(protocol=protocol) as live:
        live.files.attach_bytes("in.csv", b"a\n1\n")
        live.submit("Begin", ["in.csv"])
        assert live.wait(lambda now: bool(now.turns) and now.running is None, 60)
        live.submit("Go on")
        assert live.wait(lambda now: len(now.turns) == 2 and now.running is None, 60)
    last = [body["messages"][-1]["content"] for body in server.chats]
    assert "In memory now" not in last[0]
    assert "[In memory now: v1: int = 1]" in last[1]
    assert all("[In memory now: v2: int = 2; v1: int = 1]" in said for said in last[2:4])
    assert "[In memory now: v3: int = 3; " in last[4]
    assert not any("Files that code made" in said for said in last)
    assert last[3].startswith("Go on\n\n[In memory now")
    assert_only_the_end_differs(server.chats)


def knows_x(live: Interpreter) -> bool:
    return any(variable.name == "x" for variable in live.kernel.variables or ())


@pytest.mark.kernel
def test_a_real_kernels_variables_and_files_are_said(server: ScriptedServer, opened: Opened) -> None:
    """B18."""
    server.add(
        code("x = 41\nopen('made.csv', 'w').write('a,b\\n1,2\\n');"), text("Done."), code("y = x + 1"), text("Added.")
    )
    with opened(real_kernel=True) as live:
        live.run("Begin", approve="auto")
        assert live.wait(lambda _: knows_x(live), 60)
        live.run("Add one", approve="auto")
    last = [body["messages"][-1]["content"] for body in server.chats]
    assert not holds_state(server.chats[0]["messages"][-1])
    assert '[Files that code made: "made.csv" 8 bytes]' in last[1]
    assert "[In memory now: x: int = 41]" in last[2] and last[2].startswith("Add one\n\n")
    assert "x: int = 41" in last[3]
    assert_only_the_end_differs(server.chats)


@pytest.mark.kernel
def test_variables_that_are_gone_are_not_said_to_be_there(server: ScriptedServer, opened: Opened) -> None:
    """B18."""
    server.add(code("x = 41"), text("Done."), text("Gone."))
    with opened(real_kernel=True) as live:
        live.run("Begin", approve="auto")
        assert live.wait(lambda _: knows_x(live), 60)
        live.kernel.restart()
        assert live.wait(lambda now: now.kernel.generation == 2 and now.kernel.status == "ready", 60)
        live.run("And now?")
    last = server.chats[-1]["messages"][-1]["content"]
    assert "In memory now" not in last
    assert "every variable and import of earlier cells is gone" in last


# --- parameters and instructions --------------------------------------------------------------------------------------

OWN = {"temperature": 0.9, "reasoning_effort": "high", "max_output_tokens": 999}


def parameters(body: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(body.get(name) for name in ("temperature", "reasoning_effort", "max_tokens"))


@pytest.mark.parametrize(
    ("own", "said", "sent"),
    [
        ({}, {}, (None, None, None)),
        (OWN, {}, (0.9, "high", 999)),
        ({}, {"temperature": 0.3, "reasoning_effort": "low", "max_output_tokens": 77}, (0.3, "low", 77)),
        (OWN, {"temperature": 0.0, "reasoning_effort": "low", "max_output_tokens": 77}, (0.0, "low", 77)),
        (OWN, {"temperature": 0.0}, (0.0, "high", 999)),
    ],
)
def test_a_conversations_parameters_win_over_its_models(
    server: ScriptedServer, opened: Opened, own: dict[str, Any], said: dict[str, Any], sent: tuple[Any, ...]
) -> None:
    server.add(code("a = 1"), text("Done."))
    with opened(said, **own) as live:
        live.run("go")
    assert [parameters(body) for body in server.chats] == [sent, sent]


def test_parameters_may_change_within_a_conversation(server: ScriptedServer, opened: Opened) -> None:
    server.add(text("One."), text("Two."), text("Three."))
    with opened(**OWN) as live:
        live.run("one")
        live.change_settings(replace(live.snapshot().settings, temperature=0.1))
        live.run("two")
        live.change_settings(replace(live.snapshot().settings, temperature=None))
        live.run("three")
    assert [body["temperature"] for body in server.chats] == [0.9, 0.1, 0.9]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_instructions_of_the_app_the_model_and_the_conversation_are_all_said(
    server: ScriptedServer, opened: Opened, protocol: CodeProtocol
) -> None:
    server.add(wired(Runs("a = 1"), protocol), wired(Says("Done."), protocol))
    with opened(
        {"instructions": "Use euros.\n"}, " Be formal.", instructions="Prefer polars.", protocol=protocol
    ) as live:
        live.run("go")
    heading = "The user's own instructions\nBe formal.\nPrefer polars.\nUse euros."
    for body in server.chats:
        system, *others = body["messages"]
        assert system["role"] == "system" and system["content"].endswith(heading)
        assert "euros" not in str(others)


def test_no_instructions_leave_no_heading(server: ScriptedServer, opened: Opened) -> None:
    server.add(text("Done."))
    with opened({"instructions": " \n"}, "\t", instructions=" ") as live:
        live.run("go")
    assert "own instructions" not in server.chats[0]["messages"][0]["content"]


# --- counting ---------------------------------------------------------------------------------------------------------

SAMPLE = " ".join(f"word number {number}" for number in range(400))


def assert_counts(model: Model, other: Model, ratio: float) -> None:
    """`model` counts so many times the tokens that `other` does, which has not heard its server's word."""
    # The vocabulary may come in between, and with it another count.
    before, counted, after = other.count_tokens(SAMPLE), model.count_tokens(SAMPLE), other.count_tokens(SAMPLE)
    assert any(counted == pytest.approx(ratio * plain, rel=0.01) for plain in (before, after))


def reporting(live: Interpreter, *factors: float) -> Callable[[Request], Reply]:
    """Each answer reports so many times the tokens that we counted for its request."""
    left = iter(factors)

    def answer(_: Request) -> Reply:
        counted = live.snapshot().turns[-1].requests[-1].context_tokens
        return text("Fine.", usage=(math.ceil(next(left) * counted), 5))

    return answer


@pytest.mark.parametrize(
    ("factor", "ratio"), [(1.0, 1.0), (1.5, 1.5), (0.8, 0.8), (2.0, 2.0), (30.0, 2.0), (0.01, 0.7)]
)
def test_tokens_are_counted_as_the_server_counts_them(
    talks: Talks, server: ScriptedServer, factor: float, ratio: float
) -> None:
    """B18: from its first answer on, within reason."""
    model = talks.model(server, protocol_proven=True)
    plain = talks.model(server, "plain")
    with talks.opened() as live:
        server.then(reporting(live, factor))
        assert_counts(model, plain, 1.0)
        live.run("How many?")
    assert_counts(model, plain, ratio)


def test_the_servers_first_word_counts_most(talks: Talks, server: ScriptedServer) -> None:
    """B18: one answer that is off, a cache's perhaps, does not undo it."""
    model = talks.model(server, protocol_proven=True)
    plain = talks.model(server, "plain")
    with talks.opened() as live:
        # The second reports half of what is counted by then: the plain count.
        answers = reporting(live, 2.0, 0.5)
        server.then(answers)
        server.then(answers)
        live.run("How many?")
        live.run("And now?")
    assert_counts(model, plain, 1.7)


def test_without_the_servers_word_our_own_count_stands(talks: Talks, server: ScriptedServer) -> None:
    """B29: it is marked as an estimate."""
    model = talks.model(server, protocol_proven=True)
    plain = talks.model(server, "plain")
    server.add(text("Fine.", usage=None), text("Fine.", usage=(0, 0)))
    with talks.opened() as live:
        turn = live.run("How many?").turn
        assert turn.usage.estimated and turn.usage.prompt_tokens == turn.requests[0].context_tokens
        live.run("How many?")
    assert_counts(model, plain, 1.0)


def test_pictures_do_not_teach_how_words_are_counted(
    talks: Talks, server: ScriptedServer, opened: Opened, tmp_path: Path
) -> None:
    """B18, B27: every server counts them in its own way."""
    path = tmp_path / "photo.png"
    Image.new("RGB", (60, 40), "red").save(path)
    plain = talks.model(server, "plain")
    with opened(sees_images=True) as live:
        server.then(reporting(live, 2.0))
        live.run("What colour?", [path])
        model = live.engine.model("m")
        assert "image_url" in str(server.chats[0])
        assert_counts(model, plain, 1.0)
        with Interpreter(engine=live.engine, settings=live.snapshot().settings, limits=FAST) as other:
            server.then(reporting(other, 2.0))
            other.run("How many?")
        assert_counts(model, plain, 2.0)
