"""Excel and OpenDocument workbooks, every sheet a table: what is told is what the told call returns."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from lci.core.files import AS_FOUND, FileKind, Preview, Table
from lci.core.remarks import Remark
from lci.errors import FileEmpty, FileUnreadable
from lci.workspace.amending import Amended, Kinds, amended
from lci.workspace.calls import Call
from lci.workspace.dialects import Dialect, Row
from lci.workspace.headers import joined_names, unique_names
from lci.workspace.inference import plain_value
from lci.workspace.layouts import Layout, layout_of
from lci.workspace.request import TABLES_SHOWN, Request, column_warnings, left_out, listed, literal, warning
from lci.workspace.returned import READERS_RAISE, named, table_of

if TYPE_CHECKING:
    import pandas as pd

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAY = re.compile(r"(19|20)\d{2}((0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?)?")
#: A cell with a formula and nothing that it came to.
_WITHOUT_RESULT = re.compile(rb'<c (?![^>]*t="str")[^>]*><f[^>/]*>[^<]*</f>(?:<v ?/>|<v></v>)?</c>')
_SHEET_BYTES = 8 << 20
_ROWS_LOOKED_AT = 5_000
#: Rows in which codes, dates and words are looked for.
_ROWS_AMENDED = 20_000
#: Sheets of which they are looked for, the first among them, and cells of the others: each may be read twice for it.
_SHEETS_AMENDED, _CELLS_AMENDED = 20, 400_000


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
            return _workbook(request, workbook)
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


def _workbook(request: Request, workbook: CalamineWorkbook) -> Preview:
    names = list(workbook.sheet_names)
    sheets = [request.reading.sheet] if request.reading.sheet in names else names[:TABLES_SHOWN]
    tables: list[Table] = []
    warnings: list[Remark] = []
    of_others: list[tuple[str, Remark]] = []
    empty: list[str] = []
    plain: list[str] = []
    left = _CELLS_AMENDED
    import pandas as pd

    with named(request) as path, pd.ExcelFile(path, engine="calamine") as file:
        for name in sheets:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            reading = AS_FOUND if tables else request.reading
            layout = layout_of(_rows(rows), Dialect(""), complete=len(rows) <= _ROWS_LOOKED_AT, header=reading.header)
            if layout is None:
                empty.append(name)
                continue
            left -= _cells(rows) if tables else 0
            if len(tables) < _SHEETS_AMENDED and left >= 0:
                read = _read(file, _call(name, layout, rows), layout, rows, reading.kinds)
            else:
                call = _call(name, layout, rows)
                read = Amended(call, _frame(file, call), pd.DataFrame(), ())
                plain.append(name)
            table = replace(table_of(name, read.frame, request.rows), reader=read.call.source(literal(request.name)))
            odd = [*_oddities(layout, table), *read.warnings]
            if tables:
                of_others += [(name, each) for each in odd]
            else:
                warnings += odd
            tables.append(table)
    if not tables:
        raise FileEmpty(request.name)
    # What reads the first is the file's own.
    reader, tables[0] = tables[0].reader, replace(tables[0], reader=None)
    warnings += _of_sheets(of_others)
    if plain:
        warnings.append(warning("sheets_read_plainly", names=listed(plain)))
    visible = {each.name for each in workbook.sheets_metadata if each.visible == SheetVisibleEnum.Visible}
    hidden = [name for name in (sheets if request.reading.sheet is not None else names) if name not in visible]
    if hidden:
        warnings.append(warning("hidden_sheets", names=", ".join(hidden[:20])))
    if empty:
        warnings.append(warning("empty_sheets", names=", ".join(empty[:20])))
    if request.reading.sheet is None:
        warnings += left_out(names, sheets)
    if cells := _without_results(request):
        warnings.append(warning("formulas_without_results", cells=cells))
    kind: FileKind = "tables" if len(names) > 1 else "table"
    return Preview(request.name, kind, request.size, tables=tuple(tables), warnings=tuple(warnings), reader=reader)


def _of_sheets(remarks: Sequence[tuple[str, Remark]]) -> list[Remark]:
    """What is odd about sheets beside the first, each once, with the names of those sheets."""
    sheets: dict[tuple[str, str], list[str]] = {}
    once: dict[tuple[str, str], Remark] = {}
    for sheet, remark in remarks:
        key = remark.code, repr(sorted(remark.facts.items()))
        once.setdefault(key, remark)
        sheets.setdefault(key, []).append(sheet)
    return [Remark(remark.code, {**remark.facts, "sheets": listed(sheets[key])}) for key, remark in once.items()]


def _cells(rows: Sequence[Sequence[object]]) -> int:
    return len(rows) * max(map(len, rows), default=0)


def _rows(rows: Sequence[Sequence[object]]) -> list[Row]:
    begins = _first_column(rows)
    return [Row([_text(value) for value in row[begins:]], at, at) for at, row in enumerate(rows[:_ROWS_LOOKED_AT])]


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(plain_value(value))


def _first_column(rows: Sequence[Sequence[object]]) -> int:
    """The first column that holds anything."""
    width = max(map(len, rows), default=0)
    return next((at for at in range(width) if any(at < len(row) and row[at] not in ("", None) for row in rows)), 0)


def _call(name: str, layout: Layout, rows: Sequence[Sequence[object]]) -> Call:
    """The call that reads a sheet's first table."""
    table, columns = layout.table, _columns(layout, rows)
    arguments: dict[str, Any] = {"sheet_name": name, "engine": "calamine"}
    if len(columns) < max(map(len, rows)):
        arguments["usecols"] = f"{_letters(columns[0])}:{_letters(columns[-1])}"
    header = table.header or int(bool(table.rows) and all(map(_DAY.fullmatch, table.rows[0].cells)))
    beneath = header + bool(table.units)
    if header == 2 or table.units:
        here = slice(columns.start - (begins := _first_column(rows)), columns.stop - begins)
        upper, lower = table.names[0][here], table.names[-1][here]
        names = joined_names(upper, lower) if header == 2 else upper
        arguments |= {"skiprows": table.rows[beneath - 1].last + 1, "names": unique_names(names), "header": None}
    else:
        if table.above:
            arguments["skiprows"] = table.above
        if not header:
            arguments["header"] = None
    if layout.ends:
        arguments["nrows"] = len(table.rows) - beneath
    return Call("read_excel", arguments)


def _columns(layout: Layout, rows: Sequence[Sequence[object]]) -> range:
    """The columns that hold anything in the rows of a sheet's first table; others hold what stands around it."""
    table = layout.table
    within = rows[table.above : table.rows[-1].last + 1 if layout.ends else None]
    first, last = max(map(len, within), default=0), -1
    for row in within:
        first = next((at for at, value in enumerate(row[:first]) if value not in ("", None)), first)
        last = next((at for at in range(len(row) - 1, last, -1) if row[at] not in ("", None)), last)
    return range(first, last + 1)


def _letters(column: int) -> str:
    """A column's name in a sheet: A, B, …, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def _frame(file: pd.ExcelFile, call: Call) -> pd.DataFrame:
    import pandas as pd

    # The file that is open has its engine already.
    arguments = {name: value for name, value in call.arguments.items() if name != "engine"}
    frame: pd.DataFrame = pd.read_excel(file, **arguments)
    return frame


def _read(file: pd.ExcelFile, call: Call, layout: Layout, rows: Sequence[Sequence[object]], kinds: Kinds) -> Amended:
    import pandas as pd

    columns = _columns(layout, rows)
    table = layout.table
    end = table.rows[-1].last + 1 if layout.ends else None
    body = rows[table.body[0].first : end][:_ROWS_AMENDED] if table.body else []
    cells = pd.DataFrame([[_text(value) for value in row[columns.start : columns.stop]] for row in body], dtype="str")
    cells = cells.reindex(columns=range(len(columns)), fill_value="").fillna("")
    try:
        return amended(lambda call: _frame(file, call), call, cells, kinds)
    except READERS_RAISE:
        return Amended(call, _frame(file, call), cells, ())


def _oddities(layout: Layout, table: Table) -> list[Remark]:
    warnings = column_warnings([name for row in layout.table.names for name in row] if layout.table.header == 1 else [])
    if layout.table.title:
        warnings.append(warning("title_rows_above_header", rows=layout.table.above))
    if layout.table.header == 2:
        warnings.append(warning("two_row_header", names=", ".join(each.name for each in table.columns[:20])))
    if layout.table.units:
        warnings.append(warning("units_below_header", units=", ".join(filter(None, layout.table.units))[:200]))
    if layout.others:
        names = ", ".join(block.title or f"line {block.above + 1}" for block in layout.others)
        warnings.append(warning("several_tables", tables=len(layout.others) + 1, names=names[:300]))
    if layout.notes:
        warnings.append(warning("notes_below_table", lines=len(layout.notes), first=layout.notes[0][:200]))
    if table.rows == 0:
        warnings.append(warning("header_only", columns=len(table.columns)))
    return warnings


def _without_results(request: Request) -> int:
    """How many formulas came to nothing: the program that wrote them did not work them out."""
    try:
        with zipfile.ZipFile(request.path) as archive:
            sheets = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
            return sum(len(_WITHOUT_RESULT.findall(archive.open(name).read(_SHEET_BYTES))) for name in sheets[:20])
    except (zipfile.BadZipFile, OSError, KeyError, RuntimeError, NotImplementedError):
        return 0
