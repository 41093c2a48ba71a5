"""Tables in delimited text: read from the first megabytes and the end, counted to the end only while that is cheap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from lci.core.files import Column, Preview, Table
from lci.core.remarks import Remark
from lci.workspace.counting import Count, count_of
from lci.workspace.csvcall import csv_call
from lci.workspace.dialects import Dialect, dialect_of, lines_of, records
from lci.workspace.inference import MISSING, Numbers, has_leading_zeros, numbers_in, text_dtype
from lci.workspace.request import Request, column_warnings, warning
from lci.workspace.sources import Source
from lci.workspace.texts import Decoded, text_warnings

#: Rows that types are inferred from, at least.
TYPED_ROWS = 1000

_CELL_CHARACTERS = 10_000


def delimited(request: Request, source: Source, start: Decoded, ending: str) -> Preview | None:
    """The preview of a delimited text, None when the text is no table."""
    if not start.complete and start.text.find("\n") < 0 and start.text.find("\r") < 0:
        return None
    dialect = dialect_of(start.text, ending, request.delimiter, complete=start.complete)
    if dialect is None:
        return None
    rows_read = max(request.rows, TYPED_ROWS)
    rows = _first_rows(start, dialect, rows_read)
    if not rows:
        return None
    header, body = (rows[0], rows[1:]) if dialect.has_header else ([str(n) for n in range(len(rows[0]))], rows)
    header, implicit_index = _with_index_name(header, body)
    width = len(header)
    body = body[:rows_read]
    count = count_of(request, source, start, dialect, width)
    names = [name if not name.isascii() or len(name) < 500 else name[:500] for name in header]
    cells = [[row[place] for row in body if place < len(row)] for place in range(width)]
    numbers = numbers_in(list(zip(names, cells, strict=True)), dialect.delimiter)
    counted = count.exact and count.rows == len(body)
    columns = tuple(
        _column(name, column, body, numbers, counted=counted) for name, column in zip(names, cells, strict=True)
    )
    table = Table(
        name=request.name,
        rows=count.rows,
        rows_exact=count.exact,
        columns=columns,
        head=tuple(_fitted(row, width) for row in body[: request.rows]),
        tail=tuple(_fitted(row, width) for row in count.tail),
    )
    return Preview(
        name=request.name,
        kind="table",
        bytes=request.size,
        encoding=start.encoding.name,
        delimiter=dialect.delimiter,
        compression=source.compression,
        tables=(table,),
        warnings=(
            *text_warnings(start),
            *_layout_warnings(dialect, names, body, count),
            *_cell_warnings(names, body, numbers, cells),
            *_count_warnings(count),
        ),
        reader=csv_call(request, source, start, dialect, numbers, count, names if implicit_index else None, width),
    )


def _first_rows(start: Decoded, dialect: Dialect, count: int) -> list[list[str]]:
    lines = islice(lines_of(start.text), dialect.skipped, None)
    rows = list(islice(records(lines, dialect.delimiter, quoted=dialect.quoted), count + 2))
    cut = not start.complete and 1 < len(rows) < count + 2
    return rows[:-1] if cut else rows


def _with_index_name(header: list[str], body: Sequence[Sequence[str]]) -> tuple[list[str], bool]:
    """R writes row names without a name above them: every row has one cell more than the header, and it is filled."""
    wide = len(header) + 1
    if len(body) > 1 and all(len(row) == wide for row in body) and any(row[-1] for row in body):
        return ["row", *header], True
    return header, False


def _fitted(row: Sequence[str], width: int) -> tuple[str | None, ...]:
    cells = [cell if len(cell) <= _CELL_CHARACTERS else cell[:_CELL_CHARACTERS] for cell in row[:width]]
    return (*cells, *[None] * (width - len(cells)))


def _column(name: str, cells: Sequence[str], body: Sequence[object], numbers: Numbers, *, counted: bool) -> Column:
    complete = cells if len(cells) == len(body) else [*cells, *[""] * (len(body) - len(cells))]
    nulls = sum(1 for cell in complete if cell in MISSING) if counted else None
    return Column(name, text_dtype(complete, numbers), nulls)


def _layout_warnings(dialect: Dialect, names: list[str], body: Sequence[Sequence[str]], count: Count) -> list[Remark]:
    warnings = []
    if dialect.skipped:
        warnings.append(warning("title_rows_above_header", rows=dialect.skipped))
    if not dialect.has_header:
        warnings.append(warning("no_header", columns=len(names)))
    elif not body:
        warnings.append(warning("header_only", columns=len(names)))
    warnings += column_warnings(names if dialect.has_header else [])
    if count.ragged:
        facts = {"rows": count.ragged, "first_row": count.first_ragged, "columns": len(names), "longest": count.longest}
        warnings.append(warning("ragged_rows", **facts))
    if count.longer:
        warnings.append(warning("extra_cells_dropped", rows=count.longer, columns=len(names)))
    if not dialect.quoted:
        warnings.append(warning("unclosed_quote"))
    return warnings


def _cell_warnings(
    names: list[str], body: Sequence[Sequence[str]], numbers: Numbers, cells: Sequence[Sequence[str]]
) -> list[Remark]:
    warnings = []
    if numbers.comma_columns:
        warnings.append(warning("decimal_comma", names=_joined(numbers.comma_columns)))
    if numbers.grouped_columns:
        separator = numbers.thousands or ","
        warnings.append(warning("thousands_separator", names=_joined(numbers.grouped_columns), separator=separator))
    zeros = [name for name, column in zip(names, cells, strict=True) if has_leading_zeros(column)]
    if zeros:
        warnings.append(warning("leading_zeros", names=_joined(zeros)))
    if any(len(cell) > _CELL_CHARACTERS for row in body for cell in row):
        warnings.append(warning("values_shortened", characters=_CELL_CHARACTERS))
    return warnings


def _count_warnings(count: Count) -> list[Remark]:
    return [] if count.exact else [warning("estimated_rows", rows=count.rows)]


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names[:20])
