"""Plotly's charts on their way to the screen: what their library knows, and nothing from the web.

A list of what passes, not of what is dropped: Plotly's own figure knows every attribute that a chart can have; of those
that take an address only pictures written out as `data:` pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lci.core.outputs import Json
from lci.workspace.chart_specs import ADDRESS, Chart, Loads, Undrawable, checked, is_picture

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
    loads = Loads()
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


def _without_addresses(figure: dict[str, Any], loads: Loads) -> None:  # Any: Plotly's JSON
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


def _trace_without_addresses(trace: dict[str, Any], loads: Loads) -> None:  # Any: Plotly's JSON
    if "geojson" in trace and not isinstance(trace["geojson"], dict):
        del trace["geojson"]
        loads.any = True
    if trace.get("type") == "image" and "source" in trace and not is_picture(trace["source"]):
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


def _layout_without_addresses(layout: dict[str, Any], loads: Loads) -> None:  # Any: Plotly's JSON
    if layout.get("images"):
        kept = [image for image in layout["images"] if is_picture(image.get("source"))]
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
    return layer.get("type") != "symbol" and (isinstance(source, dict) or is_picture(source))


def _arguments(value: Any, loads: Loads) -> Any:  # Any: JSON
    """What a button or slider changes, without what would lead to something loaded."""
    if isinstance(value, dict):
        kept = {key: _arguments(each, loads) for key, each in value.items() if not _LOADING.search(str(key))}
        loads.any = loads.any or len(kept) < len(value)
        return kept
    if isinstance(value, list | tuple):
        return [_arguments(each, loads) for each in value]
    if isinstance(value, str) and ADDRESS.match(value):
        loads.any = True
        return None
    return value
