"""A conversation's notebook on another of its files, without a model: compared, run apart, told; nothing is changed."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.rerun import RanAgain
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]

MAY = "day,region,amount\n2024-05-01,north,5\n2024-05-02,south,7\n"
CODE = "import pandas as pd\nsales = pd.read_csv('may.csv')\nprint('total =', sales['amount'].sum())"
Talk = Callable[[str], Interpreter]


@pytest.fixture
def talk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    """A conversation about May, to which June was attached as that text."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    model = ScriptedModel([calls(CODE), says("It is 12.")])
    engine = Engine(Settings(home=home, model="builtin-analyst", warm_kernels=0), make_model=lambda _: model)

    def make(june: str) -> Interpreter:
        live = Interpreter("m", engine=engine)
        live.files.attach_bytes("may.csv", MAY.encode())
        live.run("How much?")
        live.files.attach_bytes("new/june.csv", june.encode())
        return live

    yield make
    engine.close()
    assert list(scratch.iterdir()) == []


def ran(live: Interpreter, old: str = "may.csv", new: str = "new/june.csv") -> RanAgain | None:
    live.notebook.rerun.start(old, new)
    assert live.wait(lambda _: live.notebook.rerun.progress is None, 180)
    return live.notebook.rerun.result


def test_the_cells_run_on_the_other_file_and_the_conversation_stays_as_it_is(talk: Talk) -> None:
    live = talk(MAY.replace("-05-", "-06-").replace(",7", ",9"))
    before = live.snapshot()
    result = ran(live)
    assert result is not None, live.notebook.rerun.problem
    assert (result.old, result.new) == ("may.csv", "new/june.csv")
    assert [(each.before, each.after) for each in result.run.changes] == [("12", "14")]
    notebook = nbformat.read(io.StringIO(result.notebook.decode()), as_version=4)
    assert "total = 14\n" in [out.text for cell in notebook.cells for out in cell.get("outputs", ()) if "text" in out]
    assert b"14" in result.report and live.id.encode() not in result.notebook + result.report
    assert live.snapshot().turns == before.turns
    assert live.snapshot().files.keys() == before.files.keys()


def test_a_renamed_column_stops_it_before_anything_runs(talk: Talk) -> None:
    live = talk(MAY.replace("amount", "amounts"))
    result = ran(live)
    assert result is not None and result.run.stopped
    assert [each.difference.kind for each in result.run.differences] == ["renamed"]
    assert result.notebook == b""


def test_a_file_that_is_gone_is_said_and_nothing_is_left(talk: Talk) -> None:
    live = talk(MAY)
    live.files.remove("new/june.csv")
    assert ran(live) is None
    problem = live.notebook.rerun.problem
    assert problem is not None and problem.code == "file_missing"


def test_cancelled_twice_it_can_be_begun_again(talk: Talk) -> None:
    live = talk(MAY)
    rerun = live.notebook.rerun
    rerun.start("may.csv", "new/june.csv")
    rerun.cancel()
    rerun.cancel()
    assert live.wait(lambda _: rerun.progress is None, 60)
    assert rerun.result is None
    result = ran(live)
    assert result is not None, rerun.problem
    assert result.run.changes == ()
