"""B45, B57: answers to the corpus as notebooks: they run again in a clean kernel, and every number said is found."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lci.core.conversation import BUILTIN_ANALYST
from lci.core.grounding.receipts import NotFound, evidence, receipts
from lci.core.turns import Turn
from lci.notebook.verify import verified
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from tests.analyst.corpus import DATA, records

Record = dict[str, Any]
Files = tuple[str, ...]


def _files(record: Record) -> Files:
    return tuple(record["files"])


ANSWERED = sorted((record for record in records("open") if record["plan"] and not record["before"]), key=_files)
BY_FILES: dict[Files, list[Record]] = {files: list(group) for files, group in groupby(ANSWERED, key=_files)}
#: Tried for every change, so many questions each: ten in each language. The others nightly.
FEW: dict[Files, int] = {("penguins.csv",): 16, ("売上.csv",): 8, ("超市订单.csv",): 8}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(Settings(home=tmp_path_factory.mktemp("home"), model=BUILTIN_ANALYST, warm_kernels=0))
    yield engine
    engine.close()


def answered(live: Interpreter, questions: list[str]) -> list[Turn]:
    """The turns of questions that were answered, each on a branch of its own up to here: none is a follow-up."""
    turns = []
    for question in questions:
        turn = live.run(question).turn
        assert turn.ending == "done", question
        if turn.cells:
            assert [cell.status for cell in turn.cells] == ["ok"], question
            turns.append(turn)
    return turns


@pytest.mark.kernel
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "files",
    [pytest.param(files, marks=() if files in FEW else pytest.mark.nightly) for files in BY_FILES],
    ids="+".join,
)
def test_answers_of_the_corpus_run_again_and_every_number_is_found(
    files: Files, engine: Engine, tmp_path: Path
) -> None:
    questions = [record["question"] for record in BY_FILES[files]][: FEW.get(files)]
    with Interpreter(engine=engine) as live:
        for name in files:
            live.files.attach(DATA / name)
        turns = answered(live, questions)
        now = live.snapshot()
        path = live.notebook.export(tmp_path / "answers.ipynb")
    assert len(turns) >= 0.9 * len(questions) - 1, "most of them are understood"
    for turn in turns:
        basis = evidence(now, turn)
        assert not [each.number.text for each in receipts(turn.text, basis) if isinstance(each, NotFound)], turn.text
    for name in files:
        shutil.copy(DATA / name, tmp_path / name)
    verification = asyncio.run(verified(nbformat.read(path, as_version=4), tmp_path))
    assert verification.errors == () and verification.reproduced == verification.cells >= len(turns), verification
