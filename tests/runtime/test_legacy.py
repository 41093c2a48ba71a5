"""B46: the original project's config.json, read as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lci.errors import ConfigUnreadable
from lci.runtime.config.configuring import remove_model, save_model
from lci.runtime.config.settings import ModelSettings, config_path, load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.server import ScriptedServer, text

KEY = "sk-test-Qm7zW3vKx9LpR2tYb4"
ORIGINAL: dict[str, Any] = {
    "API_TYPE": "open_ai",
    "API_base": "",
    "API_VERSION": "2023-12-01-preview",
    "API_KEY": KEY,
    "model": {
        "GPT-3.5": {"model_name": "gpt-3.5-turbo-16k", "available": True},
        "GPT-4": {"model_name": "gpt-4", "available": True},
        "GPT-4V": {"model_name": "gpt-4-vision-preview", "available": False},
    },
    "model_context_window": {"gpt-3.5-turbo-16k": 16_384, "gpt-4": 8_192},
}


def written(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.json"
    path.write_text(json.dumps(ORIGINAL | changes), "utf-8")
    return path


def test_its_available_models_are_there_with_their_windows(home: Path) -> None:
    path = written(home)
    before = path.read_bytes()
    first, second = load_settings(home=home).models
    assert (first.id, first.label, first.window_tokens) == ("gpt-3.5-turbo-16k", "GPT-3.5", 16_384)
    assert (second.id, second.label, second.window_tokens) == ("gpt-4", "GPT-4", 8_192)
    assert {model.base_url for model in (first, second)} == {"https://api.openai.com/v1"}
    assert {model.api_key.get_secret_value() for model in (first, second)} == {KEY}
    assert {model.api_version for model in (first, second)} == {""}
    assert path.read_bytes() == before


def test_it_is_the_default_when_nothing_else_is_there_and_no_secret_of_it_shows(home: Path) -> None:
    written(home)
    settings = load_settings(home=home)
    assert settings.default_model == "gpt-3.5-turbo-16k"
    assert KEY in settings.secrets and KEY not in repr(settings)


def test_the_working_directory_is_looked_at_after_the_data_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "here", API_KEY="from-here-123456")
    monkeypatch.chdir(tmp_path / "here")
    assert load_settings(home=home).models[0].api_key.get_secret_value() == "from-here-123456"
    written(home)
    assert load_settings(home=home).models[0].api_key.get_secret_value() == KEY


def test_azure_and_its_deployments_answer_at_the_address_they_had(home: Path) -> None:
    """Over a real socket: path, version and key as the original sent them."""
    with ScriptedServer([text("Hello.")]) as server:
        written(home, API_TYPE="azure", API_base=server.url.removesuffix("v1"))
        engine = Engine(load_settings(home=home))
        try:
            with Interpreter("gpt-4", engine=engine) as live:
                assert live.run("Hi").text == "Hello."
        finally:
            engine.close()
        (request,) = server.requests
    assert request.path == "/openai/deployments/gpt-4/chat/completions?api-version=2023-12-01-preview"
    assert {name.lower(): value for name, value in request.headers.items()}["api-key"] == KEY


def test_the_seeing_model_looks_at_pictures_for_the_others(home: Path) -> None:
    seeing = {"GPT-4V": {"model_name": "gpt-4o", "available": True}}
    written(home, model=ORIGINAL["model"] | seeing)
    models = {model.id: model for model in load_settings(home=home).models}
    assert models["gpt-4o"].sees_images
    assert models["gpt-4"].vision_model == "gpt-4o" and models["gpt-4o"].vision_model == ""


def test_config_toml_and_the_environment_come_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(home)
    config_path(home).write_text('[[models]]\nid = "gpt-4"\nname = "other"\n')
    models = load_settings(home=home).models
    assert [(model.id, model.name) for model in models] == [
        ("gpt-4", "other"),
        ("gpt-3.5-turbo-16k", "gpt-3.5-turbo-16k"),
    ]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other-0123456789")
    assert load_settings(home=home).default_model == "gpt-5.5"


def ids(home: Path) -> list[str]:
    return [model.id for model in load_settings(home=home).models]


def test_a_model_of_it_is_taken_out_while_the_app_runs_and_the_file_stays(home: Path) -> None:
    path = written(home)
    before = path.read_bytes()
    engine = Engine(load_settings(home=home))
    try:
        assert engine.settings.legacy == ("gpt-3.5-turbo-16k", "gpt-4")
        remove_model(home, "gpt-3.5-turbo-16k")
        engine.reload()
        assert [profile.id for profile in engine.profiles()] == ["gpt-4", "builtin-analyst"]
        assert engine.settings.legacy == ("gpt-4",)
    finally:
        engine.close()
    assert ids(home) == ["gpt-4"]
    assert path.read_bytes() == before


def test_a_model_that_is_not_in_it_is_never_hidden(home: Path) -> None:
    written(home)
    save_model(home, ModelSettings(id="mine"))
    remove_model(home, "mine")
    assert "hidden" not in config_path(home).read_text("utf-8")


def test_hiding_leaves_the_rest_of_config_toml_as_it_is(home: Path) -> None:
    written(home)
    config_path(home).write_text('# mine\nmodel = "gpt-4"  # the usual one\ncells_per_turn = 9\n[[models]]\nid = "a"\n')
    remove_model(home, "gpt-4")
    remove_model(home, "gpt-3.5-turbo-16k")
    remove_model(home, "gpt-4")
    settings = load_settings(home=home)
    assert settings.hidden == ("gpt-4", "gpt-3.5-turbo-16k")
    assert [model.id for model in settings.models] == ["a"] and settings.default_model == "a"
    assert settings.cells_per_turn == 9
    assert "# mine" in config_path(home).read_text("utf-8")


def test_a_model_that_is_added_with_a_hidden_id_is_there_again_and_the_others_stay_hidden(home: Path) -> None:
    written(home)
    remove_model(home, "gpt-4")
    remove_model(home, "gpt-3.5-turbo-16k")
    save_model(home, ModelSettings(id="gpt-4", name="new"))
    settings = load_settings(home=home)
    assert [(model.id, model.name) for model in settings.models] == [("gpt-4", "new")]
    assert settings.hidden == ("gpt-3.5-turbo-16k",)
    save_model(home, ModelSettings(id="gpt-3.5-turbo-16k"))
    assert "hidden" not in config_path(home).read_text("utf-8")


def test_only_models_of_it_are_left_out_by_being_hidden(home: Path) -> None:
    written(home)
    config_path(home).write_text('hidden = ["gpt-4", "a"]\n[[models]]\nid = "a"\n')
    assert ids(home) == ["a", "gpt-3.5-turbo-16k"]


def test_a_model_of_it_that_is_changed_is_an_own_one_with_its_key_and_goes_for_good(home: Path) -> None:
    written(home)
    save_model(home, ModelSettings(id="gpt-4", name="gpt-4", temperature=0.5))
    settings = load_settings(home=home)
    changed = next(model for model in settings.models if model.id == "gpt-4")
    assert (changed.temperature, changed.api_key.get_secret_value()) == (0.5, KEY)
    assert settings.legacy == ("gpt-3.5-turbo-16k",)
    remove_model(home, "gpt-4")
    assert ids(home) == ["gpt-3.5-turbo-16k"]


def test_without_a_key_that_of_the_environment_goes_to_openai_and_nowhere_else(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B31: a file that lies about must not draw the key to its own address."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    written(home, API_KEY="")
    assert load_settings(home=home).models[0].api_key.get_secret_value() == KEY
    written(home, API_KEY="", API_base="https://elsewhere.example/v1")
    assert load_settings(home=home).models[0].api_key.get_secret_value() == ""


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "5", '{"model": "x"}', '{"API_KEY": "k"}', '{"API_KEY": "k", "model": []}', "[" * 100_000],
)
def test_a_file_of_another_program_is_passed_over(home: Path, content: str) -> None:
    home.mkdir()
    (home / "config.json").write_text(content)
    assert load_settings(home=home).models == []


@pytest.mark.parametrize(
    "changes", [{"API_TYPE": "bard"}, {"model_context_window": {"gpt-4": "many"}}, {"API_base": 5}]
)
def test_a_mistake_in_it_is_named_without_its_value(home: Path, changes: dict[str, Any]) -> None:
    written(home, **changes)
    with pytest.raises(ConfigUnreadable) as caught:
        load_settings(home=home)
    assert caught.value.path.endswith("config.json") and caught.value.reason
    assert KEY not in str(caught.value)
