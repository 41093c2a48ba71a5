"""What is installed is the whole app, declares what it imports, and names what a library's user needs."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import lci
from tests.installing import ROOT, wheel

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
#: Imported only where they are installed.
OPTIONAL = {"h5py", "pypdfium2", "pyreadstat", "docx", "pptx", "striprtf", "keyring", "vl_convert"}


def requirements(path: Path) -> set[str]:
    lines = path.read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith(("#", "-r"))}


def imported(path: Path) -> set[str]:
    """The third-party packages a module imports, by their first name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"lci"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_two_command_start_installs_what_the_package_and_its_extras_for_data_ask_for() -> None:
    extras = PROJECT["optional-dependencies"]
    package = {*PROJECT["dependencies"], *extras["data"], *extras["formats"]}
    assert requirements(ROOT / "requirements.txt") == package


def test_every_import_is_declared() -> None:
    declared = {canonical(Requirement(line).name) for line in PROJECT["dependencies"]}
    owners = importlib.metadata.packages_distributions()
    # A module of the launcher finds its neighbour by name: it runs before the package can be imported.
    launcher = {path.stem for path in (ROOT / "lci/kernels/launcher").glob("*.py")}
    files = [*(ROOT / "lci").rglob("*.py"), ROOT / "app.py", *(ROOT / "pages").glob("*.py")]
    missing = {
        f"{name} in {path.relative_to(ROOT)}"
        for path in files
        for name in imported(path) - OPTIONAL - launcher
        if not declared & {canonical(owner) for owner in owners.get(name, [name])}
    }
    assert not missing


def test_the_version_stands_in_one_place_and_in_the_changelog() -> None:
    assert "version" in PROJECT["dynamic"]
    assert "version" not in PROJECT
    assert re.search(rf"^## {re.escape(lci.__version__)} ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def test_the_wheel_holds_the_app_its_pages_its_settings_and_its_types(tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel(tmp_path)) as built:
        names = set(built.namelist())
        (entry,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "lci = lci.__main__:main" in built.read(entry).decode()
        for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), ROOT / ".streamlit" / "config.toml"]:
            shipped = f"lci/app/{path.relative_to(ROOT).as_posix()}"
            assert built.read(shipped) == path.read_bytes()
    tracked = subprocess.run(
        ["git", "ls-files", "lci"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert set(tracked) <= names, sorted(set(tracked) - names)
    assert "lci/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]


@pytest.mark.parametrize("name", lci.__all__)
def test_public_names_are_there(name: str) -> None:
    assert getattr(lci, name) is not None
    assert name in dir(lci)


def test_public_names_are_typed_as_they_are_loaded() -> None:
    """A type checker reads the imports under TYPE_CHECKING, a program the table: both name the same places."""
    tree = ast.parse((ROOT / "lci" / "__init__.py").read_text("utf-8"))
    typed = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lci.")
        for alias in node.names
    }
    assert typed == lci._HOMES
    assert set(lci.__all__) == {*typed, "errors", "__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = lci.nothing


def test_importing_loads_nothing_but_the_standard_library_s_own() -> None:
    """P13: what `import lci` costs is measured by `python -m benchmarks p13`; here, what it loads."""
    code = "import json, sys; before = set(sys.modules); import lci; print(json.dumps([*set(sys.modules) - before]))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
    loaded = set(json.loads(done.stdout))
    assert {name.split(".")[0] for name in loaded} <= {"lci", *sys.stdlib_module_names}
    assert [name for name in loaded if name.startswith("lci")] == ["lci"]


def test_packages_that_a_pth_file_borrows_are_read_and_nothing_else_is(tmp_path: Path) -> None:
    """B34, B60: an environment made by `uv run --with` could read no file and start no kernel inside the walls."""
    borrowed = tmp_path / "other" / "site-packages"
    borrowed.mkdir(parents=True)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "borrowed.pth").write_text(f"{borrowed}\n{tmp_path}\n", "utf-8")
    code = f"import site; site.addsitedir({str(tmp_path / 'site')!r}); from lci.kernels.provisioners.walls import *"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*interpreter_prefixes(), sep='\\n')"],
        capture_output=True, text=True, check=True, timeout=100, cwd=ROOT,
    )  # fmt: skip
    readable = done.stdout.splitlines()
    assert str(borrowed) in readable
    assert str(tmp_path) not in readable
    assert sys.prefix in readable
