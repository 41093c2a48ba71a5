"""A stored conversation written in any form from the command line; what is missing for one is said (B9)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

from lci import cli
from lci.core.outputs import DisplayData
from lci.core.ports import ExecutionFinished
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls, says


def no_app(_: argparse.Namespace) -> int:
    raise AssertionError


def export(conversation: str, form: str, path: Path, *more: str) -> int:
    return cli.main(["export", conversation, "--to", form, *more, "-o", str(path)], open_app=no_app)


@pytest.fixture
def stored(engine_with: Callable[..., Engine], home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    engine = engine_with(ScriptedModel([calls("print(42)"), says("It is 42.")]))
    live = Interpreter("m", engine=engine)
    live.run("What is it?")
    live.close()
    engine.close()
    monkeypatch.setenv("LCI_HOME", str(home))
    return live.id


def test_every_form_is_written(stored: str, tmp_path: Path) -> None:
    for form in ("ipynb", "py", "html", "md", "docx"):
        assert export(stored, form, tmp_path / f"a.{form}") == 0
    assert "print(42)" in (tmp_path / "a.py").read_text("utf-8")
    assert "print(42)" in (tmp_path / "a.html").read_text("utf-8")
    assert "It is 42[^1]." in (tmp_path / "a.md").read_text("utf-8")
    assert export(stored, "md", tmp_path / "a.zip") == 0
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == ["a.md"]
    assert "It is 42[1]." in "\n".join(each.text for each in Document(str(tmp_path / "a.docx")).paragraphs)
    assert export(stored, "html", tmp_path / "b.html", "--no-code") == 0
    assert "<details" not in (tmp_path / "b.html").read_text("utf-8")
    assert export(stored, "html", tmp_path / "none" / "b.html") == 2


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_one_sentence_and_what_was_there_stays(
    stored: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """B11: nothing is half written."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        for form in ("ipynb", "py", "html", "md", "docx"):
            (disk / f"a.{form}").write_text("kept", "utf-8")
        (disk / "filling").write_bytes(bytes(4_000))
        for form in ("ipynb", "html", "docx"):
            assert export(stored, form, disk / f"a.{form}") == 2
            error = capfd.readouterr().err
            assert "No space left" in error and "Traceback" not in error and error.count("\n") == 1, error
        assert {path.read_text("utf-8") for path in disk.glob("a.*")} == {"kept"}
        assert len([*disk.iterdir()]) == 6
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_without_a_browser_there_is_no_pdf_and_a_next_step(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert export(stored, "pdf", tmp_path / "a.pdf") == 2
    said = capfd.readouterr().err
    assert said == (
        "A PDF is printed by a browser, and none is installed here. "
        "Install Chromium, Chrome or Edge, or download the HTML report and print it.\n"
    )
    assert not (tmp_path / "a.pdf").exists()


def test_a_browser_that_prints_nothing_is_one_sentence(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 0\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert export(stored, "pdf", tmp_path / "a.pdf") == 2
    assert capfd.readouterr().err.startswith("The browser did not print the page.")


def test_what_draws_charts_of_altair_is_said_where_it_is_missing(
    engine_with: Callable[..., Engine], home: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The file is written all the same, with the chart's name."""
    chart = DisplayData({"application/vnd.vegalite.v6+json": {"mark": "bar", "title": "Sales"}})
    engine = engine_with(
        ScriptedModel([calls("draw()"), says("Drawn.")]),
        lambda: ScriptedKernel(lambda _: [chart, ExecutionFinished("ok", 1, 0.1)]),
    )
    live = Interpreter("m", engine=engine)
    live.run("Draw")
    live.close()
    engine.close()
    monkeypatch.setenv("LCI_HOME", str(home))
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert export(live.id, "py", tmp_path / "a.py") == 0
    assert capfd.readouterr().err == ""
    assert export(live.id, "html", tmp_path / "a.html") == 0
    assert "pip install vl-convert-python" in capfd.readouterr().err
    assert "Sales: an interactive chart." in (tmp_path / "a.html").read_text("utf-8")
