"""Texts, notebooks and XML; nothing outside the file is ever loaded for them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lci.core.files import ImageFacts, Preview, Table
from lci.core.remarks import Remark
from lci.errors import FileUnreadable
from lci.workspace.calls import Argument, Call
from lci.workspace.converting import Converted, Held, converted, html_call, xml_call
from lci.workspace.inference import has_leading_zeros
from lci.workspace.request import TABLES_SHOWN, Request, column_warnings, left_out, listed, literal, warning
from lci.workspace.returned import frame_of, table_of, value_of
from lci.workspace.sources import Source, opened
from lci.workspace.texts import COUNTED_BYTES, TEXT_CHARACTERS, WHOLE_BYTES, Decoded, decoded, text_warnings
from lci.workspace.xml_records import records_of

if TYPE_CHECKING:
    import pandas as pd

#: The encoding that the first line of an XML file names, and all bytes beyond ASCII.
_DECLARED = re.compile(r"\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)")
_HIGH = bytes(range(128, 256))
#: Digits that a number with a fraction does not hold.
_LONG = re.compile(r"-?\d{16,}")
#: How the places in a map's file are read, by the name of its root.
_PLACES = {
    "gpx": "pd.read_xml({name}, xpath=\"//*[local-name()='wpt' or local-name()='trkpt' or local-name()='rtept']\")",
    "kml": (
        'pd.DataFrame([{{"name": place.findtext("{{*}}name"), {more}'
        '"coordinates": place.findtext(".//{{*}}coordinates")}} '
        'for place in etree.parse({name}).iter("{{*}}Placemark")])'
    ),
}
#: What a place of a KML file may have beside them, by the elements that are in the file then.
_MORE_OF_PLACES = {
    "description": '"description": place.findtext("{*}description"), ',
    "Data": '**{each.get("name"): each.findtext("{*}value") for each in place.iter("{*}Data")}, ',
    "SimpleData": '**{each.get("name"): each.text for each in place.iter("{*}SimpleData")}, ',
}


def text(request: Request, source: Source, start: Decoded) -> Preview:
    """The beginning of a text."""
    shown = start.text[:TEXT_CHARACTERS]
    warnings = text_warnings(start)
    if not start.complete and "\n" not in start.text and "\r" not in start.text:
        warnings.append(warning("long_line", bytes=request.size))
    if len(shown) < len(start.text) or not start.complete:
        warnings.append(
            warning("text_shortened", shown_bytes=len(shown.encode("utf-8", "replace")), bytes=request.size)
        )
    return Preview(
        request.name,
        "text",
        request.size,
        encoding=start.encoding.name,
        compression=source.compression,
        text=shown,
        warnings=tuple(warnings),
    )


def notebook(request: Request, source: Source, start: Decoded) -> Preview:
    """A notebook's cells as one text in the percent format, without their outputs."""
    content = start.text
    if not start.complete:
        if request.size > COUNTED_BYTES:
            return text(request, source, start)
        with opened(source) as file:
            content = file.stream.read().decode(start.encoding.name, "replace")
    try:
        document = json.loads(content)
        cells = document["cells"] if "cells" in document else document["worksheets"][0]["cells"]
        shown = "\n\n".join(_percent_cell(cell) for cell in cells)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise FileUnreadable(request.name, "notebook", str(error)[:200]) from error
    warnings = text_warnings(start)
    if len(shown) > TEXT_CHARACTERS:
        warnings.append(warning("text_shortened", shown_bytes=TEXT_CHARACTERS, bytes=request.size))
    return Preview(
        request.name,
        "notebook",
        request.size,
        encoding=start.encoding.name,
        text=shown[:TEXT_CHARACTERS],
        warnings=tuple(warnings),
    )


def _percent_cell(cell: Mapping[str, object]) -> str:
    source = cell.get("source", cell.get("input", ""))
    written = "".join(map(str, source)) if isinstance(source, list) else str(source)
    if cell.get("cell_type") == "code":
        return f"# %%\n{written}"
    commented = "\n".join(f"# {line}".rstrip() for line in written.splitlines())
    return f"# %% [{cell.get('cell_type', 'raw')}]\n{commented}"


def xml(request: Request, source: Source, start: Decoded) -> Preview:
    """The children of the root as a table, as `pd.read_xml` finds them; a file without such children is text.

    Entities are refused: they are how XML reads other files and how little files grow without end.
    """
    if request.size > WHOLE_BYTES:
        return text(request, source, start)
    start = _as_declared(request, source, start)
    records = records_of(request, source, start.encoding.name)
    if (places := _PLACES.get(records.root[0])) is not None:
        more = "".join(part for element, part in _MORE_OF_PLACES.items() if element in records.elements)
        reader = places.format(name=literal(request.name), more=more)
        frame = frame_of(request, reader)
        if frame is not None and len(frame):
            seen = _table(request, start, [table_of(request.name, frame, request.rows)], reader)
            return replace(seen, warnings=(*seen.warnings, *records.remarks()))
    arguments = {"parser": "etree", **_encoded(start)}
    reader = xml_call(request.name, Held(), **arguments)
    frame = frame_of(request, reader) if records.has_columns and records.count > 1 else None
    if frame is None:
        return text(request, source, start)
    codes = _codes(frame, frame_of(request, xml_call(request.name, Held(), **arguments, dtype="str")))
    read = converted(
        lambda reader: frame_of(request, reader),
        lambda held: xml_call(request.name, held, **arguments),
        Converted(reader, frame),
        codes,
        request.reading.kinds,
    )
    seen = _typed(_table(request, start, [table_of(request.name, read.frame, request.rows)], read.reader), read)
    return replace(seen, warnings=(*seen.warnings, *records.remarks()))


def _as_declared(request: Request, source: Source, start: Decoded) -> Decoded:
    """The text in the encoding of one byte a character that it names; what else it is in its bytes say better."""
    named = _DECLARED.match(start.text[:500])
    if named is None or request.reading.encoding or start.encoding.name.startswith(("utf", "ascii")):
        return start
    try:
        is_of_bytes = len(_HIGH.decode(named[1], "replace")) == len(_HIGH)
    except LookupError:
        return start
    if not is_of_bytes:
        return start
    return decoded(replace(request, reading=replace(request.reading, encoding=named[1].lower())), source)


def html(request: Request, source: Source, start: Decoded) -> Preview:
    """The tables of a page, as spreadsheets' programs write them under their own endings; a page without is text."""
    if request.size > WHOLE_BYTES or "<table" not in start.text.lower():
        return text(request, source, start)
    arguments = _encoded(start)
    every = Call("read_html", arguments).source(literal(request.name))
    frames = value_of(request, every) or []
    names = [request.name if number == 0 else f"table {number + 1}" for number in range(len(frames))]
    tables = [table_of(name, frame, request.rows) for name, frame in zip(names[:TABLES_SHOWN], frames, strict=False)]
    if not tables:
        return text(request, source, start)
    texts: dict[int, Argument] = dict.fromkeys(range(len(frames[0].columns)), str)
    as_written = Call("read_html", {**arguments, "converters": texts, "keep_default_na": False})
    cells = value_of(request, f"{as_written.source(literal(request.name))}[0]")
    read = converted(
        lambda reader: frame_of(request, reader),
        lambda held: html_call(request.name, held, **arguments),
        Converted(f"{every}[0]", frames[0]),
        _codes(frames[0], cells),
        request.reading.kinds,
    )
    tables[0] = table_of(request.name, read.frame, request.rows)
    shown = _typed(_table(request, start, tables, read.reader), read)
    odd = [*left_out(names, names[:TABLES_SHOWN]), *_words_lost(frames[0], cells, read.as_texts)]
    return replace(shown, warnings=(*shown.warnings, *odd))


def _encoded(start: Decoded) -> dict[str, Argument]:
    """What calls must be told of a text's encoding."""
    return {} if start.encoding.name in {"utf-8", "ascii"} else {"encoding": start.encoding.name}


def _codes(frame: pd.DataFrame, cells: pd.DataFrame | None) -> tuple[str, ...]:
    """The columns whose digits are others as numbers: codes with leading zeros, long ones with gaps between them."""
    if cells is None or not _beside(frame, cells):
        return ()
    lost = []
    for at, (name, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        digits = [cell.strip() for cell in cells.iloc[:, at] if isinstance(cell, str) and cell.strip()]
        is_long = dtype.kind == "f" and any(map(_LONG.fullmatch, digits))
        if dtype.kind in "if" and digits and (is_long or has_leading_zeros(digits)):
            lost.append(str(name))
    return tuple(lost)


def _words_lost(frame: pd.DataFrame, cells: pd.DataFrame | None, kept: Sequence[str]) -> list[Remark]:
    """The warning that words in these columns are read as missing values."""
    if cells is None or not _beside(frame, cells):
        return []
    words: dict[str, list[str]] = {}
    for at, name in enumerate(frame.columns):
        gone = cells.iloc[:, at][frame.iloc[:, at].isna()] if name not in kept else cells.iloc[:0, at]
        if there := sorted({str(cell).strip() for cell in gone if isinstance(cell, str)} - {""}):
            words[str(name)] = there
    if not words:
        return []
    return [
        warning("missing_words", names=", ".join(list(words)[:20]), words=", ".join(next(iter(words.values()))[:20]))
    ]


def _beside(frame: pd.DataFrame, cells: pd.DataFrame) -> bool:
    """Whether the same table was read as texts, and each column has a name of its own."""
    return (
        cells.shape == frame.shape
        and frame.columns.nlevels == 1
        and frame.columns.is_unique
        and all(isinstance(name, str) for name in frame.columns)
    )


def _typed(shown: Preview, read: Converted) -> Preview:
    """With what is odd about the columns' types."""
    codes = [warning("leading_zeros", names=listed(read.codes))] if read.codes else []
    return replace(shown, warnings=(*shown.warnings, *codes, *read.warnings))


def _table(request: Request, start: Decoded, tables: Sequence[Table], reader: str) -> Preview:
    names = [column.name for column in tables[0].columns]
    return Preview(
        request.name,
        "tables" if len(tables) > 1 else "table",
        request.size,
        encoding=start.encoding.name,
        tables=tuple(tables),
        warnings=(*text_warnings(start), *column_warnings(names)),
        reader=reader,
    )


def svg(request: Request, source: Source, start: Decoded) -> Preview:
    """A drawing's size from its root; its text is shown too, it is never drawn."""
    tag, attributes = records_of(request, source, start.encoding.name).root
    box = attributes.get("viewBox", "").replace(",", " ").split()
    width, height = (_pixels(attributes.get(side, "")) for side in ("width", "height"))
    if (not width or not height) and len(box) == 4:
        width, height = _pixels(box[2]), _pixels(box[3])
    if tag != "svg" or not width or not height:
        return text(request, source, start)
    shown = start.text[:TEXT_CHARACTERS]
    return Preview(
        request.name,
        "image",
        request.size,
        encoding=start.encoding.name,
        image=ImageFacts("SVG", width, height),
        text=shown,
    )


def _pixels(length: str) -> int:
    try:
        return round(float(length.removesuffix("px")))
    except (ValueError, OverflowError):
        return 0
