"""What else could be tested for a difference, between which other groups, and by which other test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lci.analyst.changing.drafts import Draft, Setting
from lci.analyst.plan import GroupTest
from lci.analyst.telling.plan_words import parts_of


def group_test_drafts(plan: GroupTest, setting: Setting) -> Iterator[Draft]:
    """What differs, which groups are told apart, and whether means or ranks are compared."""
    text, used = setting.text, (plan.y, plan.by)
    groups = setting.groups(*used)
    measured = groups if plan.of == "shares" else setting.numbers(*used)
    yield Draft("y", text.field(plan.y), tuple((text.field(each), replace(plan, y=each)) for each in measured))
    yield Draft("by", text.field(plan.by), tuple((text.field(each), replace(plan, by=each)) for each in groups))
    if plan.of != "shares":
        other = replace(plan, of="ranks" if plan.of == "means" else "means")
        yield Draft("test", parts_of(plan, text)[0], tuple(setting.differing(plan, other)))
