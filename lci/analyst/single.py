"""One column: numbers with a histogram, categories with counts, dates with range and gaps."""

from __future__ import annotations

from lci.analyst.intents import Describe
from lci.analyst.listing import PLOT, filled, opening
from lci.analyst.results import Findings
from lci.analyst.writing import (
    agreeing,
    axis_label,
    counted,
    escaped,
    literal,
    percent,
    rounded,
    shown,
    table,
    unit_of,
)

_NUMBER = """
values = df[$name].dropna()
low, middle, high = values.quantile([0.25, 0.5, 0.75])
beyond = values[(values < low - 1.5 * (high - low)) | (values > high + 1.5 * (high - low))]

fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.hist(values, bins=30)
ax.axvspan(low, high, color="black", alpha=0.08, label="middle half")
ax.axvline(values.mean(), color="tab:red", label="mean")
ax.axvline(middle, color="black", linestyle="--", label="median")
ax.set_title("Distribution of " + $label)
ax.set_xlabel($label)
ax.set_ylabel("number of rows")
ax.legend()
plt.show()

print("n =", len(values))
print("missing =", len(df) - len(values))
print("different =", int(values.nunique()))
print("mean =", float(values.mean()))
print("std =", float(values.std()))
print("min =", float(values.min()))
print("quarter =", float(low))
print("median =", float(middle))
print("three quarters =", float(high))
print("max =", float(values.max()))
print("sum =", float(values.sum()))
print("skewness =", float(values.skew()))
print("outliers =", len(beyond))
"""
_CATEGORY = """
values = df[$name].dropna()
counts = values.value_counts()

fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.bar([str(label)[:30] for label in counts.head(20).index], counts.head(20))
ax.tick_params(axis="x", rotation=30)
ax.set_title("Rows by " + $label)
ax.set_xlabel($label)
ax.set_ylabel("number of rows")
plt.show()

print(counts.head(30).to_string())
print("n =", len(values))
print("missing =", len(df) - len(values))
print("different =", len(counts))
for label, count in counts.head(12).items():
    print(f"count {str(label)!r} = {count}")
"""
_DATE = """
dates = df[$name].dropna().sort_values()
steps = dates.drop_duplicates().diff().dropna()

fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.hist(dates, bins=40)
ax.set_title("Rows over " + $label)
ax.set_xlabel($label)
ax.set_ylabel("number of rows")
plt.show()

print("n =", len(dates))
print("missing =", len(df) - len(dates))
print("different =", int(dates.nunique()))
print("first =", repr(str(dates.iloc[0])))
print("last =", repr(str(dates.iloc[-1])))
if len(steps):
    print("usual step in days =", float(steps.median() / pd.Timedelta(days=1)))
    print("largest step in days =", float(steps.max() / pd.Timedelta(days=1)))
    print("largest step ends =", repr(str(dates[steps.idxmax()])))
    print("steps over twice the usual =", int((steps > 2 * steps.median()).sum()))
"""
_STATISTICS = {
    "mean": "mean", "sum": "sum", "median": "median", "min": "minimum", "max": "maximum", "std": "standard deviation",
}  # fmt: skip


def plan(intent: Describe) -> str:
    return f"I will look at the column {shown(intent.column.name)} of {shown(intent.source.file)}."


def code(intent: Describe) -> str:
    template = {"number": _NUMBER, "date": _DATE}.get(intent.column.kind, _CATEGORY)
    name = literal(intent.column.name)
    text = opening(intent.source, (PLOT,), (intent.column,))
    return text + filled(template, name=name, label=literal(axis_label(intent.column.name)))


def prose(intent: Describe, findings: Findings) -> str:
    match intent.column.kind:
        case "number":
            return _number(intent, findings)
        case "date":
            return _date(intent, findings)
        case _:
            return _category(intent, findings)


def _number(intent: Describe, findings: Findings) -> str:
    name, unit = shown(intent.column.name), unit_of(intent.column.name)
    n, missing, outliers = findings.count("n"), findings.count("missing"), findings.count("outliers")
    sentence = _STATISTICS.get(intent.statistic or "")
    parts = []
    if sentence and intent.statistic:
        parts.append(f"**The {sentence} of {name} is {rounded(findings.number(intent.statistic), 7)}{unit}.**")
    elif intent.statistic == "nunique":
        parts.append(f"**{name} has {counted(findings.count('different'), 'different value')}.**")
    elif intent.statistic == "count":
        parts.append(f"**{name} has {counted(n, 'value')}.**")
    mean, median, skewness = findings.number("mean"), findings.number("median"), findings.number("skewness")
    parts.append(
        f"{name} has a mean of {rounded(mean, 6)}{unit} and a median of {rounded(median, 6)}{unit}, "
        f"standard deviation {rounded(findings.number('std'), 5)}; it runs from {rounded(findings.number('min'), 6)} "
        f"to {rounded(findings.number('max'), 6)}, and the middle half lies between "
        f"{rounded(findings.number('quarter'), 6)} and {rounded(findings.number('three quarters'), 6)}."
    )
    shape = (
        "roughly symmetric" if abs(skewness) < 0.5 else "skewed to the right" if skewness > 0 else "skewed to the left"
    )
    notes = [f"The distribution is {shape} (skewness {rounded(skewness, 3)})." if skewness == skewness else ""]
    notes.append(
        f"{counted(outliers, 'value')} {agreeing(outliers, 'lies', 'lie')} beyond 1.5 interquartile ranges of the box."
    )
    notes.append(
        f"n = {n:,}, {counted(missing, 'row')} without a number, "
        f"{counted(findings.count('different'), 'different value')}."
    )
    return "\n\n".join([*parts, " ".join(note for note in notes if note)])


def _category(intent: Describe, findings: Findings) -> str:
    name = shown(intent.column.name)
    n, different, missing = findings.count("n"), findings.count("different"), findings.count("missing")
    counts = findings.numbers("count")
    if not counts or not n:
        return f"{name} has no values: all {missing:,} rows are empty."
    top = counts[0]
    lines = [(escaped(label), f"{count:,.0f}", percent(count / n)) for label, count in counts]
    parts = [
        f"{name} has **{counted(different, 'different value')}**; the most frequent is **{escaped(top[0])}** "
        f"with {counted(int(top[1]), 'row')} ({percent(top[1] / n)}).",
        table((name.replace("|", "\\|"), "rows", "share"), lines),
    ]
    rest = f"{different - len(counts):,} rarer values are not listed. " if different > len(counts) else ""
    if different == n and n > 1:
        rest += "Every value occurs once, as in an identifier. "
    return "\n\n".join([*parts, f"{rest}n = {n:,}, {counted(missing, 'row')} without a value."])


def _day(text: str) -> str:
    return escaped(text.removesuffix(" 00:00:00"))


def _date(intent: Describe, findings: Findings) -> str:
    name = shown(intent.column.name)
    n, missing = findings.count("n"), findings.count("missing")
    parts = [
        f"{name} runs from **{_day(findings.word('first'))}** to **{_day(findings.word('last'))}**, "
        f"{counted(findings.count('different'), 'different date')} in {counted(n, 'row')}; "
        f"{counted(missing, 'row')} without a readable date."
    ]
    if "usual step in days" in findings.values:
        usual, largest = findings.number("usual step in days"), findings.number("largest step in days")
        gaps = findings.count("steps over twice the usual")
        sentence = f"The usual step is {rounded(usual, 4)} days"
        if gaps:
            sentence += (
                f"; {counted(gaps, 'gap')} {agreeing(gaps, 'is', 'are')} more than twice as long, the largest "
                f"{rounded(largest, 4)} days, up to {_day(findings.word('largest step ends'))}."
            )
        else:
            sentence += " and no gap is more than twice as long."
        parts.append(sentence)
    return "\n\n".join(parts)
