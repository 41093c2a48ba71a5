"""All pairs of numeric columns, strongest first."""

from __future__ import annotations

from lci.analyst.intents import Correlations
from lci.analyst.listing import NUMPY, PLOT, filled, opening
from lci.analyst.results import Findings
from lci.analyst.writing import counted, literals, rounded, shown, table

_CODE = """
numbers = df[$names].apply(pd.to_numeric, errors="coerce")
corr = numbers.corr()
print(corr.round(3).to_string())

fig, ax = plt.subplots(figsize=(7, 6), layout="constrained")
drawn = corr.iloc[:40, :40]
image = ax.imshow(drawn, cmap="RdBu_r", vmin=-1, vmax=1)
ax.set_xticks(range(len(drawn)), drawn.columns, rotation=45, ha="right")
ax.set_yticks(range(len(drawn)), drawn.columns)
if len(corr) <= 12:
    for i in range(len(corr)):
        for j in range(len(corr)):
            r = corr.iloc[i, j]
            ax.text(j, i, f"{r:.2f}", ha="center", va="center", color="white" if abs(r) > 0.6 else "black")
fig.colorbar(image, label="Pearson correlation")
ax.set_title("Correlations")
plt.show()

pairs = corr.where(np.triu(np.ones(corr.shape, dtype=bool), k=1)).stack().dropna()
pairs = pairs.sort_values(key=abs, ascending=False)
print("pairs =", len(pairs))
print("columns =", len(corr))
for (first, second), r in pairs.head(10).items():
    pair = f"{first} / {second}"
    print(f"first {pair!r} = {first!r}")
    print(f"second {pair!r} = {second!r}")
    print(f"r {pair!r} = {float(r)}")
    print(f"n {pair!r} = {len(numbers[[first, second]].dropna())}")
"""


def plan(intent: Correlations) -> str:
    return f"I will compute the correlation of every pair of numeric columns in {shown(intent.source.file)}."


def code(intent: Correlations) -> str:
    names = [column.name for column in intent.source.of_kind("number")]
    symbols = tuple(column for column in intent.source.columns if column.form == "symbols")
    return opening(intent.source, (PLOT, NUMPY), symbols) + filled(_CODE, names=literals(names))


def prose(intent: Correlations, findings: Findings) -> str:
    pairs, columns = findings.count("pairs"), findings.count("columns")
    if not pairs:
        return (
            "There is nothing to correlate: "
            f"{shown(intent.source.file)} has {counted(columns, 'numeric column')}, and two that vary are needed."
        )
    first, second = dict(findings.words("first")), dict(findings.words("second"))
    sizes = dict(findings.numbers("n"))
    ranked = [(first[key], second[key], r, sizes.get(key, 0)) for key, r in findings.numbers("r")]
    a, b, r, _ = ranked[0]
    lines = [(f"{shown(a)} and {shown(b)}".replace("|", "\\|"), rounded(r, 4), f"{n:,.0f}") for a, b, r, n in ranked]
    return "\n\n".join(
        [
            f"The strongest of {counted(pairs, 'correlation')} is between {shown(a)} and {shown(b)}: "
            f"**r = {rounded(r, 4)}**.",
            table(("pair", "r", "n"), lines),
            "These are Pearson correlations: they see straight-line relations only, and say nothing about cause.",
        ]
    )
