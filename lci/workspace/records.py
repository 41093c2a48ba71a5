"""Tables that one library reads whole, or not at all: Stata, SAS, SPSS, Avro, dBASE, shapefiles."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

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
    """An SPSS file."""
    return _whole(request, "spss", [call("pd.read_spss", request.name)], "pyreadstat")


def avro(request: Request) -> Preview:
    """An Avro file."""
    return _whole(
        request, "avro", [f"pd.DataFrame(fastavro.reader(pa.input_stream({literal(request.name)})))"], "fastavro"
    )


def dbase(request: Request) -> Preview:
    """A dBASE table."""
    records = f'shapefile.Reader(dbf=open({literal(request.name)}, "rb")).records()'
    return _whole(request, "dbase", [f"pd.DataFrame([record.as_dict() for record in {records}])"], "shapefile")


def shapes(request: Request) -> Preview:
    """A zipped shapefile: what is known of each shape, and the shape as GeoJSON has it."""
    every = f"shapefile.Reader({literal(request.name)}).iterShapeRecords()"
    row = '{**each.record.as_dict(), "geometry": each.shape.__geo_interface__}'
    return _whole(request, "shapefile", [f"pd.DataFrame([{row} for each in {every}])"], "shapefile")


def _whole(request: Request, kind: str, readers: Sequence[str], needed: str = "pandas") -> Preview:
    if importlib.util.find_spec(needed) is None:
        package = warning("reader_missing", package={"shapefile": "pyshp"}.get(needed, needed))
        return Preview(request.name, "other", request.size, warnings=(package,))
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
