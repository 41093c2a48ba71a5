"""B54, B12: a handful of tiny requests finds what a model can do; over real sockets."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lci.core.conversation import BUILTIN_ANALYST
from lci.errors import AddressWrong, KeyRejected, ModelUnknown, ProviderProblem, Unreachable
from lci.runtime.config.configuring import save_model
from lci.runtime.config.settings import ModelSettings, load_settings
from lci.runtime.engine import Engine
from lci.runtime.models.catalogue import profile
from lci.runtime.models.facts import Capabilities, ModelFacts
from lci.testing.server import Reply, Request, ScriptedServer, chunk, error, spoken, text

PATIENCE = 30
ALL = frozenset({"tools", "parallel", "schema", "vision", "usage", "system"})


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    made = Engine(load_settings(home=home))
    yield made
    made.close()


def calls(number: int) -> Reply:
    made = [
        {
            "index": n,
            "id": f"c{n}",
            "function": {"name": "execute_code", "arguments": json.dumps({"code": f"print({n})"})},
        }
        for n in range(number)
    ]
    return Reply([chunk({"tool_calls": made}), chunk(finish="tool_calls")])


def able(abilities: frozenset[str], *, refuses: bool = True) -> Callable[[Request], Reply]:
    """A server whose model has these abilities; it refuses the others, or takes them and does something else."""

    def answer(request: Request) -> Reply:
        body = request.body
        used = {
            "tools": "tools" in body,
            "schema": "response_format" in body,
            "vision": any(isinstance(message["content"], list) for message in body["messages"]),
            "system": any(message["role"] == "system" for message in body["messages"]),
        }
        words = {"tools": "tools", "schema": "response_format", "vision": "image_url", "system": "system role"}
        for ability, is_used in used.items():
            if is_used and ability not in abilities and (refuses or ability == "system"):
                return error(400, f"{words[ability]} is not supported")
        usage = (10, 2) if "usage" in abilities else None
        if used["tools"] and "tools" in abilities:
            return calls(2 if "parallel" in abilities else 1)
        if used["schema"] and "schema" in abilities:
            return spoken('{"say": "OK", "code": "print(1)"}', usage=usage)
        if used["vision"] and "vision" in abilities:
            return text("It is Red.", usage=usage)
        return text("OK", usage=usage)

    return answer


def settings_at(server: ScriptedServer, **fields: Any) -> ModelSettings:
    return ModelSettings.model_validate({"id": "m", "name": "scripted", "base_url": server.url, **fields})


def tried(engine: Engine, server: ScriptedServer, **fields: Any) -> Capabilities:
    return engine.probe(settings_at(server, **fields)).result(PATIENCE)


def test_a_model_that_can_do_everything_is_found_to(engine: Engine) -> None:
    with ScriptedServer(able(ALL)) as server:
        found = tried(engine, server)
        assert len(server.chats) == 4
    assert found == Capabilities(True, True, True, True, None)
    assert found.protocol == "tools"


@pytest.mark.parametrize("refuses", [True, False])
@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ({"tools"}, {"tools": False}),
        ({"parallel"}, {}),
        ({"schema"}, {"schema": False}),
        ({"vision"}, {"vision": False}),
        ({"usage"}, {"usage": False}),
        ({"system"}, {}),
    ],
)
def test_each_ability_that_is_missing_is_found_missing(
    engine: Engine, missing: set[str], expected: dict[str, Any], refuses: bool
) -> None:
    """Refused, or taken and then ignored."""
    with ScriptedServer(able(ALL - missing, refuses=refuses)) as server:
        found = tried(engine, server)
    assert found == replace(Capabilities(True, True, True, True, None), **expected)


@pytest.mark.parametrize(
    ("abilities", "protocol"),
    [(ALL, "tools"), (ALL - {"tools"}, "schema"), (ALL - {"tools", "schema"}, "fenced")],
)
def test_what_was_found_chooses_the_protocol(engine: Engine, abilities: frozenset[str], protocol: str) -> None:
    """B16: kept, with its day, for its address and name; the model's next turn uses it."""
    with ScriptedServer(able(abilities)) as server:
        tried(engine, server)
        settings = settings_at(server)
        found = engine.model_facts.of(settings)
    again = ModelFacts(engine.settings.home)
    assert again.of(settings) == found and found.tried_at is not None
    made = profile(settings, found)
    assert (made.protocol, made.protocol_proven, made.sees_images) == (protocol, True, True)
    assert again.of(settings.model_copy(update={"id": "renamed"})) == found
    assert again.of(settings.model_copy(update={"name": "other"})).capabilities is None
    assert stat.S_IMODE((engine.settings.home / "models.json").stat().st_mode) == 0o600
    assert profile(settings.model_copy(update={"protocol": "fenced"}), found).protocol == "fenced"


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (error(401, "Incorrect API key"), KeyRejected),
        (error(404, "The model `scripted` does not exist", "model_not_found"), ModelUnknown),
        (error(404, "Invalid URL (POST /chat/completions)"), AddressWrong),
    ],
)
def test_a_connection_that_does_not_work_says_what_a_turn_would(
    engine: Engine, refusal: Reply, kind: type[ProviderProblem]
) -> None:
    """B12."""
    with ScriptedServer(lambda _: refusal) as server:
        with pytest.raises(kind):
            tried(engine, server)
        assert len(server.chats) == 1
        assert engine.model_facts.of(settings_at(server)).tried_at is None


def test_a_server_that_is_not_there_is_unreachable(engine: Engine) -> None:
    with ScriptedServer() as server:
        gone = settings_at(server)
    with pytest.raises(Unreachable):
        engine.probe(gone).result(PATIENCE)


def test_trouble_halfway_leaves_an_ability_untold(engine: Engine) -> None:
    whole = able(ALL)

    def answer(request: Request) -> Reply:
        return error(503, "busy") if "tools" in request.body else whole(request)

    with ScriptedServer(answer) as server:
        found = tried(engine, server)
    assert (found.tools, found.schema, found.vision) == (None, True, True)
    assert found.protocol == "schema"


#: It answers every path, those it does not know with an error of status 200.
LMSTUDIO = {
    "/props": {"error": "Unexpected endpoint or method."},
    "/api/show": {"error": "Unexpected endpoint or method."},
    "/api/v0/models/scripted": {
        "id": "scripted",
        "type": "llm",
        "loaded_context_length": 20_480,
        "max_context_length": 131_072,
    },
}
LLAMACPP = {"/props": {"default_generation_settings": {"n_ctx": 12_288}, "modalities": {"vision": False}}}
OLLAMA = {
    "/api/show": {"model_info": {"llama.context_length": 131_072}, "capabilities": ["completion", "tools"]},
    "/api/ps": {"models": [{"name": "other"}, {"name": "scripted:latest", "context_length": 16_384}]},
}


@pytest.mark.parametrize(
    ("models", "pages", "window"),
    [
        (["scripted"], {}, None),
        ([{"id": "scripted", "max_model_len": 32_768}], {}, 32_768),
        ([{"id": "scripted", "context_length": 65_536}], {}, 65_536),
        ([{"id": "scripted", "meta": {"n_ctx": 4_096, "n_ctx_train": 131_072}}], {}, 4_096),
        ([{"id": "other", "max_model_len": 32_768}], {}, None),
        (["scripted"], LLAMACPP, 12_288),
        (["scripted"], OLLAMA, 16_384),
        (["scripted"], LMSTUDIO, 20_480),
        (["scripted"], {"/api/show": {"model_info": {"llama.context_length": 131_072}}}, 4_096),
        (["scripted"], {"/api/show": {"model_info": {}, "parameters": "num_ctx    8192\nstop x"}}, 8_192),
        (["scripted"], {"/props": ["odd"], "/api/show": {"model_info": [], "parameters": 5}}, None),
    ],
)
def test_the_window_is_the_servers_own_word(
    engine: Engine, models: list[Any], pages: dict[str, Any], window: int | None
) -> None:
    """Ollama drops what is beyond the window it loaded the model with, whatever the model could read."""
    with ScriptedServer(able(ALL), models=models, pages=pages) as server:
        assert tried(engine, server).window_tokens == window


def test_a_record_that_cannot_be_read_is_begun_anew(home: Path) -> None:
    home.mkdir()
    (home / "models.json").write_text('{"x": 5}')
    knowledge = ModelFacts(home)
    model = ModelSettings(id="m", name="x", base_url="http://user:word@127.0.0.1:1/v1")
    assert knowledge.of(model).tried_at is None
    knowledge.learned(model, 9_000)
    assert ModelFacts(home).of(model).learned_window == 9_000
    assert "word" not in (home / "models.json").read_text()


def test_a_key_left_empty_is_the_saved_one_and_what_is_found_is_used_at_once(engine: Engine) -> None:
    with ScriptedServer(able(ALL - {"tools"})) as server:
        save_model(engine.settings.home, settings_at(server, api_key="sk-saved-0123456789"))
        engine.reload()
        before = engine.model("m")
        assert before.profile.protocol == "tools"
        tried(engine, server)
        assert engine.model("m").profile.protocol == "schema"
        assert "sk-saved-0123456789" in repr(server.requests)


def test_a_model_saved_though_its_trial_failed_begins_no_conversation_until_one_succeeds(
    home: Path, engine: Engine
) -> None:
    """B54: the next start knows it as well; what `model` names is what the person chose."""
    with ScriptedServer(able(ALL)) as server:
        unproven = settings_at(server)
        save_model(home, unproven)
        engine.model_facts.shelve(unproven)
        engine.reload()
        assert engine.settings.default_model == BUILTIN_ANALYST
        assert [profile.id for profile in engine.profiles()] == [BUILTIN_ANALYST, "m"]
        later = Engine(load_settings(home=home))
        try:
            assert later.settings.default_model == BUILTIN_ANALYST
        finally:
            later.close()
        tried(engine, server)
        assert engine.settings.default_model == "m"
        engine.model_facts.shelve(unproven)
        chosen = Engine(load_settings(home=home, model="m"))
        try:
            assert chosen.settings.default_model == "m"
        finally:
            chosen.close()
