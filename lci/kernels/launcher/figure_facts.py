"""What a matplotlib figure shows, as values of JSON: panels, axes and series, in numbers as they are read there.

Every count, range and highest one is over all that it speaks of; what is left out is counted.
"""

from __future__ import annotations

import math
from typing import Any

#: Panels, series of one, bars, categories and shares that are described.
_PANELS, _SERIES, _NAMED = 16, 12, 12
_LABEL = 80


def facts(figure: Any) -> list[dict[str, Any]]:
    """One entry for each panel; before them the figure's title, behind them how many more there are."""
    panels = panels_of(figure)
    title = figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""
    entries: list[dict[str, Any]] = [{"figure title": _short(title)}] if title else []
    entries += [_panel(ax) for ax in panels[:_PANELS]]
    if len(panels) > _PANELS:
        titles = [title for title in map(title_of, panels[_PANELS:]) if title]
        more: dict[str, Any] = {"more panels": len(panels) - _PANELS}
        entries.append({**more, "titles": titles[:_PANELS]} if titles else more)
    return entries


def panels_of(figure: Any) -> list[Any]:
    """The axes in which something is drawn, those for colours left out."""
    return [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]


def title_of(ax: Any) -> str:
    """The title of a panel, wherever it stands."""
    return _short(" · ".join(filter(None, (ax.get_title(loc=loc) for loc in ("left", "center", "right")))))


def is_named(axis: Any) -> bool:
    """Whether the ticks of an axis are names or dates, which say themselves what they are."""
    return _is_dated(axis) or bool(_categories(axis))


def _panel(ax: Any) -> dict[str, Any]:
    legend = ax.get_legend()
    facts = {"title": title_of(ax), "x": _axis(ax.xaxis), "y": _axis(ax.yaxis), "series": _series(ax)}
    if ax.name != "rectilinear":
        facts["projection"] = ax.name
    if legend is not None:
        facts["legend"] = [_short(text.get_text()) for text in legend.get_texts()][:_SERIES]
    return facts


# --- axes -------------------------------------------------------------------------------------------------------------


def _axis(axis: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"label": _short(axis.get_label_text())}
    names = list(_categories(axis).values())
    if names:
        facts["categories"] = names[:_NAMED]
        if len(names) > _NAMED:
            facts["categories_in_all"] = len(names)
    else:
        facts["range"] = [_read(axis, end) for end in sorted(axis.get_view_interval())]
    if axis.get_scale() != "linear":
        facts["scale"] = axis.get_scale()
    return facts


def _read(axis: Any, value: Any) -> Any:
    """A place on an axis as one reads it there: a date, a category, a number."""
    value = float(value)
    if not math.isfinite(value):
        return None
    if _is_dated(axis):
        return _moment(axis, value)
    near = [name for place, name in _categories(axis).items() if abs(place - value) < 0.01]
    return near[0] if near else _number(value)


def _number(value: Any) -> float:
    """Without the digits that come of binary fractions."""
    return float(f"{float(value):.9g}")


def _is_dated(axis: Any) -> bool:
    kinds = (_converter(axis), axis.get_major_formatter())
    named = [f"{type(kind).__module__}.{type(kind).__name__}" for kind in kinds if kind is not None]
    return any(
        name.startswith("matplotlib.dates.") or ("pandas.plotting" in name and ("Date" in name or "Period" in name))
        for name in named
    )


def _converter(axis: Any) -> Any:
    return axis.get_converter() if hasattr(axis, "get_converter") else getattr(axis, "converter", None)


def _moment(axis: Any, value: float) -> Any:
    frequency = getattr(axis.axes, "freq", None) if "pandas" in type(axis.get_major_formatter()).__module__ else None
    try:
        if frequency is not None:
            import pandas

            return str(pandas.Period(ordinal=round(value), freq=frequency))
        from matplotlib.dates import num2date

        moment = num2date(value).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError, TypeError):
        return _number(value)
    return moment.date().isoformat() if moment.hour == moment.minute == moment.second == 0 else moment.isoformat()


def _categories(axis: Any) -> dict[float, str]:
    """The names that stand at places of an axis, in their order; empty where it has numbers."""
    mapping = getattr(getattr(axis, "units", None), "_mapping", None)
    if type(_converter(axis)).__name__ == "StrCategoryConverter" and mapping:
        return {float(place): _short(name) for name, place in mapping.items()}
    if type(axis.get_major_locator()).__name__ != "FixedLocator":
        return {}
    low, high = sorted(axis.get_view_interval())
    ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels())  # noqa: B905  # as old a Python as kernels have
    names = {float(place): _short(label.get_text()) for place, label in ticks if low <= place <= high}
    names = {place: name for place, name in names.items() if name}
    return names if any(not _is_number(name) for name in names.values()) else {}


def _is_number(text: str) -> bool:
    try:
        float(text.replace("\u2212", "-").replace(",", "").rstrip("%"))
    except ValueError:
        return False
    return True


# --- series -----------------------------------------------------------------------------------------------------------


def _series(ax: Any) -> list[dict[str, Any]]:
    entries = [*_lines(ax), *_collections(ax), *_bars(ax), *_pie(ax), *(_image(image) for image in ax.images)]
    if len(entries) <= _SERIES:
        return entries
    left = entries[_SERIES:]
    return [*entries[:_SERIES], {"more series": len(left), "kinds": sorted({each["kind"] for each in left})}]


def _lines(ax: Any) -> list[dict[str, Any]]:
    entries, short = [], []
    for line in ax.lines:
        x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
        if line.get_transform() != ax.transData:
            # A line across the whole panel, whose other ends are places in it.
            entries.append(_across(ax, line, x, y))
        elif ax.name == "rectilinear" and not _label(line) and len(x) <= 3 and (_is_one(x) or _is_one(y)):
            short.append(list(zip(x, y)))  # noqa: B905  # as old a Python as kernels have
        else:
            entries.append({"kind": "line", "count": len(x), **_spread(ax, x, y), **_label(line)})
    if short:
        # Of error bars, boxes and whiskers each is a line.
        entries.append({"kind": "short lines, as of error bars or boxes", "count": len(short), **_outline(ax, short)})
    return entries


def _across(ax: Any, line: Any, x: Any, y: Any) -> dict[str, Any]:
    if len(x) == 2 and _is_one(y):
        return {"kind": "horizontal line", "y": _read(ax.yaxis, y[0]), **_label(line)}
    if len(x) == 2 and _is_one(x):
        return {"kind": "vertical line", "x": _read(ax.xaxis, x[0]), **_label(line)}
    return {"kind": "line across the panel", **_label(line)}


def _is_one(values: Any) -> bool:
    return len(set(map(float, values))) == 1


def _collections(ax: Any) -> list[dict[str, Any]]:
    entries = []
    for collection in ax.collections:
        kinds = {kind.__name__ for kind in type(collection).__mro__}
        offsets = collection.get_offsets()
        label = _label(collection)
        if "PathCollection" in kinds:
            if len(offsets):
                entries.append(
                    {"kind": "points", "count": len(offsets), **_spread(ax, offsets[:, 0], offsets[:, 1]), **label}
                )
        elif "ContourSet" in kinds:
            entries.append({"kind": "contours", "levels": _ends(collection.levels), **label})
        elif "QuadMesh" in kinds:
            entries.append({**_cells(collection, collection.get_array(), collection.get_coordinates()), **label})
        elif "PolyCollection" in kinds and len(offsets) > 1:
            entries.append(
                {"kind": "hexagons", "count": len(offsets), "values": _ends(collection.get_array()), **label}
            )
        elif "PolyCollection" in kinds:
            entries.append(
                {"kind": "area", **_outline(ax, [path.vertices for path in collection.get_paths()]), **label}
            )
        elif "LineCollection" in kinds:
            segments = collection.get_segments()
            entries.append({"kind": "lines", "count": len(segments), **_outline(ax, segments), **label})
        else:
            entries.append({"kind": type(collection).__name__, **label})
    return entries


def _outline(ax: Any, pieces: list[Any]) -> dict[str, Any]:
    import numpy

    pieces = [numpy.asarray(piece) for piece in pieces if len(piece)]
    if not pieces:
        return {}
    every = numpy.concatenate(pieces).astype(float)
    return {"x": _read_ends(ax.xaxis, every[:, 0]), "y": _read_ends(ax.yaxis, every[:, 1])}


def _cells(mappable: Any, values: Any, corners: Any = None) -> dict[str, Any]:
    shape = [side - 1 for side in corners.shape[:2]] if corners is not None else list(values.shape)
    facts = {"kind": "heatmap", "shape": shape, "values": _ends(values)}
    bar = getattr(mappable, "colorbar", None)
    label = bar.ax.get_ylabel() or bar.ax.get_xlabel() if bar is not None else ""
    return {**facts, **({"colours": _short(label)} if label else {})}


def _image(image: Any) -> dict[str, Any]:
    values = image.get_array()
    if values.ndim == 2:
        return _cells(image, values)
    return {"kind": "image", "shape": list(values.shape)}


def _bars(ax: Any) -> list[dict[str, Any]]:
    entries = []
    for container in ax.containers:
        patches = [patch for patch in getattr(container, "patches", []) if hasattr(patch, "get_height")]
        if not patches:
            continue
        lies = _lie(container, patches)
        if not lies and _is_histogram(ax, patches):
            entries.append(_histogram(ax, patches, _label(container)))
            continue
        along, across = (ax.yaxis, "x") if lies else (ax.xaxis, "y")
        bars = [
            (patch.get_y() + patch.get_height() / 2, patch.get_width())
            if lies
            else (patch.get_x() + patch.get_width() / 2, patch.get_height())
            for patch in patches
        ]
        # As one reads them: from the left, or from the top.
        bars = sorted(bars, reverse=lies != bool(along.get_inverted()))
        read = [(_read_bar(along, place), _number(value)) for place, value in bars if math.isfinite(value)]
        kind = "horizontal bars" if lies else "bars"
        entry: dict[str, Any] = {"kind": kind, "count": len(patches), across: _ends(value for _, value in read)}
        if len(read) > 1:
            entry["highest"] = max(read, key=lambda each: each[1])[0]
            entry["lowest"] = min(read, key=lambda each: each[1])[0]
        if len(read) <= _NAMED:
            entry["from top" if lies else "from left"] = [[name, value] for name, value in read]
        entries.append({**entry, **_label(container)})
    return entries


def _lie(container: Any, patches: list[Any]) -> bool:
    orientation = getattr(container, "orientation", None)
    if orientation is not None:
        return bool(orientation == "horizontal")
    return len(patches) > 1 and len({round(patch.get_x(), 9) for patch in patches}) == 1


def _read_bar(axis: Any, place: float) -> Any:
    """The name at a bar, which may stand beside those of other series there."""
    if _is_dated(axis):
        return _moment(axis, place)
    names = _categories(axis)
    near = sorted((abs(each - place), name) for each, name in names.items() if abs(each - place) <= 0.5)
    return near[0][1] if near else _number(place)


def _is_histogram(ax: Any, patches: list[Any]) -> bool:
    if len(patches) < 3 or is_named(ax.xaxis):
        return False
    edges = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in patches]
    neighbours = zip(edges, edges[1:])  # noqa: B905, RUF007  # as old a Python as kernels have
    return all(abs(one[1] - other[0]) <= 1e-6 * abs(one[1] - one[0]) for one, other in neighbours)


def _histogram(ax: Any, patches: list[Any], label: dict[str, str]) -> dict[str, Any]:
    top = max(patches, key=lambda patch: patch.get_height())
    return {
        "kind": "histogram",
        "count": len(patches),
        "x": [_read(ax.xaxis, patches[0].get_x()), _read(ax.xaxis, patches[-1].get_x() + patches[-1].get_width())],
        "y": _ends(patch.get_height() for patch in patches),
        "highest": [_read(ax.xaxis, top.get_x()), _read(ax.xaxis, top.get_x() + top.get_width())],
        **label,
    }


def _pie(ax: Any) -> list[dict[str, Any]]:
    wedges = [patch for patch in ax.patches if type(patch).__name__ == "Wedge"]
    if not wedges:
        return []
    shares = [
        [_label(wedge).get("label", ""), _number(round((wedge.theta2 - wedge.theta1) / 3.6, 1))] for wedge in wedges
    ]
    return [{"kind": "pie", "count": len(wedges), "shares in %": shares[:_NAMED]}]


def _spread(ax: Any, x: Any, y: Any) -> dict[str, Any]:
    ends = {"x": _read_ends(ax.xaxis, x), "y": _read_ends(ax.yaxis, y)}
    outside = _outside(ax, x, y)
    return {**ends, **({"out of view": outside} if outside else {})}


def _outside(ax: Any, x: Any, y: Any) -> int:
    """Points that the ranges of the axes leave out."""
    if ax.name != "rectilinear":
        return 0
    x, y = _finite(x), _finite(y)
    if len(x) != len(y):
        return 0
    (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    return int(((x < left) | (x > right) | (y < low) | (y > high)).sum())


def _read_ends(axis: Any, values: Any) -> list[Any] | None:
    finite = _finite(values)
    if not len(finite):
        return None
    return [_read(axis, finite.min()), _read(axis, finite.max())]


def _ends(values: Any) -> list[float] | None:
    finite = _finite(values)
    return [_number(finite.min()), _number(finite.max())] if len(finite) else None


def _finite(values: Any) -> Any:
    """The numbers among values as they are drawn."""
    import numpy

    if not hasattr(values, "__len__"):
        values = list(values)
    numbers = numpy.ma.asarray(values).astype(float)
    numbers = numbers.compressed() if numpy.ma.isMaskedArray(numbers) else numpy.ravel(numbers)
    return numbers[numpy.isfinite(numbers)]


def _label(artist: Any) -> dict[str, str]:
    label = str(artist.get_label() or "")
    return {} if label.startswith("_") or not label else {"label": _short(label)}


def _short(text: Any) -> str:
    full = str(text)
    return full if len(full) <= _LABEL else full[: _LABEL - 1] + "…"
