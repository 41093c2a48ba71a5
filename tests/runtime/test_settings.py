from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lci.core.conversation import BUILTIN_ANALYST
from lci.core.events import ConversationChanged
from lci.errors import ConfigUnreadable, IsolationRequired, VariableRefused
from lci.kernels.isolation import Probe, Survey
from lci.runtime.config.settings import config_path, load_settings
from lci.storage.codec import decoded
from lci.wording import explained

KEY = "sk-test-Qm7zW3vKx9LpR2tYb4"


def configured(home: Path, text: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    config_path(home).write_text(text, "utf-8")


def test_with_nothing_configured_the_analyst_is_the_default(home: Path) -> None:
    """B45."""
    assert load_settings(home=home).default_model == BUILTIN_ANALYST


def test_a_key_in_the_environment_alone_is_enough(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B46, in part."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    settings = load_settings(home=home)
    assert settings.default_model == "gpt-5.5"
    assert settings.configured_models[0].base_url == "https://api.openai.com/v1"
    assert KEY not in repr(settings)
    assert settings.secrets == (KEY,)


def test_the_environment_wins_over_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(home, 'isolation = "required"\nmodel = "b"\n[[models]]\nid = "a"\n[[models]]\nid = "b"\napi_key = "k"\n')
    assert load_settings(home=home).default_model == "b"
    monkeypatch.setenv("LCI_MODEL", "a")
    monkeypatch.setenv("LCI_ISOLATION", "off")
    settings = load_settings(home=home)
    assert (settings.default_model, settings.isolation) == ("a", "off")


def test_a_file_that_others_may_read_is_closed_to_them(home: Path) -> None:
    """B31: 0600."""
    configured(home, 'model = "builtin-analyst"\n')
    config_path(home).chmod(0o644)
    load_settings(home=home)
    assert config_path(home).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["model = ", "modle = 'x'", "[[models]]\nname = 'no id'", "cells_per_turn = 'many'"])
def test_a_mistake_in_the_file_is_named_without_its_value(home: Path, text: str) -> None:
    configured(home, text + f"\n# {KEY}")
    with pytest.raises(ConfigUnreadable) as caught:
        load_settings(home=home)
    assert caught.value.reason
    assert KEY not in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="the initial block is Linux's /proc/self/environ")
def test_the_initial_environment_block_forgets_the_key(tmp_path: Path) -> None:
    """B31: neither os.environ, nor children, nor /proc/<pid>/environ; other variables stay."""
    program = (
        "import os, subprocess, sys\n"
        "from lci.runtime.config.keys import forget_environment_secrets\n"
        "forget_environment_secrets()\n"
        "assert os.environ['KEPT'] == 'yes'\n"
        "child = subprocess.run([sys.executable, '-c', 'import os; print(dict(os.environ))'], capture_output=True)\n"
        "print(child.stdout.decode(), open('/proc/self/environ').read(), os.environ)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"OPENAI_API_KEY": KEY, "KEPT": "yes", "PATH": "/usr/bin", "LCI_HOME": str(tmp_path)},
    )
    assert KEY not in done.stdout
    assert "yes" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("LCI_ISOLATION", "requird", "'required', 'auto' or 'off'"),
        ("LCI_SHARING", "shema", "'full' or 'schema'"),
        ("LCI_APPROVAL", "allways", "'always'"),
        ("LCI_LANGUAGE", "xx", "'en', 'ja' or 'zh'"),
        ("LCI_KERNELS", "-3", "greater than or equal to 0"),
        ("LCI_KERNELS", "many", "integer"),
        ("LCI_MEMORY_GB", "nan", "finite"),
        ("LCI_WORKSPACE_GB", "inf", "finite"),
        ("LCI_CELLS_PER_TURN", "0", "greater than or equal to 1"),
        ("LCI_HIDDEN", "abc", "JSON"),
        ("LCI_ISOLTION", "required", "perhaps LCI_ISOLATION was meant"),
        ("LCI_SOMETHING", "1", "no such setting"),
    ],
)
def test_a_variable_that_cannot_be_meant_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
) -> None:
    """B33: what is mistyped must not leave a laxer default in force."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(VariableRefused) as caught:
        load_settings(home=home)
    assert caught.value.variable == variable
    assert reason in caught.value.reason
    assert "Traceback" not in str(explained(caught.value.problem))


@pytest.mark.parametrize(
    "text", ['isolation = "requird"', 'sharing = "shema"', "kernels = -1", "memory_gb = nan", "isolaton = 'required'"]
)
def test_the_same_in_the_file(home: Path, text: str) -> None:
    """B33"""
    configured(home, text)
    with pytest.raises(ConfigUnreadable):
        load_settings(home=home)


def test_a_refused_variable_is_one_sentence_and_exit_code_two(home: Path) -> None:
    """B33"""
    done = subprocess.run(
        [sys.executable, "-m", "lci", "doctor"],
        env={**os.environ, "LCI_HOME": str(home), "LCI_ISOLATION": "requird"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "LCI_ISOLATION" in done.stderr


def test_a_value_of_a_conversation_that_is_not_known_is_taken_as_the_strictest() -> None:
    """B33, B51: a later version, or a damaged log, may have written it."""
    fields: dict[str, Any] = {"approval": "nevr", "sharing": "shema", "network": "no"}
    event = decoded("ConversationChanged", json.dumps({"settings": fields}))
    assert isinstance(event, ConversationChanged)
    settings = event.settings
    assert settings is not None
    assert (settings.approval, settings.sharing, settings.network) == ("always", "schema", False)


def test_a_policy_that_is_not_known_demands_isolation() -> None:
    """B33"""
    nothing = Survey(Probe(False, "a"), Probe(False, "b"), Probe(True))
    with pytest.raises(IsolationRequired):
        nothing.level("requird")  # type: ignore[arg-type]
