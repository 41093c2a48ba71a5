"""A straight line through two columns, with its diagnostics."""

from __future__ import annotations

from lci.analyst.columns import FileColumn
from lci.analyst.intents import Regression
from lci.analyst.listing import NUMPY, PLOT, STATS, filled, opening
from lci.analyst.results import Findings
from lci.analyst.writing import (
    agreeing,
    axis_label,
    counted,
    exact,
    literal,
    literals,
    p_value,
    percent,
    rounded,
    shown,
)

_DRAWN_ROWS = 20_000

_CHOICE = """
# No columns were named: take the two numeric columns with the strongest correlation.
numbers = df[$candidates].apply(pd.to_numeric, errors="coerce")
strength = numbers.corr().abs()
pairs = strength.where(np.triu(np.ones(strength.shape, dtype=bool), k=1)).stack().dropna()
x, y = pairs.idxmax()
print("pairs compared =", len(pairs))
"""
_PARTNER = """
# Only one column was named: explain it by the numeric column that correlates with it most.
y = $y
candidates = $candidates
numbers = df[[y, *candidates]].apply(pd.to_numeric, errors="coerce")
strength = numbers.corr()[y].drop(y).abs().dropna()
x = strength.idxmax()
print("pairs compared =", len(strength))
"""
_DATED = """
x, y = $label, $y
data = pd.DataFrame({x: (df[$x] - df[$x].min()).dt.days / 365.25, y: pd.to_numeric(df[y], errors="coerce")}).dropna()
"""
_PLAIN = """
data = df[[x, y]].apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan).dropna()
"""
_FIT = """
fit = stats.linregress(data[x], data[y])
predicted = fit.intercept + fit.slope * data[x]
residuals = data[y] - predicted
degrees = max(len(data) - 2, 1)
residual_error = np.sqrt((residuals**2).sum() / degrees)
margin = stats.t.ppf(0.975, degrees) * fit.stderr
$thinned
fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
left.scatter($points[x], $points[y], s=18, alpha=0.6)
line = np.array([data[x].min(), data[x].max()])
equation = f"y = {fit.slope:.6g} x {fit.intercept:+.6g},  R² = {fit.rvalue**2:.4f}, n = {len(data)}"
left.plot(line, fit.intercept + fit.slope * line, color="tab:red", linewidth=2, label=equation)
left.legend()
left.set_title("Linear regression")
left.set_xlabel($x_label)
left.set_ylabel($y_label)
right.scatter($errors, s=18, alpha=0.6)
right.axhline(0, color="tab:red", linewidth=1)
right.set_title("Residuals")
right.set_xlabel("predicted " + $y_label)
right.set_ylabel("observed minus predicted")
plt.show()

print("x column =", repr(x))
print("y column =", repr(y))
print("n =", len(data))
print("rows dropped =", len(df) - len(data))
print("slope =", float(fit.slope))
print("intercept =", float(fit.intercept))
print("slope standard error =", float(fit.stderr))
print("intercept standard error =", float(fit.intercept_stderr))
print("slope margin =", float(margin))
print("r squared =", float(fit.rvalue**2))
print("p value =", float(fit.pvalue))
print("residual standard error =", float(residual_error))
print("x minimum =", float(data[x].min()))
print("x maximum =", float(data[x].max()))

# Is the line enough? A curve that fits much better, a spread that grows, and points far off say no.
if data[x].nunique() > 3 and residual_error > 0:
    centred = (data[x] - data[x].mean()) / data[x].std()
    curve = np.polyval(np.polyfit(centred, data[y], 2), centred)
    left_by_line, left_by_curve = (residuals**2).sum(), ((data[y] - curve) ** 2).sum()
    gain = (left_by_line - left_by_curve) / (left_by_curve / max(len(data) - 3, 1))
    print("r squared of a curve =", float(1 - left_by_curve / ((data[y] - data[y].mean()) ** 2).sum()))
    print("curvature p value =", float(stats.f.sf(gain, 1, max(len(data) - 3, 1))))
    spread = stats.spearmanr(predicted, residuals.abs())
    print("spread correlation =", float(spread.statistic))
    print("spread p value =", float(spread.pvalue))
    print("points beyond 3 standard errors =", int((residuals.abs() > 3 * residual_error).sum()))
"""
_ORDERED = """    in_order = residuals[data[x].sort_values().index]
    print("correlation of neighbouring residuals =", float(in_order.autocorr()))
"""


def plan(intent: Regression) -> str:
    if intent.x and intent.y:
        return (
            f"I will fit a straight line of {shown(intent.y.name)} on {shown(intent.x.name)} and check the residuals."
        )
    if intent.y:
        return (
            f"I will look for the numeric column that goes with {shown(intent.y.name)} most closely, "
            "fit a straight line and check the residuals."
        )
    return "No columns were named, so I will take the most strongly correlated pair, fit a straight line and check it."


def code(intent: Regression) -> str:
    dated = intent.x is not None and intent.x.kind == "date"
    symbols = tuple(column for column in intent.source.columns if column.form == "symbols")
    named = (intent.x,) if dated and intent.x else ()
    text = opening(intent.source, (PLOT, NUMPY, STATS), (*named, *symbols))
    if intent.x and intent.y:
        if dated:
            label = f"years since the first {intent.x.name}"
            text += filled(_DATED, label=literal(label), x=literal(intent.x.name), y=literal(intent.y.name))
        else:
            text += f"\nx, y = {literal(intent.x.name)}, {literal(intent.y.name)}" + _PLAIN
        x_label = "x" if dated else literal(axis_label(intent.x.name))
        text += _fitted(intent, x_label=x_label, y_label=literal(axis_label(intent.y.name)))
        return text + (_ORDERED if dated else "")
    candidates = literals([column.name for column in _candidates(intent)])
    if intent.y:
        text += filled(_PARTNER, y=literal(intent.y.name), candidates=candidates)
    else:
        text += filled(_CHOICE, candidates=candidates)
    return text + _PLAIN + _fitted(intent, x_label="x", y_label="y")


def _fitted(intent: Regression, *, x_label: str, y_label: str) -> str:
    rows = intent.source.rows
    few = rows is not None and rows <= _DRAWN_ROWS
    thinned = f"drawn = data.sample(min(len(data), {_DRAWN_ROWS}), random_state=0)  # enough points to see the shape\n"
    points = "data" if few else "drawn"
    errors = "predicted, residuals" if few else "predicted[drawn.index], residuals[drawn.index]"
    return filled(_FIT, x_label=x_label, y_label=y_label, points=points, errors=errors, thinned="" if few else thinned)


def _candidates(intent: Regression) -> tuple[FileColumn, ...]:
    """Measurements first; years and ids only when there is nothing else to pair."""
    needed = 1 if intent.y else 2
    for kinds in (("number",), ("number", "year"), ("number", "year", "id")):
        columns = tuple(column for column in intent.source.of_kind(*kinds) if column != intent.y)
        if len(columns) >= needed:
            return columns
    return intent.source.of_kind("number", "year", "id")


def prose(intent: Regression, findings: Findings) -> str:
    x, y = findings.word("x column"), findings.word("y column")
    slope, intercept = findings.number("slope"), findings.number("intercept")
    sign = "−" if intercept < 0 else "+"
    r_squared = findings.number("r squared")
    parts = [
        f"**{shown(y)} = {exact(slope)} × {shown(x)} {sign} {exact(abs(intercept))}**",
        f"Each further unit of {shown(x)} goes with a change of {rounded(slope, 6)} in {shown(y)}. "
        f"The line explains {percent(r_squared)} of the variance.",
        _table(findings, slope, intercept, r_squared),
        _diagnosis(findings, r_squared),
    ]
    if intent.x is None or intent.y is None:
        pairs = counted(findings.count("pairs compared"), "pair")
        chosen = f"{shown(x)} and {shown(y)}" if intent.y is None else shown(x)
        parts.insert(0, f"I chose {chosen}: the strongest correlation among {pairs} of numeric columns.")
    return "\n\n".join(parts)


def _table(findings: Findings, slope: float, intercept: float, r_squared: float) -> str:
    margin = findings.number("slope margin")
    dropped = findings.count("rows dropped")
    lines = [
        f"- Slope {exact(slope)}, standard error {rounded(findings.number('slope standard error'), 4)}, "
        f"95 % interval {rounded(slope - margin, 6)} to {rounded(slope + margin, 6)}, "
        f"{p_value(findings.number('p value'))}",
        f"- Intercept {exact(intercept)}, standard error {rounded(findings.number('intercept standard error'), 4)}",
        f"- R² = {rounded(r_squared, 5)}, "
        f"typical error of a prediction {rounded(findings.number('residual standard error'), 4)}",
        f"- n = {findings.count('n'):,}; {counted(dropped, 'row')} left out because a value is missing or not a number",
    ]
    return "\n".join(lines)


def _curvature(curve: float, line: float, p: float) -> str:
    both = f"R² {rounded(curve, 4)} against {rounded(line, 4)}"
    if not p < 0.01:
        return f"No significant curvature: a quadratic fit reaches {both}."
    if curve - line > 0.1 * (1 - line):
        return f"The residuals bend: a quadratic fit does clearly better ({both}), so the line is an approximation."
    return f"There is slight but significant curvature: a quadratic fit reaches {both}."


def _diagnosis(findings: Findings, r_squared: float) -> str:
    values = findings.values
    notes = []
    if "r squared of a curve" in values:
        curve = findings.number("r squared of a curve")
        notes.append(_curvature(curve, r_squared, findings.number("curvature p value")))
        spread = findings.number("spread correlation")
        if findings.number("spread p value") < 0.01 and abs(spread) > 0.1:
            direction = "grows" if spread > 0 else "shrinks"
            notes.append(
                f"The scatter around the line {direction} with the prediction (rank correlation {rounded(spread, 2)}), "
                "so the standard errors are rough."
            )
        else:
            notes.append("The scatter around the line shows no significant change with the prediction.")
        far = findings.count("points beyond 3 standard errors")
        notes.append(
            f"{counted(far, 'point')} {agreeing(far, 'lies', 'lie')} more than 3 standard errors off the line."
        )
    if (
        "correlation of neighbouring residuals" in values
        and findings.number("correlation of neighbouring residuals") > 0.3
    ):
        notes.append(
            "Neighbouring residuals are correlated "
            f"({rounded(findings.number('correlation of neighbouring residuals'), 2)}), as is common in time series: "
            "the standard error and p-value are too optimistic."
        )
    if findings.count("n") < 3:
        notes.append("Two points always lie on a line: the standard errors and the p-value mean nothing here.")
    elif findings.count("n") < 10:
        notes.append("With so few points the result is fragile.")
    if r_squared > 0.9999:
        notes.append("The fit is almost perfect; one column may be computed from the other.")
    notes.append(
        f"Valid within {rounded(findings.number('x minimum'), 4)} to {rounded(findings.number('x maximum'), 4)}; "
        "a line describes, it does not show cause."
    )
    return "**Diagnostics.** " + " ".join(notes)
