"""Kernels in other Pythons: found, asked, used; and the exact command where one cannot be."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from lci.errors import EnvironmentWithoutKernel, KernelStartFailed
from lci.kernels.environments import checked, environments
from lci.kernels.isolation import Policy
from tests.kernels.driving import Driver, LoopThread, short_folder

pytestmark = pytest.mark.kernel


def made(folder: Path) -> Path:
    """A new virtual environment without a package; its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


def with_packages(python: Path) -> Path:
    """The same, with the packages of this one in its path, as an editable installation would put them there."""
    (site,) = (python.parent.parent / "lib").glob("python*/site-packages")
    (site / "shared.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    (site / "only_there.py").write_text("here = True\n", encoding="utf-8")
    return python


def test_the_own_python_comes_first_and_a_venv_beside_is_found(tmp_path: Path) -> None:
    """B40"""
    python = made(tmp_path / ".venv")
    found = environments(tmp_path)
    assert (found[0].name, found[0].kind) == ("", "own")
    assert any(env.name == str(python) and env.kind == "venv" for env in found)
    assert len({env.name for env in found}) == len(found)


def test_a_conda_environment_is_found_by_condas_own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B40"""
    python = made(tmp_path / "envs" / "analysis")
    (tmp_path / ".conda").mkdir()
    (tmp_path / ".conda" / "environments.txt").write_text(f"{tmp_path}/envs/analysis\n{tmp_path}/gone\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    found = {env.name: env for env in environments(tmp_path)}
    assert (found[str(python)].kind, found[str(python)].label) == ("conda", "analysis")
    assert not any("gone" in name for name in found)


def test_without_ipykernel_the_exact_command_is_said(tmp_path: Path) -> None:
    """B40"""
    python = made(tmp_path / "with space")
    with pytest.raises(EnvironmentWithoutKernel) as caught:
        checked(str(python))
    assert caught.value.command == f"'{python}' -m pip install ipykernel"


@pytest.mark.parametrize("content", ["", "#!/bin/sh\necho hello\n", "#!/bin/sh\nexit 3\n"])
def test_what_is_no_python_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    """B40"""
    program = tmp_path / "python"
    program.write_text(content, encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(KernelStartFailed) as caught:
        checked(str(program))
    assert "does not run as a Python" in caught.value.reason


@pytest.mark.parametrize("policy", ["auto", "off"])
def test_cells_run_in_the_chosen_environment_and_reach_its_packages(
    tmp_path: Path, loop_thread: LoopThread, policy: Policy
) -> None:
    """B40: isolated too, where isolation is to be had."""
    python = with_packages(made(tmp_path / "other"))
    driver = Driver(loop_thread, short_folder(), policy, environment=str(python))
    try:
        seen = driver.fine("import sys, only_there; print(sys.prefix, only_there.here)").text()
        assert seen == f"{tmp_path}/other True\n"
        assert driver.fine("import pandas as pd; pd.DataFrame({'a': [1]})").shown
        assert "sys" not in driver.variables()
    finally:
        driver.close()


def test_an_environment_that_went_away_is_a_clear_sentence(tmp_path: Path, loop_thread: LoopThread) -> None:
    """B40"""
    driver = Driver(loop_thread, short_folder(), environment=str(tmp_path / "gone" / "python"))
    with pytest.raises(KernelStartFailed) as caught:
        driver.start()
    assert "does not run as a Python (FileNotFoundError)" in caught.value.reason
    driver.close()
