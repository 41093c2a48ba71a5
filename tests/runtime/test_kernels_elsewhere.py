"""A conversation whose kernel is on a Jupyter Server: told what it is, stopped, died, replayed, in words on trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from lci.core.conversation import ConversationSettings
from lci.core.outputs import StreamOutput
from lci.errors import ConfigUnreadable, VariableRefused
from lci.kernels.server.rest import Server
from lci.runtime.config.keys import Redacting
from lci.runtime.config.settings import KernelServerSettings, Settings, config_path, load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says
from lci.wording import explained
from tests.jupyter_server import jupyter_server

Open = Callable[..., Interpreter]


@pytest.fixture(scope="module")
def there() -> Iterator[Server]:
    with jupyter_server() as server:
        yield server


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    engines: list[Engine] = []

    def make(server: Server, *sources: str, isolated: bool = True, policy: str = "auto") -> Interpreter:
        model = ScriptedModel([answer for source in sources for answer in (calls(source), says("done"))])
        known = KernelServerSettings(id="far", url=server.url, token=SecretStr(server.token), isolated=isolated)
        settings = Settings(home=home, model="builtin-analyst", kernel_servers=[known], isolation=policy)  # type: ignore[arg-type]
        engines.append(Engine(settings, make_model=lambda model_id: model))
        chosen = ConversationSettings(model="scripted", approval="auto", kernel="far")
        return Interpreter(engine=engines[-1], settings=chosen)

    yield make
    for engine in engines:
        engine.close()


def ran(live: Interpreter, status: str = "ok") -> str:
    cell = live.run("go", approve="auto").turn.cells[-1]
    assert cell.status == status, cell.outputs
    return "".join(output.text for output in cell.outputs if isinstance(output, StreamOutput))


@pytest.mark.kernel
def test_files_go_there_and_come_back_and_a_death_is_followed_by_a_replay(opened: Open, there: Server) -> None:
    """B61, B3, B4, B5, B9, B11"""
    live = opened(
        there,
        "import pandas as pd; frame = pd.read_csv('in.csv'); total = int(frame.a.sum())",
        "with open('made.txt', 'a') as made: made.write('once\\n')",
        "import os; open('left.txt', 'w').close(); os._exit(9)",
        "print(total, open('made.txt').read())",
    )
    live.files.attach_bytes("in.csv", b"a\n1\n2\n")
    ran(live), ran(live)
    now = live.snapshot()
    assert now.kernel.isolation == "server"
    assert "made.txt" in now.files
    assert live.run("go").turn.cells[-1].status == "died"
    assert "left.txt" in live.snapshot().files, "what a cell wrote before its kernel ended is kept"
    assert live.wait(lambda _: live.kernel.offers_replay, 60)
    live.cells.replay()
    assert live.wait(lambda now: any(n.code == "replayed_all" for turn in now.turns for n in turn.notices), 60)
    assert ran(live) == "3 once\n\n"


@pytest.mark.kernel
def test_a_running_cell_is_stopped(opened: Open, there: Server) -> None:
    """B2, B61"""
    live = opened(there, "print('ready', flush=True)\nwhile True: pass", "print('next')")
    live.submit("go")
    assert live.wait(lambda now: bool(now.turns and now.turns[-1].cells and now.turns[-1].cells[0].outputs), 60)
    live.stop()
    assert live.wait(lambda now: now.running is None, 60)
    turn = live.snapshot().turns[-1]
    assert (turn.ending, turn.cells[0].status) == ("stopped", "interrupted")


@pytest.mark.kernel
def test_where_nobody_vouches_for_the_server_each_cell_asks(opened: Open, there: Server) -> None:
    """B23, B61"""
    live = opened(there, "x = 1", isolated=False)
    turn = live.run("go", approve="reject-risky").turn
    assert turn.cells[0].status == "rejected"
    assert live.engine.surroundings(live.snapshot().settings).isolation == "server_open"


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("auto", "The Jupyter Server far cannot be reached at 127.0.0.1:9."),
        ("required", "Isolation is required, and nobody vouches for the walls of the Jupyter Server far"),
    ],
)
def test_a_server_that_gives_no_kernel_ends_the_turn_with_a_sentence(opened: Open, policy: str, sentence: str) -> None:
    """B32, B61"""
    nowhere = Server("far", "http://127.0.0.1:9", "nobody-may-see-this")
    turn = opened(nowhere, "x = 1", isolated=False, policy=policy).run("go", approve="auto").turn
    assert turn.ending == "failed" and turn.problem is not None
    assert str(explained(turn.problem)).startswith(sentence)


# --- configuration ----------------------------------------------------------------------------------------------------

CONFIG = """
kernels_at_once = 3
kernel_server = "lab"

[[kernels]]
id = "lab"
url = "https://lab.example/user/me"
token = "secret-token-1"

[[kernels]]
id = "big box"
url = "http://127.0.0.1:8888"
isolated = true
"""


def configured(home: Path, text: str) -> Settings:
    path = config_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return load_settings(home=home)


def test_servers_are_configured_and_their_tokens_kept_like_keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B31, B61: also out of the log, and from a variable of the server's own."""
    monkeypatch.setenv("LCI_KERNEL_BIG_BOX_TOKEN", "secret-token-2")
    settings = configured(home, CONFIG)
    assert [(each.id, each.isolated) for each in settings.kernel_servers] == [("lab", False), ("big box", True)]
    assert (settings.kernels, settings.conversation.kernel) == (3, "lab")
    assert {"secret-token-1", "secret-token-2"} <= set(settings.secrets)
    assert "secret-token" not in repr(settings)
    assert Redacting(settings.secrets, "%(message)s")._secrets[-2:] == ["secret-token-1", "secret-token-2"]
    monkeypatch.setenv("LCI_KERNEL_TYPO", "x")
    with pytest.raises(VariableRefused):
        load_settings(home=home)


def test_the_number_of_kernels_may_still_stand_alone(home: Path) -> None:
    assert configured(home, "kernels = 2\n").kernels == 2


@pytest.mark.parametrize(
    "url", ["lab.example", "ftp://lab.example", "http://me:secret@lab.example", "http://lab/?token=secret"]
)
def test_an_address_that_holds_a_secret_or_is_none_is_refused(home: Path, url: str) -> None:
    """B31, B61"""
    with pytest.raises(ConfigUnreadable) as caught:
        configured(home, f'[[kernels]]\nid = "lab"\nurl = "{url}"\n')
    assert "secret" not in str(caught.value)
