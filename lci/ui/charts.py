"""Plotly and Vega-Lite charts on their way to the screen: what their libraries know, and nothing from the web.

A list of what passes, not of what is dropped. Plotly's own figure knows every attribute that a chart can have, and
Vega-Lite's schema every property; of those that take an address only pictures written out as `data:` pass.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lci.core.outputs import Json

#: Levels of a chart's JSON: real ones have some fifteen, and what draws them calls itself for each.
_DEEPEST = 64
_PICTURE = re.compile(r"^data:image/(?:png|jpeg|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*$")
_ADDRESS = re.compile(r"^\s*(?:(?:https?|wss?|ftp|file|blob|filesystem|mapbox|javascript|data|about):|//|\\\\)", re.I)


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
class _Loads:
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


# --- Plotly -----------------------------------------------------------------------------------------------------------

#: What a chart may say about its controls, by what its value must be.
_CONFIG: dict[str, Callable[[Json], bool]] = {
    "scrollZoom": lambda value: isinstance(value, bool),
    "displayModeBar": lambda value: isinstance(value, bool) or value == "hover",
    "staticPlot": lambda value: isinstance(value, bool),
    "editable": lambda value: isinstance(value, bool),
    "responsive": lambda value: isinstance(value, bool),
    "showTips": lambda value: isinstance(value, bool),
    "showAxisDragHandles": lambda value: isinstance(value, bool),
    "showAxisRangeEntryBoxes": lambda value: isinstance(value, bool),
    "doubleClick": lambda value: value in (False, "reset", "autosize", "reset+autosize"),
    "modeBarButtonsToRemove": lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    "toImageButtonOptions": lambda value: (
        isinstance(value, dict) and all(isinstance(each, str | int | float | None) for each in value.values())
    ),
}
#: Keys of what buttons and sliders change that lead to something loaded, wherever they stand in a path.
_LOADING = re.compile(
    r"(?:^|[.\[\]])(?:images?|map\d*(?!\.(?:center|zoom|bearing|pitch))|mapbox\d*|geojson|layers?|source|template)(?:$|[.\[])"
)
_MAP = re.compile(r"^map\d*$")
_EMPTY_MAP = "white-bg"
_ON_MAPS = ("scattermap", "choroplethmap", "densitymap")


def plotly(spec: Json) -> Chart:
    """The figure of a Plotly bundle. Raises `Undrawable`."""
    import plotly.graph_objects as go

    given = checked(spec)
    data, layout, frames = given.get("data", []), given.get("layout", {}), given.get("frames", [])
    if not isinstance(data, list) or not isinstance(layout, dict | None) or not isinstance(frames, list | None):
        raise Undrawable("no data")
    known_only = go.Figure({"data": data, "layout": layout or {}, "frames": frames or []}, skip_invalid=True)
    for trace, known in zip(data, known_only.data, strict=True):
        kind = trace.get("type", "scatter") if isinstance(trace, dict) else None
        if kind != known.type:
            raise Undrawable(f"no such trace: {kind}")
    loads = _Loads()
    figure = known_only.to_plotly_json()
    _without_addresses(figure, loads)
    return Chart(go.Figure(figure, skip_invalid=True), loads.any)


def plotly_config(spec: Json) -> dict[str, Json]:
    """The settings we draw a Plotly figure with: ours, and what the chart may choose itself."""
    chosen = spec.get("config") if isinstance(spec, dict) else None
    kept = {
        key: value
        for key, value in (chosen.items() if isinstance(chosen, dict) else ())
        if key in _CONFIG and _CONFIG[key](value)
    }
    return {**kept, "displaylogo": False}


def _without_addresses(figure: dict[str, Any], loads: _Loads) -> None:  # Any: Plotly's JSON
    """Take out of a figure that holds nothing unknown what would be loaded."""
    frames = list(figure.get("frames") or ())
    layouts = [figure.setdefault("layout", {}), *(frame["layout"] for frame in frames if frame.get("layout"))]
    traces = [*figure["data"], *(trace for frame in frames for trace in frame.get("data") or ())]
    maps = {str(trace.get("subplot") or "map") for trace in traces if trace.get("type") in _ON_MAPS}
    for layout in tuple(layouts):
        template = layout.get("template") or {}
        if template.get("layout"):
            layouts.append(template["layout"])
        traces += [trace for defaults in (template.get("data") or {}).values() for trace in defaults]
    for trace in traces:
        _trace_without_addresses(trace, loads)
    for name in maps:
        # Without a style a map takes one that loads its tiles.
        figure["layout"].setdefault(name, {}).setdefault("style", "")
    for layout in layouts:
        _layout_without_addresses(layout, loads)


def _trace_without_addresses(trace: dict[str, Any], loads: _Loads) -> None:  # Any: Plotly's JSON
    if "geojson" in trace and not isinstance(trace["geojson"], dict):
        del trace["geojson"]
        loads.any = True
    if trace.get("type") == "image" and "source" in trace and not _is_picture(trace["source"]):
        del trace["source"]
        loads.any = True
    if trace.get("type") == "scattermap":
        # Letters and symbols on a map come from a server of fonts.
        modes = [mode for mode in str(trace.get("mode", "markers")).split("+") if mode != "text"]
        if "mode" in trace:
            trace["mode"] = "+".join(modes) or "markers"
        trace.pop("cluster", None)
        if isinstance(trace.get("marker"), dict):
            trace["marker"].pop("symbol", None)


def _layout_without_addresses(layout: dict[str, Any], loads: _Loads) -> None:  # Any: Plotly's JSON
    if layout.get("images"):
        kept = [image for image in layout["images"] if _is_picture(image.get("source"))]
        loads.any = loads.any or len(kept) < len(layout["images"])
        layout["images"] = kept
    for name in [name for name in layout if _MAP.match(name)]:
        place = layout[name]
        if place.get("style") != _EMPTY_MAP:
            place["style"] = _EMPTY_MAP
            loads.any = True
        if place.get("layers"):
            kept = [layer for layer in place["layers"] if _is_written_out(layer)]
            loads.any = loads.any or len(kept) < len(place["layers"])
            place["layers"] = kept
    for menu in (*(layout.get("updatemenus") or ()), *(layout.get("sliders") or ())):
        for choice in (*(menu.get("buttons") or ()), *(menu.get("steps") or ())):
            for key in ("args", "args2"):
                if key in choice:
                    choice[key] = _arguments(choice[key], loads)


def _is_written_out(layer: dict[str, Any]) -> bool:  # Any: Plotly's JSON
    """Whether a layer of a map brings what it shows along; symbols have letters, which are loaded."""
    source = layer.get("source")
    return layer.get("type") != "symbol" and (isinstance(source, dict) or _is_picture(source))


def _arguments(value: Any, loads: _Loads) -> Any:  # Any: JSON
    """What a button or slider changes, without what would lead to something loaded."""
    if isinstance(value, dict):
        kept = {key: _arguments(each, loads) for key, each in value.items() if not _LOADING.search(str(key))}
        loads.any = loads.any or len(kept) < len(value)
        return kept
    if isinstance(value, list | tuple):
        return [_arguments(each, loads) for each in value]
    if isinstance(value, str) and _ADDRESS.match(value):
        loads.any = True
        return None
    return value


def _is_picture(value: object) -> bool:
    return isinstance(value, str) and bool(_PICTURE.match(value))


# --- Vega-Lite --------------------------------------------------------------------------------------------------------

_VIEWS = ("mark", "layer", "hconcat", "vconcat", "concat", "spec")
#: Properties that hold what the chart's maker named: data, fields, names of styles.
_OPEN = frozenset({"value", "values", "datum", "bind", "style", "parse", "range", "category", "equal", "oneOf", "sort"})
_CURSOR = re.compile(r"^[a-z-]+$")


def vega(spec: Json) -> Chart:
    """The spec of a Vega-Lite bundle. Raises `Undrawable`."""
    given = checked(spec)
    if not any(isinstance(given.get(view), str | dict | list) for view in _VIEWS):
        raise Undrawable("no view")
    loads = _Loads()
    return Chart(_known(given, loads), loads.any)


@functools.cache
def _names() -> frozenset[str]:
    """Every property that a Vega-Lite chart can have, but those of what embeds it, which may load a spec of its own."""
    import altair

    names: set[str] = set()
    waiting: list[Any] = [altair.load_schema()]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            properties = each.get("properties")
            names.update(properties if isinstance(properties, dict) else ())
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return frozenset(names - {"usermeta"})


def _known(value: Json, loads: _Loads) -> Json:
    if isinstance(value, list):
        return [_known(each, loads) for each in value]
    if not isinstance(value, dict):
        return _finite(value)
    kept: dict[str, Json] = {}
    for key, each in value.items():
        if key == "datasets" and isinstance(each, dict):
            kept[key] = {name: _opaque(rows, loads) for name, rows in each.items()}
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
    return _is_picture(value.get("value") if isinstance(value, dict) and set(value) == {"value"} else value)


def _opaque(value: Json, loads: _Loads) -> Json:
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
            and _ADDRESS.match(each)
            and not _is_picture(each)
        ):
            loads.any = True
        else:
            kept[key] = _opaque(each, loads)
    return kept


def _finite(value: Json) -> Json:
    """JSON has no word for NaN, and browsers refuse what is no JSON."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
