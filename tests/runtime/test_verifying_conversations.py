"""A conversation's notebook verified beside the app: what came of it is remembered, nothing is left behind (B50)."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from lci import cli
from lci.core.outputs import StreamOutput
from lci.core.ports import ExecutionFinished
from lci.kernels.isolation import survey
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.verifying import Verified
from lci.runtime.engine import Engine
from lci.testing.scripted import Run, ScriptedKernel, ScriptedModel, calls, says

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]

Open = Callable[..., Interpreter]
READ = "text = open('s.csv').read().strip()\nprint(text)"


@pytest.fixture
def opened(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A conversation in which cells have put out what is given, whatever they would; a real kernel verifies them."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    engines: list[Engine] = []

    def make(
        cells: dict[str, str], *, conversation_id: str | None = None, real: bool = False, **settings: object
    ) -> Interpreter:
        for engine in engines:
            engine.close()

        def behaviour(source: str) -> Run:
            texts = [StreamOutput("stdout", cells[source])] if cells.get(source) else []
            return [*texts, ExecutionFinished("ok", 1, 0.1)]

        model = ScriptedModel([answer for source in cells for answer in (calls(source), says("Done."))])
        engine = Engine(
            Settings(home=home, model="builtin-analyst", warm_kernels=0, **settings),
            make_kernel=None if real else lambda workspace, options, blobs: ScriptedKernel(behaviour),
            make_model=lambda _: model,
        )
        engines.append(engine)
        live = Interpreter("m", engine=engine, conversation_id=conversation_id)
        if conversation_id is None:
            live.files.attach_bytes("s.csv", b"1\n")
        return live

    yield make
    for engine in engines:
        engine.close()
    assert not list(scratch.glob("lci-verify-*"))
    assert not list((home / "running").glob("*.json"))
    assert not [each for each in psutil.Process().children(recursive=True) if "ipykernel" in " ".join(each.cmdline())]


def no_app(_: argparse.Namespace) -> int:
    raise AssertionError


def ask(live: Interpreter, times: int) -> None:
    for _ in range(times):
        live.run("Go on", approve="auto")


def ended(live: Interpreter, seconds: float = 120) -> None:
    assert live.wait(lambda _: live.notebook.verifying.progress is None, seconds)


def verified(live: Interpreter) -> Verified:
    live.notebook.verifying.start(clean=False)
    ended(live)
    result = live.notebook.verifying.result(clean=False)
    assert result is not None, live.notebook.verifying.problem
    return result


def until(condition: Callable[[], bool]) -> None:
    pause, deadline = threading.Event(), time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def noted(live: Interpreter) -> dict[str, object]:
    document = nbformat.reads(live.notebook.content().decode(), as_version=4)
    return dict(document.metadata.lci.get("verified", {}))


def test_what_came_of_it_is_remembered_and_noted_until_there_are_further_cells(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B50: also after a restart."""
    live = opened({READ: "1\n", "print('a', 3)": "a 4\n"})
    ask(live, 2)
    result = verified(live)
    assert (result.verification.cells, result.verification.reproduced) == (2, 1)
    assert [(each.number, each.cause) for each in result.verification.findings] == [(2, "unknown")]
    assert list(result.lines.values()) == ["[1] print('a', 3)"]
    assert result.isolation == ("bubblewrap" if survey().bubblewrap.works else "none")
    assert len(result.verification.inputs["s.csv"]) == 64
    facts = noted(live)
    assert (facts["reproduced"], facts["inputs"]) == (1, dict(result.verification.inputs))
    assert dict(facts["versions"])["ipykernel"]  # type: ignore[call-overload]
    assert noted_clean(live) == {}
    assert "1/2 cells reproduce." in live.notebook.form("html").decode()
    folder = live.workspace.root.parent.parent
    monkeypatch.setenv("LCI_HOME", str(folder))
    assert cli.main(["export", live.id, "-o", str(folder / "n.ipynb")], open_app=no_app) == 0
    assert nbformat.read(folder / "n.ipynb", as_version=4).metadata.lci.verified.reproduced == 1
    again = opened({}, conversation_id=live.id)
    kept = again.notebook.verifying.result(clean=False)
    assert kept == result and again.notebook.verifying.holds(kept)
    later = opened({"print(5)": "5\n"}, conversation_id=live.id)
    ask(later, 1)
    kept = later.notebook.verifying.result(clean=False)
    assert kept is not None and not later.notebook.verifying.holds(kept)
    assert noted(later) == {}


def test_an_exported_notebook_names_an_input_that_is_another_elsewhere(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """B50: though nobody has verified it before; a file changed by another program before the export has no digest."""
    live = opened({READ: "1\n"})
    live.files.attach_bytes("t.csv", b"2\n")
    ask(live, 1)
    (live.workspace.work / "t.csv").write_text("3\n", "utf-8")
    monkeypatch.setenv("LCI_HOME", str(live.workspace.root.parent.parent))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    live.notebook.keep(folder / "kept.ipynb")
    live.notebook.export(folder / "n.ipynb")
    assert cli.main(["export", live.id, "-o", str(folder / "c.ipynb")], open_app=no_app) == 0
    digest = hashlib.sha256(b"1\n").hexdigest()
    for name in ("kept.ipynb", "n.ipynb", "c.ipynb"):
        files = nbformat.read(folder / name, as_version=4).metadata.lci.files
        assert files == [{"name": "s.csv", "size": 2, "sha256": digest}, {"name": "t.csv", "size": 2}]
    (folder / "s.csv").write_text("7\n", "utf-8")
    assert cli.main(["verify", str(folder / "n.ipynb")], open_app=no_app) == 1
    assert "a changed input: s.csv" in capfd.readouterr().out


def test_a_file_that_another_program_changed_ends_the_result_and_is_the_cause(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B50"""
    live = opened({READ: "1\n"})
    ask(live, 1)
    result = verified(live)
    assert result.verification.reproduced == 1 and live.notebook.verifying.holds(result)
    (live.workspace.work / "s.csv").write_text("7\n", "utf-8")
    assert not live.notebook.verifying.holds(result)
    assert noted(live) == {}
    folder = live.workspace.root.parent.parent
    monkeypatch.setenv("LCI_HOME", str(folder))
    assert cli.main(["export", live.id, "-o", str(folder / "n.ipynb")], open_app=no_app) == 0
    assert "verified" not in nbformat.read(folder / "n.ipynb", as_version=4).metadata.lci
    changed = verified(live).verification
    assert [(each.cause, each.detail) for each in changed.findings] == [("input", "s.csv")]
    assert changed.replaced == {"s.csv": result.verification.inputs["s.csv"]}
    # What the outputs are of stays known.
    assert [each.cause for each in verified(live).verification.findings] == ["input"]


@pytest.mark.nightly
def test_inputs_are_as_they_were_before_a_cell_changed_them(opened: Open) -> None:
    """B50, B52: one kept, one gone."""
    live = opened({f"{READ}\nopen('s.csv', 'w').write('2') and None\nimport os\nos.remove('t.csv')": ""}, real=True)
    live.files.attach_bytes("t.csv", b"3\n")
    ask(live, 1)
    result = verified(live).verification
    assert (result.reproduced, result.findings) == (result.cells, ())


def noted_clean(live: Interpreter) -> dict[str, object]:
    document = nbformat.reads(live.notebook.content(clean=True).decode(), as_version=4)
    return dict(document.metadata.lci.get("verified", {}))


@pytest.mark.parametrize("isolation", ["auto", pytest.param("off", marks=pytest.mark.nightly)])
def test_it_is_cancelled_at_once_and_nothing_is_left(opened: Open, isolation: str) -> None:
    """B50: the processes and the copies are looked for when the test ends; one of them has a session of its own."""
    leaves = "import subprocess\ndaemon = subprocess.Popen(['sleep', '98765'], start_new_session=True)"
    live = opened({leaves: "", "import threading; threading.Event().wait()": ""}, isolation=isolation)
    ask(live, 2)
    live.notebook.verifying.start(clean=False)
    until(lambda: (progress := live.notebook.verifying.progress) is not None and progress.done == 1)
    live.notebook.verifying.start(clean=False)
    began = time.monotonic()
    live.notebook.verifying.cancel()
    ended(live, 20)
    assert time.monotonic() - began < 15
    assert not [each for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"] == ["sleep", "98765"]]
    assert (live.notebook.verifying.problem, live.notebook.verifying.result(clean=False)) == (None, None)


@pytest.mark.nightly
def test_a_kernel_that_dies_or_takes_too_much_is_a_finding(opened: Open) -> None:
    """B50, B33: the limits of kernels hold here, too, for all processes of it together."""
    hungry = (
        "import subprocess, sys\n"
        "eat = 'x = bytearray(250_000_000); input()'\n"
        "all_of_it = [subprocess.Popen([sys.executable, '-c', eat], stdin=subprocess.PIPE) for _ in range(4)]\n"
        "all_of_it[0].wait()"
    )
    live = opened({"print(1)": "1\n", hungry: "", "print(2)": "2\n"}, memory_gb=0.5)
    ask(live, 3)
    result = verified(live).verification
    assert [(each.number, each.cause, each.detail) for each in result.findings] == [
        (2, "memory_limit", "0.5 GB"),
        (3, "stopped", ""),
    ]


@pytest.mark.nightly
def test_one_process_gets_a_memory_error_of_its_own(opened: Open) -> None:
    """B33"""
    live = opened({"x = bytearray(900_000_000)": "", "print(1)": "1\n"}, memory_gb=0.5)
    ask(live, 2)
    result = verified(live).verification
    assert [(each.number, each.cause, each.detail) for each in result.findings] == [(1, "fails", "MemoryError:")]


@pytest.mark.nightly
def test_output_without_end_costs_the_check_alone(opened: Open) -> None:
    """B13: a stock kernel sends whatever its cells print."""
    live = opened({"while True: print('x' * 1_000_000)": ""}, memory_gb=0.5)
    ask(live, 1)
    before = psutil.Process().memory_info().rss
    live.notebook.verifying.start(clean=False)
    ended(live)
    problem, result = live.notebook.verifying.problem, live.notebook.verifying.result(clean=False)
    # What is sent fills the one process, what waits to be sent the other.
    causes = [each.cause for each in result.verification.findings] if result is not None else []
    assert problem is not None or causes in (["memory_limit"], ["fails"]), result
    assert psutil.Process().memory_info().rss < before + 100_000_000


@pytest.mark.nightly
def test_a_conversation_that_closes_ends_it(opened: Open) -> None:
    """B33: what is left is looked for when the test ends."""
    live = opened({"import threading; threading.Event().wait()": ""})
    ask(live, 1)
    live.notebook.verifying.start(clean=False)
    until(lambda: any("ipykernel" in " ".join(each.cmdline()) for each in psutil.Process().children(recursive=True)))
    live.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_one_sentence(opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B50"""
    live = opened({READ: "1\n"})
    ask(live, 1)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        live.notebook.verifying.start(clean=False)
        ended(live)
        problem = live.notebook.verifying.problem
        assert problem is not None and problem.code == "store_unwritable"
        assert not list(disk.iterdir())
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_what_stands_beside_the_workspace_is_believed_no_further(opened: Open) -> None:
    """Code without walls can write there."""
    live = opened({READ: "1\n"})
    ask(live, 1)
    for content in ("", "{", "[1]", json.dumps([{"state": 1}])):
        (live.workspace.root / "verified.json").write_text(content, "utf-8")
        assert opened({}, conversation_id=live.id).notebook.verifying.result(clean=False) is None
    (live.workspace.root / "verified.json").unlink()
    os.mkfifo(live.workspace.root / "verified.json")
    assert opened({}, conversation_id=live.id).notebook.verifying.result(clean=False) is None


def test_the_notebook_is_verified_as_a_person_has_arranged_it(opened: Open) -> None:
    """B21, B50: a cell that was deleted or written there counts as it stands, and what was verified before is stale."""
    live = opened({"print('a', 3)": "a 4\n", "print('b', 5)": "b 5\n"})
    ask(live, 2)
    before = verified(live)
    assert [each.place for each in before.verification.findings]
    differing = next(cell for turn in live.snapshot().branch() for cell in turn.cells if cell.source == "print('a', 3)")
    live.notebook.delete(differing.id)
    assert not live.notebook.verifying.holds(before)
    assert "verified" not in nbformat.reads(live.notebook.content().decode(), as_version=4).metadata.lci
    after = verified(live)
    assert after.verification.cells == before.verification.cells - 1
    assert not after.verification.findings
    assert noted(live)
