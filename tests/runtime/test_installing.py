"""Packages are installed by consent, from a package index over real sockets, into the conversation's own folder."""

from __future__ import annotations

import http.server
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from lci.agent.turn_context import Decision
from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

pytestmark = pytest.mark.kernel


def wheel() -> bytes:
    """A package of one line."""
    packed, info = io.BytesIO(), "lcitiny-1.0.dist-info"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("lcitiny.py", "answer = 42\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: lcitiny\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"lcitiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return packed.getvalue()


def source_archive(mark: Path) -> bytes:
    """A package that exists as source only; building it, or asking what it needs, makes `mark`."""
    backend = f"open({str(mark)!r}, 'w').close()\n"
    files = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: lcisource\nVersion: 1.0\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": backend,
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"lcisource-1.0/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
    return packed.getvalue()


class Index(http.server.BaseHTTPRequestHandler):
    """A simple package index with a wheel of one package and the source of another."""

    source = b""

    def do_GET(self) -> None:
        name, source = "lcitiny-1.0-py3-none-any.whl", "lcisource-1.0.tar.gz"
        pages = {
            "/simple/lcitiny/": ("text/html", f'<a href="/{name}">{name}</a>'.encode()),
            f"/{name}": ("application/zip", wheel()),
            "/simple/lcisource/": ("text/html", f'<a href="/{source}">{source}</a>'.encode()),
            f"/{source}": ("application/gzip", self.source),
        }
        kind, content = pages.get(self.path, ("text/plain", b""))
        self.send_response(200 if content else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def asking(home: Path) -> Iterator[Interpreter]:
    """A conversation whose model tries the import, installs, and uses the package."""
    model = ScriptedModel([])
    engine = Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda _: model)
    with Interpreter(engine=engine, settings=ConversationSettings(model="scripted", approval="auto")) as live:
        yield live
    engine.close()


def script(live: Interpreter, *sources: str) -> ScriptedModel:
    model = live.engine.model("scripted")
    assert isinstance(model, ScriptedModel)
    model.then(*(calls(source) for source in sources), says("done"))
    return model


def answering(live: Interpreter, approved: bool) -> list[tuple[str, ...]]:
    """Answer whoever asks; what was asked."""
    asked: list[tuple[str, ...]] = []

    def heard(recorded: e.Recorded) -> None:
        if isinstance(recorded.event, e.ApprovalAsked):
            asked.append(recorded.event.reasons)
            live.decide_soon(recorded.event.cell_id, Decision(approved, "", "" if approved else "No, thanks."))

    live.listen(heard)
    return asked


def statuses(live: Interpreter) -> list[str]:
    return [cell.status for cell in live.snapshot().turns[-1].cells]


def ask(live: Interpreter) -> None:
    live.submit("go")
    assert live.wait(lambda now: now.running is None, 110)


@pytest.mark.usefixtures("index")
def test_a_package_is_installed_after_one_question_and_written_into_the_notebook(asking: Interpreter) -> None:
    """B24"""
    asked = answering(asking, approved=True)
    script(asking, "import lcitiny", "%pip install lcitiny", "import lcitiny; lcitiny.answer", "%pip install lcitiny")
    ask(asking)
    assert statuses(asking) == ["error", "ok", "ok", "ok"]
    assert asked == [("installs_packages",)]
    document = nbformat.reads(asking.notebook.content(), as_version=4)
    assert document.metadata.lci.installed == ["lcitiny==1.0"]
    assert any(cell.source == "%pip install lcitiny" for cell in document.cells if cell.cell_type == "code")


@pytest.mark.usefixtures("index")
def test_a_replay_and_a_second_run_do_not_trip_over_what_was_installed(asking: Interpreter) -> None:
    """B4, B24"""
    answering(asking, approved=True)
    script(asking, "%pip install lcitiny", "import lcitiny; kept = lcitiny.answer")
    ask(asking)
    asking.kernel.restart()
    assert asking.wait(lambda now: now.kernel.generation == 2 and asking.kernel.offers_replay, 60)
    asking.cells.replay()
    assert asking.wait(lambda now: now.turns[-1].notices != () and not asking.busy, 60)
    assert asking.snapshot().turns[-1].notices[-1].code == "replayed_all"
    install = asking.snapshot().turns[-1].cells[0]
    asking.cells.run(install.id, install.source)
    assert asking.wait(lambda _: not asking.busy, 60)
    assert asking.snapshot().turns[-1].cells[0].status == "ok"


@pytest.mark.usefixtures("index")
def test_who_says_no_is_obeyed_and_the_model_is_told(asking: Interpreter) -> None:
    """B24"""
    answering(asking, approved=False)
    model = script(asking, "%pip install lcitiny")
    ask(asking)
    assert statuses(asking) == ["rejected"]
    assert "No, thanks." in model.requests[-1].messages[-1].text
    assert list(asking.workspace.overlay.iterdir()) == []


@pytest.mark.usefixtures("index")
def test_a_package_that_is_not_there_is_an_error_the_model_reads(asking: Interpreter) -> None:
    """B24"""
    answering(asking, approved=True)
    model = script(asking, "%pip install nowhere-to-be-found")
    ask(asking)
    assert statuses(asking) == ["error"]
    assert "No matching distribution found" in model.requests[-1].messages[-1].text


@pytest.mark.usefixtures("index")
def test_a_package_that_would_have_to_be_built_is_refused_and_none_of_its_code_runs(
    asking: Interpreter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """B24, B34: wheels only, as README says: building runs the package's own code outside the walls."""
    mark = tmp_path / "ran"
    monkeypatch.setattr(Index, "source", source_archive(mark))
    answering(asking, approved=True)
    script(asking, "%pip install lcisource")
    ask(asking)
    assert statuses(asking) == ["error"]
    assert not mark.exists()


def test_offline_is_said_and_another_way_is_left(asking: Interpreter, monkeypatch: pytest.MonkeyPatch) -> None:
    """B24"""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    answering(asking, approved=True)
    model = script(asking, "%pip install lcitiny", "'another way'")
    ask(asking)
    assert statuses(asking) == ["error", "ok"]
    assert "seems to be offline" in model.requests[-2].messages[-1].text
