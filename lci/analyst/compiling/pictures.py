"""Charts of single rows: points, lines, and how the values of a field are spread."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.compiling.frame import Frame, NotCompiled, labels
from lci.analyst.compiling.group_figures import (
    BARS,
    BINS,
    LABEL,
    LINES,
    PERCENTAGES,
    SLICES,
    TURNED,
    binned,
    closed,
    opened,
    where_any,
)
from lci.analyst.compiling.summaries import counts
from lci.analyst.compiling.titles import titled
from lci.analyst.plan import Field, Picture
from lci.analyst.writing import literal


def picture(plan: Picture, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    kind = plan.chart.kind
    if plan.y is None and kind in ("scatter", "line"):
        raise NotCompiled("points stand at two values")
    if plan.size is not None and kind != "scatter":
        raise NotCompiled("only points have a size")
    places = list(dict.fromkeys(place for place in (plan.x, plan.y, plan.color, plan.size) if place is not None))
    names = [literal(frame.name(place)) for place in places]
    lines = [f"points = {frame.kept}[[{', '.join(dict.fromkeys(names))}]].dropna()"]
    lines += _positive(plan, frame)
    group = _grouped_by(plan, frame)
    if group is not None:
        at = f"points[{literal(frame.name(group))}]"
        most = BARS if kind == "box" else LINES
        lines += [
            f'print("groups found =", {at}.nunique())',
            f"points = points[{at}.isin({at}.value_counts().index[:{most}])]",
            f'print("groups drawn =", {at}.nunique())',
        ]
    lines += ["", *counts(frame), 'print("rows used =", len(points))']
    number = _spread_of(plan)
    if number is not None and frame.kind(number) == "number":
        at = f"points[{literal(frame.name(number))}]"
        lines += [f'print("{how} =", float({at}.{how}()))' for how in ("min", "median", "mean", "max")]
        if kind == "box" and group is not None:
            by = literal(frame.name(group))
            lines += [
                f"medians = points.groupby({by})[{literal(frame.name(number))}].median()",
                f"for name, value in zip({labels((group,), frame, 'medians.index')}, medians):",
                '    print(f"value {name[:60]!r} = {float(value)}")',
            ]
    return [*lines, *where_any("points", _drawn(plan, frame, group))]


def _drawn(plan: Picture, frame: Frame, group: Field | None) -> list[str]:
    match plan.chart.kind:
        case "scatter":
            return [*opened(8, 5), *_scatter(plan, frame)]
        case "line":
            return [*opened(), *_lines(plan, frame)]
        case "histogram":
            return [*opened(), *_histogram(plan, frame)]
        case "box":
            return [*opened(), *_boxes(plan, frame, group)]
        case "heatmap":
            return [*opened(8, 5), *_density(plan, frame)]
        case "bar" | "pie":
            return _counted(plan, frame)
        case _:
            assert_never(plan.chart.kind)


def _spread_of(plan: Picture) -> Field | None:
    """The field whose spread the chart shows."""
    match plan.chart.kind:
        case "box":
            return plan.y if plan.y is not None else plan.x
        case "histogram":
            return plan.x
        case _:
            return None


def _grouped_by(plan: Picture, frame: Frame) -> Field | None:
    """The field that tells groups apart: colours, or boxes beside one another."""
    if plan.chart.kind == "box":
        return plan.x if plan.y is not None else plan.color
    if plan.color is None or (plan.chart.kind == "scatter" and frame.kind(plan.color) == "number"):
        return None
    return plan.color if plan.chart.kind in ("scatter", "line", "histogram") else None


def _positive(plan: Picture, frame: Frame) -> list[str]:
    """The lines that leave out what cannot stand on a logarithmic axis, and print how much that is."""
    chart = plan.chart
    across = plan.x if chart.log_x and frame.kind(plan.x) == "number" else None
    up = plan.y if chart.log_y and plan.y is not None and frame.kind(plan.y) == "number" else None
    tests = [f"(points[{literal(frame.name(place))}] > 0)" for place in (across, up) if place is not None]
    if not tests:
        return []
    return [
        f"positive = points[{' & '.join(tests)}]" if len(tests) > 1 else f"positive = points[{tests[0][1:-1]}]",
        'print("not positive =", len(points) - len(positive))',
        "points = positive",
    ]


def _each_group(group: Field, frame: Frame, call: str) -> list[str]:
    by = literal(frame.name(group))
    label = labels((group,), frame, "[label]").removeprefix("[").partition(" for ")[0]
    return [
        f"for label, part in points.groupby({by}):",
        f"    {call.format(table='part')}, label={label}[:30])"
        if label.startswith("str(")
        else f"    {call.format(table='part')}, label={label})",
        f"axes.legend(title={literal(frame.label(group))})",
    ]


def _at(table: str, place: Field, frame: Frame) -> str:
    at = f"{table}[{literal(frame.name(place))}]"
    match frame.kind(place):
        case "period":
            return f"{at}.dt.to_timestamp()"
        case "text" | "weekday":
            return f"{at}.astype(str)"
        case _:
            return at


def _scatter(plan: Picture, frame: Frame) -> list[str]:
    assert plan.y is not None
    lines, size = [], ""
    if plan.size is not None:
        at = f"points[{literal(frame.name(plan.size))}]"
        lines.append(f'points["size on paper"] = 20 + 180 * ({at} - {at}.min()) / (({at}.max() - {at}.min()) or 1)')
        size = ', s={table}["size on paper"]'
    call = f"axes.scatter({_at('{table}', plan.x, frame)}, {_at('{table}', plan.y, frame)}, alpha=0.7{size}"
    if plan.color is None:
        lines.append(call.format(table="points") + ")")
    elif frame.kind(plan.color) == "number":
        lines += [
            f'drawn = {call.format(table="points")}, c=points[{literal(frame.name(plan.color))}], cmap="viridis")',
            f"figure.colorbar(drawn, label={literal(frame.label(plan.color))})",
        ]
    else:
        lines += _each_group(plan.color, frame, call)
    return [*lines, *_ended(plan, frame, frame.label(plan.y))]


def _lines(plan: Picture, frame: Frame) -> list[str]:
    assert plan.y is not None
    lines = [f'points = points.sort_values({literal(frame.name(plan.x))}, kind="stable")']
    call = f'axes.plot({_at("{table}", plan.x, frame)}, {_at("{table}", plan.y, frame)}, marker="."'
    if plan.color is None:
        lines.append(call.format(table="points") + ")")
    else:
        lines += _each_group(plan.color, frame, call)
    return [*lines, *_ended(plan, frame, frame.label(plan.y))]


def _ended(plan: Picture, frame: Frame, y: str) -> list[str]:
    turned = [TURNED] if frame.kind(plan.x) in ("text", "weekday") else []
    return [*turned, *closed(frame, plan.chart, frame.label(plan.x), y, whole_x=frame.kind(plan.x) == "year")]


def _histogram(plan: Picture, frame: Frame) -> list[str]:
    if plan.y is not None:
        raise NotCompiled("a histogram shows one field")
    x = literal(frame.name(plan.x))
    values = f"points[{x}]"
    if plan.chart.log_x and frame.kind(plan.x) == "number":
        lines = [f"edges = np.geomspace({values}.min() / 1.01, {values}.max() * 1.01, {BINS + 1})"]
    elif frame.kind(plan.x) not in ("number", "year"):
        lines = [f"edges = {BINS}"]
    elif plan.color is not None:
        lines = binned(values, bins=f"np.histogram_bin_edges({values}, bins={BINS})")
    else:
        lines = binned(values)
    drawn = _at("{table}", plan.x, frame)
    if plan.color is None:
        lines.append(f"axes.hist({drawn.format(table='points')}, bins=edges)")
    else:
        lines += _each_group(plan.color, frame, f'axes.hist({drawn}, bins=edges, histtype="step", linewidth=2')
    return [*lines, *_ended(plan, frame, frame.words["rows"])]


def _boxes(plan: Picture, frame: Frame, group: Field | None) -> list[str]:
    value = plan.y if plan.y is not None else plan.x
    if frame.kind(value) not in ("number", "year"):
        raise NotCompiled("boxes are drawn of numbers")
    if plan.y is not None and plan.color is not None and plan.color != plan.x:
        raise NotCompiled("boxes are told apart by one field")
    if group is None:
        return [
            f"axes.boxplot(points[{literal(frame.name(value))}])",
            *closed(frame, plan.chart, "", frame.label(value)),
        ]
    by, name = literal(frame.name(group)), literal(frame.name(value))
    return [
        f"boxes = points.groupby({by})[{name}].apply(list)",
        f"axes.boxplot(boxes.tolist(), tick_labels={labels((group,), frame, 'boxes.index', LABEL)})",
        *([TURNED] if not frame.is_ordered(group) else []),
        *closed(frame, plan.chart, frame.label(group), frame.label(value)),
    ]


def _density(plan: Picture, frame: Frame) -> list[str]:
    if plan.y is None or plan.color is not None or {frame.kind(plan.x), frame.kind(plan.y)} - {"number", "year"}:
        raise NotCompiled("a heatmap of rows counts them over two numbers")
    x, y = literal(frame.name(plan.x)), literal(frame.name(plan.y))
    return [
        f'counted = axes.hist2d(points[{x}], points[{y}], bins=30, cmap="viridis")',
        'figure.colorbar(counted[3], label="rows")',
        *_ended(plan, frame, frame.label(plan.y)),
    ]


def _counted(plan: Picture, frame: Frame) -> list[str]:
    """Bars or parts of how many rows have each value; with `y` one bar for each row."""
    if plan.color is not None:
        raise NotCompiled("bars of rows have one colour")
    x, most = literal(frame.name(plan.x)), BARS if plan.chart.kind == "bar" else SLICES

    def texts(values: str) -> str:
        return labels((plan.x,), frame, values, LABEL)

    if plan.chart.kind == "pie" and plan.y is not None:
        raise NotCompiled("parts of a pie are counted or summed")
    if plan.y is not None:
        return [
            f"drawn = points.head({most})",
            'print("drawn =", len(drawn))',
            *opened(),
            f"axes.bar(range(len(drawn)), drawn[{literal(frame.name(plan.y))}])",
            f"axes.set_xticks(range(len(drawn)), {texts(f'drawn[{x}]')})",
            TURNED,
            *closed(frame, plan.chart, frame.label(plan.x), frame.label(plan.y)),
        ]
    lines = [
        f"counted = points[{x}].value_counts()",
        'print("groups found =", len(counted))',
        f"counted = counted.head({most})",
        'print("groups drawn =", len(counted))',
        f"names = {texts('counted.index')}",
        "for name, value in zip(names, counted):",
        '    print(f"value {name!r} = {value}")',
        *opened(),
    ]
    if plan.chart.kind == "pie":
        return [
            *lines,
            f"axes.pie(counted, labels=names, autopct={PERCENTAGES})",
            *titled(frame, frame.words["rows"], frame.label(plan.x)),
            "plt.show()",
        ]
    return [
        *lines,
        "axes.bar(range(len(counted)), counted)",
        "axes.set_xticks(range(len(counted)), names)",
        TURNED,
        *closed(frame, plan.chart, frame.label(plan.x), frame.words["rows"]),
    ]
