"""Tables whose file says the types: Parquet, Feather and Arrow, ORC, NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from tokenize import TokenError
from typing import Any

import pyarrow as pa

from lci.core.files import Column, NumberedRow, Preview, Table, Value
from lci.core.remarks import Remark
from lci.errors import FileKindRefused, FileUnreadable
from lci.workspace.inference import plain_value
from lci.workspace.request import TAIL_ROWS, Request, call, column_warnings, literal, warning
from lci.workspace.returned import cells_of, frame_of, table_of
from lci.workspace.values import places_between, with_values

_TAIL_BYTES = 64 << 20
_TAIL_CELLS = 50_000_000
_BATCH_ROWS = 10_000
#: Bytes of a column's piece that are read at once; without a bound all of the piece stands in memory.
_BUFFER_BYTES = 1 << 16
#: Cells of floats that are read to count the missing ones.
_COUNTED_CELLS, _COUNTED_ROWS = 1_000_000, 100_000
#: Cells, and bytes of them, that are read to tell what the values are: all of a table of that size, less of a larger.
_WHOLE_CELLS, _VALUED_CELLS, _VALUED_BYTES = 1_000_000, 250_000, 32 << 20
#: Characters of a type that is kept; one of many fields within is not.
_KIND = 500


def parquet(request: Request) -> Preview:
    """Row groups are read only as far as the first rows go; nulls come from the file's own statistics."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(request.path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as file:
            metadata, schema = file.metadata, file.schema_arrow
            batches = file.iter_batches(max(1, min(request.rows, _BATCH_ROWS)), use_threads=False)
            head, valued = _head_and_valued(batches, schema, request.rows, metadata.num_rows)
            tail = None
            if metadata.num_row_groups:
                last = metadata.row_group(metadata.num_row_groups - 1)
                # A few bytes can stand for any number of rows.
                if last.total_byte_size < _TAIL_BYTES and last.num_rows * last.num_columns < _TAIL_CELLS:
                    tail = _last(file.iter_batches(_BATCH_ROWS, [metadata.num_row_groups - 1], use_threads=False))
            nulls = _counted(file, _nulls(metadata), whole=head.num_rows == metadata.num_rows)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(request, "parquet", error) from error
    return _with_stored(
        _preview(request, schema, head, tail, metadata.num_rows, nulls, "pd.read_parquet", valued), schema
    )


def _with_stored(preview: Preview, schema: Any) -> Preview:  # Any: pyarrow has no types
    """The preview with the types that the file itself names."""
    kinds = {
        name: text for name, kind in zip(schema.names, schema.types, strict=True) if len(text := str(kind)) <= _KIND
    }
    tables = tuple(
        replace(table, columns=tuple(replace(each, stored=kinds.get(each.name, "")) for each in table.columns))
        for table in preview.tables
    )
    return replace(preview, tables=tables)


def _nulls(metadata: Any) -> dict[str, int]:  # Any: pyarrow has no types
    """Missing values by column, for the columns of which every row group knows them."""
    nulls: dict[str, int] = {}
    unknown: set[str] = set()
    for group in range(min(metadata.num_row_groups, 1000)):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            statistics = column.statistics
            if statistics is None or not statistics.has_null_count or "." in column.path_in_schema:
                unknown.add(column.path_in_schema)
            else:
                nulls[column.path_in_schema] = nulls.get(column.path_in_schema, 0) + statistics.null_count
    if metadata.num_row_groups > 1000:
        return {}
    return {name: count for name, count in nulls.items() if name not in unknown}


def _counted(file: Any, nulls: dict[str, int], *, whole: bool) -> dict[str, int]:  # Any: pyarrow has no types
    """Missing values as pandas has them: numbers that are none, which a file's statistics leave out, count as missing.

    Columns of floats stay unknown where their cells are too many to be read, and where the rows at hand are all.
    """
    floats = [field.name for field in file.schema_arrow if pa.types.is_floating(field.type)]
    known = {name: count for name, count in nulls.items() if name not in floats}
    if not floats or whole or file.metadata.num_rows * len(floats) > _COUNTED_CELLS:
        return known
    known |= dict.fromkeys(floats, 0)
    for batch in file.iter_batches(_COUNTED_ROWS, columns=floats, use_threads=False):
        for name in floats:
            known[name] += batch.column(name).is_null(nan_is_null=True).sum().as_py() or 0
    return known


def arrow(request: Request) -> Preview:
    """Feather and Arrow files, and Arrow streams, of which only the first rows are known."""
    try:
        with pa.memory_map(str(request.path)) as source:
            magic = source.read(6)
            source.seek(0)
            if magic != b"ARROW1":
                return _arrow_stream(request, source)
            file = pa.ipc.open_file(source)
            batches = (file.get_batch(place) for place in range(file.num_record_batches))
            # Counting needs the batches' headers only; the memory map leaves their bodies on disk.
            rows = sum(file.get_batch(place).num_rows for place in range(file.num_record_batches))
            head, valued = _head_and_valued(batches, file.schema, request.rows, rows)
            last = file.num_record_batches - 1
            tail = pa.Table.from_batches([file.get_batch(last)]) if last >= 0 else None
            return _preview(request, file.schema, head, tail, rows, _batch_nulls(file), "pd.read_feather", valued)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(request, "arrow", error) from error


def _arrow_stream(request: Request, source: Any) -> Preview:  # Any: pyarrow has no types
    stream = pa.ipc.open_stream(source)
    head = _first(stream, stream.schema, request.rows)
    reader = f"pa.ipc.open_stream({literal(request.name)}).read_pandas()"
    rows = head.num_rows if head.num_rows < request.rows else None
    return _preview(request, stream.schema, head, None, rows, None, reader)


def _batch_nulls(file: Any) -> dict[str, int]:  # Any: pyarrow has no types
    """Missing values by column, as the batches' headers have them."""
    batches = [file.get_batch(place) for place in range(file.num_record_batches)]
    return {name: sum(batch.column(at).null_count for batch in batches) for at, name in enumerate(file.schema.names)}


def orc(request: Request) -> Preview:
    """ORC files, stripe by stripe."""
    import pyarrow.orc

    try:
        file = pyarrow.orc.ORCFile(request.path)
        stripes = (file.read_stripe(place) for place in range(file.nstripes))
        head = _first(stripes, file.schema, request.rows)
        return _preview(request, file.schema, head, None, file.nrows, None, "pd.read_orc")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(request, "orc", error) from error


def npy(request: Request) -> Preview:
    """A NumPy array of one or two dimensions as a table; arrays of Python objects are pickles and refused."""
    import numpy as np

    try:
        array = np.load(request.path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        if "allow_pickle" in str(error) or "object" in str(error).lower():
            raise FileKindRefused(request.name, "npy") from error
        raise unreadable(request, "npy", error) from error
    # The header is Python source that numpy takes apart with Python's own parser.
    except (OSError, EOFError, SyntaxError, TokenError, TypeError, OverflowError, MemoryError, RecursionError) as error:
        raise unreadable(request, "npy", error) from error
    if array.ndim not in {1, 2} or array.dtype.names is not None:
        text = f"{array.dtype} {array.shape}"
        return Preview(request.name, "other", request.size, text=text, reader=call("np.load", request.name))
    flat = array.reshape(-1, 1) if array.ndim == 1 else array
    columns = tuple(Column(str(place), str(array.dtype)) for place in range(flat.shape[1]))
    table = Table(
        request.name, flat.shape[0], True, columns, _array_rows(flat[: request.rows]), _array_rows(flat[-TAIL_ROWS:])
    )
    warnings = column_warnings([column.name for column in columns])
    reader = f"pd.DataFrame(np.load({literal(request.name)}))"
    return Preview(request.name, "table", request.size, tables=(table,), warnings=tuple(warnings), reader=reader)


def _array_rows(array: Any) -> tuple[tuple[Value, ...], ...]:  # Any: an array of any type
    return tuple(tuple(plain_value(value) for value in row) for row in array.tolist())


def _first(batches: Iterable[Any], schema: Any, rows: int) -> Any:  # Any: pyarrow has no types
    kept, count = [], 0
    for batch in batches:
        kept.append(batch.slice(0, rows - count))
        count += kept[-1].num_rows
        if count >= rows:
            break
    return pa.Table.from_batches(kept, schema=schema) if kept else schema.empty_table()


def _head_and_valued(batches: Iterable[Any], schema: Any, rows: int, every: int) -> tuple[Any, Any]:
    """The first `rows` of `every` row, and as many as may be read to tell what values are, from one reading.

    The latter are None where even a few take too much room.
    """
    most = _WHOLE_CELLS if every * len(schema) <= _WHOLE_CELLS else _VALUED_CELLS
    head: list[Any] = []
    valued: list[Any] = []
    missing, cells, size = rows, 0, 0
    for batch in batches:
        if missing > 0:
            head.append(batch.slice(0, missing))
            missing -= head[-1].num_rows
        size += batch.nbytes
        if size <= _VALUED_BYTES and cells < most:
            valued.append(batch.slice(0, max(1, (most - cells) // max(1, batch.num_columns))))
            cells += valued[-1].num_rows * batch.num_columns
        if missing <= 0 and (size > _VALUED_BYTES or cells >= most):
            break
    return _first(head, schema, rows), pa.Table.from_batches(valued, schema=schema) if valued else None


def _last(batches: Iterable[Any]) -> Any:  # Any: pyarrow has no types
    """The last rows, from the last two of the batches: the last may be short."""
    before = last = None
    for batch in batches:
        before, last = last, batch
    kept = [each for each in (before, last) if each is not None]
    return pa.Table.from_batches(kept) if kept else None


def _preview(
    request: Request,
    schema: Any,
    head: Any,
    tail: Any,
    rows: int | None,
    nulls: dict[str, int] | None,
    reader: str,
    valued: Any = None,
) -> Preview:  # Any: pyarrow has no types
    """`nulls` counts missing values by column as far as they are known; None where nothing is known of them.

    `valued` are the first rows, perhaps all, that tell what the values are.
    """
    last = tail.slice(max(0, tail.num_rows - TAIL_ROWS)) if tail is not None else schema.empty_table()
    try:
        # Offsets in a damaged file lead anywhere in memory unless they are checked first.
        head.validate(full=True)
        last.validate(full=True)
    except (pa.ArrowException, ValueError, SystemError, OverflowError) as error:
        raise unreadable(request, "arrow", error) from error
    more: dict[str, str] = {}
    try:
        columns, first_rows, last_rows = _as_pandas(schema, head, last, nulls or {})
    except (pa.ArrowException, ValueError, OverflowError) as error:
        # A value that neither Python nor NumPy can hold, such as a day after the year 9999.
        if reader not in ("pd.read_parquet", "pd.read_feather", "pd.read_orc"):
            raise unreadable(request, "arrow", error) from error
        more = {"dtype_backend": literal("pyarrow")}
        columns, first_rows, last_rows = _as_arrow(schema, head, last, nulls or {})
    whole = rows is not None and head.num_rows == rows
    table = Table(
        request.name,
        rows,
        rows is not None,
        tuple(column if is_known or whole else replace(column, nulls=None) for column, is_known in columns),
        first_rows,
        last_rows,
    )
    if valued is not None and not more:
        table = _with_values(table, valued)
    names = [column.name for column in table.columns]
    warnings: list[Remark] = column_warnings(schema.names)
    expression = reader if "(" in reader else call(reader, request.name, **more)
    if len(set(schema.names)) < len(schema.names) and reader == "pd.read_parquet":
        # Columns of one name are too much for pandas' own reader.
        expression = f"duckdb.read_parquet({literal(request.name)}).df()"
        if (frame := frame_of(request, expression)) is not None:
            table = table_of(request.name, frame, request.rows)
    if levels := [name for name in schema.names if name not in names and not name.startswith("__index_level_")]:
        warnings.append(warning("index_levels", names=", ".join(levels[:20])))
    if rows is None:
        warnings.append(warning("rows_not_counted"))
    if not whole and not all(is_known for _, is_known in columns):
        warnings.append(warning("types_of_first_rows", rows=head.num_rows))
    elif table.looked_at and table.looked_at != table.rows:
        warnings.append(warning("values_of_first_rows", rows=table.looked_at))
    return Preview(request.name, "table", request.size, tables=(table,), warnings=tuple(warnings), reader=expression)


def _with_values(table: Table, valued: Any) -> Table:  # Any: pyarrow has no types
    """`table` with what is known of its values: those of the rows in `valued`."""
    try:
        valued.validate(full=True)
        frame = valued.to_pandas()
        places = places_between(len(frame))
        rows = cells_of(frame.iloc[places])
    except (pa.ArrowException, ValueError, OverflowError, SystemError):
        # What stands further down is damaged, or nothing that pandas could hold.
        return table
    if len(frame.columns) != len(table.columns):
        return table
    between = tuple(NumberedRow(place + 1, row) for place, row in zip(places, rows, strict=True))
    return replace(table, columns=with_values(table.columns, frame), between=between, looked_at=len(frame))


def _as_pandas(
    schema: Any, head: Any, last: Any, nulls: dict[str, int]
) -> tuple[list[tuple[Column, bool]], tuple[tuple[Value, ...], ...], tuple[tuple[Value, ...], ...]]:  # Any: pyarrow
    """The columns as pandas makes them, each with whether its missing values are known; the first and the last rows."""
    if len(set(schema.names)) < len(schema.names):
        columns = [
            (Column(name, arrow_dtype(kind), nulls.get(name)), name in nulls)
            for name, kind in zip(schema.names, schema.types, strict=True)
        ]
        return columns, arrow_rows(head), arrow_rows(last)
    frame = head.to_pandas()
    # A missing value anywhere can make another type of a column.
    gap = pa.table([pa.nulls(1, kind) for kind in schema.types], names=schema.names).replace_schema_metadata(
        schema.metadata
    )
    with_gap = pa.concat_tables([head.slice(0, 1).cast(gap.schema), gap]).to_pandas()
    columns = []
    for at, label in enumerate(frame.columns):
        name, missing = str(label), nulls.get(str(label))
        dtypes = with_gap.dtypes if missing else frame.dtypes
        there = int(frame.iloc[:, at].isna().sum())
        columns.append((Column(name, str(dtypes.iloc[at]), there if missing is None else missing), missing is not None))
    return columns, cells_of(frame), cells_of(last.to_pandas())


def _as_arrow(
    schema: Any, head: Any, last: Any, nulls: dict[str, int]
) -> tuple[list[tuple[Column, bool]], tuple[tuple[Value, ...], ...], tuple[tuple[Value, ...], ...]]:  # Any: pyarrow
    """The same of values that stay Arrow's."""
    import pandas as pd

    frame = head.to_pandas(types_mapper=pd.ArrowDtype)
    missing = {name: int(head.column(name).null_count) for name in schema.names}
    columns = [
        (Column(str(name), str(dtype), nulls.get(str(name), missing.get(str(name), 0))), str(name) in nulls)
        for name, dtype in frame.dtypes.items()
    ]
    return columns, _written_rows(head), _written_rows(last)


def _written_rows(table: Any) -> tuple[tuple[Value, ...], ...]:  # Any: pyarrow has no types
    columns = []
    for column in table.columns:
        try:
            columns.append(_values(column))
        except (ValueError, OverflowError):
            columns.append(column.cast(pa.string()).to_pylist())
    return tuple(zip(*columns, strict=True)) if columns else ()


def arrow_rows(table: Any, names: Sequence[str] | None = None) -> tuple[tuple[Value, ...], ...]:
    """The rows of an Arrow table as values that JSON can hold."""
    positions = [n for n, name in enumerate(table.schema.names) if names is None or name in names]
    columns = [_values(table.column(place)) for place in positions]
    return tuple(zip(*columns, strict=True)) if columns else ()


def _values(column: Any) -> list[Value]:  # Any: pyarrow has no types
    kind = column.type
    if pa.types.is_timestamp(kind) and (kind.tz is not None or kind.unit == "ns"):
        # Nanoseconds do not fit into a datetime, and zones need a package that may be missing.
        return [None if text is None else text.replace(" ", "T") for text in column.cast(pa.string()).to_pylist()]
    return [plain_value(value) for value in column.to_pylist()]


def arrow_dtype(kind: Any) -> str:  # Any: pyarrow has no types
    """An Arrow type in pandas' words."""
    if pa.types.is_dictionary(kind):
        return "category"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "str"
    if pa.types.is_timestamp(kind):
        return f"datetime64[{kind.unit}]" if kind.tz is None else f"datetime64[{kind.unit}, {kind.tz}]"
    if pa.types.is_duration(kind):
        return f"timedelta64[{kind.unit}]"
    named = {"double": "float64", "float": "float32", "halffloat": "float16"}
    word = named.get(str(kind), str(kind))
    known = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    return word if known else "object"


def unreadable(request: Request, word: str, error: Exception) -> FileUnreadable:
    """The error of a reader as ours, with the first line of its own words."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return FileUnreadable(request.name, word, lines[0][:200])
