"""`lci verify`: each thing that keeps a notebook from giving the same again is named as what it is (B50)."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from lci import cli
from lci.kernels.isolation import survey


def notebook_at(path: Path, cells: list[tuple[str, str]]) -> Path:
    """A notebook whose cells have each printed that; empty for nothing."""
    document = nbformat.v4.new_notebook()
    for source, text in cells:
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []
        document.cells.append(nbformat.v4.new_code_cell(source, outputs=outputs))
    nbformat.write(document, path)
    return path


def no_app(_: argparse.Namespace) -> int:
    raise AssertionError


def verify(*arguments: str | Path) -> int:
    return cli.main(["verify", *map(str, arguments)], open_app=no_app)


#: Each planted cause: the cell, what it printed, the name of the cause and what its detail says.
PLANTED = [
    ("print('the same', 0.1 + 0.2)", "the same 0.30000000000000009\n", "", ""),
    ("def kept(value, seed=None): return value\nkept(1, seed=0)\nNone", "", "", ""),
    ("import random\nprint(random.random())", "0.25\n", "random", ""),
    ("import os\nprint(os.getpid() + random.gauss(0, 1))", "0.25\n", "random", ""),
    ("mean = 20.0\nprint(f'mean wait: {mean} min')", "mean wait: 2.0 min\n", "unknown", ""),
    ("from datetime import datetime\nprint(datetime.now())", "2020-01-01 00:00:00.1\n", "clock", ""),
    ("print({'a' + str(n) for n in range(40)})", "{" + ", ".join(f"'a{n}'" for n in range(40)) + "}\n", "order", ""),
    ("import no_such_package_at_all", "", "package", "no_such_package_at_all"),
    ("1 / 0", "", "fails", "ZeroDivisionError"),
    ("open('/mnt/data/s.csv').read()", "", "path", "/mnt/data/s.csv"),
    ("text = open('gone.csv').read()", "", "file", "gone.csv"),
    ("print(text)", "1\n", "earlier", "text"),
    ("here = open('s.csv').read(); print(here)", "1\n\n", "", ""),
    ("print('a', 3)", "a 4\n", "unknown", ""),
    (
        "display({'application/vnd.jupyter.widget-view+json': {}, 'text/plain': 'Output()'}, raw=True)",
        "inside\n",
        "widget",
        "",
    ),
    ("print('| share 5%| x | 3 |')", "| share 5%| y | 3 |\n", "unknown", ""),
    (
        "print('loss', '5%|##| 1/5 [00:00<00:01, 9it/s, loss=2]')",
        "loss 5%|##| 1/5 [00:00<00:01, 9it/s, loss=3]\n",
        "unknown",
        "",
    ),
    ("print('load:   0%|          | 0/5 [00:00<?, ?it/s]')", "load: 100%|█████| 5/5 [00:00<00:00, 9it/s]\n", "", ""),
    ("drawn = random.random()", "", "", ""),
    ("print('drawn', drawn)", "drawn 0.5\n", "random", ""),
]
NETWORK = ("import urllib.request\nurllib.request.urlopen('http://example.invalid/')", "", "network", "")


@pytest.mark.kernel
@pytest.mark.timeout(240)
def test_every_planted_cause_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """B50: in one run, for one cell's cause is not another's."""
    planted = [*PLANTED, NETWORK] if survey().bubblewrap.works else PLANTED
    (tmp_path / "s.csv").write_text("1\n", encoding="utf-8")
    path = notebook_at(tmp_path / "n.ipynb", [(source, text) for source, text, _, _ in planted])
    before = path.read_bytes()
    assert verify(path, "--json") == 1
    said = capfd.readouterr()
    result: dict[str, Any] = json.loads(said.out)
    causes = {each["number"]: (each["cause"], each["detail"]) for each in result["findings"]}
    for number, (source, _, cause, detail) in enumerate(planted, 1):
        assert causes.get(number, ("", ""))[0] == cause, (source, causes)
        assert detail in causes.get(number, ("", ""))[1]
    assert result["isolation"] == ("bubblewrap" if survey().bubblewrap.works else "none")
    assert [line for line in said.err.splitlines() if not line.startswith("Not isolated")] == [
        f"Cell {n} of {len(planted)}" for n in range(1, len(planted) + 1)
    ]
    assert path.read_bytes() == before


@pytest.mark.kernel
@pytest.mark.timeout(240)
def test_without_walls_that_is_said_before_anything_runs(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """B50: the policy of kernels holds here, too."""
    monkeypatch.setenv("LCI_ISOLATION", "off")
    leaves = "import subprocess\ndaemon = subprocess.Popen(['sleep', '87654'], start_new_session=True)"
    deep = "import os\nfor _ in range(1500):\n    os.mkdir('d'); os.chdir('d')"
    path = notebook_at(tmp_path / "n.ipynb", [(leaves, ""), ("print(1)", "1\n"), (deep, "")])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert verify(path, "--json") == 0
    assert not [each for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"] == ["sleep", "87654"]]
    assert not list(tmp_path.glob("lci-verify-*"))
    out, err = capfd.readouterr()
    assert json.loads(out)["isolation"] == "none"
    assert err.splitlines()[0].startswith("Not isolated: its code can read and change what you can.")


@pytest.mark.kernel
@pytest.mark.timeout(240)
def test_a_changed_input_is_known_by_what_was_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """B50: digests and versions stand in the notebook only where that was asked for; data may lie elsewhere."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "s.csv").write_text("1\n", encoding="utf-8")
    path = notebook_at(tmp_path / "n.ipynb", [("import json\nprint(open('s.csv').read().strip())", "1\n")])
    assert verify(path, "--data", data, "--write") == 0
    assert capfd.readouterr().out == "1/1 cells reproduce.\n"
    facts = nbformat.read(path, as_version=4).metadata.lci.verified
    assert len(facts.inputs["s.csv"]) == 64
    assert facts.versions["ipykernel"]
    assert list(data.iterdir()) == [data / "s.csv"]
    (data / "s.csv").write_text("2\n", encoding="utf-8")
    assert verify(path, "--data", data, "--write") == 1
    out, err = capfd.readouterr()
    assert out == "0/1 cells reproduce.\nCell 1 (text): a changed input: s.csv.\n"
    assert "digests noted before" in err
    assert nbformat.read(path, as_version=4).metadata.lci.verified.replaced == {"s.csv": facts.inputs["s.csv"]}
    assert verify(path, "--data", data) == 1
    assert "a changed input: s.csv" in capfd.readouterr().out


@pytest.mark.kernel
@pytest.mark.timeout(240)
def test_a_notebook_of_an_old_format_is_run_as_it_is_brought_in(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """B50"""
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Sums"]},
        {
            "cell_type": "code", "collapsed": False, "input": ["print(1 + 1)"], "language": "python", "metadata": {},
            "outputs": [{"output_type": "stream", "stream": "stdout", "text": ["2\n"]}], "prompt_number": 1,
        },
        {
            "cell_type": "code", "collapsed": False, "input": ["1 + 2"], "language": "python", "metadata": {},
            "outputs": [{"output_type": "pyout", "metadata": {}, "prompt_number": 2, "text": ["4"]}],
            "prompt_number": 2,
        },
    ]  # fmt: skip
    document = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(document), "utf-8")
    assert verify(path, "--write") == 1
    assert capfd.readouterr().out.startswith("1/2 cells reproduce.\nCell 2 (text)")
    assert nbformat.read(path, as_version=4).metadata.lci.verified.reproduced == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"cells": [{"cell_type": "co', "ends too early"),
        ('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": 7}', "cannot be read as a notebook"),
        ('{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}', "format after 4"),
        ('{"a": 1}', "is not a Jupyter notebook"),
        ("[1, 2]", "is not a Jupyter notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 7}', "is not a Jupyter notebook"),
        ("\x00\x01", "ends too early"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "R"}}, "cells": []}',
            "other than Python",
        ),
    ],
)
def test_a_file_that_cannot_be_run_is_one_sentence_and_a_next_step(
    content: str, sentence: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """B50"""
    path = tmp_path / "n.ipynb"
    path.write_text(content, encoding="utf-8")
    assert verify(path) == 2
    said = capfd.readouterr()
    assert sentence in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_what_is_not_there_cannot_be_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """B50"""
    assert verify(tmp_path / "none.ipynb") == 2
    assert verify(notebook_at(tmp_path / "n.ipynb", [("1", "")]), "--data", tmp_path / "none") == 2
    assert capfd.readouterr().err.count("none") == 2
