"""How the odds of something go with fields: logistic regression, each field with the others held equal."""

from __future__ import annotations

from lci.analyst.compiling.conditions import masks
from lci.analyst.compiling.frame import Frame, NotCompiled
from lci.analyst.compiling.group_figures import closed, opened
from lci.analyst.compiling.printed_values import LISTED
from lci.analyst.compiling.summaries import counts
from lci.analyst.plan import Chart, Odds
from lci.analyst.writing import literals

#: Ratios that are drawn.
_DRAWN = 20


def odds(plan: Odds, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    fields = (plan.of.field, *plan.x)
    if not plan.x or len({place.column for place in fields}) != len(fields):
        raise NotCompiled("odds go with other fields")
    if plan.of.comparison != "equal" or len(plan.of.values) != 1:
        raise NotCompiled("odds are those of one value")
    for place in plan.x:
        if frame.kind(place) not in ("number", "year", "text", "weekday"):
            raise NotCompiled(f"{place.column} is a time, which odds do not go with by itself")
    names = [frame.name(place) for place in plan.x]
    groups = [frame.name(place) for place in plan.x if frame.kind(place) in ("text", "weekday")]
    (happens,) = masks((plan.of,), frame, "points")
    encoded = f', columns={literals(groups)}, prefix_sep=" = ", drop_first=True' if groups else ""
    lines = [
        f"points = {frame.kept}[{literals([frame.name(plan.of.field), *names])}].dropna()",
        f"happens = ({happens}).astype(float)",
        f"values = pd.get_dummies(points[{literals(names)}]{encoded}).astype(float)",
        'explaining = sm.add_constant(values, has_constant="add")',
        "# Fields that follow from one another have no odds of their own.",
        "can_fit = happens.nunique() == 2 and len(points) > explaining.shape[1] + 1",
        "can_fit = can_fit and np.linalg.matrix_rank(explaining) == explaining.shape[1]",
        "",
        *counts(frame),
        'print("rows used =", len(points))',
        'print("rows where it holds =", int(happens.sum()))',
        'print("fields found =", values.shape[1])',
        'print("values differ =", happens.nunique() == 2)',
        'print("fields are independent =", bool(can_fit))',
        "if can_fit:",
        "    with warnings.catch_warnings():",
        "        # Where a value alone decides, nothing converges.",
        '        warnings.simplefilter("ignore")',
        "        try:",
        "            fit = sm.Logit(happens, explaining).fit(disp=0, maxiter=100)",
        "        except np.linalg.LinAlgError:",
        "            can_fit = False",
        "        else:",
        "            result = np.exp(pd.concat([fit.params, fit.conf_int()], axis=1).iloc[1:])",
        "            weights = (fit.params.iloc[1:] * values.std()).abs()",
        "            is_finite = np.isfinite(result).all(axis=None) and weights.max() < 10",
        '            can_fit = bool(fit.mle_retvals["converged"] and is_finite)',
        '    print("odds are finite =", can_fit)',
        "if can_fit:",
        '    result.columns = ["odds ratio", "from", "to"]',
        '    result["p"] = fit.pvalues.iloc[1:]',
        '    print("p of all =", float(fit.llr_pvalue))',
        '    print("pseudo r2 =", float(fit.prsquared))',
        f"    for name, (ratio, low, high, p) in zip(result.index[:{LISTED}], result.to_numpy()):",
        '        print(f"odds ratio {name[:60]!r} = {ratio}")',
        '        print(f"ratio from {name[:60]!r} = {low}")',
        '        print(f"ratio to {name[:60]!r} = {high}")',
        '        print(f"p {name[:60]!r} = {p}")',
    ]
    drawing = [
        f"drawn = result.head({_DRAWN})[::-1]",
        *opened(8, 5),
        'axes.hlines(range(len(drawn)), drawn["from"], drawn["to"])',
        'axes.plot(drawn["odds ratio"], range(len(drawn)), "o")',
        "axes.set_yticks(range(len(drawn)), [name[:30] for name in drawn.index])",
        'axes.axvline(1, color="gray", linestyle="--")',
        *closed(frame, Chart("scatter", log_x=True), frame.words["odds"], ""),
    ]
    return [*lines, "", *(f"    {line}" if line else "" for line in drawing)]
