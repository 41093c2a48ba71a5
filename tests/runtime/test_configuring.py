"""Changing config.toml from the app: atomically, for its owner only, and with everything else left as it is."""

from __future__ import annotations

import io
import logging
import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from pydantic import SecretStr

from lci.errors import ConfigUnreadable, ModelNotConfigured, StoreUnwritable
from lci.runtime.config.configuring import (
    free_id,
    remove_model,
    save_model,
    with_hidden,
    with_model,
    without_hidden,
    without_model,
)
from lci.runtime.config.keys import Redacting
from lci.runtime.config.settings import ModelSettings, config_path, load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.server import Gate, Reply, ScriptedServer, chunk, text

KEY = "sk-test-Qm7zW3vKx9LpR2tYb4"
WRITTEN = """\
# My own notes
model = "a"   # the usual one

[[models]]
id = "a"
name = "llama"  # local
base_url = "http://127.0.0.1:1/v1"
api_key = "old-key-0123456789"

# the other one
[[models]]
id = "b"
"""


def configured(home: Path, content: str) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    config_path(home).write_text(content, "utf-8")
    return config_path(home)


def test_a_model_is_added_to_a_file_that_was_not_there(home: Path) -> None:
    save_model(home, ModelSettings(id="m", name="gpt", base_url="http://127.0.0.1:9/v1", api_key=SecretStr(KEY)))
    (model,) = load_settings(home=home).models
    assert (model.id, model.name, model.api_key.get_secret_value()) == ("m", "gpt", KEY)
    assert stat.S_IMODE(config_path(home).stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["config.toml"]


def test_changing_one_model_leaves_the_rest_of_the_file_as_it_is(home: Path) -> None:
    configured(home, WRITTEN)
    save_model(home, ModelSettings(id="a", name="llama", base_url="http://127.0.0.1:2/v1"))
    assert config_path(home).read_text("utf-8") == WRITTEN.replace(":1/v1", ":2/v1")
    save_model(home, ModelSettings(id="a", name="llama", base_url="http://127.0.0.1:2/v1", temperature=0.5))
    lines = config_path(home).read_text("utf-8").splitlines()
    assert set(WRITTEN.replace(":1/v1", ":2/v1").splitlines()) | {"temperature = 0.5"} == set(lines)


def test_a_key_left_empty_stays_and_a_new_one_takes_its_place(home: Path) -> None:
    configured(home, WRITTEN)
    save_model(home, ModelSettings(id="a", name="other"))
    assert load_settings(home=home).models[0].api_key.get_secret_value() == "old-key-0123456789"
    save_model(home, ModelSettings(id="a", name="other", api_key=SecretStr(KEY)))
    assert load_settings(home=home).models[0].api_key.get_secret_value() == KEY


def test_a_model_can_get_another_id(home: Path) -> None:
    configured(home, WRITTEN)
    save_model(home, ModelSettings(id="c", name="llama"), replaces="a")
    assert [model.id for model in load_settings(home=home).models] == ["c", "b"]
    assert load_settings(home=home).models[0].api_key.get_secret_value() == "old-key-0123456789"


def test_a_removed_model_is_gone_with_its_key_and_no_longer_the_default(home: Path) -> None:
    configured(home, WRITTEN)
    remove_model(home, "a")
    left = config_path(home).read_text("utf-8")
    assert "old-key" not in left and "# My own notes" in left and 'id = "b"' in left
    assert load_settings(home=home).default_model == "b"
    remove_model(home, "b")
    assert load_settings(home=home).models == []
    remove_model(home, "nobody")


def test_models_written_in_one_line_are_changed_too(home: Path) -> None:
    configured(home, 'models = [{id = "a", name = "x"}]\n')
    save_model(home, ModelSettings(id="a", name="y"))
    save_model(home, ModelSettings(id="b", headers={"X-Key": SecretStr("h")}))
    models = load_settings(home=home).models
    assert [(model.id, model.name) for model in models] == [("a", "y"), ("b", "")]
    assert models[1].headers["X-Key"].get_secret_value() == "h"


@pytest.mark.parametrize(
    "instructions",
    [
        "Use seaborn.\nAnswer in metres.\n\n- no pies\n",
        '  """quoted"""\nand \'\'\' too  ',
        "back\\slash\t\r\n# no comment\n[[models]]\n表😀",
    ],
)
def test_instructions_of_several_lines_come_back_as_they_were_written(home: Path, instructions: str) -> None:
    configured(home, WRITTEN)
    save_model(home, ModelSettings(id="a", name="llama", instructions=instructions, vision_model="b"))
    first, second = load_settings(home=home).models
    assert (first.instructions, first.vision_model, second.id) == (instructions, "b", "b")
    save_model(home, ModelSettings(id="a", name="llama"))
    assert load_settings(home=home).models[0].instructions == ""
    assert "instructions" not in config_path(home).read_text("utf-8")


FIELDS = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=8), "name": st.text(max_size=8)},
    optional={
        "label": st.text(max_size=8),
        "instructions": st.text(max_size=12),
        "vision_model": st.text(max_size=8),
        "api_key": st.text(max_size=8).map(SecretStr),
        "headers": st.dictionaries(st.text(max_size=4), st.text(max_size=4).map(SecretStr), max_size=2),
        "window_tokens": st.integers(1, 10**7),
        "temperature": st.floats(0, 2),
        "sees_images": st.booleans(),
        "read_back": st.booleans(),
        "protocol": st.sampled_from(["tools", "schema", "fenced"]),
    },
)


@given(st.lists(FIELDS, max_size=3, unique_by=lambda fields: fields["id"]), FIELDS)
def test_whatever_is_written_is_read_back(others: list[dict[str, object]], fields: dict[str, object]) -> None:
    content = "# kept\n"
    for other in others:
        content = with_model(content, ModelSettings.model_validate(other))
    model = ModelSettings.model_validate(fields)
    content = with_model(content, model)
    read = [ModelSettings.model_validate(entry) for entry in tomllib.loads(content)["models"]]
    assert [known for known in read if known.id == model.id] == [model]
    assert len(read) == len({known.id for known in read})
    after = without_model(content, model.id)
    assert after.startswith("# kept\n")
    assert model.id not in [entry["id"] for entry in tomllib.loads(after).get("models", [])]


@given(st.lists(st.text(max_size=8), max_size=4, unique=True), st.lists(st.text(max_size=8), max_size=4))
def test_hidden_models_are_named_once_and_given_free_again(hidden: list[str], freed: list[str]) -> None:
    content = "# kept\n[[models]]\nid = 'a'\n"
    for model_id in [*hidden, *hidden]:
        content = with_hidden(content, model_id)
    assert tomllib.loads(content).get("hidden", []) == hidden
    for model_id in freed:
        content = without_hidden(content, model_id)
    assert tomllib.loads(content).get("hidden", []) == [model_id for model_id in hidden if model_id not in freed]
    assert "# kept" in content and tomllib.loads(content)["models"] == [{"id": "a"}]


def test_a_file_with_a_mistake_is_not_touched_and_no_value_is_repeated(home: Path) -> None:
    """B31."""
    path = configured(home, f"model = [\n# {KEY}\n")
    for change in (
        lambda: save_model(home, ModelSettings(id="m")),
        lambda: remove_model(home, "m"),
    ):
        with pytest.raises(ConfigUnreadable) as caught:
            change()
        assert KEY not in str(caught.value)
    assert path.read_text() == f"model = [\n# {KEY}\n"


def test_a_link_stays_a_link(home: Path, tmp_path: Path) -> None:
    home.mkdir(parents=True)
    real = tmp_path / "dotfiles.toml"
    real.write_text("# mine\n")
    config_path(home).symlink_to(real)
    save_model(home, ModelSettings(id="m"))
    assert config_path(home).is_symlink() and 'id = "m"' in real.read_text()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(home: Path) -> None:
    configured(home, "")
    home.chmod(0o500)
    with pytest.raises(StoreUnwritable):
        save_model(home, ModelSettings(id="m"))


def test_a_free_id_is_never_taken() -> None:
    assert free_id("gpt", ()) == "gpt"
    assert free_id("gpt", ("gpt", "gpt-2")) == "gpt-3"
    assert free_id("builtin-analyst", ()) == "builtin-analyst-2"
    assert free_id("  ", ()) == "model"


# --- the keyring ------------------------------------------------------------------------------------------------------

KEYRING = """
kept = {}
class errors:
    class KeyringError(Exception): pass
class _Ring: priority = {priority}
def get_keyring(): return _Ring
def set_password(service, name, key): kept[service, name] = key
def get_password(service, name): return kept.get((service, name))
def delete_password(service, name):
    if kept.pop((service, name), None) is None: raise errors.KeyringError()
"""


def with_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, priority: int) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "keyring.py").write_text(KEYRING.replace("{priority}", str(priority)))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(__import__("sys").modules, "keyring", raising=False)


def test_with_a_keyring_the_key_is_not_in_the_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B31."""
    with_keyring(tmp_path, monkeypatch, priority=5)
    save_model(home, ModelSettings(id="m", api_key=SecretStr(KEY)))
    assert KEY not in config_path(home).read_text()
    assert load_settings(home=home).models[0].api_key.get_secret_value() == KEY
    save_model(home, ModelSettings(id="m", name="other"))
    assert load_settings(home=home).models[0].api_key.get_secret_value() == KEY
    remove_model(home, "m")
    assert __import__("keyring").kept == {}


def test_a_keyring_without_anything_behind_it_is_not_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keyring(tmp_path, monkeypatch, priority=0)
    save_model(home, ModelSettings(id="m", api_key=SecretStr(KEY)))
    assert load_settings(home=home).models[0].api_key.get_secret_value() == KEY
    assert KEY in config_path(home).read_text()


# --- without a restart ------------------------------------------------------------------------------------------------


def test_a_model_added_while_the_app_runs_is_used_without_a_restart(home: Path) -> None:
    engine = Engine(load_settings(home=home))
    try:
        with ScriptedServer([text("Hello.")]) as server:
            with pytest.raises(ModelNotConfigured):
                engine.model("m")
            save_model(home, ModelSettings(id="m", name="x", base_url=server.url))
            engine.reload()
            assert [profile.id for profile in engine.profiles()] == ["m", "builtin-analyst"]
            with Interpreter("m", engine=engine) as live:
                assert live.run("Hi").text == "Hello."
            remove_model(home, "m")
            engine.reload()
            with pytest.raises(ModelNotConfigured):
                engine.model("m")
    finally:
        engine.close()


def test_a_changed_model_ends_its_answer_and_is_then_another(home: Path) -> None:
    engine = Engine(load_settings(home=home))
    try:
        with ScriptedServer([Reply([chunk({"content": "be"}), Gate(), chunk({"content": "fore"}, "stop")])]) as old:
            save_model(home, ModelSettings(id="m", name="x", base_url=old.url))
            save_model(home, ModelSettings(id="n", name="x", base_url=old.url))
            engine.reload()
            kept = engine.model("n")
            with Interpreter("m", engine=engine) as live, ScriptedServer([text("after")]) as new:
                live.submit("one")
                assert live.wait(lambda now: bool(now.turns and now.turns[-1].steps), 20)
                save_model(home, ModelSettings(id="m", name="x", base_url=new.url))
                engine.reload()
                old.open()
                assert live.wait(lambda now: now.running is None, 20)
                assert live.outcome().text == "before"
                assert live.run("two").text == "after"
            assert engine.model("n") is kept
    finally:
        engine.close()


def test_keys_of_the_environment_outlive_a_reload(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B31: the environment itself forgets them once the settings are loaded; each goes to its own provider only."""
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    settings = load_settings(home=home)
    monkeypatch.delenv("MISTRAL_API_KEY")
    assert KEY in settings.secrets and KEY not in repr(settings)
    engine = Engine(settings)
    try:
        save_model(home, ModelSettings(id="m", base_url="https://api.mistral.ai/v1"))
        save_model(home, ModelSettings(id="n", base_url="https://elsewhere.example/v1", provider="Mistral"))
        engine.reload()
        keys = {model.id: model.api_key.get_secret_value() for model in engine.settings.models}
        assert keys == {"m": KEY, "n": ""}
    finally:
        engine.close()
    assert KEY not in config_path(home).read_text()


def test_a_key_added_while_the_app_runs_is_left_out_of_its_log(home: Path) -> None:
    """B31."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Redacting((), "%(message)s"))
    log = logging.getLogger("lci")
    log.addHandler(handler)
    engine = Engine(load_settings(home=home))
    try:
        save_model(home, ModelSettings(id="m", api_key=SecretStr(KEY)))
        engine.reload()
        log.error("It said: %s", KEY)
    finally:
        engine.close()
        log.removeHandler(handler)
    assert stream.getvalue() == "It said: [key]\n"
