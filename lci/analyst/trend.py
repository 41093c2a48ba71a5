"""A value over time: resampled, drawn, with its ends, extremes, slope and gaps."""

from __future__ import annotations

from lci.analyst.groups import PERIODS, method, phrase, plain
from lci.analyst.intents import Trend, Unit
from lci.analyst.listing import NUMPY, PLOT, STATS, filled, opening, years_as_dates
from lci.analyst.results import Findings
from lci.analyst.writing import (
    agreeing,
    axis_label,
    counted,
    escaped,
    literal,
    p_value,
    percent,
    rounded,
    shown,
    unit_of,
)

_ENDS = ("first date", "last date")
PER_YEAR: dict[Unit, float] = {"day": 365.25, "week": 52.18, "month": 12, "quarter": 4, "year": 1}

_CODE = """
series = df.groupby(df[$date].dt.to_period("$period"))$value.$method.dropna()
position = np.array([period.ordinal for period in series.index])
position = position - position[0]
fit = stats.linregress(position, series)

fig, ax = plt.subplots(figsize=(9, 4.5), layout="constrained")
when = series.index.to_timestamp()
ax.plot(when, series, marker="o" if len(series) <= 60 else None, linewidth=1.5, label=$label)
ax.plot(when, fit.intercept + fit.slope * position, linestyle="--", color="tab:red", label="straight-line trend")
ax.set_xlabel($x_label)
ax.set_ylabel($label)
ax.set_title($title)
ax.legend()
plt.show()

print("periods =", len(series))
print("periods without a value =", int(position[-1]) + 1 - len(series))
print("first period =", repr(str(series.index[0])))
print("last period =", repr(str(series.index[-1])))
print("first value =", float(series.iloc[0]))
print("last value =", float(series.iloc[-1]))
print("peak period =", repr(str(series.idxmax())))
print("peak value =", float(series.max()))
print("low period =", repr(str(series.idxmin())))
print("low value =", float(series.min()))
print("slope =", float(fit.slope))
print("slope standard error =", float(fit.stderr))
print("r squared =", float(fit.rvalue**2))
print("p value =", float(fit.pvalue))
print("first date =", repr(str(df[$date].min().date())))
print("last date =", repr(str(df[$date].max().date())))
print("rows =", len(df))
print("rows without a date =", int(df[$date].isna().sum()))
$missing"""


def plan(intent: Trend) -> str:
    return f"I will compute the {phrase(intent.how, intent.value)} for each {intent.unit} and draw it over time."


def code(intent: Trend) -> str:
    value = (intent.value,) if intent.value else ()
    dates = (intent.date,) if intent.date.kind == "date" else ()
    text = opening(intent.source, (PLOT, NUMPY, STATS), (*dates, *value))
    if intent.date.kind == "year":
        text += years_as_dates(intent.date) + "\n"
    label = plain(intent.how, intent.value)
    missing = (
        f'print("rows without a value =", int(df[{literal(intent.value.name)}].isna().sum()))\n' if intent.value else ""
    )
    return text + filled(
        _CODE,
        date=literal(intent.date.name),
        period=PERIODS[intent.unit],
        value=f"[{literal(intent.value.name)}]" if intent.value else "",
        method=method(intent.how),
        label=literal(label),
        x_label=literal(axis_label(intent.date.name)),
        title=literal(f"{label[0].upper()}{label[1:]} per {intent.unit}"),
        missing=missing,
    )


def prose(intent: Trend, findings: Findings) -> str:
    if findings.count("periods") == 1:
        return (
            f"All values fall into one {intent.unit}, {escaped(findings.word('first period'))}: the "
            f"{phrase(intent.how, intent.value)} is {rounded(findings.number('first value'), 6)}. "
            "There is no trend to state; ask for a daily one to look closer."
        )
    unit = unit_of(intent.value.name) if intent.value and intent.how != "nunique" else ""
    first, last = findings.number("first value"), findings.number("last value")
    slope, r_squared = findings.number("slope"), findings.number("r squared")
    change = last - first
    direction = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    relative = f", {percent(abs(change) / abs(first))}" if first and change else ""
    by = f" by {rounded(abs(change), 5)}{unit}{relative}" if change else ""
    start, end = escaped(findings.word("first period")), escaped(findings.word("last period"))
    p = findings.number("p value")
    shape = (
        "a trend that is not distinguishable from none"
        if p > 0.05
        else f"a straight trend with R² = {rounded(r_squared, 4)}"
    )
    lines = [
        f"The {phrase(intent.how, intent.value)} per {intent.unit} {direction} "
        f"from {rounded(first, 6)}{unit} ({start}) to {rounded(last, 6)}{unit} ({end}){by}.",
        "\n".join(
            [
                f"- Peak: {rounded(findings.number('peak value'), 6)}{unit} in {escaped(findings.word('peak period'))}",
                f"- Low: {rounded(findings.number('low value'), 6)}{unit} in {escaped(findings.word('low period'))}",
                f"- Slope: {rounded(slope, 7)}{unit} per {intent.unit} "
                f"(standard error {rounded(findings.number('slope standard error'), 3)}, {p_value(p)})"
                + _yearly(intent, slope, unit),
                f"- {counted(findings.count('periods'), intent.unit)} with values: {shape}",
            ]
        ),
        _limits(intent, findings),
    ]
    return "\n\n".join(lines)


def _yearly(intent: Trend, slope: float, unit: str) -> str:
    if intent.unit == "year":
        return ""
    return f", about {rounded(slope * PER_YEAR[intent.unit], 4)}{unit} a year"


def _limits(intent: Trend, findings: Findings) -> str:
    first, last = (escaped(findings.word(name)[: 4 if intent.date.kind == "year" else 10]) for name in _ENDS)
    notes = [f"The values of {shown(intent.date.name)} run from {first} to {last}."]
    gaps = findings.count("periods without a value")
    if gaps:
        notes.append(
            f"{counted(gaps, intent.unit)} in between {agreeing(gaps, 'has', 'have')} no value "
            f"and {agreeing(gaps, 'is', 'are')} left out."
        )
    undated = findings.count("rows without a date")
    if undated:
        notes.append(f"{counted(undated, 'row')} without a readable date {agreeing(undated, 'is', 'are')} left out.")
    if intent.value is not None and (empty := findings.count("rows without a value")):
        notes.append(
            f"{counted(empty, 'row')} of {findings.count('rows'):,} {agreeing(empty, 'has', 'have')} no value."
        )
    if intent.how in {"sum", "count"}:
        notes.append(f"The first and the last {intent.unit} may be incomplete, which makes their totals too small.")
    notes.append("The p-value takes the periods as independent; neighbouring ones seldom are.")
    return " ".join(notes)
