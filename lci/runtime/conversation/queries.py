"""Queries over a conversation's files: pages of their rows, facts of their columns, results as files."""

from __future__ import annotations

import asyncio
import concurrent.futures
import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeVar

from lci.core.files import NamedValue, Source
from lci.core.parquet_folders import folder_tables
from lci.errors import FileTooSlow, FileUnreadable, LciError, Problem, QueryRefused
from lci.runtime.conversation.journal import Journal
from lci.runtime.conversation.stored_tables import TABLES_BYTES, StoredTables
from lci.runtime.engine import Engine
from lci.workspace.column_facts import ColumnFactsJob, TableFacts
from lci.workspace.jobs import Job
from lci.workspace.named_values import NamedValuesJob
from lci.workspace.queries import QueryJob, QueryPage, ResultFormat, ResultJob
from lci.workspace.workspace import Workspace

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

#: Answers kept, and results that can be asked for as files.
_KEPT = 200
_SECONDS = 120.0
#: Seconds for which a word is looked up among values, and for which it is waited until that can be done, the file read
#: and a process there; what a file's table is called for that.
_MOMENT, _UNTIL_READY, _TABLE = 1.0, 6.0, "t"


@dataclass(frozen=True, slots=True)
class Query:
    """One query over tables by their names in it; `counted` has as many rows and is counted faster.

    `steady` where its text leaves open which of two rows comes first; `window` gives a page of it sooner.
    """

    sql: str
    tables: tuple[tuple[str, Source], ...]
    counted: str = ""
    steady: bool = False
    window: str = ""


class TableQuestion(Job[T_co], Protocol[T_co]):
    """A job over the file that `TableJob` wrote with that table."""

    @property
    def table(self) -> str: ...


class Queries:
    """The queries of one live conversation. From any thread but the engine's."""

    def __init__(self, engine: Engine, journal: Journal, workspace: Workspace) -> None:
        self._engine = engine
        self._journal = journal
        self._stored = StoredTables(engine.whole_files, workspace)
        self._answers: OrderedDict[tuple[Any, ...], concurrent.futures.Future[Any]] = OrderedDict()
        self._totals: dict[tuple[Any, ...], int] = {}
        self._results: OrderedDict[str, Query] = OrderedDict()
        self._asking = threading.Lock()

    def page(self, query: Query, offset: int, rows: int) -> QueryPage | Problem | None:
        """The rows from `offset` on; None while they are looked for, and the version grows when they are there."""
        key = ("page", query, offset, rows, self._states(query.tables))
        page: QueryPage | Problem | None = self._answer(key, lambda: self._page(query, offset, rows, key[-1]))
        return page

    def progress(self, file: str) -> float | None:
        """About how much of a file was read so far, from 0 to 1, while all of it is; None where nobody knows."""
        return self._stored.progress.get(file)

    def facts(self, table: str, source: Source) -> TableFacts | Problem | None:
        """What stands above the columns of a whole table; None as above."""
        return self.of_table(ColumnFactsJob(source.file, table), source)

    def of_table(self, job: TableQuestion[T], source: Source) -> T | Problem | None:
        """What a job says of a whole table; None as above."""
        key = ("of", job, source, self._states(((job.table, source),)))
        answer: T | Problem | None = self._answer(key, lambda: self._asked(job, source))
        return answer

    async def named_values(self, name: str, words: tuple[str, ...]) -> tuple[NamedValue, ...]:
        """The values of a file, or a folder that is one table, that are called by one of the words.

        None where they are not found in a moment. What a longer file needs until its values can be looked up goes on,
        for the next question. On the engine's loop.
        """
        files = self._journal.conversation.files
        if name in files:
            source = Source(name, files[name].reading)
        elif folder := next((each for each in folder_tables(files) if each.name == name), None):
            source = folder.source
        else:
            return ()
        table = (_TABLE, source)
        key = ("ready", table, self._states((table,)))
        with self._asking:
            if key in self._answers and self._answers[key].cancelled():
                del self._answers[key]  # stopped with a query that was looked for
        ready = self._begun(key, lambda: self._ready(source))
        try:
            # Cancelled it would be begun anew with each question, and end the process that it goes on in.
            await asyncio.wait([asyncio.wrap_future(ready)], timeout=_UNTIL_READY)
            if not ready.done():
                return ()
            async with asyncio.timeout(_MOMENT):
                return await self._asked(NamedValuesJob(name, _TABLE, words), source)
        except (TimeoutError, LciError):
            return ()

    def stop(self) -> None:
        """End what is being looked for; what was found stays."""
        with self._asking:
            for answer in self._answers.values():
                answer.cancel()

    def leave(self, query: Query) -> None:
        """End what is still looked for of that query, and forget it: another is asked in its place."""
        with self._asking:
            waiting = [key for key, each in self._answers.items() if key[:2] == ("page", query) and not each.done()]
            for key in waiting:
                self._answers.pop(key).cancel()

    def again(self) -> None:
        """Forget what came to nothing, so that it is tried once more."""
        with self._asking:
            failed = [key for key, each in self._answers.items() if each.done() and isinstance(_value(each), Problem)]
            for key in failed:
                del self._answers[key]

    def result(self, query: Query) -> str:
        """A token by which all rows of `query` can be asked for as a file."""
        with self._asking:
            for token, known in self._results.items():
                if known == query:
                    return token
            token = secrets.token_hex(16)
            self._results[token] = query
            while len(self._results) > _KEPT:
                self._results.popitem(last=False)
            return token

    def written(self, token: str, form: ResultFormat) -> BinaryIO | None:
        """All rows of that query as a file without a name, gone when it is closed; None for an unknown token.

        Blocks until it is there. Raises `InputProblem`.
        """
        query = self._results.get(token)
        return None if query is None else self._engine.call(self._written(query, form), timeout=None)

    def _answer(self, key: tuple[Any, ...], begin: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        answer = self._begun(key, begin)
        return _value(answer) if answer.done() else None

    def _begun(
        self, key: tuple[Any, ...], begin: Callable[[], Coroutine[Any, Any, Any]]
    ) -> concurrent.futures.Future[Any]:
        """What is, or was, looked for under a key."""
        with self._asking:
            if key not in self._answers:
                answer = self._answers[key] = self._engine.post(_or_problem(begin()))
                answer.add_done_callback(lambda _: self._journal.touch())
                for old in list(self._answers)[: max(0, len(self._answers) - _KEPT)]:
                    if self._answers[old].done():
                        del self._answers[old]
            return self._answers[key]

    def _states(self, tables: tuple[tuple[str, Source], ...]) -> tuple[Any, ...]:
        files = self._journal.conversation.files
        listed = (files.get(name) for _, source in tables for name in source.names)
        return tuple((file.size, file.modified) if file is not None else None for file in listed)

    # --- on the engine's loop -----------------------------------------------------------------------------------------

    async def _page(self, query: Query, offset: int, rows: int, states: tuple[Any, ...]) -> QueryPage | Problem:
        counting = (query.counted or query.sql, query.tables, states)
        file, total = query.tables[0][1].file, self._totals.get(counting)
        job = QueryJob(file, query.sql, offset, rows, total, query.counted, query.steady, query.window)
        with ExitStack() as opened:
            files = [opened.enter_context(await self._stored.open(*table)) for table in query.tables]
            try:
                page = await self._engine.queries.run(job, *files, seconds=_SECONDS)
            except FileUnreadable as error:
                raise QueryRefused("crashed", words=error.reason) from error
        if isinstance(page, QueryPage):
            self._totals[counting] = page.total
        return page

    async def _ready(self, source: Source) -> None:
        """Have a file's table there, and the process that looks into it."""
        (await self._stored.open(_TABLE, source)).close()
        await self._engine.queries.start()

    async def _asked(self, job: TableQuestion[T], source: Source) -> T:
        with await self._stored.open(job.table, source) as file:
            return await self._engine.queries.run(job, file, seconds=_SECONDS)

    async def _written(self, query: Query, form: ResultFormat) -> BinaryIO:
        target = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's to close
        try:
            with ExitStack() as opened:
                files = [opened.enter_context(await self._stored.open(*table)) for table in query.tables]
                job = ResultJob(query.tables[0][1].file, query.sql, form)
                await self._engine.whole_files.fetch(job, *files, into=target, most=TABLES_BYTES, seconds=900.0)
        except FileUnreadable as error:
            target.close()
            raise QueryRefused("crashed", words=error.reason) from error
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return target


async def _or_problem(work: Coroutine[Any, Any, T]) -> T | Problem:
    try:
        return await work
    except FileTooSlow as error:
        problem: Problem = QueryRefused("time", f"{error.seconds:g}").problem
        return problem
    except LciError as error:
        return error.problem


def _value(answer: concurrent.futures.Future[Any]) -> Any:
    return QueryRefused("stopped").problem if answer.cancelled() else answer.result()
