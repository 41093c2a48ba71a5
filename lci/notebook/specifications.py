"""The specifications of interactive charts as texts that can be compared, without the names that each run invents."""

from __future__ import annotations

import array
import base64
import binascii
import html
import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

_DECODER = json.JSONDecoder()
#: Plotly's words for the types of numbers that it packs, as `array` calls them.
_PACKED = {"f8": "d", "f4": "f", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I"}
#: Numbers that JSON does not have, as kernels call them.
_NO_NUMBERS = frozenset({"nan", "inf", "-inf", "infinity", "-infinity"})
#: Views and parameters that Altair counts from the beginning of a process.
_COUNTED = re.compile(r"\b(view_|param_|selector)[0-9a-f]+\b")
_BOKEH_ID = re.compile(r"p\d+")
_VEGA_CALL = re.compile(r"\}\)\(\s*(?=\{)")
_BOKEH_DOCUMENT = re.compile(r"docs_json\s*=\s*(?=\{)|<script type=\"application/json\"[^>]*>\s*(?=[{&])")


def json_text(value: Any) -> str:
    """JSON as a text of which only the last digits of fractions may differ."""
    return json.dumps(_plain(value), sort_keys=True, indent=0, ensure_ascii=False, default=str)


def plotly_text(bundle: Mapping[str, Any]) -> str | None:
    """That of Plotly in a bundle, with packed numbers written out."""
    value = next((value for mime, value in bundle.items() if mime.startswith("application/vnd.plotly")), None)
    if not isinstance(value, Mapping):
        return None
    return json_text(_without_uid({name: value.get(name) for name in ("data", "layout", "frames")}))


def vega_text(bundle: Mapping[str, Any]) -> str | None:
    """That of Vega or Vega-Lite in a bundle, also from the page that draws it where no other form is."""
    for mime, value in bundle.items():
        if mime.startswith(("application/vnd.vegalite", "application/vnd.vega.")) and isinstance(value, Mapping):
            return _vega(value)
    page = bundle.get("text/html", "")
    if not isinstance(page, str) or "vega-embed" not in page:
        return None
    specification = _decoded(page, _VEGA_CALL)
    return None if specification is None else _vega(specification)


def bokeh_text(bundle: Mapping[str, Any]) -> str | None:
    """That of Bokeh in a bundle, of which a page of its own and scripts for a notebook's page are the same."""
    for mime in ("application/javascript", "text/html"):
        script = bundle.get(mime)
        if isinstance(script, str) and "Bokeh" in script:
            documents = _decoded(script, _BOKEH_DOCUMENT)
            if documents is not None:
                roots = [each.get("roots") for each in documents.values() if isinstance(each, Mapping)]
                return json_text(_renamed(roots, _BOKEH_ID.fullmatch))
    return None


def _decoded(text: str, before: re.Pattern[str]) -> Mapping[str, Any] | None:
    """The first object of JSON that stands after what `before` finds."""
    for place in before.finditer(text):
        rest = text[place.end() :]
        try:
            value, _ = _DECODER.raw_decode(html.unescape(rest.partition("</script")[0]) if rest[0] == "&" else rest)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, Mapping):
            return value
    return None


def _vega(specification: Mapping[str, Any]) -> str:
    datasets = specification.get("datasets")
    tables: Mapping[str, Any] = datasets if isinstance(datasets, Mapping) else {}
    rest = {name: value for name, value in specification.items() if name not in ("datasets", "$schema", "usermeta")}
    # A table's name is a digest of its rows.
    names = sorted(tables, key=json_text(rest).find)
    counted = {name: f"data{number}" for number, name in enumerate(names, 1)}
    rows = [tables[name] for name in names]
    return json_text({"chart": _recounted(_replaced(rest, counted)), "rows": rows})


def _replaced(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str():
            return names.get(value, value)
        case list():
            return [_replaced(each, names) for each in value]
        case Mapping():
            return {key: _replaced(each, names) for key, each in value.items()}
        case _:
            return value


def _recounted(value: Any) -> Any:
    """With the names that are counted numbered anew, in the order in which they stand."""
    names: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"{match[1]}{len(names) + 1}")

    def walked(item: Any) -> Any:
        match item:
            case str():
                return _COUNTED.sub(named, item)
            case list():
                return [walked(each) for each in item]
            case Mapping():
                return {walked(key): walked(each) if key != "values" else each for key, each in sorted(item.items())}
            case _:
                return item

    return walked(value)


def _renamed(value: Any, is_name: Callable[[str], object]) -> Any:
    """With those texts numbered that are names, in the order in which they stand."""
    names: dict[str, str] = {}

    def walked(item: Any) -> Any:
        match item:
            case str():
                return names.setdefault(item, f"name{len(names) + 1}") if is_name(item) else item
            case list():
                return [walked(each) for each in item]
            case Mapping():
                return {key: walked(each) for key, each in item.items()}
            case _:
                return item

    return walked(value)


def _without_uid(value: Any) -> Any:
    match value:
        case list():
            return [_without_uid(each) for each in value]
        case Mapping():
            return {key: _without_uid(each) for key, each in value.items() if key != "uid"}
        case _:
            return value


def _plain(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case str() if value.lower() in _NO_NUMBERS:
            return None
        case {"dtype": str(kind), "bdata": str(packed), **shape} if kind in _PACKED:
            numbers = _numbers(kind, packed)
            return value if numbers is None else {"numbers": _plain(numbers), "shape": str(shape.get("shape", ""))}
        case list():
            return [_plain(each) for each in value]
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case _:
            return value


def _numbers(kind: str, packed: str) -> list[Any] | None:
    numbers = array.array(_PACKED[kind])
    try:
        numbers.frombytes(base64.b64decode(packed))
    except (binascii.Error, ValueError):
        return None
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
