"""What a kernel answered when it was looked into, as far as it has the shape of an answer: code may have forged it."""

from __future__ import annotations

from lci.core.outputs import Json

#: Variables, names in a list, and characters of one text that are kept.
_VARIABLES, _NAMES, _CHARS = 200, 200, 1_000
#: Dimensions of a shape, rows and columns of a page, figures of a cell.
_DIMENSIONS, _ROWS, _COLUMNS, _FIGURES = 32, 1_000, 200, 20


def variables(answer: Json) -> list[Json] | None:
    """The variables in memory; None for what is no list of them."""
    if not isinstance(answer, list):
        return None
    described = [_variable(each) for each in answer[:_VARIABLES] if isinstance(each, dict)]
    return [each for each in described if each.get("name")]


def _variable(answer: dict[str, Json]) -> dict[str, Json]:
    kept: dict[str, Json] = {name: _text(answer.get(name)) for name in ("name", "type", "module")}
    size, shape, columns = answer.get("bytes"), answer.get("shape"), answer.get("columns")
    kept["bytes"] = _count(size)
    if isinstance(shape, list):
        kept["shape"] = [length for each in shape[:_DIMENSIONS] if (length := _count(each)) is not None]
    if isinstance(columns, list):
        kept["columns"] = _names(columns)
    if "value" in answer:
        kept["value"] = _text(answer["value"])
    if answer.get("table") is True:
        kept["table"] = True
    return kept


def page(answer: Json) -> dict[str, Json]:
    """Rows of a table with `rows`, `columns`, `index` and `data`; empty for what is none."""
    if not isinstance(answer, dict):
        return {}
    rows, columns, index, data = (answer.get(name) for name in ("rows", "columns", "index", "data"))
    total = _count(rows)
    if total is None or not isinstance(columns, list) or not isinstance(index, list) or not isinstance(data, list):
        return {}
    wide = [row for row in data if isinstance(row, list) and len(row) == len(columns)]
    if len(wide) != len(data) or len(index) != len(data) or len(data) > _ROWS or len(columns) > _COLUMNS:
        return {}
    labels: list[Json] = [_label(each) for each in columns]
    return {"rows": total, "columns": labels, "index": [_label(each) for each in index], "data": data}


def _label(label: Json) -> Json:
    """A label as a page may show it: those of several levels become one text."""
    if isinstance(label, list):
        return "(" + ", ".join(str(_label(part))[:_CHARS] for part in label[:_DIMENSIONS]) + ")"
    return label if label is None or isinstance(label, bool | int | float) else _text(label)


def failure(answer: Json) -> dict[str, Json]:
    """Facts about the last error: lists of names, and the `columns` of tables by their name."""
    if not isinstance(answer, dict):
        return {}
    kept: dict[str, Json] = {}
    columns = answer.get("columns")
    if isinstance(columns, dict):
        tables = list(columns.items())[:5]
        kept["columns"] = {_text(name): _names(names) for name, names in tables if isinstance(names, list)}
    for key in ("close", "names", "installed", "files"):
        names = answer.get(key)
        if isinstance(names, list):
            kept[key] = _names(names)
    return kept


def figures(answer: Json) -> list[dict[str, Json]]:
    """Notes of figures: their `axes`, and codes of what was found."""
    notes = [each for each in answer[:_FIGURES] if isinstance(each, dict)] if isinstance(answer, list) else []
    return [{"axes": _axes(note.get("axes")), "findings": _codes(note.get("findings"))} for note in notes]


def _axes(axes: Json) -> Json:
    return [each for each in axes[:_FIGURES] if isinstance(each, dict)] if isinstance(axes, list) else []


def _codes(codes: Json) -> Json:
    return _names(codes) if isinstance(codes, list) else []


def _names(names: list[Json]) -> list[Json]:
    return [each[:_CHARS] for each in names[:_NAMES] if isinstance(each, str)]


def _text(text: Json) -> str:
    return text[:_CHARS] if isinstance(text, str) else ""


def _count(number: Json) -> int | None:
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 53 else None
