"""Tables that one library each reads: Stata, SAS, SPSS, Avro, dBASE, shapefiles."""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Mapping
from dataclasses import replace

from lci.core.files import Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, call, column_warnings, left_out, literal, warning
from lci.workspace.returned import frame_of, table_of

#: Files beyond are read only so far as their first rows go: their readers take all or nothing.
_WHOLE_BYTES = 64 << 20
#: Those first rows.
_FIRST = 5_000


def stata(request: Request) -> Preview:
    """A Stata file."""
    name = literal(request.name)
    return _table(
        request, "stata", {call("pd.read_stata", request.name): f"pd.read_stata({name}, chunksize=1).read({_FIRST})"}
    )


def sas(request: Request) -> Preview:
    """A SAS file, of its own kind or for exchange; texts without an encoding of their own are UTF-8 or Latin."""
    kind, name = "xport" if request.ending in {".xpt", ".xport"} else "sas7bdat", literal(request.name)
    readers = {}
    for encoding in ("utf-8", "latin-1"):
        how = {"format": literal(kind), "encoding": literal(encoding)}
        first = f"{call('pd.read_sas', request.name, **how, chunksize='1')}.read({_FIRST})"
        readers[call("pd.read_sas", request.name, **how)] = first
    if importlib.util.find_spec("pyreadstat") is not None:
        # The newer form of exchange files, which pandas does not read.
        readers[f"pyreadstat.read_{kind}({name})[0]"] = f"pyreadstat.read_{kind}({name}, row_limit={_FIRST})[0]"
    return _table(request, "sas", readers)


def spss(request: Request) -> Preview:
    """An SPSS file."""
    # As pandas calls it, which can read no part.
    first = f"pyreadstat.read_sav({literal(request.name)}, apply_value_formats=True, row_limit={_FIRST})[0]"
    return _table(request, "spss", {call("pd.read_spss", request.name): first}, "pyreadstat")


def avro(request: Request) -> Preview:
    """An Avro file."""
    rows = f"fastavro.reader(pa.input_stream({literal(request.name)}))"
    return _table(request, "avro", {f"pd.DataFrame({rows})": f"pd.DataFrame({_some('row', 'row', rows)})"}, "fastavro")


def dbase(request: Request) -> Preview:
    """A dBASE table."""
    reader = f'shapefile.Reader(dbf=open({literal(request.name)}, "rb"))'
    every = f"pd.DataFrame([record.as_dict() for record in {reader}.records()])"
    first = f"pd.DataFrame({_some('record.as_dict()', 'record', f'{reader}.iterRecords()')})"
    return _table(request, "dbase", {every: first}, "shapefile")


def shapes(request: Request) -> Preview:
    """A layer of a zipped shapefile, the first or the one chosen: what is known of each shape, and it as GeoJSON."""
    with zipfile.ZipFile(request.path) as archive:
        members = [name for name in archive.namelist() if name.lower().endswith(".shp")]
    # What macOS writes beside each file is named like it.
    layers = [name for name in members if not name.startswith("__MACOSX/")]
    layer = request.reading.member if request.reading.member in layers else layers[0]
    place = literal(request.name) + (f" + {literal(f'/{layer}')}" if len(members) > 1 else "")
    every = f"shapefile.Reader({place}).iterShapeRecords()"
    row = '{**each.record.as_dict(), "geometry": each.shape.__geo_interface__}'
    first = f"pd.DataFrame({_some(row, 'each', every)})"
    seen = _table(request, "shapefile", {f"pd.DataFrame([{row} for each in {every}])": first}, "shapefile")
    others = left_out(layers, [layer]) if request.reading.member is None else []
    return replace(seen, warnings=(*seen.warnings, *others))


def _some(row: str, name: str, every: str) -> str:
    """The first rows of what `every` yields."""
    return f"[{row} for _, {name} in zip(range({_FIRST}), {every})]"


def _table(request: Request, kind: str, readers: Mapping[str, str], needed: str = "pandas") -> Preview:
    """What the first of the calls that works returns; `readers` has with each the one for the first rows alone."""
    if importlib.util.find_spec(needed) is None:
        package = warning("reader_missing", package={"shapefile": "pyshp"}.get(needed, needed))
        return Preview(request.name, "other", request.size, warnings=(package,))
    for every, first in readers.items():
        whole = request.size <= _WHOLE_BYTES
        frame = frame_of(request, every if whole else first)
        if frame is None:
            continue
        table = table_of(request.name, frame, request.rows)
        odd = column_warnings([column.name for column in table.columns])
        if not whole and len(frame) >= _FIRST:
            columns = tuple(replace(column, nulls=None) for column in table.columns)
            table = replace(table, rows=None, rows_exact=False, columns=columns, tail=())
            odd += [warning("types_of_first_rows", rows=len(frame)), warning("rows_not_counted")]
        return Preview(request.name, "table", request.size, tables=(table,), warnings=tuple(odd), reader=every)
    raise FileUnreadable(request.name, kind, "its content is no table")
