"""A conversation's notebook on another file of the same shape, without a model: a recipe, run in the background."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lci.core.conversation import Conversation
from lci.core.notebook_cells import arranged
from lci.errors import Problem
from lci.notebook.words import words_in
from lci.runtime.conversation.apart import Apart, Progress
from lci.runtime.conversation.inputs import Inputs, seated
from lci.runtime.conversation.journal import Journal
from lci.runtime.engine import Engine
from lci.workspace.beneath import open_beneath
from lci.workspace.workspace import Workspace

if TYPE_CHECKING:
    from lci.kernels.stock import StockIsolation
    from lci.runtime.recipes import RecipeRun


@dataclass(frozen=True, slots=True)
class RanAgain:
    """What came of the notebook on the file `new` in place of `old`; without content where nothing was run."""

    old: str
    new: str
    run: RecipeRun
    notebook: bytes = b""
    report: bytes = b""


class Rerun:
    """That of one live conversation; from any thread but the engine's. The last result is kept while the app runs."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace, apart: Apart) -> None:
        self._engine = engine
        self._journal = journal
        self._workspace = workspace
        self._apart = apart
        #: What came of it last.
        self.result: RanAgain | None = None

    @property
    def progress(self) -> Progress | None:
        """How far it has come; None while nothing runs."""
        return self._apart.progress

    @property
    def problem(self) -> Problem | None:
        """Why the last one came to nothing."""
        return self._apart.problem

    def start(self, old: str, new: str) -> None:
        """Compare the file `new` with `old` and run the notebook on it, unless that is being done; does not wait."""
        self._apart.start(lambda place: self._run(place, old, new))

    def cancel(self) -> None:
        """End what runs, and leave nothing of it; does not wait."""
        self._apart.cancel()

    async def end(self) -> None:
        """End what runs; nothing is left of it when this returns. On the engine's loop."""
        await self._apart.end()

    async def _run(self, place: Path, old: str, new: str) -> Problem | None:
        from lci.kernels.stock import stock_isolation
        from lci.runtime.verifying_apart import recipe_apart

        self.result = None
        settings = self._engine.settings
        isolation: StockIsolation = await asyncio.to_thread(stock_isolation, settings.isolation)
        now = arranged(self._journal.conversation)
        await self._apart.prepared(lambda: self._prepare(now, place, old, new))
        async with seated(self._engine):
            outcome = await recipe_apart(place, isolation, settings.limits, settings.home, self._apart.moved_on)
        if isinstance(outcome, Problem):
            return outcome
        self.result = await asyncio.to_thread(_with_content, place, old, new, outcome)
        return None

    def _prepare(self, now: Conversation, place: Path, old: str, new: str) -> None:
        """Put the notebook, its files and the new one where `recipe_process` looks for them."""
        from lci.notebook.export import notebook
        from lci.notebook.files import written
        from lci.runtime.recipe_process import DATA, INPUTS, NEW
        from lci.runtime.verifying_process import NOTEBOOK

        language = self._engine.settings.language
        inputs = Inputs(now, self._workspace, self._engine.store, self._apart.ended)
        inputs.copied(place / DATA)
        # Beside what it stands for, code that takes whatever is there would take it, too.
        (place / DATA / new).unlink(missing_ok=True)
        (place / NEW).mkdir()
        name = new.rpartition("/")[2]
        inputs.copy(new, place / NEW / name)
        written(notebook(now, self._engine.store, clean=True, words=words_in(language)), place / DATA / NOTEBOOK)
        (place / INPUTS).write_text(json.dumps([language, {old: name}]), "utf-8")


def _with_content(place: Path, old: str, new: str, run: RecipeRun) -> RanAgain:
    from lci.runtime.recipe_process import AGAIN
    from lci.runtime.recipes import NOTEBOOK, REPORT

    if run.stopped:
        return RanAgain(old, new, run)
    # Without walls its cells can have put anything there.
    with open_beneath(place, f"{AGAIN}/{NOTEBOOK}") as notebook, open_beneath(place, f"{AGAIN}/{REPORT}") as report:
        return RanAgain(old, new, run, notebook.read(), report.read())
