"""What can still be read of a damaged log: told apart entry by entry, and copied into a new data folder.

Goes through the table itself, not by its indexes, and reads less at a time where reading fails, so that a page that
cannot be read costs what stands on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lci.core.ids import is_conversation_id
from lci.errors import StoreUnwritable
from lci.storage.codec import decoded
from lci.storage.store import LOG, METADATA, UNREADABLE, address

_AT_ONCE = 512
#: Of two entries in one place, which only damage can make, the first stays.
_INSERT = sa.insert(LOG).prefix_with("OR IGNORE")


@dataclass(frozen=True, slots=True)
class Health:
    """Entries that can be read and the least number of those that cannot; `damaged` counts conversations among them."""

    entries: int
    lost: int
    conversations: int
    damaged: int


def health(home: Path) -> Health:
    """Read the whole log of a data folder. Raises `StoreUnwritable` for a file that is no database at all."""
    return _read(home, lambda _: None)


def salvage(home: Path, target: Path) -> Health:
    """Copy what can be read of `home`'s conversations, with their blobs and workspaces, into the new folder `target`.

    Raises `StoreUnwritable`, for a `target` that has something in it, too.
    """
    if target.exists() and any(target.iterdir()):
        raise StoreUnwritable(path=str(target), reason="it is not empty")
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = sa.create_engine(address(target))
        try:
            METADATA.create_all(engine)
            with engine.begin() as connection:
                survey = _read(home, lambda row: connection.execute(_INSERT, row._asdict()))
        finally:
            engine.dispose()
        for name in ("blobs", "workspaces", "config.toml", "models.json"):
            _copied(home / name, target / name)
    except (OSError, sa.exc.SQLAlchemyError) as error:
        raise StoreUnwritable(path=str(target), reason=str(error).split("\n", 1)[0]) from error
    return survey


def _read(home: Path, keep: Callable[[sa.Row[Any]], object]) -> Health:
    """Go through the log, and give every entry that can be read to `keep`."""
    entries, lost, seen, damaged = 0, 0, set[str](), set[str]()
    for row in _rows(home):
        if row is not None and _is_readable(row):
            keep(row)
            entries += 1
            seen.add(row.conversation_id)
        else:
            lost += 1
            damaged |= {str(row.conversation_id)} if row is not None else set()
    return Health(entries, lost, len(seen | damaged), len(damaged))


def _rows(home: Path) -> Iterator[sa.Row[Any] | None]:
    """Every row of the table in the order it was written; None for each, or each run, that cannot be read."""
    engine = sa.create_engine(address(home))
    rowid: sa.ColumnElement[int] = sa.literal_column("rowid", sa.Integer)
    try:
        with engine.connect() as connection:
            try:
                last = int(connection.execute(sa.select(sa.func.max(rowid)).select_from(LOG)).scalar() or 0)
            except UNREADABLE as error:
                raise StoreUnwritable(path=str(home), reason=str(error).split("\n", 1)[0]) from error
            waiting = [(begin, begin + _AT_ONCE - 1) for begin in range(1, last + 1, _AT_ONCE)][::-1]
            while waiting:
                begin, end = waiting.pop()
                query = sa.select(LOG).where(rowid.between(begin, end)).order_by(rowid)
                try:
                    rows = connection.execute(query).all()
                except UNREADABLE:
                    if begin == end:
                        yield None
                    else:
                        middle = (begin + end) // 2
                        waiting += [(middle + 1, end), (begin, middle)]
                    continue
                yield from rows
    finally:
        engine.dispose()


def _is_readable(row: sa.Row[Any]) -> bool:
    try:
        decoded(row.type, row.event, row.schema)
    except UNREADABLE:
        return False
    return isinstance(row.conversation_id, str) and is_conversation_id(row.conversation_id) and isinstance(row.seq, int)


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        # Links are copied as what they are: a cell may have put them there.
        shutil.copytree(source, target, symlinks=True, ignore_dangling_symlinks=True)
    elif source.is_file():
        shutil.copy2(source, target)
