"""What a cell leaves behind for the next kernel, or for the app, leads nowhere (B31, B34)."""

from __future__ import annotations

import asyncio
import os
import sysconfig
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.runtime.kernels.installing import Installing
from lci.testing.scripted import ScriptedModel, calls, says
from tests.runtime.test_installing import index

__all__ = ["index"]

pytestmark = pytest.mark.kernel

#: `make hostile` tries fifty times.
TRIES = int(os.environ.get("LCI_TEST_TRIES", "8")) // 4

#: Every place where Python or IPython look for code of their user's as they start. Each says so where we look.
PLANT = """
import os, sys
home, work = os.path.expanduser("~"), os.getcwd()
version = "python%d.%d" % sys.version_info[:2]
site = f"{home}/.local/lib/{version}/site-packages"
code = "open('%s/ran-' + %r, 'w').close()"
for place in (
    f"{home}/.ipython/profile_default/startup/00.py", f"{home}/.ipython/profile_default/startup/00.ipy",
    f"{home}/.ipython/profile_default/ipython_config.py", f"{home}/.ipython/profile_default/ipython_kernel_config.py",
    f"{home}/.jupyter/jupyter_config.py", f"{site}/usercustomize.py", f"{site}/sitecustomize.py",
    f"{os.environ['LCI_OVERLAY']}/sitecustomize.py", f"{os.environ['LCI_OVERLAY']}/usercustomize.py",
    f"{work}/usercustomize.py", f"{work}/traitlets.py", f"{work}/ipykernel.py",
):
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "w") as file:
        file.write(code % (work, os.path.basename(place)))
for folder in (site, os.environ["LCI_OVERLAY"]):
    with open(f"{folder}/a.pth", "w") as file:
        file.write("import os; " + code % (work, "a.pth"))
"""

#: The same by a link in the way: what is emptied must not be what it leads to.
LINKED = """
import os, shutil
home = os.path.expanduser("~")
shutil.rmtree(f"{home}/.ipython", ignore_errors=True)
shutil.rmtree(f"{home}/.local", ignore_errors=True)
os.symlink("{outside}", f"{home}/.ipython")
os.symlink("{outside}", f"{home}/.local")
"""

#: In the next kernel, from its start: whatever folder the app makes for it is exchanged for a link.
EXCHANGE = """
import os, threading, time
home = os.path.expanduser("~")
def exchange():
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for name in os.listdir(home):
            if name.startswith(".copy-") and not os.path.islink(f"{home}/{name}") and not name.endswith("-was"):
                try:
                    os.rename(f"{home}/{name}", f"{home}/{name}-was")
                    os.symlink("OUTSIDE", f"{home}/{name}")
                except OSError:
                    pass
threading.Thread(target=exchange, daemon=True).start()
"""


@pytest.fixture
def opened(home: Path) -> Iterator[Callable[..., Interpreter]]:
    engines: list[Engine] = []

    def open_(*cells: str, environment: str = "") -> Interpreter:
        rounds = [item for cell in cells for item in (calls(cell), says("done"))]
        model = ScriptedModel(rounds)
        settings = Settings(home=home, warm_kernels=0, environment=environment)
        engines.append(Engine(settings, make_model=lambda _: model))
        return Interpreter(engine=engines[-1])

    yield open_
    for engine in engines:
        engine.close()


def restarted(live: Interpreter) -> None:
    generation = live.snapshot().kernel.generation
    live.kernel.restart()
    assert live.wait(lambda now: now.kernel.generation == generation + 1, 60)


def ran(live: Interpreter) -> None:
    cell = live.run("go").turn.cells[-1]
    assert cell.status == "ok", cell.outputs


def marks(live: Interpreter) -> list[str]:
    return sorted(path.name for path in live.workspace.work.iterdir() if path.name.startswith("ran-"))


def test_no_start_up_file_of_a_cell_runs_in_the_next_kernel(opened: Callable[..., Interpreter]) -> None:
    """B34: a kernel that starts again starts clean."""
    live = opened(PLANT, "print(1)")
    ran(live)
    restarted(live)
    ran(live)
    assert marks(live) == []


def test_no_user_site_is_read_by_another_python(opened: Callable[..., Interpreter], tmp_path: Path) -> None:
    """B34, B40: `usercustomize` ran there before limits and filter were up."""
    folder = tmp_path / "env"
    venv.create(folder, system_site_packages=True, with_pip=False)
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "shared.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    live = opened(PLANT, "print(1)", environment=str(folder / "bin" / "python"))
    ran(live)
    restarted(live)
    ran(live)
    assert marks(live) == []


def test_links_in_the_way_are_removed_and_not_followed(opened: Callable[..., Interpreter], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "lib" / "kept").mkdir(parents=True)
    live = opened(LINKED.replace("{outside}", str(outside)), "print(1)")
    ran(live)
    restarted(live)
    ran(live)
    assert (outside / "lib" / "kept").is_dir()
    assert not (live.workspace.home / ".local").is_symlink()


def test_a_replay_writes_into_no_folder_of_the_code_s_choice(
    opened: Callable[..., Interpreter], tmp_path: Path
) -> None:
    """B4, B34: 5 of 5 replays wrote their copy where a planted start-up file led them."""
    outside = tmp_path / "outside"
    outside.mkdir()
    exchange = EXCHANGE.replace("OUTSIDE", str(outside))
    plant = f"""
import os
for place in ("~/.ipython/profile_default/startup", "~/.local"):
    os.makedirs(os.path.expanduser(place), exist_ok=True)
with open(os.path.expanduser("~/.ipython/profile_default/startup/00.py"), "w") as file:
    file.write({exchange!r})
"""
    live = opened(plant, exchange, "print(1)")
    for number in range(20):
        live.files.attach_bytes(f"{number}.csv", b"secret\n" * 1000)
    ran(live), ran(live)
    for _ in range(TRIES):
        before = len(live.snapshot().turns[-1].notices)
        restarted(live)
        live.cells.replay()
        assert live.wait(lambda now, before=before: len(now.turns[-1].notices) > before and not live.busy, 60)
        assert list(outside.rglob("*")) == []
    assert TRIES
    ran(live)


#: Where the app puts what it brings into a conversation: taken away and replaced by links, as soon as it is there.
CATCH = """
import os, threading, time
outside = "OUTSIDE"
spool, overlay = os.environ["LCI_SPOOL"], os.environ["LCI_OVERLAY"]
for name in ("lcitiny.py", "lcitiny-1.0.dist-info", "bin"):
    os.symlink(f"{outside}/{name}", f"{overlay}/{name}")
def catch():
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for name in os.listdir(spool):
            try:
                if not os.path.islink(f"{spool}/{name}"):
                    os.unlink(f"{spool}/{name}")
                    os.symlink(f"{outside}/victim", f"{spool}/{name}")
            except OSError:
                pass
threading.Thread(target=catch, daemon=True).start()
"""


def test_an_upload_is_not_laid_where_code_can_reach_it(opened: Callable[..., Interpreter], tmp_path: Path) -> None:
    """B34, B35: files were spooled in a folder that the kernel writes to, and their rights set by path."""
    outside = tmp_path / "outside"
    outside.mkdir()
    victim = outside / "victim"
    victim.write_text("precious")
    victim.chmod(0o640)
    live = opened(CATCH.replace("OUTSIDE", str(outside)), "print(1)")
    ran(live)
    for number in range(30 * max(TRIES, 1)):
        name = live.files.attach_bytes(f"{number}.csv", b"a\n1\n" * 50_000).name
        with live.workspace.open_reading(name) as file:
            assert file.read(4) == b"a\n1\n"
    assert victim.read_text() == "precious"
    assert victim.stat().st_mode & 0o777 == 0o640


def test_a_package_is_not_installed_through_a_link(tmp_path: Path, index: None) -> None:
    """B24, B34: pip, in a process of the app, wrote where links in the overlay led."""
    outside, overlay = tmp_path / "outside", tmp_path / "root" / "overlay"
    outside.mkdir()
    (outside / "lcitiny-1.0.dist-info").mkdir()
    overlay.mkdir(parents=True)
    for name in ("lcitiny.py", "lcitiny-1.0.dist-info"):
        (overlay / name).symlink_to(outside / name)

    async def install() -> list[str]:
        return [type(event).__name__ async for event in Installing(overlay).execute("%pip install lcitiny")]

    assert asyncio.run(install())[-1] == "ExecutionFinished"
    assert [path.name for path in outside.rglob("*")] == ["lcitiny-1.0.dist-info"]
    assert (overlay / "lcitiny.py").read_text() == "answer = 42\n"
    assert not (overlay / "lcitiny.py").is_symlink()
    assert [path.name for path in overlay.parent.iterdir()] == ["overlay"]
