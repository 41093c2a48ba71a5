"""What each tool makes of a file, as texts. As a program: that of tools which are installed in an environment apart."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

Read = tuple[list[str], list[list[str]]]


def by_duckdb(path: Path) -> Read:
    """DuckDB's own reader, nothing said."""
    import duckdb

    relation = duckdb.read_csv(str(path), all_varchar=True)
    rows = relation.fetchall()
    return list(relation.columns), [["" if cell is None else str(cell) for cell in row] for row in rows]


def by_pandas(path: Path) -> Read:
    """pandas asked to find the delimiter."""
    import pandas as pd

    frame = pd.read_csv(path, sep=None, engine="python", dtype=str, keep_default_na=False)
    return list(map(str, frame.columns)), [list(map(str, row)) for row in frame.to_numpy().tolist()]


def by_sniffer(path: Path) -> Read:
    """The standard library's guess."""
    text = path.read_text("utf-8-sig")
    rows = [row for row in csv.reader(text.splitlines(keepends=True), csv.Sniffer().sniff(text[:4096])) if row]
    return rows[0], rows[1:]


def by_clevercsv(path: Path) -> Read:
    """CleverCSV's guess, the first row taken for the header."""
    import clevercsv

    rows = [row for row in clevercsv.read_table(str(path)) if row]
    return list(rows[0]), [list(row) for row in rows[1:]]


def by_frictionless(path: Path) -> Read:
    """frictionless, as it describes and opens a resource."""
    import frictionless

    with frictionless.Resource(path=path.name, basepath=str(path.parent)) as resource:
        names = list(resource.header)
        rows = [[_text(cell) for cell in row.cells] for row in resource.row_stream]
    return names, rows


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


APART = {"CleverCSV": by_clevercsv, "frictionless": by_frictionless}


def main() -> int:
    """Print what the tools of this environment make of every file in a folder: name → tool → names and rows."""
    answers: dict[str, dict[str, Read | None]] = {}
    for path in sorted(Path(sys.argv[1]).iterdir()):
        answers[path.name] = {}
        for tool, read in APART.items():
            try:
                answers[path.name][tool] = read(path)
            except Exception:  # noqa: BLE001  # whatever a tool raises, it has no answer
                answers[path.name][tool] = None
    print(json.dumps(answers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
