"""Sentences about clusters of rows: how many, how large, how far apart, and where their middles lie."""

from __future__ import annotations

from lci.analyst.plan import Clusters, Field
from lci.analyst.results import FindingMissing, Findings
from lci.analyst.telling.phrases import Phrases, cell, unit
from lci.analyst.writing import shown, table

#: Mean silhouettes up to which no structure, and a weak one, is seen: Kaufman, Rousseeuw: Finding Groups in Data, 1990.
_NONE, _WEAK = 0.25, 0.5
#: Fields whose means are listed, those that differ most first.
_LISTED = 8


def clusters(plan: Clusters, findings: Findings, text: Phrases) -> str:
    """How many rows fall into which cluster, and what to mind."""
    n, rows = findings.count("rows used"), findings.count("rows kept")
    sentences = []
    if n < rows:
        sentences += [text.say("rows_shown", shown=f"{n:,}", rows=text.noun("rows", rows)), text["points_missing"]]
    if findings.values.get("can cluster") is not True:
        return text["gap"].join([*sentences, text.say("clusters.too_few")])
    found, silhouette = findings.count("clusters found"), findings.number("silhouette")
    sentences.append(text.say("clusters.found", rows=text.noun("rows", n), clusters=text.noun("clusters", found)))
    if plan.number is None:
        sentences.append(text.say("clusters.best"))
    clear = "none" if silhouette <= _NONE else "weak" if silhouette <= _WEAK else "clear"
    sentences.append(text.say(f"clusters.{clear}", silhouette=text.number(silhouette)))
    notes = []
    if (sampled := findings.count("rows sampled")) < n:
        notes.append(text.say("clusters.sampled", rows=text.noun("rows", sampled)))
    if (drawn := findings.count("drawn")) < n:
        notes.append(text.say("points_drawn", n=f"{drawn:,}", rows=text.noun("rows", n)))
    notes.append(text.say("clusters.always"))
    return "\n\n".join([text["gap"].join(sentences), _table(findings, text), text["gap"].join(notes)])


def _table(findings: Findings, text: Phrases) -> str:
    """Each cluster's rows and means."""
    columns = [(name, values) for name, values in findings.series.get("means", ())][:_LISTED]
    sizes = findings.values.get("sizes")
    if not isinstance(sizes, list) or not columns:
        raise FindingMissing("sizes")
    heads = [text.say("clusters.head"), text["count_head"]]
    heads += [cell(text.say("measures.mean", field=shown(name))) for name, _ in columns]
    written = []
    for name, values in columns:
        if not isinstance(values, list) or len(values) != len(sizes):
            raise FindingMissing(name)
        written.append(text.numbers([*map(float, values)], unit(Field(name))))
    numbered = [(str(at), f"{int(size):,}") for at, size in enumerate(sizes, 1)]
    return table(tuple(heads), [(*first, *means) for first, *means in zip(numbered, *written, strict=True)])
