"""A table's statistics without an app around them: what `lci profile` prints."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from lci.errors import FileUnreadable
from lci.runtime.conversation.stored_tables import TABLES_BYTES
from lci.runtime.worker import Worker
from lci.workspace.selection import table_name
from lci.workspace.statistics import StatisticsJob, TableStatistics
from lci.workspace.tables import TableJob

#: Some gigabytes of text.
_SECONDS = 900.0


def profile(path: Path) -> TableStatistics:
    """The statistics of the (first) table in a file of this machine, every column; blocks. Raises as `Worker.run`."""
    try:
        return asyncio.run(_profile(path))
    except OSError as error:
        raise FileUnreadable(path.name, "file", error.strerror or str(error)) from error


async def _profile(path: Path) -> TableStatistics:
    worker, table = Worker(_SECONDS), table_name(path.name)
    try:
        with path.open("rb") as file, tempfile.TemporaryDirectory(prefix="lci-table-") as folder:
            stored = Path(folder) / "table.duckdb"
            with stored.open("wb") as target:
                await worker.fetch(TableJob(path.name, table), file, into=target, most=TABLES_BYTES)
            whole: TableStatistics | None = None
            while whole is None or len(whole.columns) < whole.width:
                first = len(whole.columns) if whole is not None else 0
                with stored.open("rb") as content:
                    part = await worker.run(StatisticsJob(path.name, table, first), content)
                if not part.columns:
                    return whole or part
                whole = replace(part, columns=(*(whole.columns if whole is not None else ()), *part.columns))
            return whole
    finally:
        worker.close()
