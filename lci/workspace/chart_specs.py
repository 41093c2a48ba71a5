"""Charts as their libraries write them down: whether one is a chart, and Vega's without what would be loaded.

Of Vega-Lite passes what is on a list, not what is left after dropping: its schema has every property. Vega itself has
no such list here. Of what takes an address only pictures written out as `data:` pass.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lci.core.outputs import Json

#: Levels of a chart's JSON: real ones have some fifteen, and what draws them calls itself for each.
_DEEPEST = 64
_PICTURE = re.compile(r"^data:image/(?:png|jpeg|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*$")
ADDRESS = re.compile(r"^\s*(?:(?:https?|wss?|ftp|file|blob|filesystem|mapbox|javascript|data|about):|//|\\\\)", re.I)


class Undrawable(ValueError):
    """What a cell put out as a chart is none."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that can be drawn: `content` is Plotly's figure or Vega-Lite's spec.

    `needs_web` says that something was left out that would have been loaded: map tiles, remote pictures or data.
    """

    content: Any  # Any: Plotly's figure, or JSON
    needs_web: bool = False


@dataclass(slots=True)
class Loads:
    """Whether something was left out that would have been loaded."""

    any: bool = False


def checked(spec: Json) -> dict[str, Json]:
    """`spec` as the object that a chart is, not too deep to be walked. Raises `Undrawable`."""
    if not isinstance(spec, dict):
        raise Undrawable("not an object")
    level: list[Json] = [spec]
    for _ in range(_DEEPEST):
        level = [child for each in level for child in _children(each)]
        if not level:
            return spec
    raise Undrawable("too deep")


def _children(value: Json) -> Iterator[Json]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (each for each in inside if isinstance(each, dict | list))


def is_picture(value: object) -> bool:
    """Whether an address is a picture written out."""
    return isinstance(value, str) and bool(_PICTURE.match(value))


# --- Vega-Lite --------------------------------------------------------------------------------------------------------

_VIEWS = ("mark", "layer", "hconcat", "vconcat", "concat", "spec")
#: Properties that hold what the chart's maker named: data, fields, names of styles.
_OPEN = frozenset({"value", "values", "datum", "bind", "style", "parse", "range", "category", "equal", "oneOf", "sort"})
_CURSOR = re.compile(r"^[a-z-]+$")


def vega_lite(spec: Json) -> Chart:
    """The spec of a Vega-Lite bundle. Raises `Undrawable`."""
    given = checked(spec)
    if not any(isinstance(given.get(view), str | dict | list) for view in _VIEWS):
        raise Undrawable("no view")
    loads = Loads()
    return Chart(_known(given, loads), loads.any)


@functools.cache
def _names() -> frozenset[str]:
    """Every property that a Vega-Lite chart can have, but those of what embeds it, which may load a spec of its own."""
    # Altair itself takes seconds to load, and of its schemas the newest has what the others have.
    package = importlib.util.find_spec("altair")
    assert package is not None and package.origin is not None
    schema = max(Path(package.origin).parent.glob("vegalite/v*/schema/vega-lite-schema.json"))
    names: set[str] = set()
    waiting: list[Any] = [json.loads(schema.read_bytes())]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            properties = each.get("properties")
            names.update(properties if isinstance(properties, dict) else ())
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return frozenset(names - {"usermeta"})


def _known(value: Json, loads: Loads) -> Json:
    if isinstance(value, list):
        return [_known(each, loads) for each in value]
    if not isinstance(value, dict):
        return _finite(value)
    kept: dict[str, Json] = {}
    for key, each in value.items():
        if key == "datasets" and isinstance(each, dict):
            kept[key] = {name: _opaque(rows, loads) for name, rows in each.items()}
        elif key == "style" and isinstance(each, dict):
            # The chart's maker named them; what they set is what marks can.
            kept[key] = {name: _known(settings, loads) for name, settings in each.items()}
        elif key in ("url", "href"):
            if _is_inline(each):
                kept[key] = each
            else:
                loads.any = True
        elif key == "cursor":
            if isinstance(each, str) and _CURSOR.match(each):
                kept[key] = each
        elif key in _OPEN:
            kept[key] = _opaque(each, loads)
        elif key in _names():
            kept[key] = _known(each, loads)
    if "url" in value and "url" not in kept and set(kept) <= {"format", "name"}:
        # Data from an address: none, rather than whatever the view around it has.
        kept["values"] = []
    return kept


def _is_inline(value: Json) -> bool:
    """Whether an address, or a channel of one, is a picture written out."""
    return is_picture(value.get("value") if isinstance(value, dict) and set(value) == {"value"} else value)


def _opaque(value: Json, loads: Loads) -> Json:
    """What the chart's maker wrote: data and names as they are, no addresses where a tooltip or a widget loads one."""
    if isinstance(value, list):
        return [_opaque(each, loads) for each in value]
    if not isinstance(value, dict):
        return _finite(value)
    kept = {}
    for key, each in value.items():
        if (
            key in ("image", "url", "href", "src")
            and isinstance(each, str)
            and ADDRESS.match(each)
            and not is_picture(each)
        ):
            loads.any = True
        else:
            kept[key] = _opaque(each, loads)
    return kept


def _finite(value: Json) -> Json:
    """JSON has no word for NaN, and browsers refuse what is no JSON."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


# --- Vega itself ------------------------------------------------------------------------------------------------------


def vega(spec: Json) -> Chart:
    """The spec of a Vega bundle, without addresses; expressions in it can compute, but load nothing by themselves.

    Raises `Undrawable`.
    """
    given = checked(spec)
    if not isinstance(given.get("marks"), list):
        raise Undrawable("no marks")
    loads = Loads()
    return Chart(_without_addresses(given, loads), loads.any)


def _without_addresses(value: Json, loads: Loads) -> Json:
    if isinstance(value, list):
        return [_without_addresses(each, loads) for each in value]
    if not isinstance(value, dict):
        return _finite(value)
    kept: dict[str, Json] = {}
    for key, each in value.items():
        if key in ("url", "href", "src") and not _is_inline(each):
            loads.any = True
        elif key == "values":
            kept[key] = _opaque(each, loads)
        elif key != "usermeta":
            kept[key] = _without_addresses(each, loads)
    return kept
