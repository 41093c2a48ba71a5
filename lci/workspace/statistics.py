"""Files of statistics programs (Stata, SAS, SPSS), whole as pandas reads them."""

from __future__ import annotations

import importlib.util

from lci.core.files import Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, call, column_warnings, literal, warning
from lci.workspace.returned import frame_of, table_of

#: Files beyond are named, not read: their readers take all or nothing.
_MOST_BYTES = 64 << 20


def stata(request: Request) -> Preview:
    """A Stata file."""
    return _whole(request, "stata", [call("pd.read_stata", request.name)])


def sas(request: Request) -> Preview:
    """A SAS file, of its own kind or for exchange; texts without an encoding of their own are UTF-8 or Latin."""
    kind = "xport" if request.ending in {".xpt", ".xport"} else "sas7bdat"
    encodings = ("utf-8", "latin-1")
    readers = [call("pd.read_sas", request.name, format=literal(kind), encoding=literal(each)) for each in encodings]
    if importlib.util.find_spec("pyreadstat") is not None:
        # The newer form of exchange files, which pandas does not read.
        readers.append(f"pyreadstat.read_{kind}({literal(request.name)})[0]")
    return _whole(request, "sas", readers)


def spss(request: Request) -> Preview:
    """An SPSS file, where the package is there that reads it."""
    if importlib.util.find_spec("pyreadstat") is None:
        package = warning("reader_missing", package="pyreadstat")
        return Preview(request.name, "other", request.size, warnings=(package,))
    return _whole(request, "spss", [call("pd.read_spss", request.name)])


def _whole(request: Request, kind: str, readers: list[str]) -> Preview:
    if request.size > _MOST_BYTES:
        too_large = warning("no_preview", format=kind)
        return Preview(request.name, "other", request.size, warnings=(too_large,), reader=readers[0])
    for reader in readers:
        frame = frame_of(request, reader)
        if frame is not None:
            table = table_of(request.name, frame, request.rows)
            odd = tuple(column_warnings([column.name for column in table.columns]))
            return Preview(request.name, "table", request.size, tables=(table,), warnings=odd, reader=reader)
    raise FileUnreadable(request.name, kind, "its content is no table")
