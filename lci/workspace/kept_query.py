"""A query as Python that a person would keep: the calls that were told, then the query over what they return."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lci.core.readers import reader_imports
from lci.workspace.request import literal


def kept_query(sql: str, readers: Mapping[str, str], taken: Collection[str]) -> str:
    """Python that runs `sql` over the tables that `readers` read, by name, and shows the rows.

    It binds two names that are not `taken`, and no table's: a variable of that name stays what it is.
    """
    imports = {"import duckdb", *(line for reader in readers.values() for line in reader_imports(reader))}
    tables, rows = (_free(name, taken) for name in ("tables", "selection"))
    return "\n".join(
        (
            *sorted(imports),
            "",
            f"with duckdb.connect() as {tables}:",
            *(f'    {tables}.from_df({reader}).create("{name}")' for name, reader in readers.items()),
            f"    {rows} = {tables}.sql({_block(sql)}).df()",
            rows,
        )
    )


def _block(sql: str) -> str:
    """A text over several lines, as it stands, where Python can have it so."""
    if '"""' in sql or "\0" in sql or "\r" in sql:
        return literal(sql)
    return f'{"r" if chr(92) in sql else ""}"""\n{sql}\n"""'


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
