"""Figures of groups: bars, lines, heatmaps, pies and what else a table of one or two keys can be drawn as."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.compiling.frame import Frame, labels
from lci.analyst.compiling.titles import titled
from lci.analyst.plan import Chart, Field, Kind, Measure, Summary
from lci.analyst.writing import literal

#: Characters of a label in a figure.
LABEL = 30
#: Bars, boxes or cells beside one another, lines in one figure, and parts of a pie.
BARS, LINES, SLICES = 40, 10, 10
#: Bars of a histogram.
BINS = 30

PALETTE = 'sns.set_palette("colorblind")'
PLAIN_DOLLARS = 'plt.rcParams["text.parse_math"] = False  # a "$" in the data is no formula'
#: Of slices too thin for it, none is written.
PERCENTAGES = 'lambda share: f"{share:.1f} %" if share > 3 else ""'
TURNED = 'plt.setp(axes.get_xticklabels(), rotation=45, ha="right")'


def opened(width: float = 9, height: float = 4.5) -> list[str]:
    """The lines that begin a figure."""
    return [
        "",
        PALETTE,
        PLAIN_DOLLARS,
        f'figure, axes = plt.subplots(figsize=({width:g}, {height:g}), layout="constrained")',
    ]


def binned(values: str, axes: str = "axes", bins: str = str(BINS)) -> list[str]:
    """The lines that set the `edges` of a histogram's bars: whole numbers that are few have a bar each, around them."""
    return [
        f"edges = {bins}",
        f"if ({values} % 1 == 0).all() and {values}.max() - {values}.min() < {BINS}:",
        f"    edges = np.arange({values}.min(), {values}.max() + 2) - 0.5  # one bar for each whole number",
        f'    {axes}.locator_params(axis="x", integer=True)',
    ]


def closed(frame: Frame, chart: Chart | None, x: str, y: str, *, whole_x: bool = False) -> list[str]:
    """The lines that name the axes, scale them and show the figure; an axis named "" stays without a name."""
    return [
        *([f"axes.set_xlabel({literal(x)})"] if x else []),
        *([f"axes.set_ylabel({literal(y)})"] if y else []),
        *(_logarithmic("x") if chart is not None and chart.log_x else []),
        *(_logarithmic("y") if chart is not None and chart.log_y else []),
        # Years are whole numbers.
        *(
            ['axes.locator_params(axis="x", integer=True)']
            if whole_x and not (chart is not None and chart.log_x)
            else []
        ),
        *titled(frame, y, x),
        "plt.show()",
    ]


def _logarithmic(axis: str) -> list[str]:
    """The lines that scale an axis; its numbers are written out, for powers of ten would be formulas."""
    return [
        f'axes.set_{axis}scale("log")',
        f"axes.{axis}axis.set_major_formatter(plt.LogFormatter())",
        f"axes.{axis}axis.set_minor_formatter(plt.LogFormatter())",
    ]


def colorbar(label: str, chart: Chart | None) -> str:
    """The line that draws what the colours of a heatmap are worth."""
    numbers = ", format=plt.LogFormatter()" if chart is not None and chart.log_y else ""
    return f"figure.colorbar(image, label={literal(label)}{numbers})"


def where_any(table: str, drawing: list[str]) -> list[str]:
    """The lines of a drawing that is made where the table holds rows."""
    return ["", f"if len({table}):", *(f"    {line}" for line in drawing if line)]


def default_kind(plan: Summary, frame: Frame) -> Kind | None:
    """The chart that shows the groups best where none is asked for."""
    if plan.limit == 1 or plan.compared is not None or len(plan.keys) != 1 or not _share_an_axis(plan.measures):
        return None
    return "line" if frame.is_time(plan.keys[0]) and plan.order is None else "bar"


#: What lies on one scale with the values that it is of.
_ON_SCALE = frozenset({"mean", "median", "std", "quantile", "min", "max"})


def _share_an_axis(measures: tuple[Measure, ...]) -> bool:
    """Whether all can be read off one axis: one measure, or several that are of one field and no larger than it."""
    fields = {each.field for each in measures}
    return len(measures) == 1 or (len(fields) == 1 and all(each.how in _ON_SCALE for each in measures))


def draws_first_only(plan: Summary, kind: Kind) -> bool:
    """Whether of several measures the figure shows the first: each of the others is a figure of its own."""
    return len(plan.measures) > 1 and (len(plan.keys) > 1 or kind in ("pie", "histogram", "box"))


def group_figure(plan: Summary, frame: Frame, shown: str, names: tuple[str, ...], kind: Kind) -> list[str]:
    """The lines that draw the groups of a summary, whose table is `shown` and whose labels are `names`."""
    return where_any(shown, _drawn(plan, frame, shown, names, kind))


def _drawn(plan: Summary, frame: Frame, shown: str, names: tuple[str, ...], kind: Kind) -> list[str]:
    value = "part" if plan.relative else names[0]
    at = f"{shown}[{literal(value)}]"
    match kind:
        case "pie":
            return _pie(plan, frame, shown, value)
        case "histogram":
            return [
                *opened(),
                f"drawn = {at}.dropna()",
                *binned("drawn"),
                "axes.hist(drawn, bins=edges)",
                *closed(frame, plan.chart, _label(plan, frame), frame.words["groups"]),
            ]
        case "box":
            return [*opened(5), f"axes.boxplot({at}.dropna())", *closed(frame, plan.chart, "", _label(plan, frame))]
        case "line" | "scatter" | "bar" | "heatmap" if len(plan.keys) > 1:
            return _two_keys(plan, frame, shown, value, kind)
        case "line" | "scatter":
            return _along(plan, frame, shown, value, names, kind)
        case "bar" | "heatmap":
            return _beside(plan, frame, shown, value, names, kind)
        case _:
            assert_never(kind)


def _label(plan: Summary, frame: Frame) -> str:
    return frame.words["share"] if plan.relative else frame.words.measure(plan.measures[0])


def _index(key: Field, frame: Frame, index: str) -> str:
    match frame.kind(key):
        case "period":
            return f"{index}.to_timestamp()"
        case "text" | "weekday":
            return f"{index}.astype(str)"
        case _:
            return index


def _along(plan: Summary, frame: Frame, shown: str, value: str, names: tuple[str, ...], kind: Kind) -> list[str]:
    """Values along the key, one line for each measure."""
    key = plan.keys[0]
    lines = opened()
    if plan.order is not None and frame.is_ordered(key):
        lines.append(f"ordered = {shown}.sort_index()")
        shown = "ordered"
    marks = 'linestyle="", marker="o"' if kind == "scatter" else 'marker="."'
    x = _index(key, frame, f"{shown}.index")
    if len(names) == 1 or plan.relative:
        lines.append(f"axes.plot({x}, {shown}[{literal(value)}], {marks})")
    else:
        named = zip(names, map(frame.words.measure, plan.measures), strict=True)
        lines += [f"axes.plot({x}, {shown}[{literal(name)}], {marks}, label={literal(label)})" for name, label in named]
        lines.append("axes.legend()")
    if not frame.is_ordered(key):
        lines.append(TURNED)
    y = _label(plan, frame) if len(names) == 1 or plan.relative else ""
    return [*lines, *closed(frame, plan.chart, frame.label(key), y, whole_x=frame.kind(key) == "year")]


def _beside(plan: Summary, frame: Frame, shown: str, value: str, names: tuple[str, ...], kind: Kind) -> list[str]:
    """Values beside one another, at most forty of them."""
    key = plan.keys[0]
    measures = [value] if plan.relative else list(names)
    if plan.order is not None:
        kept = f"{shown}.head({BARS})"
    elif frame.is_time(key):
        kept = f"{shown}.tail({BARS})"
    elif frame.is_ordered(key):
        kept = f"{shown}.head({BARS})"
    else:
        # Of many the greatest, in the order of the table.
        kept = f"{shown}[{shown}.index.isin({shown}.nlargest({BARS}, {literal(value)}).index)]"
    lines = [
        "",
        f"drawn = {kept}[[{', '.join(map(literal, measures))}]]",
        f"drawn.index = {labels(plan.keys, frame, 'drawn.index', LABEL)}",
        'print("drawn =", len(drawn))',
        *opened(),
    ]
    if kind == "heatmap":
        lines += [*_heatmap("drawn", plan.chart), colorbar(_label(plan, frame), plan.chart)]
        return [*lines, *closed(frame, None, frame.label(key), "")]
    lines += [f"drawn.plot.bar(ax=axes, legend={len(measures) > 1})", TURNED]
    return [*lines, *closed(frame, plan.chart, frame.label(key), _label(plan, frame) if len(measures) == 1 else "")]


def _heatmap(table: str, chart: Chart | None) -> list[str]:
    norm = ', norm="log"' if chart is not None and chart.log_y else ""
    return [
        f'image = axes.imshow({table}.T, aspect="auto", cmap="viridis"{norm})',
        f"axes.set_xticks(range(len({table})), {table}.index)",
        f"axes.set_yticks(range({table}.shape[1]), {table}.columns)",
        TURNED,
    ]


def _pie(plan: Summary, frame: Frame, shown: str, value: str) -> list[str]:
    """The greatest parts of a pie, and the rest as one; only what is above zero is a part of a whole."""
    return [
        f"parts = pd.Series(list({shown}[{literal(value)}]), index=names).sort_values(ascending=False)",
        'print("not positive =", int((parts <= 0).sum()))',
        "parts = parts[parts > 0]",
        f"slices, others = parts.head({SLICES}), parts.iloc[{SLICES}:]",
        'print("drawn =", len(slices))',
        "if len(others):",
        '    slices = pd.concat([slices, pd.Series({f"{len(others)} others": others.sum()})])',
        *where_any(
            "slices",
            [
                *opened(7, 5),
                f"axes.pie(slices, labels=[label[:{LABEL}] for label in slices.index], autopct={PERCENTAGES})",
                *titled(frame, _label(plan, frame), *map(frame.label, plan.keys)),
                "plt.show()",
            ],
        ),
    ]


def _two_keys(plan: Summary, frame: Frame, shown: str, value: str, kind: Kind) -> list[str]:
    """Values along the first key that has an order, one line or row of bars for each value of the others."""
    along = next((at for at, key in enumerate(plan.keys) if frame.is_ordered(key)), 0)
    key = plan.keys[along]
    others = tuple(other for at, other in enumerate(plan.keys) if at != along)
    levels = [at for at in range(len(plan.keys)) if at != along]
    level = str(levels[0]) if len(levels) == 1 else str(levels)
    most = BARS if kind == "heatmap" else LINES
    lines = [
        "",
        f"table = {shown}[{literal(value)}].unstack({level})",
        'print("lines found =", table.shape[1])',
        # Of many lines those with the greatest values are drawn.
        f"table = table[table.sum().nlargest({most}).index]",
        'print("lines drawn =", table.shape[1])',
    ]
    if kind in ("bar", "heatmap"):
        lines += [
            'print("along found =", len(table))',
            f"table = table.{'tail' if frame.is_time(key) else 'head'}({BARS})",
            'print("along drawn =", len(table))',
        ]
    lines += opened()
    title = " / ".join(frame.label(other) for other in others)
    texts = labels(others, frame, "table.columns", LABEL)
    named = [
        f"table.index = {labels((key,), frame, 'table.index', LABEL)}",
        f"table.columns = {texts}",
    ]
    if kind == "heatmap":
        lines += [
            *named,
            *_heatmap("table", plan.chart),
            colorbar(_label(plan, frame), plan.chart),
        ]
        return [*lines, *closed(frame, None, frame.label(key), title)]
    if kind == "bar":
        lines += [
            *named,
            "table.plot.bar(ax=axes)",
            TURNED,
        ]
    else:
        marks = 'linestyle="", marker="o"' if kind == "scatter" else 'marker="."'
        lines += [
            f"for label, column in zip({texts}, table):",
            "    drawn = table[column].dropna()",
            f"    axes.plot({_index(key, frame, 'drawn.index')}, drawn, {marks}, label=label)",
        ]
    lines.append(f"axes.legend(title={literal(title)})")
    whole = frame.kind(key) == "year" and kind != "bar"
    return [*lines, *closed(frame, plan.chart, frame.label(key), _label(plan, frame), whole_x=whole)]
