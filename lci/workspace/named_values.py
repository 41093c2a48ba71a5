"""Which values of a table are called by given words, among all of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lci.core.files import NamedValue
from lci.workspace.jobs import parsed, written
from lci.workspace.queries import of_table
from lci.workspace.selection import quoted

#: Columns that are searched, and values of one that are told.
_COLUMNS, _VALUES = 200, 50
#: Words of a value of which one may name it.
WORDS = 6
#: What stands between them.
BETWEEN = "[ \u3000]*[/|;,、，；・][ \u3000]*|[ \u3000_]+"


@dataclass(frozen=True, slots=True)
class NamedValuesJob:
    """The values that equal one of `words`, whatever their case, accents, periods and `_`, in the file of `TableJob`.

    So do those of a few words, or of a few values, of which one does: the first name of somebody, the rain of 雨・雷.
    """

    name: str
    table: str
    words: tuple[str, ...]

    def performed(self, path: Path) -> bytes:
        """Raises `FileUnreadable`."""
        return written(of_table(path, self.name, lambda connection: _named(connection, quoted(self.table), self.words)))

    def read(self, answer: bytes) -> tuple[NamedValue, ...]:
        """What an answer says."""
        values: tuple[NamedValue, ...] = parsed(tuple[NamedValue, ...], answer, self.name)
        return values


def _named(connection: duckdb.DuckDBPyConnection, table: str, words: Sequence[str]) -> tuple[NamedValue, ...]:
    columns = [str(name) for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall() if kind == "VARCHAR"][
        :_COLUMNS
    ]
    found: list[NamedValue] = []
    for name in columns:
        column = quoted(name)
        query = (
            f"WITH named AS (SELECT list(lower(strip_accents(word))) AS words FROM unnest($words) AS given(word)), "
            f"held AS (SELECT DISTINCT {column} AS value, lower(strip_accents(trim({column}))) AS plain FROM {table}), "
            f"parted AS (SELECT value, plain, regexp_split_to_array(plain, '{BETWEEN}') AS parts FROM held) "
            f"SELECT value, "
            f"list_has_any([plain, replace(plain, '.', ''), replace(plain, '_', ' ')], words) AS is_whole "
            f"FROM parted, named "
            f"WHERE is_whole OR (len(parts) BETWEEN 2 AND {WORDS} AND list_has_any(parts, words)) "
            f"ORDER BY NOT is_whole, value LIMIT {_VALUES}"
        )
        found += [
            NamedValue(name, str(value), bool(is_whole))
            for value, is_whole in connection.execute(query, {"words": list(words)}).fetchall()
        ]
    return tuple(found)
