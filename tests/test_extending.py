"""docs/guide/extending.md, followed word for word in a copy of the package: what it says is enough."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.installing import ROOT

PAGE = (ROOT / "docs" / "guide" / "extending.md").read_text("utf-8")
ROWS = [[1.5, 2.0], [3.0, -4.25], [5.0, 0.0]]


def block(title: str) -> str:
    """The code that the page shows under `title`."""
    found = re.search(rf'^ *```python title="{re.escape(title)}"\n(.*?)^ *```$', PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"extending.md has no block {title!r}"
    return textwrap.dedent(found[1])


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with lci as the page leaves it."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "lci", folder / "lci", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "lci/workspace/points.py").write_text(block("lci/workspace/points.py"), "utf-8")
    table = folder / "lci/workspace/formats.py"
    head, mark, rest = table.read_text("utf-8").partition("FORMATS = (\n")
    table.write_text(head + mark + block("FORMATS in lci/workspace/formats.py") + rest, "utf-8")
    (folder / "lci/agent/tools/convert_units.py").write_text(block("lci/agent/tools/convert_units.py"), "utf-8")
    table = folder / "lci/agent/tools/toolset.py"
    text = table.read_text("utf-8").replace(
        "TurnTool, ...] = (", "TurnTool, ...] = (" + block("TOOLS in lci/agent/tools/toolset.py")
    )
    imported = "from lci.agent.tools.convert_units import ConvertUnits\n"
    table.write_text(
        text.replace("from lci.agent.tools.execute_code", imported + "from lci.agent.tools.execute_code"), "utf-8"
    )
    content = b"PTS1" + struct.pack("<I", 2) + np.array(ROWS, "<f8").tobytes()
    (folder / "walk.pts").write_bytes(content)
    (folder / "nameless").write_bytes(content)
    (folder / "cut.pts").write_bytes(content[:-3])
    return folder


def lci(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lci", *arguments],
        capture_output=True, text=True, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, timeout=100, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["walk.pts", "nameless"])
def test_a_format_is_shown_by_its_content(copy: Path, name: str) -> None:
    """B20"""
    shown = json.loads(lci(copy, "preview", name, "--json").stdout)
    assert (shown["error"], shown["warnings"]) == (None, [])
    (table,) = shown["tables"]
    assert (table["rows"], table["rows_exact"], table["head"]) == (3, True, ROWS)


def test_its_reader_gives_what_was_told(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """B5"""
    monkeypatch.chdir(copy)
    reader = json.loads(lci(copy, "preview", "walk.pts", "--json").stdout)["reader"]
    assert eval(reader, {"pd": pd, "np": np}).to_numpy().tolist() == ROWS


def test_what_is_damaged_is_said_in_a_sentence(copy: Path) -> None:
    done = lci(copy, "preview", "cut.pts")
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert "“cut.pts” cannot be read as points" in done.stdout


def test_it_is_profiled_as_every_table_is(copy: Path) -> None:
    profile = json.loads(lci(copy, "profile", "walk.pts", "--json").stdout)
    assert [column["maximum"] for column in profile["columns"]] == [5.0, 2.0]


@pytest.mark.kernel
def test_a_question_about_it_is_answered(copy: Path) -> None:
    """B5, B39: read by the app inside its walls, told to the model, read again in the kernel."""
    done = lci(copy, "run", "how many rows are there?", "--file", "walk.pts")
    assert done.returncode == 0, done.stderr
    assert "3 rows" in done.stdout


TURN = """
import sys
from dataclasses import replace
from pathlib import Path
from lci.core.turns import ToolUse
from lci.runtime.engine import Engine
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.config.settings import Settings
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls_tool, says

CALL = 'convert_units("5", "mile", "km")'
protocol, unit = sys.argv[1:]
arguments = '{"amount": "5", "unit": "%s", "into": "km"}' % unit
asked = calls_tool("convert_units", arguments) if protocol == "tools" else says("```python\\n" + CALL + "\\n```\\n")
model = ScriptedModel([asked, says("Done.")])
model.settle_on(protocol)
kernel = ScriptedKernel(lambda _: ())
engine = Engine(Settings(home=Path("home")), make_model=lambda _: model, make_kernel=lambda *_: kernel)
with Interpreter(engine=engine) as live:
    turn = live.run("How far is that?").turn
engine.close()
(use,) = [step for step in turn.steps if isinstance(step, ToolUse)]
print(use.name, use.result, use.answered, turn.ending)
print([tool.name for tool in model.requests[0].tools], model.requests[1].messages[-1].text)
"""


@pytest.mark.parametrize("protocol", ["tools", "fenced"])
def test_a_tool_is_offered_called_and_answered(copy: Path, protocol: str) -> None:
    """B16: also by a model that knows no tools, which writes the call as code."""
    outcome, request = turn(copy, protocol, "mile")
    assert outcome == "convert_units 8.04672 km True done"
    assert "8.04672 km" in request
    assert ("'convert_units'" in request) is (protocol == "tools")


def test_what_it_cannot_do_is_told_to_the_model(copy: Path) -> None:
    """B7"""
    outcome, request = turn(copy, "tools", "parsec")
    assert outcome.endswith("False done")
    assert "cannot be converted" in request


def turn(copy: Path, protocol: str, unit: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", TURN, protocol, unit],
        capture_output=True, text=True, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcome, request = done.stdout.split("\n", 1)
    return outcome, request
