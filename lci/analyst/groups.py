"""One value for each group, as a table and a bar chart."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.columns import FileColumn
from lci.analyst.intents import GroupBy, How, Key
from lci.analyst.listing import PLOT, filled, opening
from lci.analyst.results import Findings
from lci.analyst.writing import axis_label, counted, escaped, literal, percent, rounded, shown, table, unit_of

PERIODS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
WORDS: dict[How, str] = {
    "mean": "mean", "sum": "total", "count": "number", "median": "median", "min": "lowest", "max": "highest",
    "std": "standard deviation", "nunique": "number of different",
}  # fmt: skip

_AGGREGATE = """
grouped = df.groupby($keys, observed=True)$value
result = grouped.$method.dropna()
sizes = grouped.$sizes
$order
"""
_SINGLE_CHART = """
shown = result.head($most)
fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.bar([str(name) for name in shown.index], shown.to_numpy())
ax.tick_params(axis="x", rotation=$rotation)
"""
_DOUBLE_CHART = """
shown = result.unstack()
shown = shown[shown.sum().sort_values(ascending=False).index[:8]]  # at most the eight largest series
fig, ax = plt.subplots(figsize=(9, 4.5), layout="constrained")
shown.plot(kind="$kind", ax=ax, rot=30)
"""
_REST = """ax.set_xlabel($x_label)
ax.set_ylabel($y_label)
ax.set_title($title)
plt.show()

print(result.head(30).to_string())
print("groups =", len(result))
print("rows used =", int(sizes.sum()))
print("rows in the file =", len(df))
$overall
labels = [" / ".join(map(str, name if isinstance(name, tuple) else (name,))) for name in result.index]
if len(result):
    print("highest =", repr(labels[result.argmax()]))
    print("highest value =", float(result.max()))
    print("lowest =", repr(labels[result.argmin()]))
    print("lowest value =", float(result.min()))
for label, (name, value) in zip(labels, result.head(12).items()):
    print(f"value {label!r} = {float(value)}")
    print(f"rows {label!r} = {int(sizes[name])}")
"""


def phrase(how: How, value: FileColumn | None) -> str:
    """`mean of price` in Markdown, `number of rows` when there is no column."""
    return f"{WORDS[how]} of {shown(value.name)}" if value is not None else "number of rows"


def plain(how: How, value: FileColumn | None) -> str:
    """The same as an axis label."""
    return f"{WORDS[how]} of {axis_label(value.name)}" if value is not None else "number of rows"


def method(how: How) -> str:
    """The pandas call that aggregates; a sum of nothing is missing, not zero."""
    match how:
        case "sum":
            return "sum(min_count=1)"
        case "count":
            return "size()"
        case "mean" | "median" | "min" | "max" | "std" | "nunique":
            return f"{how}()"
        case _:
            assert_never(how)


def key_name(key: Key) -> str:
    """A key in words, Markdown."""
    return (
        f"{key.unit} of {shown(key.column.name)}" if key.unit and key.column.kind == "date" else shown(key.column.name)
    )


def plan(intent: GroupBy) -> str:
    keys = " and ".join(key_name(key) for key in intent.keys)
    return f"I will compute the {phrase(intent.how, intent.value)} for each {keys} and draw it."


def code(intent: GroupBy) -> str:
    used = tuple(key.column for key in intent.keys if key.column.kind == "date")
    value = (intent.value,) if intent.value else ()
    text = opening(intent.source, (PLOT,), (*used, *value))
    keys = [_key(key) for key in intent.keys]
    single = len(keys) == 1
    calendar = any(key.unit for key in intent.keys)
    text += filled(
        _AGGREGATE,
        keys=keys[0] if single else f"[{', '.join(keys)}]",
        value=f"[{literal(intent.value.name)}]" if intent.value else "",
        method=method(intent.how),
        sizes="count()" if intent.value else "size()",
        order=_order(intent, calendar),
    ).replace("\n\n\n", "\n\n")
    if single:
        most = "60" if calendar else str(intent.limit or 20)
        rotation = "90" if calendar else "30"
        text += filled(_SINGLE_CHART, most=most, rotation=rotation)
    else:
        text += filled(_DOUBLE_CHART, kind="line" if calendar else "bar")
    names = " and ".join(_plain_key(key) for key in intent.keys)
    quantity = plain(intent.how, intent.value)
    return text + filled(
        _REST,
        x_label=literal(_plain_key(intent.keys[0])),
        y_label=literal(quantity),
        title=literal(f"{quantity[0].upper()}{quantity[1:]} by {names}"),
        overall=_overall(intent),
    )


def _key(key: Key) -> str:
    at = literal(key.column.name)
    if key.unit is None or key.column.kind != "date":
        return at
    return f'df[{at}].dt.to_period("{PERIODS[key.unit]}")'


def _plain_key(key: Key) -> str:
    return f"{key.unit}" if key.unit and key.column.kind == "date" else axis_label(key.column.name)


def _order(intent: GroupBy, calendar: bool) -> str:
    if calendar and intent.limit is None:
        return "result = result.sort_index()"
    limit = f".head({intent.limit})" if intent.limit else ""
    return f"result = result.sort_values(ascending={intent.ascending}){limit}"


def _overall(intent: GroupBy) -> str:
    if intent.value is None or intent.how in {"sum", "nunique"}:
        total = "result" if intent.limit is None else f"grouped.{method(intent.how)}"
        return f'print("overall =", float({total}.sum()))'
    return f'print("overall =", float(df[{literal(intent.value.name)}].{intent.how}()))'


def prose(intent: GroupBy, findings: Findings) -> str:
    values = findings.numbers("value")
    rows = dict(findings.numbers("rows"))
    used, everything = findings.count("rows used"), findings.count("rows in the file")
    groups = findings.count("groups")
    unit = unit_of(intent.value.name) if intent.value and intent.how not in {"count", "nunique"} else ""
    what, keys = phrase(intent.how, intent.value), " and ".join(key_name(key) for key in intent.keys)
    if not values:
        return f"No group of {keys} has a value for the {what}."
    # Over all groups: those listed are only the first.
    ends = ("lowest", "highest") if intent.ascending else ("highest", "lowest")
    best, worst = ((findings.word(end), findings.number(f"{end} value")) for end in ends)
    first = f"By {keys}, the {what} is {ends[0]} for **{escaped(best[0])}** ({rounded(best[1], 6)}{unit})"
    if groups == 1 and intent.limit is None:
        first = f"The {what} for **{escaped(best[0])}**, the only group, is {rounded(best[1], 6)}{unit}"
    elif intent.limit is None:
        first += f" and {ends[1]} for **{escaped(worst[0])}** ({rounded(worst[1], 6)}{unit})"
    share = intent.value is None or intent.how == "sum"
    overall = findings.number("overall")
    lines = [
        (escaped(label), rounded(value, 6), *([f"{rows.get(label, 0):,.0f}"] if intent.value else []))
        for label, value in values
    ]
    headings = (keys.replace("|", "\\|"), what.replace("|", "\\|"), *(["rows"] if intent.value else []))
    parts = [first + ".", table(headings, lines)]
    if groups > len(values):
        parts.append(
            f"{groups - len(values):,} of {groups:,} groups are not listed here; the output above shows up to 30."
        )
    notes = []
    if share and overall > 0 and all(value >= 0 for _, value in values):
        notes.append(
            f"The total is {rounded(overall, 6)}{unit}; {escaped(best[0])} has {percent(best[1] / overall)} of it."
        )
    elif not share and intent.how != "nunique":
        notes.append(f"Over all rows it is {rounded(overall, 6)}{unit}.")
    notes.append(f"{used:,} of {everything:,} rows used{_left_out(used, everything)}.")
    small = [label for label, _ in values if rows.get(label, 0) < 5]
    if small and intent.value is not None and intent.how in {"mean", "median", "std"}:
        notes.append(f"{counted(len(small), 'group')} listed rest on fewer than 5 rows.")
    return "\n\n".join([*parts, " ".join(notes)])


def _left_out(used: int, everything: int) -> str:
    return "; the others lack the group or the value" if used < everything else ""
