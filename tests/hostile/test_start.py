"""The app starts whatever a cell has left behind, and where it cannot it says why in one line (B11, B33)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lci.kernels.reaping import reap
from lci.removal import removed
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says
from tests.test_removal import nested

ROOT = Path(__file__).resolve().parents[2]

#: In folders that the app looks into or removes: its own workspace, HOME, and wherever a library's caches go.
_NEST = """
import os
for place in (".", os.path.expanduser("~"), os.environ["LCI_OVERLAY"], os.environ["LCI_SPOOL"]):
    here = os.open(place, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
"""


def test_deep_folders_of_a_dead_kernel_do_not_keep_the_app_from_starting(home: Path, tmp_path: Path) -> None:
    """B11: `rmtree` raised RecursionError in the reaping at every start."""
    sockets = tmp_path / "lci-dead"
    nested(sockets, 3000)
    (home / "running").mkdir(parents=True)
    gone = [2**22 - 1, psutil.Process().create_time() - 1e6]
    note = {"server": gone, "kernel": gone, "sockets": str(sockets)}
    (home / "running" / "lci-dead.json").write_text(json.dumps(note), "utf-8")
    for broken in ("[]", '{"server": [1], "kernel": [], "sockets": 5}', "x", '{"server": null}'):
        (home / "running" / f"{len(broken)}.json").write_text(broken, "utf-8")
    assert reap(home) == 1
    assert not sockets.exists()
    assert list((home / "running").iterdir()) == []


@pytest.mark.kernel
def test_a_cell_s_deep_folders_cost_neither_the_next_turn_nor_the_next_start(home: Path) -> None:
    """B11, B33."""
    model = ScriptedModel([calls(_NEST), says("done"), calls("print(6 * 7)"), says("done")])
    engine = Engine(Settings(home=home, warm_kernels=0), make_model=lambda _: model)
    try:
        live = Interpreter(engine=engine)
        assert live.run("nest").turn.cells[-1].status == "ok"
        live.kernel.restart()
        assert live.wait(lambda now: now.kernel.generation == 2, 60)
        assert live.run("go on").turn.cells[-1].status == "ok"
    finally:
        engine.close()
    again = Engine(Settings(home=home, warm_kernels=0), make_model=lambda _: model)
    try:
        assert Interpreter(engine=again, conversation_id=live.id).snapshot().turns
    finally:
        again.close()
        # Not left to pytest, whose removal of an earlier run's folders ends in a RecursionError here.
        assert removed(home)


def started(home: Path, *before: str) -> subprocess.CompletedProcess[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LCI_", "OPENAI_"))}
    return subprocess.run(
        [*before, *command], cwd=ROOT, env=environment | {"LCI_HOME": str(home)}, capture_output=True, text=True,
        timeout=100, check=False,
    )  # fmt: skip


def said_once(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if "data folder" in line or "config.toml" in line]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_data_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "cannot be written" in said_once(started(tmp_path / "file" / "home"))


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_a_full_disk_is_said_in_one_line(home: Path) -> None:
    """Nothing larger than a few bytes can be written, as on a full disk; what is there already is read."""
    Engine(Settings(home=home, warm_kernels=0)).close()
    assert "cannot be written" in said_once(started(home, "prlimit", "--fsize=1000"))


@pytest.mark.parametrize("line", ['isolation = "requird"', 'sharing = "shema"', "processes = -1", "a = = 1"])
def test_settings_that_say_nothing_known_are_said_in_one_line(home: Path, line: str) -> None:
    """B33: taken as the usual, code would run with less around it than somebody had asked for."""
    home.mkdir()
    (home / "config.toml").write_text(line, "utf-8")
    assert "config.toml" in said_once(started(home))


def test_a_damaged_database_is_said_in_one_line(home: Path) -> None:
    home.mkdir()
    (home / "lci.sqlite").write_bytes(b"no database" * 1000)
    assert "cannot be written" in said_once(started(home))
