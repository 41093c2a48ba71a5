"""Rows as they are: the first, or those at the top of an order, with the columns asked for."""

from __future__ import annotations

import re

from lci.analyst.compiling.frame import Frame, NotCompiled
from lci.analyst.compiling.group_figures import BARS, BINS, SLICES, TURNED, binned, closed, opened, where_any
from lci.analyst.compiling.printed_values import LISTED, printed
from lci.analyst.compiling.saving import saving
from lci.analyst.compiling.summaries import counts
from lci.analyst.compiling.titles import titled
from lci.analyst.plan import Field, Rows
from lci.analyst.sources import Source
from lci.analyst.writing import literal, literals


def label_column(plan: Rows, source: Source) -> str | None:
    """The column that says which row it is: the first asked for, else the first that no two rows share, or of texts."""
    if plan.columns:
        return plan.columns[0]
    by = plan.by.column if plan.by is not None else ""
    named = [column.name for column in source.of_kind("category", "text", "id") if column.name != by]
    unique = [name for name in named if name in source.unique]
    # People go by their names, if they have any, rather than by numbers.
    called = [name for name in (*unique, *named) if _NAME.search(name)]
    return next(iter((*called, *unique, *named)), None)


#: Names of columns that hold names.
_NAME = re.compile(r"(?i)^(?:[a-z]+[ _])?(?:full[ _]?)?name$|氏名|姓名|名前|^名称$|^title$")


def rows(plan: Rows, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    if plan.order is not None and plan.by is None:
        raise NotCompiled("rows are sorted by a column")
    if plan.chart is not None and plan.by is None:
        raise NotCompiled("rows are drawn by a column")
    if plan.last and (plan.order is None or not 1 < (plan.limit or 0) <= LISTED):
        raise NotCompiled("a place is one in an order")
    lines, cut = [], "" if plan.limit is None else f".head({plan.limit})"
    missing: list[str] = []
    table = frame.kept
    if plan.by is not None:
        by = literal(frame.name(plan.by))
        lines.append(f"known = {frame.kept}.dropna(subset=[{by}])")
        missing = [f'print("rows lacking the value =", len({frame.kept}) - len(known))']
        table = "known"
        if plan.order is not None:
            table += f'.sort_values({by}, ascending={plan.order == "upwards"}, kind="stable")'
    lines += [f"result = {table}{cut}", "", *counts(frame), *missing, 'print("shown =", len(result))']
    if plan.by is not None and plan.order is not None and plan.limit is not None:
        last = f"result[{by}].{'min' if plan.order == 'downwards' else 'max'}()"
        lines.append(f'print("tied =", int((known[{by}] == {last}).sum() - (result[{by}] == {last}).sum()))')
    label = label_column(plan, frame.source)
    places = [*map(Field, plan.columns or ([label] if label is not None and plan.by is not None else []))]
    if plan.by is not None and plan.by not in places:
        places.append(plan.by)
    for place in places:
        lines.append(printed(place, frame))
    if plan.chart is not None:
        lines += _figure(plan, frame, label)
    if not plan.columns:
        return [*lines, *saving(plan, "result", frame), "", "result"]
    names = dict.fromkeys(
        [*plan.columns, *(frame.name(each.field) for each in plan.conditions), *(frame.name(each) for each in places)]
    )
    saved = saving(plan, f"result[{literals(plan.columns)}]", frame)
    return [*lines, *saved, "", f"result[[{', '.join(map(literal, names))}]]"]


def _figure(plan: Rows, frame: Frame, label: str | None) -> list[str]:
    assert plan.by is not None and plan.chart is not None
    value = f"result[{literal(frame.name(plan.by))}]"
    texts = f"result[{literal(label)}].astype(str).str[:30]" if label is not None else "result.index.astype(str)"
    y = frame.label(plan.by)
    x = label or ""
    match plan.chart.kind:
        case "histogram":
            bins = binned(value) if frame.kind(plan.by) in ("number", "year") else [f"edges = {BINS}"]
            return [
                *opened(),
                *bins,
                f"axes.hist({value}, bins=edges)",
                *closed(frame, plan.chart, y, frame.words["rows"]),
            ]
        case "box":
            return [*opened(5), f"axes.boxplot({value})", *closed(frame, plan.chart, "", y)]
        case "pie":
            of_slices = [each.replace("result", "slices", 1) for each in (value, texts)]
            return [
                f"slices = result[{value} > 0].head({SLICES})",
                'print("drawn =", len(slices))',
                *where_any(
                    "slices",
                    [
                        *opened(7, 5),
                        f"axes.pie({of_slices[0]}, labels={of_slices[1]})",
                        *titled(frame, y, x),
                        "plt.show()",
                    ],
                ),
            ]
        case "heatmap":
            raise NotCompiled("rows are no table of two keys")
        case kind:
            draw = {
                "line": 'axes.plot(range(len(drawn)), {}, marker=".")',
                "scatter": "axes.scatter(range(len(drawn)), {})",
            }
            call = draw.get(kind, "axes.bar(range(len(drawn)), {})").format(value.replace("result", "drawn", 1))
            return [
                *opened(),
                f"drawn = result.head({BARS})",
                'print("drawn =", len(drawn))',
                call,
                f"axes.set_xticks(range(len(drawn)), {texts.replace('result', 'drawn', 1)})",
                TURNED,
                *closed(frame, plan.chart, x, y),
            ]
