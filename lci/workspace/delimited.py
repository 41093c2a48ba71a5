"""Tables in delimited text: what is told of one is what the call that is told returns for it.

The call is run on the text, all of it up to some megabytes, else on its beginning.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lci.core.files import Column, Preview, Table
from lci.core.remarks import Remark
from lci.workspace.amending import Amended, amended
from lci.workspace.calls import Call
from lci.workspace.counting import Count, count_of
from lci.workspace.dialects import Dialect, dialect_of, hinted, lines_of, rows_of
from lci.workspace.fixedwidth import column_places, inferred_places
from lci.workspace.inference import Numbers, numbers_in
from lci.workspace.layouts import Block, Layout, joined_names, layout_of, unique_names
from lci.workspace.request import TAIL_ROWS, Request, column_warnings, literal, warning
from lci.workspace.sources import Source, opened
from lci.workspace.texts import WHOLE_BYTES, Decoded, text_warnings

if TYPE_CHECKING:
    import pandas as pd

_CELL_CHARACTERS = 10_000
_TABLES_TOLD = 20
_PANDAS_ENDINGS = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip", ".zst": "zstd", ".tar": "tar"}


def delimited(request: Request, source: Source, start: Decoded, ending: str) -> Preview | None:
    """The preview of a delimited text, None when the text is no table."""
    if not start.complete and start.text.find("\n") < 0 and start.text.find("\r") < 0:
        return None
    dialect = dialect_of(start.text, ending, request.delimiter, complete=start.complete)
    whole = _whole(request, source, start)
    if dialect is None or dialect.delimiter == " " or dialect.delimiter not in start.text:
        fixed = _fixed_width(request, source, whole)
        if dialect is None or (fixed is not None and request.delimiter is None):
            return fixed
    layout = layout_of(_rows(whole, dialect), dialect)
    if layout is None:
        return None
    count = count_of(request, source, whole, layout)
    names, width = _names(layout.table, count.longest)
    call = _call(layout, names, width, count, ends=layout.ends and whole.complete)
    read = _read(whole.text, call, dialect.delimiter)
    if read is None:
        return None
    numbers, table = read
    columns, others = _columns(table, counted=whole.complete), _others(layout, whole, dialect)
    first = Table(
        name=_table_name(layout.table, 0) if others else request.name,
        rows=len(table.frame) if whole.complete else count.rows,
        rows_exact=whole.complete or count.exact,
        columns=columns,
        head=_head(table, request.rows),
        tail=_tail(table) if whole.complete else tuple(_fitted(row, width) for row in count.tail),
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
            *_layout_warnings(layout, columns, count, rows=first.rows, others=others),
            *_number_warnings(numbers),
            *table.warnings,
            *_cell_warnings(table),
            *([] if first.rows_exact else [warning("estimated_rows", rows=first.rows or 0)]),
            *([] if whole.complete else [warning("types_of_first_rows", rows=len(table.frame))]),
        ),
        reader=_reader(request, source, start, table.call),
    )


def _fixed_width(request: Request, source: Source, whole: Decoded) -> Preview | None:
    """The preview of a text in columns of fixed width, None for any other."""
    places = column_places(whole.text)
    if places is None:
        return None
    call = Call("read_fwf", {} if places == inferred_places(whole.text) else {"colspecs": places})
    read = _read(whole.text, call, " ")
    if read is None:
        return None
    numbers, table = read
    columns = _columns(table, counted=whole.complete)
    rows = len(table.frame)
    estimate = rows if whole.complete else int(rows * request.size / max(1, len(whole.text)))
    first = Table(request.name, estimate, whole.complete, columns, _head(table, request.rows), _tail(table))
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
    end = max(start.text.rfind("\n"), start.text.rfind("\r"))
    return replace(start, text=start.text[: end + 1])


def _rows(whole: Decoded, dialect: Dialect) -> list[Any]:
    rows = list(rows_of(lines_of(whole.text), dialect))[1 if hinted(whole.text) else 0 :]
    # A row cut inside a quoted cell swallowed what follows.
    return rows if whole.complete or len(rows) < 2 else rows[:-1]


def _names(table: Block, longest: int) -> tuple[list[str] | None, int]:
    """Names to be given to pandas, None where it finds them; and how many columns the table has.

    `longest` is the number of cells of the longest row.
    """
    header, body = table.names, [row.cells for row in table.body]
    if not header:
        width = len(table.rows[0].cells)
        return (list(map(str, range(longest))) if longest > width else None), max(width, longest)
    width = max(map(len, header))
    wide = [row for row in body if len(row) > width]
    if len(header) == 2:
        return unique_names([*joined_names(*header), *_further(width, longest)]), max(width, longest)
    if not wide:
        return None, width
    if len(wide) == len(body) > 1 and longest == width + 1 and any(row[-1] for row in body):
        # R writes row names without a name above them.
        return unique_names(["row", *header[0]]), longest
    if longest == width + 1 and not any(row[-1].strip() for row in wide):
        return None, width
    return unique_names([*header[0], *_further(len(header[0]), longest)]), longest


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
    return bool(layout.dialect.comment) and not layout.table.title


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


def _read(text: str, call: Call, delimiter: str) -> tuple[Numbers, Amended] | None:
    """The numbers' way of writing and what the call returns; None where pandas cannot read it."""
    import pandas as pd

    try:
        cells = call.frame(text, dtype=str, keep_default_na=False, na_filter=False)
        columns = [(str(name), cells.iloc[:, at].unique()) for at, name in enumerate(cells.columns)]
        numbers = numbers_in(columns, delimiter)
        decimal = "," if numbers.decimal == "," else None
        return numbers, amended(
            lambda call: call.frame(text), call.with_(decimal=decimal, thousands=numbers.thousands), cells
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, OverflowError):
        return None


def _columns(table: Amended, *, counted: bool) -> tuple[Column, ...]:
    missing = table.frame.isna().sum().tolist() if counted else [None] * table.frame.shape[1]
    pairs = zip(table.frame.columns, table.frame.dtypes, missing, strict=True)
    return tuple(Column(str(name)[:500], str(dtype), nulls) for name, dtype, nulls in pairs)


def _head(table: Amended, rows: int) -> tuple[tuple[str | None, ...], ...]:
    return _shown(table.cells.iloc[:rows], table.frame.iloc[:rows])


def _tail(table: Amended) -> tuple[tuple[str | None, ...], ...]:
    return _shown(table.cells.iloc[-TAIL_ROWS:], table.frame.iloc[-TAIL_ROWS:])


def _shown(cells: pd.DataFrame, frame: pd.DataFrame) -> tuple[tuple[str | None, ...], ...]:
    """The cells as they are written, None where the call reads a missing value."""
    texts = [
        [None if missing else str(text)[:_CELL_CHARACTERS] for text, missing in zip(column, absent, strict=True)]
        for column, absent in (
            (cells.iloc[:, at].tolist(), frame.iloc[:, at].isna().tolist()) for at in range(frame.shape[1])
        )
    ]
    return tuple(zip(*texts, strict=True)) if texts else ()


def _fitted(row: Sequence[str], width: int) -> tuple[str | None, ...]:
    cells = [cell[:_CELL_CHARACTERS] or None for cell in row[:width]]
    return (*cells, *[None] * (width - len(cells)))


def _others(layout: Layout, whole: Decoded, dialect: Dialect) -> tuple[Table, ...]:
    """The tables that stand below the first, each read by a call of its own."""
    if not whole.complete:
        return ()
    tables = []
    for number, block in enumerate(layout.others[:_TABLES_TOLD], 1):
        names, width = _names(block, max((len(row.cells) for row in block.body), default=0))
        alone = replace(layout, table=block)
        read = _read(whole.text, _call(alone, names, width, Count(0, True), ends=True), dialect.delimiter)
        if read is not None:
            table = read[1]
            columns = _columns(table, counted=True)
            tables.append(Table(_table_name(block, number), len(table.frame), True, columns, _head(table, 5), ()))
    return tuple(tables)


def _table_name(block: Block, number: int) -> str:
    return block.title or f"table {number + 1}, line {block.above + 1}"


def _layout_warnings(
    layout: Layout, columns: Sequence[Column], count: Count, *, rows: int | None, others: Sequence[Table]
) -> list[Remark]:
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
    if others:
        warnings.append(
            warning("several_tables", tables=len(others) + 1, names=", ".join(t.name for t in others)[:300])
        )
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


def _cell_warnings(table: Amended) -> list[Remark]:
    head = table.cells.iloc[:1000]
    long = any(len(cell) > _CELL_CHARACTERS for at in range(head.shape[1]) for cell in head.iloc[:, at])
    return [warning("values_shortened", characters=_CELL_CHARACTERS)] if long else []


def _is_alone(source: Source) -> bool:
    with zipfile.ZipFile(source.path) as archive:
        return len(archive.namelist()) == 1


def _reader(request: Request, source: Source, start: Decoded, call: Call) -> str:
    """The call as Python: with what the file needs, and the text of it did not."""
    more: Mapping[str, Any] = {}
    if start.encoding.name not in {"utf-8", "utf-8-sig", "ascii"}:
        more = {**more, "encoding": start.encoding.name}
    if start.encoding.misfits or request.encoding:
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
