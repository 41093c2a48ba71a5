"""Other Pythons a kernel can run in: found where people keep them, and asked what they are before one is used."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from jupyter_client.kernelspec import KernelSpecManager

from lci.errors import EnvironmentWithoutKernel, KernelStartFailed

Kind: TypeAlias = Literal["own", "kernelspec", "venv", "conda", "uv", "pyenv"]

_BIN = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
_DEADLINE = 20.0
#: Where tools keep environments below HOME.
_MANAGED: tuple[tuple[Kind, str], ...] = (
    ("venv", ".virtualenvs/*"), ("uv", ".local/share/uv/python/*-*"), ("pyenv", ".pyenv/versions/*"),
)  # fmt: skip
#: Asked of the other Python itself: only it knows its paths and packages.
_QUESTION = """
import importlib.metadata as m, json, os, platform, sys
def version(name):
    try: return m.version(name)
    except Exception: return None
print(json.dumps({
    "version": platform.python_version(), "ipykernel": version("ipykernel"),
    "places": [sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(os.path.isdir, sys.path)],
    "packages": {name: v for name in sys.argv[1:] if (v := version(name))},
}))
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """One Python by the path of its interpreter, which is also its name in settings; empty is the app's own."""

    name: str
    label: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Checked:
    """What an environment said of itself; `places` are the folders its interpreter and packages lie in."""

    python: str
    version: str
    ipykernel: str
    places: tuple[str, ...]
    packages: dict[str, str]

    @property
    def is_reduced(self) -> bool:
        """Whether its ipykernel is older than the one all features are made for."""
        return self.ipykernel.partition(".")[0] in ("", "5", "6")


def environments(beside: Path | None = None) -> tuple[Environment, ...]:
    """The Pythons found, the app's own first, each once; nothing is started."""
    pythons: dict[str, Environment] = {"": Environment("", _label(sys.executable), "own")}
    own = os.path.abspath(sys.executable)  # noqa: PTH100 - links must stay: they tell environments of one Python apart
    for kind, python, label in _candidates(beside or Path.cwd()):
        path = os.path.abspath(python)  # noqa: PTH100
        if path != own and path not in pythons and os.access(path, os.X_OK):
            pythons[path] = Environment(path, label or _label(path), kind)
    return tuple(pythons.values())


def checked(name: str, packages: Iterable[str] = ()) -> Checked:
    """Ask the Python at `name` (empty: the app's own) for its version, ipykernel, folders and those packages.

    Raises `EnvironmentWithoutKernel` with the command that helps, or `KernelStartFailed` where no Python answers.
    """
    python = name or sys.executable
    try:
        done = subprocess.run(
            [python, "-I", "-c", _QUESTION, *packages],
            capture_output=True, text=True, timeout=_DEADLINE, check=True, env={"PATH": os.defpath},
        )  # fmt: skip
        facts = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise KernelStartFailed(reason=f"{python} does not run as a Python ({type(error).__name__})") from error
    if not facts["ipykernel"]:
        raise EnvironmentWithoutKernel(python=python, command=f"{shlex.quote(python)} -m pip install ipykernel")
    places = {place for each in facts["places"] for place in (each, os.path.realpath(each))}
    # A folder inside another need not be opened a second time.
    outer = sorted(p for p in places if not any(p != o and p.startswith(o.rstrip("/") + "/") for o in places))
    return Checked(python, facts["version"], facts["ipykernel"], tuple(outer), facts["packages"])


def _candidates(beside: Path) -> Iterator[tuple[Kind, str, str]]:
    for name, entry in sorted(KernelSpecManager().get_all_specs().items()):
        spec = entry["spec"]
        if spec.get("language") == "python" and spec.get("argv") and Path(spec["argv"][0]).is_absolute():
            yield "kernelspec", spec["argv"][0], f"{spec.get('display_name') or name} (kernelspec)"
    home = Path.home()
    for folder in (os.environ.get("VIRTUAL_ENV", ""), *map(str, (beside / ".venv", beside / "venv"))):
        if folder:
            yield "venv", str(Path(folder, *_BIN)), ""
    for folder in _conda(home):
        yield "conda", str(Path(folder, *(_BIN[1:] if sys.platform == "win32" else _BIN))), ""
    for kind, pattern in _MANAGED:
        for place in sorted(home.glob(pattern)):
            yield kind, str(place.joinpath(*_BIN)), ""


def _conda(home: Path) -> Iterator[str]:
    """The environments conda knows: the active one, and those it lists in its own file."""
    if active := os.environ.get("CONDA_PREFIX"):
        yield active
    try:
        listed = (home / ".conda" / "environments.txt").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    yield from (line.strip() for line in listed if line.strip())


def _label(python: str) -> str:
    """The folder people know an environment by."""
    folder = Path(python).parent.parent
    return f"{folder.parent.name}/{folder.name}" if folder.name in (".venv", "venv") else folder.name or python
