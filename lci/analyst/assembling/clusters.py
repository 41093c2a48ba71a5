"""Into how many clusters rows are sorted, and by what."""

from __future__ import annotations

from lci.analyst.assembling.parts import Parts, one_of
from lci.analyst.assembling.sense import NoPlan, is_number
from lci.analyst.data_words import DataWords
from lci.analyst.plan import MOST_CLUSTERS, Clusters


def clusters(parts: Parts, data: DataWords) -> Clusters:
    """Raises `NoPlan` for fields that are no numbers, and for one cluster."""
    number = one_of(parts.clusters)
    if number is not None and not 2 <= number <= MOST_CLUSTERS:
        raise NoPlan
    parts.use("cluster", "list", "draw", "pair")
    fields = tuple(dict.fromkeys([*parts.fields, *parts.keys, *parts.asked]))
    parts.fields, parts.keys, parts.asked = [], [], []
    if any(not is_number(each, data) or each.part is not None or each.column in data.flags for each in fields):
        raise NoPlan
    return Clusters(data.table.file, fields, number, parts.conditions_used())
