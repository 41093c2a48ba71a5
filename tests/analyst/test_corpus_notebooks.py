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
#: Tried for every change, in one conversation: eleven questions in each language, of which ten and more are understood.
FEW: tuple[Files, ...] = (("penguins.csv",), ("gapminder.csv",), ("売上.csv",), ("超市订单.csv",))
_EACH = 11


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(Settings(home=tmp_path_factory.mktemp("home"), model=BUILTIN_ANALYST, warm_kernels=0))
    yield engine
    engine.close()


def answered(live: Interpreter, questions: list[str]) -> list[Turn]:
    """The turns of questions that were answered."""
    turns = []
    for question in questions:
        turn = live.run(question).turn
        assert turn.ending == "done", question
        if turn.cells:
            assert [cell.status for cell in turn.cells] == ["ok"], question
            turns.append(turn)
    return turns


def assert_run_again(files: Files, questions: list[str], engine: Engine, folder: Path) -> None:
    with Interpreter(engine=engine) as live:
        for name in files:
            live.files.attach(DATA / name)
        turns = answered(live, questions)
        now = live.snapshot()
        path = live.notebook.export(folder / "answers.ipynb")
    assert len(turns) >= 0.9 * len(questions) - 1, [turn.prompt for turn in now.turns if not turn.cells]
    for turn in turns:
        basis = evidence(now, turn)
        assert not [each.number.text for each in receipts(turn.text, basis) if isinstance(each, NotFound)], turn.text
    for name in files:
        shutil.copy(DATA / name, folder / name)
    verification = asyncio.run(verified(nbformat.read(path, as_version=4), folder))
    assert verification.errors == () and verification.reproduced == verification.cells >= len(turns), verification


@pytest.mark.kernel
@pytest.mark.timeout(600)
def test_thirty_answers_run_again_and_every_number_is_found(engine: Engine, tmp_path: Path) -> None:
    by_language: dict[str, list[str]] = {"en": [], "ja": [], "zh": []}
    for record in (record for files in FEW for record in BY_FILES[files]):
        by_language[record["language"]].append(record["question"])
    questions = [question for listed in by_language.values() for question in listed[:_EACH]]
    assert len(questions) == 3 * _EACH
    assert_run_again(tuple(name for files in FEW for name in files), questions, engine, tmp_path)


@pytest.mark.kernel
@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("files", BY_FILES, ids="+".join)
def test_answers_of_the_whole_corpus_run_again_and_every_number_is_found(
    files: Files, engine: Engine, tmp_path: Path
) -> None:
    assert_run_again(files, [record["question"] for record in BY_FILES[files]], engine, tmp_path)
