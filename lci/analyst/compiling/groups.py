"""Groups as one each: how many are within a limit, which they are, or what is typical of them."""

from __future__ import annotations

from lci.analyst.compiling.frame import Frame, NotCompiled, labels, measure_names
from lci.analyst.compiling.printed_values import LISTED
from lci.analyst.compiling.summaries import (
    aggregated,
    among_columns,
    counts,
    is_word,
    lacking_values,
    listed_values,
    measures_numbers,
    python_kind,
)
from lci.analyst.plan import Comparison, Groups, Limit, Part, Summary
from lci.analyst.writing import literal

_SIGNS: dict[Comparison, str] = {"equal": "==", "above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
#: Parts of dates of which it is known how many lie between two.
_PERIODS: frozenset[Part | None] = frozenset({"year", "quarter", "month", "week", "day"})


def groups(plan: Groups, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    if (plan.limit is None) != (plan.of in ("mean", "median")):
        raise NotCompiled("groups are counted and listed within a limit, and all of them are averaged")
    if plan.measure.field == plan.key or is_word(plan.measure, frame):
        raise NotCompiled("each group has a number")
    measures_numbers((plan.measure,))
    by_group = Summary(plan.table, (plan.measure,), (plan.key,), plan.conditions)
    (name,) = measure_names(by_group.measures)
    value = f"result[{literal(name)}]"
    lines = [*among_columns(frame), *aggregated(by_group, (name,), frame)]
    if plan.limit is None:
        return [
            *lines,
            "",
            *counts(frame),
            *lacking_values(by_group, frame),
            *_typical(plan, value, frame),
            "",
            "result",
        ]
    lines += [
        f'top = result[{value} {_written(plan.limit)}].sort_values({literal(name)}, ascending=False, kind="stable")',
        f"names = {labels((plan.key,), frame, 'top.index')}",
        "",
        *counts(frame),
        *lacking_values(by_group, frame),
        'print("groups found =", len(result))',
        'print("groups within =", len(top))',
        f'print("groups listed =", len(names[:{LISTED}]))',
        *listed_values("top", "value of group", name, python_kind(plan.measure, frame)),
    ]
    return [*lines, "", "top"]


def _written(limit: Limit) -> str:
    return f"{_SIGNS[limit.comparison]} {limit.number!r}"


def _typical(plan: Groups, value: str, frame: Frame) -> list[str]:
    """The lines that print what is typical of all groups, and of all periods from the first to the last."""
    lines = ['print("groups found =", len(result))', "if len(result):"]
    lines += [f'    print("{how} of groups =", float({value}.{how}()))' for how in ("mean", "median", "min", "max")]
    adds_up = plan.measure.how in ("rows", "sum") and plan.measure.per is None and not plan.measure.among
    if adds_up and plan.key.part in _PERIODS and frame.kind(plan.key) == "period":
        lines += [
            "    periods = (result.index.max() - result.index.min()).n + 1",
            '    print("periods from first to last =", periods)',
            '    print("periods without a row =", periods - len(result))',
            f'    print("mean of all periods =", float({value}.sum() / periods))',
        ]
    return lines
