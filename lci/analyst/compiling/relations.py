"""How numbers go together: Pearson's correlation, and least squares on one field or several."""

from __future__ import annotations

from lci.analyst.compiling.frame import Frame, NotCompiled
from lci.analyst.compiling.group_figures import PALETTE, TURNED, closed, opened
from lci.analyst.compiling.summaries import counts
from lci.analyst.compiling.titles import titled
from lci.analyst.plan import Field, Relation
from lci.analyst.writing import literal, literals

#: Pairs that are printed, and fields in the figure of all pairs.
_PAIRS, _FIELDS = 20, 30


def relation(plan: Relation, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    fields = [*([plan.y] if plan.y is not None else []), *plan.x]
    for place in fields:
        if frame.kind(place) not in ("number", "year"):
            raise NotCompiled(f"{place.column} holds no numbers")
    if len(set(fields)) != len(fields):
        raise NotCompiled("a field goes with another one")
    if plan.chart is not None and plan.chart.kind not in ("scatter", "heatmap"):
        raise NotCompiled("a relation is drawn as points, or as a heatmap of pairs")
    if plan.method == "line":
        if plan.y is None or not plan.x:
            raise NotCompiled("a line needs what it explains, and by what")
        return _one_line(plan, plan.y, frame) if len(plan.x) == 1 else _many(plan, plan.y, frame)
    if plan.y is not None and len(plan.x) == 1:
        return _pair(plan, plan.y, frame)
    return _pairs(plan, frame)


def _points(plan: Relation, frame: Frame) -> list[str]:
    places = [*([plan.y] if plan.y is not None else []), *plan.x]
    names = ", ".join(literal(frame.name(place)) for place in places)
    return [f"points = {frame.kept}[[{names}]].dropna()", "", *counts(frame), 'print("rows used =", len(points))']


def _pair(plan: Relation, y: Field, frame: Frame) -> list[str]:
    across, up = literal(frame.name(plan.x[0])), literal(frame.name(y))
    lines = [
        *_points(plan, frame),
        # Of fewer points, or of ones that do not vary, there is no correlation.
        "if len(points) > 2 and (points.nunique() > 1).all():",
        f"    r, p = stats.pearsonr(points[{across}], points[{up}])",
        '    print("r =", float(r))',
        '    print("p =", float(p))',
        f'    print("rank r =", float(stats.spearmanr(points[{across}], points[{up}]).statistic))',
    ]
    return [*lines, *(_cloud(plan, y, frame) if plan.chart is not None else [])]


def _cloud(plan: Relation, y: Field, frame: Frame, *line: str) -> list[str]:
    across, up = literal(frame.name(plan.x[0])), literal(frame.name(y))
    return [
        *opened(8, 5),
        f"axes.scatter(points[{across}], points[{up}], alpha=0.6)",
        *line,
        *closed(frame, plan.chart, frame.label(plan.x[0]), frame.label(y), whole_x=frame.kind(plan.x[0]) == "year"),
    ]


def _one_line(plan: Relation, y: Field, frame: Frame) -> list[str]:
    across, up = literal(frame.name(plan.x[0])), literal(frame.name(y))
    lines = [
        *_points(plan, frame),
        # Through points above one another goes no line.
        f"can_fit = len(points) > 2 and points[{across}].nunique() > 1",
        "if can_fit:",
        f"    fit = stats.linregress(points[{across}], points[{up}])",
        "    margin = stats.t.ppf(0.975, len(points) - 2) * fit.stderr",
        '    print("slope =", float(fit.slope))',
        '    print("slope from =", float(fit.slope - margin))',
        '    print("slope to =", float(fit.slope + margin))',
        '    print("intercept =", float(fit.intercept))',
        '    print("r2 =", float(fit.rvalue**2))',
        '    print("p =", float(fit.pvalue))',
    ]
    drawn = [
        "if can_fit:",
        f'    ends = points[{across}].agg(["min", "max"])',
        '    axes.plot(ends, fit.intercept + fit.slope * ends, color="black")',
    ]
    return [*lines, *_cloud(plan, y, frame, *drawn)]


def _many(plan: Relation, y: Field, frame: Frame) -> list[str]:
    up, across = literal(frame.name(y)), literals([frame.name(place) for place in plan.x])
    return [
        *_points(plan, frame),
        f'explaining = sm.add_constant(points[{across}].astype(float), has_constant="add")',
        # Fields that follow from one another share no slopes between them.
        "can_fit = len(points) > explaining.shape[1] and np.linalg.matrix_rank(explaining) == explaining.shape[1]",
        "if can_fit:",
        f"    fit = sm.OLS(points[{up}].astype(float), explaining).fit()",
        "    intervals = fit.conf_int()",
        '    print("r2 =", float(fit.rsquared))',
        '    print("intercept =", float(fit.params.iloc[0]))',
        "    for at, name in enumerate(explaining.columns[1:], start=1):",
        '        print(f"slope {name!r} = {float(fit.params.iloc[at])}")',
        '        print(f"slope from {name!r} = {float(intervals.iloc[at, 0])}")',
        '        print(f"slope to {name!r} = {float(intervals.iloc[at, 1])}")',
        '        print(f"p {name!r} = {float(fit.pvalues.iloc[at])}")',
        *opened(6, 5),
        "if can_fit:",
        f"    axes.scatter(fit.fittedvalues, points[{up}], alpha=0.6)",
        *closed(frame, plan.chart, frame.words["fitted"].format(field=frame.label(y)), frame.label(y)),
    ]


def _pairs(plan: Relation, frame: Frame) -> list[str]:
    """Correlations of many pairs: of the fields named, or of all numbers."""
    numbers = [column.name for column in frame.source.of_kind("number")]
    names = [frame.name(place) for place in plan.x] or numbers
    if plan.y is not None:
        names = [frame.name(plan.y), *(name for name in names if name != frame.name(plan.y))]
    at = f"{frame.kept}[{literals(names)}]" if names else f"{frame.kept}[[]]"
    lines = [
        # What is no number counts as missing.
        f'numbers = {at}.apply(pd.to_numeric, errors="coerce")',
        "correlations = numbers.corr()",
        "",
        *counts(frame),
        'print("columns found =", numbers.shape[1])',
    ]
    if plan.y is not None:
        up = literal(names[0])
        lines.append(f"pairs = [({up}, name, correlations.loc[{up}, name]) for name in numbers.columns[1:]]")
    else:
        lines += [
            "pairs = [",
            "    (first, second, correlations.loc[first, second])",
            "    for at, first in enumerate(numbers)",
            "    for second in numbers.columns[at + 1 :]",
            "]",
        ]
    lines += [
        "pairs = sorted((pair for pair in pairs if pd.notna(pair[2])), key=lambda pair: -abs(pair[2]))",
        'print("pairs =", len(pairs))',
        f"for first, second, r in pairs[:{_PAIRS}]:",
        "    both = numbers[[first, second]].dropna()",
        '    p = stats.pearsonr(both[first], both[second]).pvalue if len(both) > 2 else float("nan")',
        "    facts = [first, second, str(float(r)), str(len(both)), str(float(p))]",
        "    print(f\"pair {f'{first} / {second}'!r} = {facts}\")",
    ]
    return [*lines, *_MATRIX, *titled(frame, "Pearson's r"), "plt.show()", "", "correlations"]


_MATRIX = (
    "",
    PALETTE,
    f"drawn = correlations.iloc[:{_FIELDS}, :{_FIELDS}]",
    'figure, axes = plt.subplots(figsize=(7, 6), layout="constrained")',
    'image = axes.imshow(drawn, cmap="RdBu_r", vmin=-1, vmax=1)',
    "axes.set_xticks(range(len(drawn)), [str(name)[:30] for name in drawn.columns])",
    "axes.set_yticks(range(len(drawn)), [str(name)[:30] for name in drawn.columns])",
    TURNED,
    'figure.colorbar(image, label="Pearson\'s r")',
)
