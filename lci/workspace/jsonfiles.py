"""JSON in the shapes tables come in: records, columns, lines, GeoJSON; anything else is shown as text."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lci.core.files import Column, Preview, Table, Value
from lci.errors import FileUnreadable
from lci.workspace.calls import written
from lci.workspace.documents import text
from lci.workspace.inference import has_leading_zeros, plain_value, value_dtype
from lci.workspace.request import TAIL_ROWS, Request, call, column_warnings, literal, warning
from lci.workspace.returned import frame_of, table_of
from lci.workspace.sources import Source, opened
from lci.workspace.texts import COUNTED_BYTES, HEAD_BYTES, WHOLE_BYTES, Decoded, text_warnings

_TYPED_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class _Rows:
    """The table found in a document, and the expression that makes a DataFrame of it."""

    rows: Sequence[object]
    reader: str


def json_table(request: Request, source: Source, start: Decoded) -> Preview:
    """A JSON document as a table where it is one; beyond 64 MB, or when it is none, as text."""
    content = start.text
    if not start.complete:
        if request.size > COUNTED_BYTES or source.compression is not None:
            return text(request, source, start)
        with opened(source) as file:
            content = file.stream.read().decode(start.encoding.name, "replace")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        if lines := _lines(content.splitlines()[:3]):
            return jsonl(request, source, start) if len(lines) > 1 else text(request, source, start)
        if request.ending not in {".json", ".geojson"} and request.inner_ending not in {".json", ".geojson"}:
            # What begins with a brace need not be JSON.
            return text(request, source, start)
        raise FileUnreadable(request.name, "json", str(error)[:200]) from error
    parsed = _table_in(request, source, start, document)
    if parsed is None:
        return text(request, source, start)
    return _preview(request, source, start, parsed.rows, parsed.reader, len(parsed.rows), parsed.rows[-TAIL_ROWS:])


def jsonl(request: Request, source: Source, start: Decoded) -> Preview:
    """One JSON object a line; blank lines do not count."""
    lines = [line for line in start.text.splitlines() if line.strip()]
    if not start.complete:
        lines = lines[:-1]
    rows = _lines(lines[: max(request.rows, 1000)])
    if not rows:
        if request.ending in {".jsonl", ".ndjson"}:
            raise FileUnreadable(request.name, "jsonl", "the first line is no JSON object")
        return text(request, source, start)
    arguments = {"lines": "True"}
    count: int | None = len(lines)
    tail: Sequence[object] = _lines(lines[-TAIL_ROWS:])
    if not start.complete:
        count, tail = None, ()
        if request.size <= COUNTED_BYTES and source.compression is None:
            last: deque[bytes] = deque(maxlen=TAIL_ROWS)
            count = 0
            with opened(source) as content:
                for line in content.stream:
                    if line.strip():
                        count += 1
                        last.append(line)
            tail = _lines([line.decode(start.encoding.name, "replace") for line in last])
    estimate = count if count is not None else int(request.size / max(1, HEAD_BYTES / max(1, len(lines))))
    exact = count is not None
    if source.compression is not None and not exact:
        estimate = 0
    reader = _json_call(request, source, start, arguments)
    return _preview(request, source, start, rows, reader, estimate, tail, exact=exact)


def _lines(lines: Iterable[str]) -> list[object]:
    """The objects in these lines up to the first that is none."""
    values: list[object] = []
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not isinstance(value, dict):
            break
        values.append(value)
    return values


def _table_in(request: Request, source: Source, start: Decoded, document: Any) -> _Rows | None:  # Any: parsed JSON
    whole = _json_call(request, source, start, {})
    series = _json_call(request, source, start, {"typ": '"series"'})
    match document:
        case [*items] if items and (all(isinstance(item, dict) for item in items)):
            return _Rows(items, whole)
        case [*items] if items and all(isinstance(item, list) for item in items):
            width = max(len(item) for item in items)
            return _Rows([{str(n): item[n] if n < len(item) else None for n in range(width)} for item in items], whole)
        case [*items] if items and not any(isinstance(item, dict | list) for item in items):
            return _Rows([{"0": item} for item in items], whole)
        case {"type": "FeatureCollection", "features": [*features]} if features:
            rows = [
                {**(feature.get("properties") or {}), "geometry": feature.get("geometry")}
                for feature in features
                if isinstance(feature, dict)
            ]
            unpacked = '{**(f.get("properties") or {}), "geometry": f.get("geometry")}'
            return _Rows(rows, f'pd.DataFrame([{unpacked} for f in {series}["features"]])')
        case {"columns": [*columns], "data": [*data], **rest} if set(rest) <= {"index"} and _all_lists(data):
            rows = [dict(zip(map(str, columns), item, strict=False)) for item in data]
            return _Rows(rows, _json_call(request, source, start, {"orient": '"split"'}))
        case {"schema": {"fields": [*_]}, "data": [*data]} if data:
            return _Rows(data, f'pd.DataFrame({series}["data"])')
        case {} if document:
            return _in_object(document, whole, series)
    return None


def _in_object(members: dict[str, Any], whole: str, series: str) -> _Rows | None:  # Any: parsed JSON
    if all(isinstance(value, list) for value in members.values()):
        return _from_lists(members, whole, series)
    if len(members) > 1 and all(isinstance(value, dict) for value in members.values()):
        return _from_mappings(members, whole)
    return _from_member(members, series)


def _all_lists(data: Sequence[object]) -> bool:
    return all(isinstance(item, list) for item in data)


def _from_lists(columns: Mapping[str, Sequence[object]], whole: str, series: str) -> _Rows | None:
    lengths = {len(column) for column in columns.values()}
    if any(isinstance(item, dict) for column in columns.values() for item in column):
        return _from_member(columns, series)
    if len(lengths) != 1 or lengths == {0}:
        return None
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return _Rows(rows, whole)


def _from_mappings(columns: Mapping[str, Mapping[str, object]], whole: str) -> _Rows | None:
    keys = list(dict.fromkeys(key for column in columns.values() for key in column))
    shared = sum(len(column) for column in columns.values())
    # A configuration has sections too, but with other keys in each.
    if not keys or shared < 0.5 * len(keys) * len(columns):
        return None
    nested = any(isinstance(value, dict | list) for column in columns.values() for value in column.values())
    if nested:
        return None
    return _Rows([{name: column.get(key) for name, column in columns.items()} for key in keys], whole)


def _from_member(members: Mapping[str, object], series: str) -> _Rows | None:
    """The only list of records inside an object, as web services answer."""
    lists = {
        name: value
        for name, value in members.items()
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
    }
    if len(lists) != 1:
        return None
    (name, rows), *_ = lists.items()
    return _Rows(rows, f"pd.DataFrame({series}[{literal(name)}])")


_ENDINGS = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip"}


def _json_call(request: Request, source: Source, start: Decoded, arguments: Mapping[str, str]) -> str:
    more = dict(arguments)
    if start.encoding.name not in {"utf-8", "ascii"}:
        more["encoding"] = literal(start.encoding.name)
    if start.encoding.misfits:
        more["encoding_errors"] = '"replace"'
    if _ENDINGS.get(request.ending) != source.compression:
        more["compression"] = literal(source.compression) if source.compression else "None"
    return call("pd.read_json", request.name, **more)


def _preview(
    request: Request,
    source: Source,
    start: Decoded,
    rows: Sequence[object],
    reader: str,
    count: int,
    tail: Sequence[object],
    *,
    exact: bool = True,
) -> Preview:
    records = [row for row in rows if isinstance(row, dict)]
    zeros = _with_zeros(records)
    if zeros and reader.startswith("pd.read_json("):
        reader = f"{reader[:-1]}, dtype={written(dict.fromkeys(zeros, str))})"
    whole = exact and request.size <= WHOLE_BYTES
    frame = frame_of(request, reader) if whole else None
    warnings = list(text_warnings(start))
    if frame is not None:
        table = table_of(request.name, frame, request.rows)
    else:
        table = _told_by_records(request, records, None if not exact and count == 0 else count, tail, exact=exact)
        if table.rows is None:
            warnings.append(warning("rows_not_counted"))
        elif not exact:
            warnings.append(warning("estimated_rows", rows=count))
        if len(records) > _TYPED_ROWS or not exact:
            warnings.append(warning("types_of_first_rows", rows=min(len(records), _TYPED_ROWS)))
    warnings += column_warnings([column.name for column in table.columns])
    if zeros:
        warnings.append(warning("leading_zeros", names=", ".join(zeros[:20])))
    if lost := _with_lost_digits(records, table):
        warnings.append(warning("digits_lost", names=", ".join(lost[:20])))
    return Preview(
        request.name,
        "table",
        request.size,
        encoding=start.encoding.name,
        compression=source.compression,
        tables=(table,),
        warnings=tuple(warnings),
        reader=reader if frame is not None or not whole else None,
    )


def _with_zeros(records: Sequence[Mapping[str, object]]) -> list[str]:
    """The columns of digits as texts that pandas would make numbers of, zeros lost."""
    texts: dict[str, list[str]] = {}
    others: set[str] = set()
    for row in records[:_TYPED_ROWS]:
        for name, value in row.items():
            if isinstance(value, str):
                texts.setdefault(name, []).append(value)
            elif value is not None:
                others.add(name)
    return [name for name, values in texts.items() if name not in others and has_leading_zeros(values)]


def _with_lost_digits(records: Sequence[Mapping[str, object]], table: Table) -> list[str]:
    """The columns of integers that became floats for the want of some, and are too long for floats to hold."""
    floats = [column.name for column in table.columns if column.dtype == "float64"]

    def is_long(value: object) -> bool:
        return isinstance(value, int) and abs(value) > 2**53

    return [name for name in floats if any(is_long(row.get(name)) for row in records)]


def _told_by_records(
    request: Request,
    records: Sequence[Mapping[str, object]],
    count: int | None,
    tail: Sequence[object],
    *,
    exact: bool,
) -> Table:
    """A table that is too large to be read by its call: what its first records say."""
    sample = records[:_TYPED_ROWS]
    seen = records if len(records) <= 100_000 else sample
    names = list(dict.fromkeys(str(name) for row in seen for name in row))

    def cells(part: Iterable[object]) -> tuple[tuple[Value, ...], ...]:
        return tuple(tuple(plain_value(row.get(name)) for name in names) for row in part if isinstance(row, dict))

    columns = tuple(Column(name, value_dtype([row.get(name) for row in sample])) for name in names)
    return Table(request.name, count, exact, columns, cells(records[: request.rows]), cells(tail))
