"""What is in a file: shape, types, numbers, categories, duplicates, and one figure of distributions."""

from __future__ import annotations

from lci.analyst.intents import ListColumns, Overview, ShowRows
from lci.analyst.listing import PLOT, filled, opening
from lci.analyst.results import Findings
from lci.analyst.writing import counted, escaped, literals, percent, rounded, shown, table

_FACTS = """
print(df.dtypes.to_string())
print("rows =", len(df))
print("columns =", df.shape[1])
print("duplicate rows =", int(df.astype("string").duplicated().sum()))
for name, count in df.isna().sum().items():
    if count:
        print(f"missing {str(name)!r} = {count}")
"""
_NUMBERS = """
numbers = df[$numbers].apply(pd.to_numeric, errors="coerce")
print(numbers.describe().T.to_string())
for name in numbers:
    print(f"mean {name!r} = {float(numbers[name].mean())}")
    print(f"minimum {name!r} = {float(numbers[name].min())}")
    print(f"median {name!r} = {float(numbers[name].median())}")
    print(f"maximum {name!r} = {float(numbers[name].max())}")
"""
_CATEGORIES = """
for name in $categories:
    counts = df[name].value_counts()
    print(f"different {name!r} = {len(counts)}")
    print(f"top {name!r} = {[f'{value} ({count})' for value, count in counts.head(3).items()]}")
"""
_DATES = """
for name in $dates:
    print(f"first date {name!r} = {str(df[name].min())!r}")
    print(f"last date {name!r} = {str(df[name].max())!r}")
"""
_FIGURE = """
drawn = $drawn
rows = (len(drawn) + 2) // 3
fig, axes = plt.subplots(rows, 3, figsize=(11, 3 * rows), layout="constrained", squeeze=False)
for ax, name in zip(axes.flat, drawn):
    if name in $numeric:
        ax.hist(pd.to_numeric(df[name], errors="coerce").dropna(), bins=30)
        ax.set_xlabel(name)
        ax.set_ylabel("rows")
    else:
        counts = df[name].astype("string").value_counts().head(8)
        ax.barh([label[:24] for label in counts.index[::-1]], counts[::-1])
        ax.set_xlabel("rows")
        ax.set_ylabel(name)
for ax in axes.flat[len(drawn) :]:
    ax.set_visible(False)
fig.suptitle("Distributions")
plt.show()
"""
_COLUMNS = """
for name in df.columns:
    values = df[name].dropna()
    print(f"type {str(name)!r} = {str(df[name].dtype)!r}")
    print(f"filled {str(name)!r} = {len(values)}")
    print(f"different {str(name)!r} = {values.astype('string').nunique()}")
print("rows =", len(df))
print("columns =", df.shape[1])
"""


def plan(intent: Overview) -> str:
    return f"I will read {shown(intent.source.file)} and look at its shape, types, missing values and distributions."


def code(intent: Overview) -> str:
    source = intent.source
    symbols = tuple(column for column in source.columns if column.form == "symbols")
    dates = source.of_kind("date")[:3]
    text = opening(source, (PLOT,), (*symbols, *dates)) + _FACTS
    numbers = [column.name for column in source.of_kind("number")[:20]]
    categories = [column.name for column in source.of_kind("category", "year")[:8]]
    if numbers:
        text += filled(_NUMBERS, numbers=literals(numbers))
    if categories:
        text += filled(_CATEGORIES, categories=literals(categories))
    if dates:
        text += filled(_DATES, dates=literals([column.name for column in dates]))
    drawn = ([*numbers, *categories] if len(numbers) < 6 else [*numbers[:6], *categories[:3]])[:9]
    if drawn:
        text += filled(_FIGURE, drawn=literals(drawn), numeric=literals([name for name in drawn if name in numbers]))
    return text


def prose(intent: Overview, findings: Findings) -> str:
    rows, columns = findings.count("rows"), findings.count("columns")
    duplicates = findings.count("duplicate rows")
    parts = [f"{shown(intent.source.file)} has **{counted(rows, 'row')} and {counted(columns, 'column')}**."]
    means = findings.numbers("mean")
    if means:
        low, middle, high = (dict(findings.numbers(name)) for name in ("minimum", "median", "maximum"))
        nan = float("nan")
        lines = [
            (shown(name).replace("|", "\\|"), *(rounded(value, 5) for value in
             (low.get(name, nan), middle.get(name, nan), mean, high.get(name, nan))))
            for name, mean in means
        ]  # fmt: skip
        parts.append(table(("numeric column", "min", "median", "mean", "max"), lines))
    different = dict(findings.numbers("different"))
    tops = [(name, value) for name, value in findings.series.get("top", ()) if isinstance(value, list)]
    if tops:
        parts.append(
            "\n".join(
                f"- {shown(name)}: {counted(int(different.get(name, 0)), 'different value')}, most often "
                + ", ".join(escaped(label) for label in labels)
                for name, labels in tops
                if labels
            )
        )
    last = dict(findings.words("last date"))
    for name, first in findings.words("first date"):
        parts.append(f"{shown(name)} runs from {escaped(first[:10])} to {escaped(last.get(name, '')[:10])}.")
    parts.append(missing_sentence(findings, rows) + f" {_duplicates(duplicates)}")
    return "\n\n".join(parts)


def missing_sentence(findings: Findings, rows: int) -> str:
    """Which columns lack values and how many, from the `missing` lines."""
    missing = sorted(findings.numbers("missing"), key=lambda pair: -pair[1])
    if not missing or not rows:
        return "No values are missing."
    most = ", ".join(f"{shown(name)} {count:,.0f} ({percent(count / rows)})" for name, count in missing[:8])
    rest = f" and {len(missing) - 8} more columns" if len(missing) > 8 else ""
    return f"Missing values: {most}{rest}."


def _duplicates(count: int) -> str:
    if not count:
        return "No row is an exact duplicate of another."
    return f"{counted(count, 'row')} {'repeats' if count == 1 else 'repeat'} an earlier one exactly."


def columns_plan(intent: ListColumns) -> str:
    return f"I will list the columns of {shown(intent.source.file)}."


def columns_code(intent: ListColumns) -> str:
    return opening(intent.source, ()) + _COLUMNS


def columns_prose(intent: ListColumns, findings: Findings) -> str:
    filled_in, different = dict(findings.numbers("filled")), dict(findings.numbers("different"))
    lines = [
        (
            shown(name).replace("|", "\\|"),
            escaped(dtype),
            f"{filled_in.get(name, 0):,.0f}",
            f"{different.get(name, 0):,.0f}",
        )
        for name, dtype in findings.words("type")
    ]
    head = (
        f"{shown(intent.source.file)} has **{counted(findings.count('columns'), 'column')}** "
        f"and {counted(findings.count('rows'), 'row')}."
    )
    text = f"{head}\n\n{table(('column', 'type', 'values', 'different'), lines[:60])}"
    return text if len(lines) <= 60 else f"{text}\n\n{len(lines) - 60} more columns are in the output above."


def rows_plan(intent: ShowRows) -> str:
    return f"I will show the {intent.end} {counted(intent.rows, 'row')} of {shown(intent.source.file)}."


def rows_code(intent: ShowRows) -> str:
    call = "head" if intent.end == "first" else "tail"
    lines = f'\nprint("rows =", len(df))\nprint("columns =", df.shape[1])\ndf.{call}({intent.rows})\n'
    return opening(intent.source, ()) + lines


def rows_prose(intent: ShowRows, findings: Findings) -> str:
    rows = findings.count("rows")
    shown_rows = min(intent.rows, rows)
    columns = counted(findings.count("columns"), "column")
    return f"Above: the {intent.end} {shown_rows:,} of {counted(rows, 'row')}, {columns}."
