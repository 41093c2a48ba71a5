"""Excel and OpenDocument workbooks, every sheet a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from lci.core.files import Column, FileKind, Preview, Table
from lci.core.remarks import Remark
from lci.errors import FileEmpty, FileUnreadable
from lci.workspace.inference import plain_value, value_dtype
from lci.workspace.request import TABLES_SHOWN, TAIL_ROWS, Request, call, column_warnings, literal, warning

_TITLE_ROWS = 20
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def excel(request: Request) -> Preview:
    """The sheets of a workbook; raises `FileUnreadable` with reason `password` when it is encrypted."""
    head = _head(request)
    if head.startswith(_OLD_OFFICE) and "EncryptedPackage".encode("utf-16-le") in head:
        raise FileUnreadable(request.name, "excel", "password")
    if head.startswith(_OLD_OFFICE) and "WordDocument".encode("utf-16-le") in head:
        return Preview(request.name, "other", request.size, warnings=(warning("no_preview", format="doc"),))
    try:
        # By its content: the path of an open file has no ending that could say more.
        with request.path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            return _workbook(request, workbook, _engine(head, request.ending))
    except PasswordError as error:
        raise FileUnreadable(request.name, "excel", "password") from error
    except (CalamineError, OSError, ValueError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise FileUnreadable(request.name, "excel", lines[0][:200]) from error


def _head(request: Request) -> bytes:
    # An encrypted workbook's directory stands anywhere in its first or last sectors.
    with request.path.open("rb") as file:
        head = file.read(1 << 16)
        if head.startswith(_OLD_OFFICE) and request.size > 1 << 16:
            file.seek(-(1 << 16), 2)
            head += file.read()
    return head


def _engine(head: bytes, ending: str) -> str:
    """Pandas' engine: openpyxl is there more often, calamine reads the other formats."""
    return "calamine" if head.startswith(_OLD_OFFICE) or ending in {".ods", ".xlsb", ".xls"} else "openpyxl"


def _workbook(request: Request, workbook: CalamineWorkbook, engine: str) -> Preview:
    names = list(workbook.sheet_names)
    sheets = [request.sheet] if request.sheet in names else names[:TABLES_SHOWN]
    tables: list[Table] = []
    warnings: list[Remark] = []
    empty: list[str] = []
    reader = None
    for name in sheets:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if not rows:
            empty.append(name)
            continue
        table, skipped = _table(name, rows, request.rows)
        tables.append(table)
        if len(tables) == 1:
            warnings += _oddities(table, skipped)
            arguments = {"sheet_name": literal(name), "engine": literal(engine)}
            if skipped:
                arguments["skiprows"] = str(skipped)
            reader = call("pd.read_excel", request.name, **arguments)
    if not tables:
        raise FileEmpty(request.name)
    if empty:
        warnings.append(warning("empty_sheets", names=", ".join(empty[:20])))
    if len(sheets) < len(names) and request.sheet is None:
        warnings.append(warning("tables_left_out", shown=len(sheets), tables=len(names)))
    kind: FileKind = "tables" if len(names) > 1 else "table"
    return Preview(request.name, kind, request.size, tables=tuple(tables), warnings=tuple(warnings), reader=reader)


def _oddities(table: Table, skipped: int) -> list[Remark]:
    warnings = column_warnings([column.name for column in table.columns])
    if skipped:
        warnings.append(warning("title_rows_above_header", rows=skipped))
    if table.rows == 0:
        warnings.append(warning("header_only", columns=len(table.columns)))
    return warnings


def _table(name: str, rows: Sequence[Sequence[object]], shown: int) -> tuple[Table, int]:
    skipped = _title_rows(rows)
    header, body = rows[skipped], rows[skipped + 1 :]
    while body and _filled(body[-1]) == 0:
        body = body[:-1]
    titles = [f"{value:g}" if isinstance(value, float) else str(plain_value(value) or "") for value in header]
    columns = tuple(
        Column(title, value_dtype(values), sum(1 for value in values if value in {"", None}))
        for title, values in ((title, [row[place] for row in body]) for place, title in enumerate(titles))
    )
    head = tuple(_cells(row) for row in islice(body, shown))
    return Table(name, len(body), True, columns, head, tuple(_cells(row) for row in body[-TAIL_ROWS:])), skipped


def _filled(row: Sequence[object]) -> int:
    return sum(1 for value in row if value not in {"", None})


def _cells(row: Sequence[object]) -> tuple[str | int | float | bool | None, ...]:
    return tuple(
        None if value == "" else plain_value(int(value) if isinstance(value, float) and value.is_integer() else value)
        for value in row
    )


def _title_rows(rows: Sequence[Sequence[object]]) -> int:
    """The rows before the first one that is about as full as those after it."""
    usual = max((_filled(row) for row in rows[:200]), default=0)
    for place, row in enumerate(rows[: _TITLE_ROWS + 1]):
        filled = _filled(row)
        if filled and (filled >= max(2, (usual + 1) // 2) or usual < 2):
            return place
    return 0
