"""The `pd.read_csv` call that gives the previewed table, with as few arguments as do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lci.workspace.counting import Count
from lci.workspace.dialects import Dialect
from lci.workspace.inference import Numbers
from lci.workspace.request import Request, call, literal
from lci.workspace.sources import Source
from lci.workspace.texts import Decoded

_PANDAS_ENDINGS = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip", ".zst": "zstd", ".tar": "tar"}


def csv_call(
    request: Request,
    source: Source,
    start: Decoded,
    dialect: Dialect,
    numbers: Numbers,
    count: Count,
    names: list[str] | None,
    width: int,
) -> str:
    """The `pd.read_csv` call that gives this table, with as few arguments as do."""
    arguments = _text_arguments(request, start, dialect)
    if dialect.skipped:
        arguments["skiprows"] = str(dialect.skipped)
    if names is not None:
        named = _unique(names)
        arguments |= {"header": "0", "names": f"[{', '.join(map(literal, named))}]"}
    elif not dialect.has_header:
        arguments["header"] = "None"
    if count.longer:
        arguments["usecols"] = f"range({width})"
    if not dialect.quoted:
        arguments["quoting"] = "3"
    if numbers.decimal == ",":
        arguments["decimal"] = '","'
    if numbers.thousands:
        arguments["thousands"] = literal(numbers.thousands)
    return _opened_by_pandas(request, source, arguments)


def _text_arguments(request: Request, start: Decoded, dialect: Dialect) -> dict[str, str]:
    arguments: dict[str, str] = {}
    if dialect.delimiter == " ":
        arguments["sep"] = 'r"\\s+"'
    elif len(dialect.delimiter) > 1:
        arguments |= {"sep": literal(re.escape(dialect.delimiter)), "engine": '"python"'}
    elif dialect.delimiter != ",":
        arguments["sep"] = literal(dialect.delimiter)
    if start.encoding.name not in {"utf-8", "utf-8-sig", "ascii"}:
        arguments["encoding"] = literal(start.encoding.name)
    if start.encoding.misfits or request.encoding:
        arguments["encoding_errors"] = '"replace"'
    return arguments


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}.{seen[name] - 1}")
    return unique


def _opened_by_pandas(request: Request, source: Source, arguments: dict[str, str]) -> str:
    if source.compression == "zstd":
        # pandas needs a package for zstd that is not part of it; pyarrow has its own.
        stream = f'pa.input_stream({literal(request.name)}, compression="zstd")'
        return f"pd.read_csv({', '.join([stream, *(f'{k}={v}' for k, v in arguments.items())])})"
    if _PANDAS_ENDINGS.get(request.ending) != source.compression:
        arguments["compression"] = literal(source.compression) if source.compression else "None"
    return call("pd.read_csv", request.name, **arguments)
