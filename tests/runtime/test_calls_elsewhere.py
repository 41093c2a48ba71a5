"""What is told of a file is what its call returns in the Python that the kernel runs (B40, B5)."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lci.core.conversation import ConversationSettings
from lci.core.files import Column
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

pytestmark = pytest.mark.kernel

#: Old enough to have other words for types.
OLDER = "pandas>=2.2,<2.4"
TABLE = "name,day,n\na,2020-01-02,1\nb,2020-01-03,\n"
READER = 'pd.read_csv("a.csv", parse_dates=["day"])'
SHOWS = (
    f"import pandas as pd; frame = {READER}\n"
    "print([(str(n), str(t), int(frame[n].isna().sum())) for n, t in frame.dtypes.items()])"
)


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with an older pandas."""
    folder = tmp_path_factory.mktemp("older")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, OLDER, "ipykernel"], check=True, timeout=600)
    return python


def seen_of_it(live: Interpreter) -> tuple[tuple[Column, ...], str | None, list[str]]:
    preview = live.snapshot().files["a.csv"].preview
    assert preview is not None
    return preview.tables[0].columns, preview.reader, [each.code for each in preview.warnings]


@pytest.mark.timeout(900)
def test_types_are_those_of_the_kernels_own_pandas(tmp_path: Path, older: Path) -> None:
    """And those of the app's own again once the kernel runs in it."""
    model = ScriptedModel([calls(SHOWS), says("so"), says("and so")])
    engine = Engine(Settings(home=tmp_path / "home", model="builtin-analyst"), make_model=lambda _: model)
    try:
        with Interpreter(engine=engine, settings=ConversationSettings(environment=str(older))) as live:
            live.files.attach_bytes("a.csv", TABLE.encode())
            live.run("What types?", timeout=300)
            columns, reader, codes = seen_of_it(live)
            assert (reader, codes) == (READER, ["types_of_another_pandas"])
            told = str([(c.name, c.dtype, c.nulls) for c in columns])
            assert told in str(live.snapshot().turns[-1].cells[0].outputs)
            assert "'object'" in told
            assert "name object" in "\n".join(message.text for message in model.requests[0].messages)
            assert live.wait(lambda _: live.files.preview("a.csv", 10) is not None, 60)
            long = live.files.preview("a.csv", 10)
            assert long is not None and long.tables[0].columns == columns
            live.change_settings(replace(live.snapshot().settings, environment=""))
            live.run("And here?", timeout=300)
            columns, _, codes = seen_of_it(live)
            (tmp_path / "a.csv").write_text(TABLE)
            here = pd.read_csv(tmp_path / "a.csv", parse_dates=["day"])
            assert (codes, [c.dtype for c in columns]) == ([], [str(kind) for kind in here.dtypes])
    finally:
        engine.close()
