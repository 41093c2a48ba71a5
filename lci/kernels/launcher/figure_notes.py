"""What can be said of a figure without looking at it: its axes, series and ranges, and what makes it hard to read.

Collected when a matplotlib figure is shown, asked for after the cell. Nothing here changes a figure.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

#: Entries of a legend beyond which nobody reads it, and the part of its axes it may cover.
_ENTRIES, _COVERED = 15, 0.4
#: Figures, axes and series that are described.
_FIGURES, _AXES, _SERIES = 10, 8, 12

_NOTES: list[dict[str, Any]] = []


def install(shell: Any) -> None:
    """Forget the figures of one cell as the next begins."""
    shell.events.register("pre_run_cell", lambda *_: _NOTES.clear())


def note(figure: Any) -> None:
    """Take note of a figure that is shown."""
    if len(_NOTES) < _FIGURES:
        _NOTES.append(_noted(figure))


def notes() -> list[dict[str, Any]]:
    """One entry for each figure of the last cell: facts of its `axes`, and `findings` as codes."""
    return list(_NOTES)


def _noted(figure: Any) -> dict[str, Any]:
    # An artist of the user's own may do anything when it is measured; a figure that was shown stays shown.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            axes = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"][:_AXES]
            return {"axes": [_facts(ax) for ax in axes], "findings": [f for ax in axes for f in _findings(figure, ax)]}
    except Exception:  # noqa: BLE001
        return {"axes": [], "findings": []}


# --- facts ------------------------------------------------------------------------------------------------------------


def _facts(ax: Any) -> dict[str, Any]:
    legend = ax.get_legend()
    facts: dict[str, Any] = {
        "title": ax.get_title(),
        "x": {"label": ax.get_xlabel(), "range": [*map(float, ax.get_xlim())]},
        "y": {"label": ax.get_ylabel(), "range": [*map(float, ax.get_ylim())]},
        "series": _series(ax),
    }
    if legend is not None:
        facts["legend"] = [text.get_text() for text in legend.get_texts()][:_SERIES]
    return facts


def _series(ax: Any) -> list[dict[str, Any]]:
    series = []
    for line in ax.lines[:_SERIES]:
        series.append(
            {"kind": "line", **_spread(line.get_xdata(orig=False), line.get_ydata(orig=False)), **_named(line)}
        )
    for collection in ax.collections[:_SERIES]:
        offsets = collection.get_offsets()
        if len(offsets):
            series.append({"kind": "points", **_spread(offsets[:, 0], offsets[:, 1]), **_named(collection)})
    for container in ax.containers[:_SERIES]:
        heights = [patch.get_height() for patch in getattr(container, "patches", [])]
        if heights:
            series.append({"kind": "bars", "count": len(heights), "y": _ends(heights), **_named(container)})
    series += [{"kind": "image", "shape": list(image.get_array().shape)} for image in ax.images[:_SERIES]]
    return series[:_SERIES]


def _spread(x: Any, y: Any) -> dict[str, Any]:
    return {"count": len(x), "x": _ends(x), "y": _ends(y)}


def _named(artist: Any) -> dict[str, str]:
    label = str(artist.get_label() or "")
    return {} if label.startswith("_") or not label else {"label": label}


def _ends(values: Any) -> list[float] | None:
    finite = [float(value) for value in values if _is_finite(value)]
    return [min(finite), max(finite)] if finite else None


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except (TypeError, ValueError):
        return False


# --- findings ---------------------------------------------------------------------------------------------------------


def _findings(figure: Any, ax: Any) -> list[str]:
    if not ax.axison:
        return []
    if not ax.has_data() and not ax.texts:
        return ["empty_axes"]
    findings = []
    drawn = bool(ax.lines or ax.containers or any(len(c.get_offsets()) for c in ax.collections))
    if drawn and ax.name == "rectilinear":
        # A shared label of the figure, or of the neighbour, serves as well.
        if not ax.get_xlabel() and ax.get_subplotspec() is not None and not _shared(figure, "x", ax):
            findings.append("no_x_label")
        if not ax.get_ylabel() and ax.get_subplotspec() is not None and not _shared(figure, "y", ax):
            findings.append("no_y_label")
    if any(len(line.get_ydata()) and _ends(line.get_ydata(orig=False)) is None for line in ax.lines):
        findings.append("series_without_values")
    renderer = figure.canvas.get_renderer()
    if _overlap(ax.get_xticklabels(), renderer, "x"):
        findings.append("x_ticks_overlap")
    if _overlap(ax.get_yticklabels(), renderer, "y"):
        findings.append("y_ticks_overlap")
    return findings + _legend_findings(ax, renderer)


def _shared(figure: Any, which: str, ax: Any) -> bool:
    label = getattr(figure, f"_sup{which}label", None)
    if label is not None and label.get_text():
        return True
    siblings = (ax.get_shared_x_axes() if which == "x" else ax.get_shared_y_axes()).get_siblings(ax)
    return any(getattr(other, f"get_{which}label")() for other in siblings)


def _overlap(labels: Any, renderer: Any, along: str) -> bool:
    """Whether neighbouring tick labels lie on one another."""
    boxes = [label.get_window_extent(renderer) for label in labels if label.get_visible() and label.get_text()]
    ends = sorted((box.x0, box.x1) if along == "x" else (box.y0, box.y1) for box in boxes)
    if along == "x" and any(label.get_rotation() % 180 for label in labels):
        return False
    return any(first[1] > second[0] + 1 for first, second in zip(ends, ends[1:]))  # noqa: B905, RUF007 - old Pythons run this


def _legend_findings(ax: Any, renderer: Any) -> list[str]:
    legend = ax.get_legend()
    if legend is None:
        return []
    findings = ["legend_too_long"] if len(legend.get_texts()) > _ENTRIES else []
    box, room = legend.get_window_extent(renderer), ax.get_window_extent(renderer)
    width = min(box.x1, room.x1) - max(box.x0, room.x0)
    height = min(box.y1, room.y1) - max(box.y0, room.y0)
    area = room.width * room.height
    if area and width > 0 and height > 0 and width * height / area > _COVERED:
        findings.append("legend_covers_data")
    return findings
