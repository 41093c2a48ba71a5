"""Kernels at each level, owned by an ordinary user: the tests may run as root, for whom Landlock is not offered.

As a program this is the process that plays the app: it runs cells that come as JSON lines and answers with what they
did. As a module it starts that program, as another user where the tests have root's rights.
"""

from __future__ import annotations

import asyncio
import atexit
import dataclasses
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from lci.core.conversation import LocalIsolation
from lci.core.ports import KernelEvent
from lci.kernels.isolation import Probe, Survey, survey
from lci.kernels.limits import ResourceLimits, usual_limits
from lci.wording import explained
from tests.kernels.driving import Driver, LoopThread, Ran, short_folder

REPOSITORY = Path(__file__).resolve().parents[2]
LEVELS: tuple[LocalIsolation, ...] = ("bubblewrap", "landlock", "rlimits")
NOBODY = 65534
KEY = "sk-test-a-key-that-must-never-be-seen"

#: A closed folder above the interpreter (root's home, often) is replaced by one with nothing but the interpreter.
_OPENED = """
prefix=$1 closed=$2 hold=$3; shift 3
mount --bind "$prefix" "$hold" && mount -t tmpfs -o mode=755 tmpfs "$closed" && mkdir -p "$prefix" &&
mount --bind "$hold" "$prefix" && umount -l "$hold" && exec "$@"
"""


@functools.cache
def become_ordinary() -> tuple[str, ...]:
    """The beginning of a command line that starts a program as an ordinary user."""
    if os.geteuid() != 0:
        return ()
    # Whatever a test's code does, this many tasks are the end of it.
    become = ("prlimit", "--nproc=1000:1000", "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    base = Path(sys.base_prefix)
    closed = next((folder for folder in [*base.parents][::-1] if not folder.stat().st_mode & 1), None)
    if closed is None:
        return become
    hold = tempfile.mkdtemp(prefix="test-kernels-")
    atexit.register(os.rmdir, hold)
    return ("unshare", "--mount", "sh", "-c", _OPENED, "sh", str(base), str(closed), hold, *become)


@functools.cache
def why_not(level: LocalIsolation) -> str:
    """Why there is no kernel at that level here, found by asking the ordinary user's own survey; empty if there is."""
    done = subprocess.run(
        [*become_ordinary(), sys.executable, "-m", "tests.kernels.ordinary"],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        return f"no ordinary user to be: {done.stderr.strip()[-200:]}"
    return str(json.loads(done.stdout)[level])


@dataclass(frozen=True)
class Answer:
    """What one cell did."""

    status: str
    text: str
    stderr: str
    error: str
    mimes: list[str]
    facts: Mapping[str, Any]
    sentence: str
    kernel: Mapping[str, Any] | None
    generation: int

    @property
    def cause(self) -> object:
        return self.facts["cause"]


class Ordinary:
    """A kernel at one level whose app is a process of an ordinary user."""

    def __init__(self, level: LocalIsolation, limits: ResourceLimits | None = None) -> None:
        self.level = level
        self.root = short_folder()
        self.home = self.root / "person"
        self.app = self.root / "app"
        for name in (".ssh/id_rsa", "config.toml"):
            (self.home / name).parent.mkdir(parents=True, exist_ok=True)
            (self.home / name).write_text("secret")
        (self.home / "data.csv").write_text("given")
        other = self.app / "workspaces" / "other"
        other.mkdir(parents=True)
        (other / "data.csv").write_text("secret")
        (self.app / "lci.sqlite").write_text("secret")
        if os.geteuid() == 0:
            for path in [self.root, *self.root.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        told = json.dumps(dataclasses.asdict(limits or usual_limits()))
        self.process = subprocess.Popen(
            [*become_ordinary(), sys.executable, "-m", "tests.kernels.ordinary", str(self.root), level, told],
            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "HOME": str(self.home), "OPENAI_API_KEY": KEY, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip

    @property
    def work(self) -> Path:
        return self.root / "work"

    def run(self, source: str, interrupt_at: str | None = None) -> Answer:
        """Run a cell; interrupt it once its text holds `interrupt_at`."""
        return Answer(**self._asked({"run": source, "interrupt_at": interrupt_at}))

    def fine(self, source: str) -> str:
        """The text of a cell that must succeed."""
        done = self.run(source)
        assert done.status == "ok", done
        return done.text.strip()

    def restart(self) -> None:
        self._asked({"restart": True})

    def begin(self, source: str, until: str) -> None:
        """Run a cell that does not end; returns once its text holds `until`. Nothing but its end may follow."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"begin": source, "until": until}) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "begun\n"

    def begin_closing(self) -> None:
        """Close the kernel, whatever it does, and end."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def _asked(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the app ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        # As the tests' own user: a cell may have taken the rights of its folders away.
        subprocess.run(["rm", "-rf", str(self.root)], check=False, timeout=60)


# --- the program ------------------------------------------------------------------------------------------------------


def only(level: LocalIsolation) -> Survey:
    """A survey in which `level` is the best that works."""
    names = get_args(LocalIsolation)
    return Survey(*(Probe(names.index(level) <= names.index(name), "left out by the test") for name in names[:3]))


def _serve(root: Path, level: LocalIsolation, limits: ResourceLimits) -> None:
    thread = LoopThread()
    driver = Driver(thread, root)
    driver.close()
    driver.slot = dataclasses.replace(driver.slot, in_place=(("given/data.csv", root / "person" / "data.csv"),))
    driver.kernel = driver.another(limits=limits, survey=only(level))
    for line in sys.stdin:
        asked = json.loads(line)
        if "begin" in asked:
            thread.call(_begun(driver, asked["begin"], asked["until"]))
            _say("begun")
            continue
        if "restart" in asked:
            thread.call(driver.kernel.restart())
            _say("{}")
            continue
        done = driver.run(asked["run"], interrupt_at=asked["interrupt_at"], timeout=100)
        problem, facts = done.finish.problem, driver.kernel.facts
        errors = [f"{o.ename}: {o.evalue}" for o in done.outputs if hasattr(o, "ename")]
        answer = Answer(
            done.status, done.text(), done.text("stderr")[-2000:], "".join(errors),
            [mime for shown in done.shown for mime in shown.data],
            {} if problem is None else dict(problem.facts), "" if problem is None else str(explained(problem)),
            None if facts is None else dataclasses.asdict(facts), driver.kernel.generation,
        )  # fmt: skip
        _say(json.dumps(dataclasses.asdict(answer)))
    driver.close()
    thread.end()


async def _begun(driver: Driver, source: str, until: str) -> None:
    """Run a cell in the background until it has said something."""
    said = asyncio.Event()

    def on_event(event: KernelEvent) -> None:
        if until in repr(event):
            said.set()

    _BACKGROUND.append(asyncio.ensure_future(driver.ran(source, None, on_event)))
    await said.wait()


_BACKGROUND: list[asyncio.Future[Ran]] = []


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _told() -> dict[str, str]:
    found = survey()
    return {"bubblewrap": found.bubblewrap.reason, "landlock": found.landlock.reason, "rlimits": found.rlimits.reason}


if __name__ == "__main__":
    if len(sys.argv) == 1:
        _say(json.dumps(_told()))
    else:
        _serve(
            Path(sys.argv[1]), next(x for x in LEVELS if x == sys.argv[2]), ResourceLimits(**json.loads(sys.argv[3]))
        )
