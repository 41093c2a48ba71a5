"""The code of any plan: imports, the table, the rows that are kept, and what its kind of plan computes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from lci.analyst.compiling.clusters import clusters
from lci.analyst.compiling.conditions import selection
from lci.analyst.compiling.descriptions import description
from lci.analyst.compiling.frame import NotCompiled, frame_of
from lci.analyst.compiling.group_tests import group_test
from lci.analyst.compiling.groups import groups
from lci.analyst.compiling.odds import odds
from lci.analyst.compiling.opening import imported
from lci.analyst.compiling.pictures import picture
from lci.analyst.compiling.relations import relation
from lci.analyst.compiling.rows import rows
from lci.analyst.compiling.summaries import summary
from lci.analyst.compiling.unknowns import ends, unknowns
from lci.analyst.plan import Clusters, Description, Groups, GroupTest, Odds, Picture, Plan, Relation, Rows, Summary
from lci.analyst.sources import Source


def compiled(plan: Plan, source: Source, code: str = "en", beyond: Sequence[str] = ()) -> str:
    """The code of a plan for its table, with figures in a language.

    It also prints between which numbers those columns lie that are limited `beyond` all of theirs.

    Raises `NotCompiled` for a plan that asks for nothing computable.
    """
    known = {column.name for column in source.columns}
    frame = frame_of(plan, source, code)
    if missing := sorted(frame.columns - known):
        raise NotCompiled(f"no column {missing[0]}")
    match plan:
        case Summary():
            body = summary(plan, frame)
        case Rows():
            body = rows(plan, frame)
        case Picture():
            body = picture(plan, frame)
        case Relation():
            body = relation(plan, frame)
        case Description():
            body = description(plan, frame)
        case GroupTest():
            body = group_test(plan, frame)
        case Odds():
            body = odds(plan, frame)
        case Clusters():
            body = clusters(plan, frame)
        case Groups():
            body = groups(plan, frame)
        case _:
            assert_never(plan)
    besides = [*unknowns(plan, frame), *ends(beyond, frame)]
    lines = [*frame.reading(), *selection(plan.conditions, frame), *besides, *body]
    return imported(lines, source) + "\n".join(lines) + "\n"
