"""Which kind of plan the parts of a question make."""

from __future__ import annotations

from collections.abc import Sequence

from lci.analyst.assembling.parts import Parts, parts_of
from lci.analyst.assembling.pictures import picture
from lci.analyst.assembling.rankings import listed, ranked
from lci.analyst.assembling.relations import description, missing_values, relation
from lci.analyst.assembling.shares import share
from lci.analyst.assembling.summaries import summary
from lci.analyst.chart import Constituent
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Plan


def assembled(constituents: Sequence[Constituent], data: DataWords) -> tuple[Plan, float]:
    """The plan that uses every constituent, and the cost of what it implies. Raises `NoPlan`."""
    parts = parts_of(constituents, data)
    plan = _plan(parts, data)
    parts.finished()
    return plan, parts.implied


def _plan(parts: Parts, data: DataWords) -> Plan:
    if "missing" in parts.marks:
        return missing_values(parts, data)
    if parts.descriptions:
        return description(parts, data)
    if parts.marks & {"relation", "fit"}:
        return relation(parts, data)
    if set(parts.charts) & {"scatter", "histogram", "box"}:
        return picture(parts, data)
    if any(not rank.sorts for rank in parts.ranks):
        return ranked(parts, data)
    if "share" in parts.marks:
        return share(parts, data)
    if parts.use("list") or not (parts.measures or parts.keys or parts.charts or parts.marks - {"noun", "row"}):
        return listed(parts, data)
    return summary(parts, data)
