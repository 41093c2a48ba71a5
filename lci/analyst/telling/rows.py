"""Sentences about rows as they are."""

from __future__ import annotations

from lci.analyst.compiling.frame import key_name
from lci.analyst.plan import Field, Rows
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell, unit
from lci.analyst.telling.plan_words import end_key
from lci.analyst.writing import escaped, table

#: How Python writes what is missing.
_MISSING = frozenset({"nan", "NaT", "None", "<NA>"})

#: What the first of rows is called that are sorted by when they were.
_END_OF_TIME = {"downwards": "latest_is", "upwards": "earliest_is"}


def rows(plan: Rows, findings: Findings, text: Phrases) -> str:
    """Which rows they are."""
    shown_rows = findings.count("shown")
    if shown_rows == 0 and plan.by is not None:
        return text.say("no_values", field=text.field(plan.by))
    columns = printed_columns(plan, findings, text)
    sentences = []
    if plan.by is not None and plan.order is not None and columns:
        *others, (_, values) = columns
        at = shown_rows - 1 if plan.last else 0
        label = others[0][1][at] if others else values[at]
        if plan.last and shown_rows != plan.limit:
            sentences.append(text.say("no_place", number=plan.limit, groups=text.noun("rows", shown_rows)))
        else:
            is_time = any(name == key_name(plan.by) for name, _ in findings.series.get("words", ()))
            key = _END_OF_TIME[plan.order] if is_time and not plan.last else end_key(plan)
            sentences.append(text.say(key, number=plan.limit, label=label, value=values[at]))
    if plan.by is not None and plan.order is not None and plan.limit is not None and (tied := findings.count("tied")):
        sentences.append(text.say("tied", number=f"{tied:,}"))
    if plan.limit != 1 or not sentences:
        total = text.noun("rows", findings.count("rows kept"))
        sentences.append(text.say("rows_shown", shown=f"{shown_rows:,}", rows=total))
    if plan.by is not None and (missing := findings.count("rows lacking the value")):
        sentences.append(text.say("without_value", rows=text.noun("rows", missing), field=text.field(plan.by)))
    if "drawn" in findings.values and findings.count("drawn") < shown_rows:
        total = text.noun("rows", shown_rows)
        sentences.append(text.say("points_drawn", n=f"{findings.count('drawn'):,}", rows=total))
    answer = text["gap"].join(sentences)
    if columns and (len(columns[0][1]) > 1 or len(columns) > 2):
        heads = tuple(head for head, _ in columns)
        answer += "\n\n" + table(heads, list(zip(*(values for _, values in columns), strict=True)))
        listed = len(columns[0][1])
        if listed < shown_rows:
            answer += "\n\n" + text.say("rows_shown", shown=f"{listed:,}", rows=text.noun("rows", shown_rows))
    return answer


def printed_columns(plan: Rows, findings: Findings, text: Phrases) -> list[tuple[str, list[str]]]:
    """The columns that were printed, the one that sorts last: heads and values."""
    last = key_name(plan.by) if plan.by is not None else None
    printed = [(name, values, kind) for kind in ("words", "numbers") for name, values in findings.series.get(kind, ())]
    wanted = [*plan.columns, *([last] if last is not None else [])]
    rank = {name: at for at, name in reversed(list(enumerate(wanted)))}
    # A label that nobody asked for comes first.
    printed.sort(key=lambda each: rank.get(each[0], -1))
    if last is not None:
        printed.sort(key=lambda each: each[0] == last)
    columns = []
    for name, values, kind in printed:
        if not isinstance(values, list):
            raise FindingMissing(name)
        place = plan.by if plan.by is not None and name == last else Field(name)
        own = unit(place)
        known = [value for value in values if value not in _MISSING]
        written = text.numbers([*map(float, known)], own) if kind == "numbers" else [*map(escaped, known)]
        each_known = iter(written)
        written = ["–" if value in _MISSING else next(each_known) for value in values]
        columns.append((cell(text.field(place)), written))
    return columns
