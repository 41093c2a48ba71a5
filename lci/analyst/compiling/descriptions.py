"""What is known of a whole table, of its columns, of what is missing in it, or of one field."""

from __future__ import annotations

from typing import assert_never

from lci.analyst.columns import FileColumn
from lci.analyst.compiling.frame import Frame, NotCompiled, labels
from lci.analyst.compiling.group_figures import TURNED, binned, closed, opened
from lci.analyst.compiling.opening import converted
from lci.analyst.compiling.summaries import counts
from lci.analyst.compiling.titles import titled
from lci.analyst.plan import Description, Field
from lci.analyst.writing import literal, literals

#: Columns, numbers, categories, dates and values that are printed one by one.
COLUMNS, _NUMBERS, _CATEGORIES, _DATES, VALUES = 60, 20, 8, 3, 12


def description(plan: Description, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    match plan.of:
        case "table":
            return _table(frame)
        case "columns":
            return _columns(frame)
        case "missing":
            return _missing(plan, frame)
        case "field":
            if plan.field is None:
                raise NotCompiled("no field is named")
            return _field(plan.field, frame)
        case _:
            assert_never(plan.of)


def _table(frame: Frame) -> list[str]:
    rows = frame.kept
    lines = [
        "",
        *counts(frame),
        f'print("columns found =", {rows}.shape[1])',
        f'print("duplicate rows =", int({rows}.astype("string").duplicated().sum()))',
        f"missing = {rows}.isna().sum()",
        f"for name, count in missing[missing > 0].sort_values(ascending=False).head({_NUMBERS}).items():",
        '    print(f"missing {str(name)!r} = {count}")',
        f'    print(f"share missing {{str(name)!r}} = {{count / len({rows})}}")',
        'print("columns with missing values =", int((missing > 0).sum()))',
    ]
    numbers = frame.source.of_kind("number")[:_NUMBERS]
    if numbers:
        lines += [
            "",
            "numbers = pd.DataFrame({",
            *(f"    {literal(column.name)}: {_as_number(column, rows)}," for column in numbers),
            "})",
            "for name in numbers:",
            '    spread = numbers[name].agg(["min", "median", "mean", "max"])',
            '    print(f"number {name!r} = {[str(value) for value in spread]}")',
        ]
    categories = frame.source.of_kind("category", "year")[:_CATEGORIES]
    if categories:
        lines += [
            "",
            f"for name in {literals([column.name for column in categories])}:",
            f"    frequent = {rows}[name].value_counts()",
            f'    print(f"distinct values {{name!r}} = {{{rows}[name].nunique()}}")',
            "    for label, count in frequent.head(3).items():",
            '        print(f"frequent {name!r} = {[str(label)[:60], str(count)]}")',
        ]
    for column in frame.source.of_kind("date")[:_DATES]:
        at = f"{rows}[{literal(column.name)}]"
        lines += [
            "",
            f"dates = {converted(column, at) or at}",
            f"print({literal(f'dates {column.name!r} =')}, [str(dates.min()), str(dates.max())])",
        ]
    return [*lines, *_distributions(numbers, categories, frame), "", f"{rows}.head()"]


def _as_number(column: FileColumn, rows: str) -> str:
    at = f"{rows}[{literal(column.name)}]"
    return converted(column, at) or at


def _distributions(numbers: tuple[FileColumn, ...], categories: tuple[FileColumn, ...], frame: Frame) -> list[str]:
    """One figure of up to nine columns."""
    drawn_numbers = [column.name for column in numbers[: 6 if categories else 9]]
    drawn_categories = [column.name for column in categories[: 9 - len(drawn_numbers)]]
    count = len(drawn_numbers) + len(drawn_categories)
    if not count:
        return []
    height = (count + 2) // 3
    lines = [*opened(11, 3 * height)]
    lines[-1] = (
        f'figure, axes = plt.subplots({height}, 3, figsize=(11, {3 * height}), layout="constrained", squeeze=False)'
    )
    lines += ["panels = iter(axes.flat)"]
    if drawn_numbers:
        lines += [
            f"for name, panel in zip({literals(drawn_numbers)}, panels):",
            "    drawn = numbers[name].dropna()",
            *(f"    {line}" for line in binned("drawn", "panel")),
            "    panel.hist(drawn, bins=edges)",
            "    panel.set_xlabel(name)",
            '    panel.set_ylabel("rows")',
        ]
    if drawn_categories:
        lines += [
            f"for name, panel in zip({literals(drawn_categories)}, panels):",
            f"    frequent = {frame.kept}[name].value_counts().head(8)[::-1]",
            "    panel.barh([str(label)[:24] for label in frequent.index], frequent)",
            '    panel.set_xlabel("rows")',
            "    panel.set_ylabel(name)",
        ]
    if count % 3:
        lines += [f"for panel in axes.flat[{count}:]:", "    panel.set_visible(False)"]
    return [*lines, *titled(frame, by="figure.suptitle"), "plt.show()"]


def _columns(frame: Frame) -> list[str]:
    rows = frame.kept
    return [
        "",
        *counts(frame),
        f'print("columns found =", {rows}.shape[1])',
        f"for name, values in list({rows}.items())[:{COLUMNS}]:",
        "    known = values.dropna()",
        '    different = known.astype("string").nunique()',
        '    print(f"column {str(name)!r} = {[str(values.dtype), str(len(known)), str(different)]}")',
    ]


def _missing(plan: Description, frame: Frame) -> list[str]:
    rows = frame.kept
    looked_at = f"{rows}[[{literal(plan.field.column)}]]" if plan.field is not None else rows
    return [
        "",
        f"empty = {looked_at}.isna()",
        'missing = empty.sum().sort_values(ascending=False, kind="stable")',
        *counts(frame),
        'print("columns found =", empty.shape[1])',
        'print("rows with a missing value =", int(empty.any(axis=1).sum()))',
        'print("columns with missing values =", int((missing > 0).sum()))',
        f"for name, count in missing[missing > 0].head({COLUMNS}).items():",
        '    print(f"missing {str(name)!r} = {count}")',
        f'    print(f"share missing {{str(name)!r}} = {{count / len({rows})}}")',
        "",
        "# Do values go missing together?",
        "together = empty[empty.sum(axis=1) > 1].value_counts().head(3)",
        "for flags, count in together.items():",
        "    names = [str(name) for name, is_empty in zip(empty.columns, flags) if is_empty]",
        '    print(f"together {str(count)!r} = {names}")',
        *opened(8, 4.5),
        "share = empty.mean().sort_values().tail(20)",
        "bars = axes.barh([str(name)[:30] for name in share.index], 100 * share)",
        'axes.bar_label(bars, fmt="%.3g %%", padding=3)',
        'axes.set_xlabel("rows that have no value (%)")',
        "axes.margins(x=0.12)",
        *titled(frame, "rows that have no value (%)"),
        "plt.show()",
        "",
        "missing[missing > 0]",
    ]


def _field(place: Field, frame: Frame) -> list[str]:
    rows = frame.kept
    lines = [
        f"values = {frame.at(rows, place)}.dropna()",
        "",
        *counts(frame),
        'print("rows used =", len(values))',
        f'print("missing =", len({rows}) - len(values))',
        'print("distinct values =", values.nunique())',
    ]
    match frame.kind(place):
        case "number":
            return [*lines, *_number(place, frame)]
        case "date":
            return [
                *lines,
                'print("first =", repr(str(values.min()).removesuffix(" 00:00:00")))',
                'print("last =", repr(str(values.max()).removesuffix(" 00:00:00")))',
                *opened(),
                "axes.hist(values, bins=40)",
                *closed(frame, None, frame.label(place), frame.words["rows"]),
            ]
        case _:
            return [*lines, *_labels(place, frame)]


def _number(place: Field, frame: Frame) -> list[str]:
    return [
        *(f'print("{how} =", float(values.{how}()))' for how in ("min", "median", "mean", "max", "std", "sum")),
        'print("quarter =", float(values.quantile(0.25)))',
        'print("three quarters =", float(values.quantile(0.75)))',
        *opened(),
        *binned("values"),
        "axes.hist(values, bins=edges)",
        'axes.axvline(values.mean(), color="black", label="mean")',
        'axes.axvline(values.median(), color="black", linestyle="--", label="median")',
        "axes.legend()",
        *closed(frame, None, frame.label(place), frame.words["rows"]),
        "",
        "values.describe()",
    ]


def _labels(place: Field, frame: Frame) -> list[str]:
    return [
        "frequent = values.value_counts().sort_index(key=lambda labels: labels.astype(str))",
        'frequent = frequent[frequent > 0].sort_values(ascending=False, kind="stable")',
        f"names = {labels((place,), frame, 'frequent.index')}",
        f"for name, count in zip(names[:{VALUES}], frequent):",
        '    print(f"value {name[:60]!r} = {count}")',
        '    print(f"share {name[:60]!r} = {count / len(values)}")',
        *opened(),
        "drawn = frequent.head(20)",
        "axes.bar([name[:30] for name in names[:20]], drawn)",
        TURNED,
        *closed(frame, None, frame.label(place), frame.words["rows"]),
        "",
        "frequent",
    ]
