"""Whether groups differ by more than chance: Welch's tests of means, tests of ranks, and chi-squared of counts."""

from __future__ import annotations

from lci.analyst.compiling.frame import Frame, NotCompiled, labels
from lci.analyst.compiling.group_figures import BARS, LABEL, LINES, TURNED, closed, opened, where_any
from lci.analyst.compiling.printed_values import LISTED
from lci.analyst.compiling.summaries import counts
from lci.analyst.plan import GroupTest
from lci.analyst.writing import literal

#: Values of a field of categories whose counts are printed.
VALUES = 8


def group_test(plan: GroupTest, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    if plan.y.column == plan.by.column:
        raise NotCompiled("a field does not differ between its own values")
    y, by = literal(frame.name(plan.y)), literal(frame.name(plan.by))
    if plan.of == "shares":
        body = _shares(plan, y, by, frame)
    elif frame.kind(plan.y) != "number":
        raise NotCompiled(f"{plan.y.column} holds no numbers to compare")
    else:
        body = _numbers(plan, y, by, frame)
    return [f"points = {frame.kept}[[{y}, {by}]].dropna()", *body]


def _numbers(plan: GroupTest, y: str, by: str, frame: Frame) -> list[str]:
    lines = [
        f"values = points[{y}].astype(float).groupby(points[{by}])",
        'result = values.agg(n="count", mean="mean", median="median", std="std")',
        f"names = {labels((plan.by,), frame, 'result.index')}",
        # Fewer values say too little of how they spread.
        "samples = [sample for _, sample in values if len(sample) >= 3]",
        "varied = [sample for sample in samples if sample.nunique() > 1 and np.isfinite(sample.std())]",
        "different = pd.concat(samples).nunique() if samples else 0",
        "",
        *counts(frame),
        'print("rows used =", len(points))',
        'print("groups found =", len(result))',
        'print("groups tested =", len(samples))',
        'print("groups without spread =", len(samples) - len(varied))',
        'print("values tested =", different)',
        *_listed("values in group", "result.n", "value"),
        *(
            line
            for column in ("mean", "median", "std")
            for line in _listed(f"{column} of group", f'result["{column}"]', "float(value)")
        ),
        "",
        "if len(samples) == 2 and different > 1:",
        *(f"    {line}" for line in _two(plan)),
        "elif len(samples) > 2 and different > 1:",
        *(f"    {line}" for line in _many(plan)),
    ]
    drawing = [
        *opened(),
        f"boxes = values.apply(list).head({BARS})",
        f"axes.boxplot(boxes.tolist(), tick_labels={labels((plan.by,), frame, 'boxes.index', LABEL)})",
        *([TURNED] if not frame.is_ordered(plan.by) else []),
        *closed(frame, None, frame.label(plan.by), frame.label(plan.y)),
    ]
    return [*lines, *where_any("points", drawing), "", "result"]


def _listed(series: str, column: str, value: str) -> list[str]:
    return [
        f"for name, value in zip(names[:{LISTED}], {column}):",
        f'    print(f"{series} {{name[:60]!r}} = {{{value}}}")',
    ]


_RANKS = (
    'print("rank p =", float(ranks.pvalue))',
    'print("rank is significant =", bool(ranks.pvalue < 0.05))',
)
_TEST = (
    '    print("p value =", float(test.pvalue))',
    '    print("is significant =", bool(test.pvalue < 0.05))',
)


def _two(plan: GroupTest) -> list[str]:
    """Mann-Whitney's test and, of means, Welch's t."""
    ranks = [
        "first, second = samples",
        "first_name, second_name = [name for name, n in zip(names, result.n) if n >= 3]",
        'print("first group =", repr(first_name))',
        'print("second group =", repr(second_name))',
        "ranks = stats.mannwhitneyu(first, second)",
        'print("u =", float(ranks.statistic))',
        'print("probability =", float(ranks.statistic / (len(first) * len(second))))',
        *_RANKS,
    ]
    welch = [
        "if len(varied) == 2:",
        "    test = stats.ttest_ind(first, second, equal_var=False)",
        "    interval = test.confidence_interval(0.95)",
        "    difference = first.mean() - second.mean()",
        "    variances = (len(first) - 1) * first.var() + (len(second) - 1) * second.var()",
        '    print("computed difference =", float(difference))',
        '    print("difference from =", float(interval.low))',
        '    print("difference to =", float(interval.high))',
        '    print("cohens d =", float(difference / np.sqrt(variances / (len(first) + len(second) - 2))))',
        '    print("t =", float(test.statistic))',
        '    print("degrees of freedom =", float(test.df))',
        *_TEST,
    ]
    return [*ranks, *(welch if plan.of == "means" else [])]


def _many(plan: GroupTest) -> list[str]:
    """Kruskal-Wallis' test and, of means, Welch's analysis of variance."""
    ranks = [
        "together = pd.concat(samples)",
        "ranks = stats.kruskal(*samples)",
        'print("h =", float(ranks.statistic))',
        'print("rank degrees of freedom =", len(samples) - 1)',
        'print("epsilon squared =", float(ranks.statistic / (len(together) - 1)))',
        *_RANKS,
    ]
    welch = [
        "if len(varied) == len(samples):",
        '    test = sm.stats.anova_oneway(samples, use_var="unequal")',
        "    between = sum(len(sample) * (sample.mean() - together.mean()) ** 2 for sample in samples)",
        '    print("eta squared =", float(between / ((together - together.mean()) ** 2).sum()))',
        '    print("f =", float(test.statistic))',
        '    print("degrees between =", float(test.df_num))',
        '    print("degrees within =", float(test.df_denom))',
        *_TEST,
    ]
    return [*ranks, *(welch if plan.of == "means" else [])]


def _shares(plan: GroupTest, y: str, by: str, frame: Frame) -> list[str]:
    lines = [
        f"result = pd.crosstab(points[{by}], points[{y}])",
        "shares = result.div(result.sum(axis=1), axis=0)",
        f"names = {labels((plan.by,), frame, 'result.index')}",
        f"columns = {labels((plan.y,), frame, 'result.columns')}",
        "",
        *counts(frame),
        'print("rows used =", len(points))',
        'print("groups found =", len(result))',
        'print("values found =", len(columns))',
        f'print("values listed =", [name[:60] for name in columns[:{VALUES}]])',
        f"for name, row, parts in zip(names[:{LISTED}], result.to_numpy(), shares.to_numpy()):",
        '    print(f"values in group {name[:60]!r} = {row.sum()}")',
        f'    print(f"counts of group {{name[:60]!r}} = {{[str(value) for value in row[:{VALUES}]]}}")',
        f'    print(f"shares of group {{name[:60]!r}} = {{[str(value) for value in parts[:{VALUES}]]}}")',
        "",
        "if min(result.shape, default=0) > 1:",
        "    test = stats.chi2_contingency(result, correction=False)",
        '    print("chi squared =", float(test.statistic))',
        '    print("degrees of freedom =", int(test.dof))',
        '    print("p value =", float(test.pvalue))',
        '    print("cramers v =", float(np.sqrt(test.statistic / len(points) / (min(result.shape) - 1))))',
        '    print("cells =", test.expected_freq.size)',
        '    print("least expected =", float(test.expected_freq.min()))',
        '    print("cells expected below 5 =", int((test.expected_freq < 5).sum()))',
        "    p = test.pvalue",
        "    if result.shape == (2, 2) and test.expected_freq.min() < 5:",
        "        # Of small counts the approximation does not hold.",
        "        p = stats.fisher_exact(result).pvalue",
        '        print("exact p =", float(p))',
        '    print("is significant =", bool(p < 0.05))',
    ]
    drawing = [
        *opened(),
        f"drawn = shares.loc[result.sum(axis=1).nlargest({BARS}).index, result.sum().nlargest({LINES}).index]",
        "drawn = drawn.sort_index()",
        f"drawn.columns = {labels((plan.y,), frame, 'drawn.columns', LABEL)}",
        f"drawn.index = {labels((plan.by,), frame, 'drawn.index', LABEL)}",
        "drawn.plot.bar(stacked=True, ax=axes)",
        TURNED,
        f"axes.legend(title={literal(frame.label(plan.y))})",
        *closed(frame, None, frame.label(plan.by), frame.words["share_of_rows"]),
    ]
    return [*lines, *where_any("points", drawing), "", "result"]
