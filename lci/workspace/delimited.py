"""Tables in delimited text: what is told of one is what the call that is told returns for it.

The call is run on the text, all of it up to some megabytes, else on its beginning.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from lci.core.files import Column, NumberedRow, Preview, Table
from lci.core.remarks import Remark
from lci.workspace.amending import Amended, Kinds, amended
from lci.workspace.calls import Call
from lci.workspace.counting import Count, count_of, counted
from lci.workspace.dialects import Dialect, Row, dialect_of, hinted, lines_of, rows_of
from lci.workspace.fixedwidth import Columns, columns_of
from lci.workspace.headers import joined_names, unique_names
from lci.workspace.inference import Numbers, numbers_in
from lci.workspace.layouts import Block, Layout, layout_of
from lci.workspace.prose import is_remark
from lci.workspace.request import TAIL_ROWS, Request, column_warnings, literal, warning
from lci.workspace.sources import Source, opened
from lci.workspace.texts import WHOLE_BYTES, Decoded, text_warnings
from lci.workspace.values import places_between, with_values

if TYPE_CHECKING:
    import pandas as pd

_CELL_CHARACTERS = 10_000
_TABLES_TOLD = 20
#: What is read of a text that is too large to be read whole.
_HEAD_CHARACTERS = 1 << 20
_ROWS_LOOKED_AT = 2_000
_COLUMNS = 1_000
_BLANK_LINE = re.compile(r"\n[ \t,;|]*\r?\n")
_PANDAS_ENDINGS = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip", ".zst": "zstd", ".tar": "tar"}


def delimited(request: Request, source: Source, start: Decoded, ending: str) -> Preview | None:
    """The preview of a delimited text, None when the text is no table."""
    if not start.complete and start.text.find("\n") < 0 and start.text.find("\r") < 0:
        return None
    dialect = dialect_of(start.text, ending, request.reading.delimiter, complete=start.complete)
    whole = _whole(request, source, start)
    if dialect is None or dialect.delimiter == " " or dialect.delimiter not in start.text:
        fixed = _fixed_width(request, source, whole)
        if dialect is None or (fixed is not None and request.reading.delimiter is None):
            return fixed
    rows, are_all = _rows(whole, dialect)
    layout = layout_of(rows, dialect, complete=are_all, header=request.reading.header)
    if layout is None:
        return None
    tables = layout.table_names
    chosen = request.reading.sheet if request.reading.sheet in tables else None
    beside = [] if chosen is not None else tables[1 : _TABLES_TOLD + 1]
    others = [each for name in beside if (each := _other(request, source, whole, layout.only(name), name)) is not None]
    if chosen is not None:
        layout = layout.only(chosen)
    count = count_of(request, source, whole if whole.complete else start, layout)
    names, width = _names(layout.table, count)
    call = _call(layout, names, width, count, ends=layout.ends)
    read = _read(whole.text, call, dialect.delimiter, request.reading.kinds)
    if read is None:
        return None
    numbers, table = read
    columns = _columns(table, counted=whole.complete)
    head, tail, between = _shown(table, request.rows)
    first = Table(
        name=chosen or (tables[0] if others else request.name),
        rows=len(table.frame) if whole.complete else count.rows,
        rows_exact=whole.complete or count.exact,
        columns=columns,
        head=head,
        tail=tail if whole.complete else tuple(_fitted(row, width) for row in count.tail),
        between=between,
        looked_at=len(table.frame),
    )
    return Preview(
        name=request.name,
        kind="tables" if others else "table",
        bytes=request.size,
        encoding=start.encoding.name,
        delimiter=dialect.delimiter,
        compression=source.compression,
        tables=(first, *others),
        warnings=(
            *text_warnings(start),
            *_layout_warnings(layout, columns, count, rows=first.rows),
            *_several_warnings(tables),
            *_number_warnings(numbers),
            *table.warnings,
            *_cell_warnings(first, table),
            *([] if first.rows_exact else [warning("estimated_rows", rows=first.rows or 0)]),
            *([] if whole.complete else [warning("types_of_first_rows", rows=len(table.frame))]),
        ),
        reader=_reader(request, source, start, table.call),
    )


def _fixed_width(request: Request, source: Source, whole: Decoded) -> Preview | None:
    """The preview of a text in columns of fixed width, None for any other."""
    layout = columns_of(whole.text)
    if layout is None:
        return None
    read = _read(whole.text, _fixed_width_call(layout), " ", request.reading.kinds)
    if read is None:
        return None
    numbers, table = read
    columns = _columns(table, counted=whole.complete)
    rows = len(table.frame)
    head, tail, between = _shown(table, request.rows)
    estimate = rows if whole.complete else int(rows * request.size / max(1, len(whole.text)))
    first = Table(
        request.name,
        estimate,
        whole.complete,
        columns,
        head,
        # The last of the first rows is not the last row.
        tail if whole.complete else (),
        between,
        rows,
    )
    return Preview(
        request.name,
        "table",
        request.size,
        encoding=whole.encoding.name,
        compression=source.compression,
        tables=(first,),
        warnings=(
            *text_warnings(whole),
            warning("fixed_width", columns=len(columns)),
            *([] if layout.has_names else [warning("no_header", columns=len(columns))]),
            *_number_warnings(numbers),
            *table.warnings,
            *(
                []
                if whole.complete
                else [warning("estimated_rows", rows=estimate), warning("types_of_first_rows", rows=rows)]
            ),
        ),
        reader=_reader(request, source, whole, table.call),
    )


def _fixed_width_call(layout: Columns) -> Call:
    call = Call("read_fwf", {} if layout.has_names else {"header": None})
    return call.with_(colspecs=layout.places, skiprows=list(layout.rules) or None)


def _whole(request: Request, source: Source, start: Decoded) -> Decoded:
    """All of a text that is not too large to be read at once; else its beginning, without the row that is cut."""
    if start.complete:
        return start
    if request.size <= WHOLE_BYTES:
        with opened(source) as content:
            reading = io.TextIOWrapper(content.stream, start.encoding.name, errors="replace", newline="")
            text = reading.read(WHOLE_BYTES)
            if not reading.read(1):
                return replace(start, text=text, complete=True)
    text = start.text[:_HEAD_CHARACTERS]
    end = max(text.rfind("\n"), text.rfind("\r"))
    return replace(start, text=text[: end + 1] or start.text)


def _rows(whole: Decoded, dialect: Dialect) -> tuple[list[Row], bool]:
    """The rows that say where the table stands, and whether they are all: they are where it may end before the text."""
    every = rows_of(lines_of(whole.text), dialect)
    rows = list(islice(every, _ROWS_LOOKED_AT))
    are_all = whole.complete and len(rows) < _ROWS_LOOKED_AT
    if whole.complete and not are_all and _may_end(whole.text, dialect):
        rows += every
        are_all = True
    if not whole.complete and 1 < len(rows) < _ROWS_LOOKED_AT:
        # A row cut inside a quoted cell swallowed what follows.
        rows = rows[:-1]
    return rows[1 if hinted(whole.text) else 0 :], are_all


def _may_end(text: str, dialect: Dialect) -> bool:
    """Whether there is a blank line, or one of empty cells, or a last line that is no row."""
    last = text.rstrip().rpartition("\n")[2].rstrip(f'{dialect.delimiter}"')
    return _BLANK_LINE.search(text.rstrip()) is not None or dialect.delimiter not in last or is_remark(last)


def _names(table: Block, count: Count) -> tuple[list[str] | None, int]:
    """Names to be given to pandas, None where it finds them; and how many columns the table has."""
    header, width = table.names, count.width
    if not header:
        return (list(map(str, range(count.longest))) if count.longest > width else None), count.longest
    if len(header) == 2:
        return unique_names([*joined_names(*header), *_further(width, count.longest)]), count.longest
    if not count.longer or (not count.spilled and count.longest == width + 1):
        # Nothing beyond the header but a delimiter at the end.
        return None, width
    if count.longer == count.rows > 1 and count.longest == width + 1:
        # R writes row names without a name above them.
        return unique_names(["row", *header[0]]), count.longest
    return unique_names([*header[0], *_further(len(header[0]), count.longest)]), count.longest


def _further(width: int, longest: int) -> list[str]:
    return [f"column {place + 1}" for place in range(width, longest)]


def _call(layout: Layout, names: list[str] | None, width: int, count: Count, *, ends: bool) -> Call:
    """The call that reads the first table's cells; what they are is left to pandas."""
    table, arguments = layout.table, _dialect_arguments(layout.dialect)
    above = table.above if not _only_comments(layout) else 0
    beneath = table.rows[table.header : table.header + bool(table.units)]
    if beneath and names is None:
        arguments["skiprows"] = [*range(above), *(line for row in beneath for line in range(row.first, row.last + 1))]
    elif names is not None and table.header:
        # Beneath the header: it would say how many cells a row may have.
        arguments["skiprows"] = table.rows[table.header + len(beneath) - 1].last + 1
    elif above:
        arguments["skiprows"] = above
    if names is not None:
        arguments["names"] = names if table.header else list(range(width))
    elif not table.header:
        arguments["header"] = None
    elif count.longer:
        # Every row ends with a delimiter.
        arguments["index_col"] = False
    if ends:
        arguments["nrows"] = len(table.body)
    return Call("read_csv", arguments)


def _only_comments(layout: Layout) -> bool:
    """Whether nothing but comments and blank lines stands above the table, which pandas passes over by itself."""
    return bool(layout.dialect.comment) and not (layout.table.title or layout.follows)


def _dialect_arguments(dialect: Dialect) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if dialect.delimiter == " ":
        arguments["sep"] = r"\s+"
    elif len(dialect.delimiter) > 1:
        arguments |= {"sep": re.escape(dialect.delimiter), "engine": "python"}
    elif dialect.delimiter != ",":
        arguments["sep"] = dialect.delimiter
    if dialect.padded:
        arguments["skipinitialspace"] = True
    if not dialect.quote and len(dialect.delimiter) == 1:
        arguments["quoting"] = 3
    elif dialect.quote not in ('"', ""):
        arguments["quotechar"] = dialect.quote
    if dialect.escape:
        arguments["escapechar"] = dialect.escape
    if dialect.comment:
        arguments["comment"] = dialect.comment
    return arguments


def _read(text: str, call: Call, delimiter: str, kinds: Kinds = ()) -> tuple[Numbers, Amended] | None:
    """The numbers' way of writing and what the call returns; None where pandas cannot read it."""
    import pandas as pd

    try:
        cells = call.frame(text, dtype=str, keep_default_na=False, na_filter=False)
        # Enough of each column to see how it writes numbers; whether all of it does is seen when it is read.
        some = cells.iloc[:_ROWS_LOOKED_AT]
        columns = [(str(name), some.iloc[:, at].tolist()) for at, name in enumerate(some.columns[:_COLUMNS])]
        numbers = numbers_in(columns, delimiter)
        for each in (numbers, Numbers()):
            more = {"decimal": "," if each.decimal == "," else None, "thousands": each.thousands}
            read = amended(lambda call: call.frame(text), call.with_(**more), cells, kinds)
            if _are_numbers(read.frame, each):
                return each, read
        return None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, OverflowError):
        return None


def _are_numbers(frame: pd.DataFrame, numbers: Numbers) -> bool:
    """Whether the columns that write numbers in their own way were read as numbers."""
    if numbers.decimal == "." and numbers.thousands is None:
        return True
    names = {*numbers.comma_columns, *numbers.grouped_columns}
    return all(str(dtype) != "str" for name, dtype in frame.dtypes.items() if str(name) in names)


def _columns(table: Amended, *, counted: bool) -> tuple[Column, ...]:
    missing = table.frame.isna().sum().tolist() if counted else [None] * table.frame.shape[1]
    pairs = zip(table.frame.columns, table.frame.dtypes, missing, strict=True)
    return with_values([Column(str(name)[:500], str(dtype), nulls) for name, dtype, nulls in pairs], table.frame)


_Rows: TypeAlias = tuple[tuple[str | None, ...], ...]


def _shown(table: Amended, rows: int) -> tuple[_Rows, _Rows, tuple[NumberedRow, ...]]:
    """The first `rows`, the last, and some between: taken together, for each taking costs a bit for every column."""
    every, some = range(len(table.frame)), places_between(len(table.frame))
    head, tail = every[:rows], every[-TAIL_ROWS:]
    places = sorted({*head, *tail, *some})
    texts = dict(zip(places, _written(table.cells.iloc[places], table.frame.iloc[places]), strict=True))
    between = tuple(NumberedRow(place + 1, texts[place]) for place in some)
    return tuple(texts[place] for place in head), tuple(texts[place] for place in tail), between


def _written(cells: pd.DataFrame, frame: pd.DataFrame) -> _Rows:
    """The cells as they are written, None where the call reads a missing value."""
    texts = cells.to_numpy(dtype=object, copy=True)
    texts[frame.isna().to_numpy()] = None
    return tuple(tuple(map(_shortened, row)) for row in texts.tolist())


def _shortened(cell: str | None) -> str | None:
    return cell if cell is None or len(cell) <= _CELL_CHARACTERS else cell[:_CELL_CHARACTERS]


def _fitted(row: Sequence[str], width: int) -> tuple[str | None, ...]:
    cells = [cell[:_CELL_CHARACTERS] or None for cell in row[:width]]
    return (*cells, *[None] * (width - len(cells)))


def _other(request: Request, source: Source, whole: Decoded, layout: Layout, name: str) -> Table | None:
    """One of the tables that stand below the first, read by a call of its own; None where pandas cannot read it."""
    block = layout.table
    count = counted([row.cells for row in block.body], len(block.rows[0].cells))
    names, width = _names(block, count)
    read = _read(whole.text, _call(layout, names, width, count, ends=True), layout.dialect.delimiter)
    if read is None:
        return None
    table = read[1]
    rows, columns = len(table.frame), _columns(table, counted=True)
    reader = _reader(request, source, whole, table.call)
    return Table(name, rows, True, columns, *_shown(table, request.rows), rows, reader)


def _several_warnings(tables: Sequence[str]) -> list[Remark]:
    others = tables[1 : _TABLES_TOLD + 1]
    return [warning("several_tables", tables=len(tables), names=", ".join(others)[:300])] if others else []


def _layout_warnings(layout: Layout, columns: Sequence[Column], count: Count, *, rows: int | None) -> list[Remark]:
    warnings = []
    table = layout.table
    if table.title:
        warnings.append(warning("title_rows_above_header", rows=table.above))
    if layout.dialect.comment:
        warnings.append(warning("comment_lines", mark=layout.dialect.comment))
    if not table.header:
        warnings.append(warning("no_header", columns=len(columns)))
    elif not rows:
        warnings.append(warning("header_only", columns=len(columns)))
    if table.header == 2:
        warnings.append(warning("two_row_header", names=", ".join(each.name for each in columns[:20])))
    if table.units:
        warnings.append(warning("units_below_header", units=", ".join(filter(None, table.units))[:200]))
    if layout.notes:
        warnings.append(warning("notes_below_table", lines=len(layout.notes), first=layout.notes[0][:200]))
    warnings += column_warnings([name for row in table.names for name in row] if table.header == 1 else [])
    if count.ragged and not _has_row_names(columns, count):
        facts = {
            "rows": count.ragged,
            "first_row": count.first_ragged,
            "columns": count.width,
            "longest": count.longest,
        }
        warnings.append(warning("ragged_rows", **facts))
    if count.longer and count.longest <= len(columns) and not _has_row_names(columns, count):
        warnings.append(
            warning("columns_added", rows=count.longer, columns=count.width, added=len(columns) - count.width)
        )
    if not layout.dialect.quote and len(layout.dialect.delimiter) == 1:
        warnings.append(warning("unclosed_quote"))
    return warnings


def _has_row_names(columns: Sequence[Column], count: Count) -> bool:
    return count.longer == count.rows and columns[0].name == "row" and len(columns) == count.width + 1


def _number_warnings(numbers: Numbers) -> list[Remark]:
    warnings = []
    if numbers.comma_columns:
        warnings.append(warning("decimal_comma", names=", ".join(numbers.comma_columns[:20])))
    if numbers.grouped_columns:
        separator = numbers.thousands or ","
        names = ", ".join(numbers.grouped_columns[:20])
        warnings.append(warning("thousands_separator", names=names, separator=separator))
    return warnings


def _cell_warnings(first: Table, table: Amended) -> list[Remark]:
    """What was cut: looked for where a cell is as long as one may be."""
    places = {at for row in first.head for at, cell in enumerate(row) if len(str(cell)) == _CELL_CHARACTERS}
    long = any(table.cells.iloc[: len(first.head), at].str.len().max() > _CELL_CHARACTERS for at in places)
    return [warning("values_shortened", characters=_CELL_CHARACTERS)] if long else []


def _is_alone(source: Source) -> bool:
    with zipfile.ZipFile(source.path) as archive:
        return len(archive.namelist()) == 1


def _reader(request: Request, source: Source, start: Decoded, call: Call) -> str:
    """The call as Python: with what the file needs, and the text of it did not."""
    more: Mapping[str, Any] = {}
    if start.encoding.name not in {"utf-8", "utf-8-sig", "ascii"}:
        more = {**more, "encoding": start.encoding.name}
    if start.encoding.misfits or request.reading.encoding:
        more = {**more, "encoding_errors": "replace"}
    if source.compression == "zstd":
        # pandas needs a package for zstd that is not part of it; pyarrow has its own.
        return call.source(f'pa.input_stream({literal(request.name)}, compression="zstd")', **more)
    if source.member is not None and not _is_alone(source):
        # pandas opens an archive of one member only.
        return call.source(f"zipfile.ZipFile({literal(request.name)}).open({literal(source.member)})", **more)
    if _PANDAS_ENDINGS.get(request.ending) != source.compression:
        more = {**more, "compression": source.compression}
    return call.source(literal(request.name), **more)
