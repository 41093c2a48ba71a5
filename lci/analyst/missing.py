"""Which values are missing, where, and together with what."""

from __future__ import annotations

from lci.analyst.intents import Missing
from lci.analyst.listing import PLOT, filled, opening
from lci.analyst.overview import missing_sentence
from lci.analyst.results import Findings
from lci.analyst.writing import agreeing, counted, escaped, literals, percent, shown

_CODE = """
empty = df.isna()
counts = empty.sum()
counts = counts[counts > 0].sort_values(ascending=False)

print("rows =", len(df))
print("columns =", df.shape[1])
print("rows with a missing value =", int(empty.any(axis=1).sum()))
for name, count in counts.items():
    print(f"missing {str(name)!r} = {count}")

# Do values go missing together?
if len(counts):
    together = empty[empty.any(axis=1)].apply(lambda row: " + ".join(str(name) for name in row.index[row]), axis=1)
    for names, count in together.value_counts().head(5).items():
        print(f"together {names!r} = {count}")
$uneven
# In long runs of rows, or scattered?
runs = {str(name): int(empty[name].groupby((~empty[name]).cumsum()).sum().max()) for name in counts.index}
if runs:
    longest = max(runs, key=runs.get)
    print(f"longest run {longest!r} = {runs[longest]}")

fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
share = 100 * empty.mean().sort_values().tail(20)
left.barh([str(name) for name in share.index], share)
left.set_title("Missing values by column")
left.set_xlabel("share of rows (%)")
sampled = empty.iloc[:: max(len(df) // 2000, 1)].to_numpy()
right.imshow(sampled, aspect="auto", interpolation="nearest", cmap="Greys", vmin=0, vmax=1)
right.set_title("Where they are (black = missing)")
right.set_xlabel("column")
right.set_ylabel("row, from the first to the last")
right.set_yticks([])
plt.show()
"""
_UNEVEN = """
# Does it depend on a category? Compare the shares of missing values in its groups.
for name in counts.index[:5]:
    for category in $categories:
        if category == name or not 2 <= df[category].nunique() <= 20:
            continue
        share = empty[name].groupby(df[category]).mean()
        if share.max() - share.min() >= 0.05:
            most, least = (str(share.idxmax()), float(share.max())), (str(share.idxmin()), float(share.min()))
            print(f"uneven {str(name)!r} = {[category, *most, *least]}")
"""


def plan(intent: Missing) -> str:
    return f"I will count the missing values of {shown(intent.source.file)} and look for a pattern in where they are."


def code(intent: Missing) -> str:
    categories = [column.name for column in intent.source.of_kind("category", "year")[:12]]
    uneven = filled(_UNEVEN, categories=literals(categories)) if categories else ""
    text = opening(intent.source, (PLOT,))
    return text + filled(_CODE, uneven=uneven)


def _cut(names: str) -> str:
    return shown(names if len(names) <= 200 else f"{names[:199]}…")


def prose(intent: Missing, findings: Findings) -> str:
    rows = findings.count("rows")
    missing = findings.numbers("missing")
    if not missing:
        return f"No values are missing in {counted(rows, 'row')} and {counted(findings.count('columns'), 'column')}."
    complete = rows - findings.count("rows with a missing value")
    some = f"{len(missing)} of {counted(findings.count('columns'), 'column')} {agreeing(len(missing), 'has', 'have')}"
    lead = (
        f"**{some} missing values.** {missing_sentence(findings, rows)} "
        f"{counted(complete, 'row')} of {rows:,} {agreeing(complete, 'is', 'are')} complete."
    )
    notes = [
        f"- In {counted(int(count), 'row')} these are missing together: {_cut(names)}."
        for names, count in findings.numbers("together")
        if " + " in names
    ]
    for name, values in findings.series.get("uneven", ()):
        if isinstance(values, list) and len(values) == 5:
            category, high, high_share, low, low_share = values
            notes.append(
                f"- {shown(name)} is missing most often where {shown(category)} is {escaped(high)} "
                f"({percent(float(high_share))}), least where it is {escaped(low)} ({percent(float(low_share))})."
            )
    longest = sorted(findings.numbers("longest run"), key=lambda pair: -pair[1])
    if longest and longest[0][1] > 1:
        notes.append(f"- The longest unbroken run of rows without {shown(longest[0][0])} is {longest[0][1]:,.0f} rows.")
    parts = [lead]
    if notes:
        parts.append("**Pattern**\n\n" + "\n".join(notes))
    if intent.why:
        parts.append(
            "Why they are missing cannot be read from the values alone: the pattern above shows where to look, and the "
            "people or notes behind the file have to say whether something was not measured, not applicable or lost."
        )
    return "\n\n".join(parts)
