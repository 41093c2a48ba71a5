"""Sentences about a whole table, its columns, what is missing, or one field."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.plan import Description, Field
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell, unit, visible
from lci.analyst.writing import escaped, shown, table


def description(plan: Description, findings: Findings, text: Phrases) -> str:
    """What is known."""
    match plan.of:
        case "table":
            return _table(plan, findings, text)
        case "columns":
            return _columns(plan, findings, text)
        case "missing":
            return _missing(plan, findings, text)
        case "field":
            assert plan.field is not None
            return _field(plan.field, findings, text)
        case _:
            assert_never(plan.of)


def _lead(plan: Description, findings: Findings, text: Phrases) -> str:
    rows, columns = (
        text.noun(name, findings.count(f"{name} {end}")) for name, end in (("rows", "kept"), ("columns", "found"))
    )
    lead = text.say("table_is", table=shown(visible(plan.table)), rows=rows, columns=columns)
    if "rows in the file" in findings.values:
        lead += text["gap"] + text.say("selected_rows", rows=rows, whole=f"{findings.count('rows in the file'):,}")
    return lead


def _lists(findings: Findings, series: str, length: int) -> list[tuple[str, list[str]]]:
    """The labelled lists of that name, of that length."""
    return [
        (name, values)
        for name, values in findings.series.get(series, ())
        if isinstance(values, list) and len(values) == length
    ]


def _table(plan: Description, findings: Findings, text: Phrases) -> str:
    parts = [_lead(plan, findings, text)]
    numbers = _lists(findings, "number", 4)
    if numbers:
        lines = [
            (cell(shown(visible(name))), *(text.number(float(value)) for value in values)) for name, values in numbers
        ]
        parts.append(table(text.heads("number_heads"), lines))
    different = dict(findings.numbers("distinct values"))
    frequent: dict[str, list[str]] = {}
    for name, (label, count) in _lists(findings, "frequent", 2):
        frequent.setdefault(name, []).append(text.say("frequent_label", label=escaped(label), count=f"{int(count):,}"))
    if frequent:
        parts.append("\n".join(
            "- " + text.say(
                "frequent", column=shown(visible(name)), different=text.noun("values", different.get(name, 0)),
                labels=text["list"].join(labels),
            )
            for name, labels in frequent.items()
        ))  # fmt: skip
    parts += [
        text.say("dates_run", column=shown(visible(name)), first=_day(first), last=_day(last))
        for name, (first, last) in _lists(findings, "dates", 2)
    ]
    duplicates = findings.count("duplicate rows")
    repeated = text.say("duplicates", rows=text.noun("rows", duplicates)) if duplicates else text["no_duplicates"]
    return "\n\n".join([*parts, _missing_list(findings, text) + text["gap"] + repeated])


def _day(text: str) -> str:
    return escaped(text.removesuffix(" 00:00:00"))


def _missing_list(findings: Findings, text: Phrases) -> str:
    rows, columns = findings.count("rows kept"), findings.count("columns with missing values")
    if not columns or not rows:
        return text["no_missing"]
    listed, shares = findings.numbers("missing"), dict(findings.numbers("share missing"))
    stated = text["list"].join(
        text.say("missing_of", column=shown(visible(name)), count=f"{count:,.0f}", share=text.share(shares[name]))
        for name, count in listed
    )
    sentence = text.say("missing_are", columns=stated)
    return sentence if columns <= len(listed) else sentence + text["gap"] + _more(columns - len(listed), text)


def _more(number: int, text: Phrases) -> str:
    return text.say("more_columns", number=f"{number:,}")


def _columns(plan: Description, findings: Findings, text: Phrases) -> str:
    columns = _lists(findings, "column", 3)
    lines = [
        (cell(shown(visible(name))), escaped(kind), f"{int(known):,}", f"{int(different):,}")
        for name, (kind, known, different) in columns
    ]
    if not lines:
        raise FindingMissing("column")
    parts = [_lead(plan, findings, text), table(text.heads("column_heads"), lines)]
    if (rest := findings.count("columns found") - len(lines)) > 0:
        parts.append(_more(rest, text))
    return "\n\n".join(parts)


def _missing(plan: Description, findings: Findings, text: Phrases) -> str:
    rows, some = findings.count("rows kept"), findings.count("columns with missing values")
    if not some:
        return text["no_missing"]
    if plan.field is not None:
        count = findings.numbers("missing")[0][1]
        stated = {"count": f"{count:,.0f}", "rows": text.noun("rows", rows)}
        return text.say("missing_in", column=shown(visible(plan.field.column)), **stated)
    columns = text.noun("columns", findings.count("columns found"))
    incomplete = text.noun("rows", findings.count("rows with a missing value"))
    parts = [
        text["gap"].join(
            [
                text.say("missing_columns", some=f"{some:,}", columns=columns),
                _missing_list(findings, text),
                text.say("complete_rows", incomplete=incomplete, rows=text.noun("rows", rows)),
            ]
        )
    ]
    together = [
        "- " + text.say("together", rows=text.noun("rows", int(count)), columns=text.names(names))
        for count, names in findings.series.get("together", ())
        if isinstance(names, list) and count.isdecimal()
    ]
    return "\n\n".join([*parts, *(["\n".join(together)] if together else [])])


def _field(place: Field, findings: Findings, text: Phrases) -> str:
    n, missing = findings.count("rows used"), findings.count("missing")
    if n == 0:
        return text.say("no_values", field=text.field(place))
    field, different = text.field(place), text.noun("values", findings.count("distinct values"))
    tail = text.say("field_rows", n=f"{n:,}", missing=text.noun("rows", missing))
    if "mean" in findings.values:
        names = ("mean", "median", "min", "max", "quarter", "three quarters", "std")
        numbers = {name.replace(" ", "_"): text.number(findings.number(name), unit(place)) for name in names}
        return text.say("field_number", field=field, **numbers) + text["gap"] + tail
    if "first" in findings.values:
        first, last = (escaped(findings.word(name)) for name in ("first", "last"))
        return text.say("field_dates", field=field, first=first, last=last, different=different) + text["gap"] + tail
    counts, shares = findings.numbers("value"), [share for _, share in findings.numbers("share")]
    if not counts or len(shares) != len(counts):
        raise FindingMissing("value")
    label, count = counts[0]
    lead = text.say(
        "field_labels", field=field, different=different, label=text.label(label, (place,)), count=f"{count:,.0f}"
    )
    lines = [
        (text.label(each, (place,)), f"{number:,.0f}", share)
        for (each, number), share in zip(counts, text.shares(shares), strict=True)
    ]
    parts = [lead, table((cell(field), text["count_head"], text["share_head"]), lines)]
    rest = tail
    if findings.count("distinct values") > len(counts):
        rest = text.say("rarer", listed=len(counts), different=different) + text["gap"] + tail
    return "\n\n".join([*parts, rest])
