"""What makes a matplotlib figure hard to read, as codes: labels that are missing, texts that lie on one another."""

from __future__ import annotations

import math
import sys
from typing import Any

#: Entries of a legend beyond which nobody reads it, and the part of its axes it may cover.
_ENTRIES, _COVERED = 15, 0.4
#: Pixels that texts may touch, and texts that are compared.
_TOUCHING, _TEXTS = 2.0, 600
#: Panels that are looked at.
_PANELS = 16


def findings(figure: Any) -> list[str]:
    """Codes of what is found, panel by panel."""
    facts = sys.modules["_lci_figure_facts"]
    panels = facts.panels_of(figure)[:_PANELS]
    renderer = figure.canvas.get_renderer()
    for ax in panels:
        # Labels and titles stand where the last drawing put them, which was cut to what there is to see.
        ax.get_tightbbox(renderer)
    codes = [code for ax in panels for code in _of_panel(figure, ax, renderer)]
    if _lie_on_one_another(_texts(figure, panels), renderer) or _reach_into_others(panels, renderer):
        codes.append("texts_overlap")
    return codes


def _of_panel(figure: Any, ax: Any, renderer: Any) -> list[str]:
    if not ax.axison:
        return []
    if not ax.has_data() and not ax.texts:
        return ["empty_axes"]
    codes = []
    drawn = bool(ax.lines or ax.containers or any(len(c.get_offsets()) for c in ax.collections))
    if drawn and ax.name == "rectilinear" and ax.get_subplotspec() is not None:
        codes += [f"no_{which}_label" for which in "xy" if _lacks_label(figure, ax, which)]
    if any(len(line.get_ydata()) and not _has_value(line) for line in ax.lines):
        codes.append("series_without_values")
    for which, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        if _lie_on_one_another([[label] for label in _tick_labels(axis)], renderer):
            codes.append(f"{which}_ticks_overlap")
    return codes + _of_legend(ax, renderer)


def _lacks_label(figure: Any, ax: Any, which: str) -> bool:
    axis = ax.xaxis if which == "x" else ax.yaxis
    if axis.get_label_text() or sys.modules["_lci_figure_facts"].is_named(axis) or not _tick_labels(axis):
        return False
    # A shared label of the figure, or of the neighbour, serves as well.
    label = getattr(figure, f"_sup{which}label", None)
    if label is not None and label.get_text():
        return False
    siblings = (ax.get_shared_x_axes() if which == "x" else ax.get_shared_y_axes()).get_siblings(ax)
    return not any(getattr(other, f"get_{which}label")() for other in siblings)


def _has_value(line: Any) -> bool:
    return any(_is_finite(value) for value in line.get_ydata(orig=False))


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except (TypeError, ValueError):
        return False


def _of_legend(ax: Any, renderer: Any) -> list[str]:
    legend = ax.get_legend()
    if legend is None:
        return []
    codes = ["legend_too_long"] if len(legend.get_texts()) > _ENTRIES else []
    box, room = legend.get_window_extent(renderer), ax.get_window_extent(renderer)
    width = min(box.x1, room.x1) - max(box.x0, room.x0)
    height = min(box.y1, room.y1) - max(box.y0, room.y0)
    area = room.width * room.height
    if area and width > 0 and height > 0 and width * height / area > _COVERED:
        codes.append("legend_covers_data")
    return codes


# --- texts ------------------------------------------------------------------------------------------------------------


def _texts(figure: Any, panels: list[Any]) -> list[list[Any]]:
    """Everything written in a figure, text by text; the labels of one axis, which are compared apart, as one."""
    texts = [getattr(figure, "_suptitle", None), *getattr(figure, "texts", [])]
    labels = []
    for ax in panels:
        if ax.axison:
            texts += [ax.xaxis.label, ax.yaxis.label]
            labels += [_tick_labels(ax.xaxis), _tick_labels(ax.yaxis)]
        texts += [ax.title, getattr(ax, "_left_title", None), getattr(ax, "_right_title", None), *ax.texts]
    seen = [text for text in texts if text is not None and text.get_visible() and text.get_text().strip()]
    return [*([text] for text in {id(text): text for text in seen}.values()), *labels]


def _tick_labels(axis: Any) -> list[Any]:
    """The labels of the ticks that are in view."""
    if not axis.get_visible():
        return []
    low, high = sorted(axis.get_view_interval())
    room = 1e-9 * abs(high - low)
    ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels())  # noqa: B905  # as old a Python as kernels have
    return [
        label
        for place, label in ticks
        if low - room <= place <= high + room and label.get_visible() and label.get_text().strip()
    ]


def _lie_on_one_another(groups: list[list[Any]], renderer: Any) -> bool:
    """Whether a text of one group meets one of another."""
    texts = [(at, text) for at, group in enumerate(groups) for text in group][:_TEXTS]
    boxes = sorted(((at, *_box(text, renderer)) for at, text in texts), key=lambda box: box[1])
    for place, (at, _, right, low, high, corners) in enumerate(boxes):
        for other, left, _, bottom, top, there in boxes[place + 1 :]:
            if left >= right:
                break
            if at != other and low < top and bottom < high and _meet(corners, there):
                return True
    return False


def _reach_into_others(panels: list[Any], renderer: Any) -> bool:
    """Whether what is written beside a panel lies on another one, which stands apart from it."""
    rooms = [ax.get_window_extent(renderer) for ax in panels]
    for ax, own in zip(panels, rooms):  # noqa: B905  # as old a Python as kernels have
        if not ax.axison:
            continue
        apart = [room for room in rooms if not own.overlaps(room)]
        texts = [text for text in (ax.title, ax.xaxis.label, ax.yaxis.label) if text.get_text().strip()]
        for text in [*texts, *_tick_labels(ax.xaxis), *_tick_labels(ax.yaxis)]:
            left, right, low, high, _ = _box(text, renderer)
            if any(left < room.x1 and right > room.x0 and low < room.y1 and high > room.y0 for room in apart):
                return True
    return False


def _box(text: Any, renderer: Any) -> tuple[float, float, float, float, list[tuple[float, float]]]:
    """Where a text stands: its ends from left to right and from bottom to top, and its corners as it is turned."""
    around = text.get_window_extent(renderer)
    x, y = (around.x0 + around.x1) / 2, (around.y0 + around.y1) / 2
    turned = math.radians(text.get_rotation() % 180)
    wide, high = abs(math.cos(turned)), abs(math.sin(turned))
    # The box around a turned text says how long and high it is, but for one at 45°, which its font says.
    if abs(wide - high) < 0.05:
        height = text.get_fontsize() * renderer.points_to_pixels(1.0) * 1.2 * (text.get_text().count("\n") + 1)
        length = around.width / wide - height
    else:
        across = wide * wide - high * high
        length = (around.width * wide - around.height * high) / across
        height = (around.height * wide - around.width * high) / across
    half, rise = max(0.0, length - _TOUCHING) / 2, max(0.0, height - _TOUCHING) / 2
    cos, sin = math.cos(turned), math.sin(turned)
    corners = [
        (x + a * half * cos - b * rise * sin, y + a * half * sin + b * rise * cos)
        for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(xs), max(xs), min(ys), max(ys), corners


def _meet(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> bool:
    """Whether two rectangles meet, turned as they may be: no line along a side of either stands between them."""
    for shape in (one, other):
        for side in (0, 1):
            (x0, y0), (x1, y1) = shape[side], shape[side + 1]
            across = (y1 - y0, x0 - x1)
            first = [across[0] * x + across[1] * y for x, y in one]
            second = [across[0] * x + across[1] * y for x, y in other]
            if max(first) <= min(second) or max(second) <= min(first):
                return False
    return True
