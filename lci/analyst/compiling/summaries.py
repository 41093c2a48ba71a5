"""Measures of all rows that are kept, or of each of their groups."""

from __future__ import annotations

from lci.analyst.compiling.conditions import joined, masks, written
from lci.analyst.compiling.extremes import rows_of_extreme
from lci.analyst.compiling.frame import Frame, NotCompiled, key_name, labels, measure_names
from lci.analyst.compiling.group_figures import default_kind, group_figure
from lci.analyst.compiling.printed_values import LISTED
from lci.analyst.compiling.saving import saving
from lci.analyst.plan import Field, Measure, Part, Summary, Value
from lci.analyst.writing import literal

#: Measures that few values make fragile.
AVERAGES = frozenset({"mean", "median", "std", "quantile"})


def summary(plan: Summary, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    if not plan.measures:
        raise NotCompiled("nothing is measured")
    if plan.compared is not None and (len(plan.keys) != 1 or is_word(plan.measures[0], frame)):
        raise NotCompiled("one group of two is compared with the other, by a number")
    if not plan.keys and (plan.chart is not None or plan.relative):
        raise NotCompiled("there are no groups to draw or share between")
    if not plan.keys and plan.saved is not None:
        raise NotCompiled("one number is no table to save")
    if plan.last and (plan.order is None or not 1 < (plan.limit or 0) <= LISTED or len(plan.measures) != 1):
        raise NotCompiled("a place is one in an order by one measure")
    is_shared = (
        plan.relative
        and plan.measures[0].how in ("rows", "sum")
        and plan.measures[0].per is None
        and not plan.measures[0].among
    )
    if plan.asked is not None and (len(plan.keys) != 1 or not is_shared or plan.last or plan.compared is not None):
        raise NotCompiled("the share that is asked is that of one group")
    measures_numbers(plan.measures)
    return [*among_columns(frame), *(_grouped(plan, frame) if plan.keys else _single(plan, frame))]


def measures_numbers(measures: tuple[Measure, ...]) -> None:
    """Raises `NotCompiled` for a measure that is none."""
    if any(each.among and each.how != "rows" for each in measures):
        raise NotCompiled("a share is one of rows")
    if any(each.per is not None and each.how != "sum" for each in measures):
        raise NotCompiled("only totals are divided by totals")


def among_columns(frame: Frame) -> list[str]:
    """The lines that say of each row whether it counts in a share."""
    return [
        f"{frame.kept}[{literal(name)}] = {joined(masks(among, frame, frame.kept))}"
        for among, name in frame.among.items()
    ]


def counts(frame: Frame) -> list[str]:
    """The lines that print how many rows are kept, of how many."""
    return [
        f'print("rows kept =", len({frame.kept}))',
        *([f'print("rows in the file =", len({frame.whole}))'] if frame.kept != frame.whole else []),
    ]


def is_word(measure: Measure, frame: Frame) -> bool:
    """Whether the measure is a date or a text and no number."""
    place = measure.field
    if place is None or measure.how in ("count", "distinct", "sum", "std") or measure.per is not None:
        return False
    return frame.kind(place) in ("date", "period", "weekday") or (
        measure.how in ("min", "max") and frame.kind(place) in ("text", "year")
    )


def averaged(measures: tuple[Measure, ...]) -> list[Field]:
    """The fields whose averages are asked for, which few values make fragile."""
    fields = (each.field for each in measures if each.how in AVERAGES)
    return list(dict.fromkeys(place for place in fields if place is not None))


def valued(measures: tuple[Measure, ...]) -> list[Field]:
    """The fields without whose value a row counts for nothing in some measure."""
    fields = (each.field for each in measures if each.how != "rows")
    return list(dict.fromkeys(place for place in fields if place is not None))


def _measured(measure: Measure, rows: str, frame: Frame) -> str:
    """The expression of a measure of a frame or of groups of one."""
    place = measure.field
    if measure.among:
        return f"{rows}[{literal(frame.among[measure.among])}].mean()"
    if place is None:
        return f"{rows}.size()"
    at = f"{rows}[{literal(frame.name(place))}]"
    if measure.per is not None:
        return f"{at}.sum(min_count=1) / {rows}[{literal(frame.name(measure.per))}].sum(min_count=1)"
    match measure.how:
        case "rows":
            return f"{rows}.size()"
        case "sum":
            # Of no values at all there is no total.
            return f"{at}.sum(min_count=1)"
        case "distinct":
            return f"{at}.nunique()"
        case "quantile":
            return f"{at}.quantile({measure.quantile:.15g})"
        case how:
            return f"{at}.{how}()"


# --- all rows ---------------------------------------------------------------------------------------------------------


def _single(plan: Summary, frame: Frame) -> list[str]:
    rows, names = frame.kept, measure_names(plan.measures)
    of_values = [
        (name, measure)
        for name, measure in zip(names, plan.measures, strict=True)
        if measure.field is not None and measure.how != "rows"
    ]
    several = len(of_values) > 1
    lines = []
    if several:
        lines += ["result = pd.Series({"]
        lines += [f"    {literal(name)}: {_measured(measure, rows, frame)}," for name, measure in of_values]
        lines += ["})"]
    lines += ["", *counts(frame)]
    for measure, name in zip(plan.measures, names, strict=True):
        value, n, missing = (f"{what} {name!r} =" for what in ("value", "n", "missing"))
        if measure.among:
            counted = f"{rows}[{literal(frame.among[measure.among])}]"
            lines += [f"print({literal(value)}, float({counted}.mean()))", f"print({literal(n)}, int({counted}.sum()))"]
        elif measure.field is not None and measure.how != "rows":
            expression = f"result[{literal(name)}]" if several else _measured(measure, rows, frame)
            lines += [
                f"print({literal(value)}, {_printed(expression, measure, frame)})",
                f"print({literal(n)}, int({rows}[{literal(frame.name(measure.field))}].count()))",
                f"print({literal(missing)}, int({rows}[{literal(frame.name(measure.field))}].isna().sum()))",
            ]
            if measure.per is not None:
                lines.append(
                    f"print({literal(f'without divisor {name!r} =')}, "
                    f"int({rows}[{literal(frame.name(measure.per))}].isna().sum()))"
                )
    return [*lines, "", "result"] if several else [*lines, *rows_of_extreme(plan, frame)]


def _printed(expression: str, measure: Measure, frame: Frame) -> str:
    if not is_word(measure, frame):
        return f"{'int' if measure.how in ('count', 'distinct') else 'float'}({expression})"
    if measure.field is not None and frame.kind(measure.field) == "year":
        return f'repr(format({expression}, ".15g"))'
    return f"repr(str({expression}))"


# --- groups -----------------------------------------------------------------------------------------------------------


def _grouped(plan: Summary, frame: Frame) -> list[str]:
    names = measure_names(plan.measures)
    value, fragile = literal(names[0]), averaged(plan.measures)
    lines = aggregated(plan, names, frame)
    if plan.relative:
        # Of all rows, those in no group among them, where the share of one group is asked.
        whole = f"result[{value}].sum()" if plan.asked is None else _whole(plan.measures[0], frame)
        lines.append(f'result["part"] = result[{value}] / {whole}')
    if plan.order is not None:
        lines.append(f'result = result.sort_values({value}, ascending={plan.order == "upwards"}, kind="stable")')
    shown = "result" if plan.limit is None else "top"
    if plan.limit is not None:
        lines.append(f"top = result.head({plan.limit})")
    lines += [f"names = {labels(plan.keys, frame, f'{shown}.index')}", "", *counts(frame), *lacking_values(plan, frame)]
    lines += ['print("groups found =", len(result))', f'print("groups listed =", len(names[:{LISTED}]))']
    if plan.limit is not None and plan.order is not None:
        last = f"top[{value}].{'min' if plan.order == 'downwards' else 'max'}()"
        lines.append(f"last = {last}")
        lines.append(f'print("tied =", int((result[{value}] == last).sum() - (top[{value}] == last).sum()))')
    if fragile:
        lines += [f'print("smallest group =", {shown}["n"].min())', f'print("largest group =", {shown}["n"].max())']
    lines += _ends_of_time(plan, frame)
    if plan.compared is not None:
        lines += _compared(plan, frame, value)
    elif plan.order is None:
        lines += _extremes(plan, names, shown, frame)
    for name, measure in zip(names, plan.measures, strict=True):
        lines += listed_values(shown, name_of_series(names, name), name, python_kind(measure, frame))
    if plan.relative:
        lines += listed_values(shown, "part of group", "part", "float")
    if plan.asked is not None:
        lines += _asked(plan.asked, plan, value, frame)
    if len(fragile) == 1 or (not fragile and plan.measures[0].among):
        lines += listed_values(shown, "values in group", "n", "int")
    kind = plan.chart.kind if plan.chart is not None else default_kind(plan, frame)
    if kind is not None and not any(is_word(each, frame) for each in plan.measures):
        lines += group_figure(plan, frame, shown, names, kind)
    return [*lines, *saving(plan, shown, frame), "", shown]


def aggregated(plan: Summary, names: tuple[str, ...], frame: Frame) -> list[str]:
    """The lines that make the table of groups, one column a measure."""
    by = [literal(frame.name(key)) for key in plan.keys]
    keys = by[0] if len(by) == 1 else f"[{', '.join(by)}]"
    lines = [f"groups = {frame.kept}.groupby({keys})", "result = pd.DataFrame({"]
    lines += [
        f"    {literal(name)}: {_measured(measure, 'groups', frame)},"
        for measure, name in zip(plan.measures, names, strict=True)
    ]
    counted = [literal(frame.name(place)) for place in averaged(plan.measures) or valued(plan.measures[:1])]
    if len(counted) == 1:
        lines.append(f'    "n": groups[{counted[0]}].count(),')
    elif counted:
        lines.append(f'    "n": groups[[{", ".join(counted)}]].count().min(axis=1),')
    elif plan.measures[0].among:
        lines.append('    "n": groups.size(),')
    lines.append("})")
    if all(each.field is None or each.how in ("rows", "count", "distinct") for each in plan.measures):
        return lines
    # Groups of which nothing is known.
    if len(names) == 1:
        column = f"result[{literal(names[0])}]"
        return [*lines, f'print("groups lacking the value =", int({column}.isna().sum()))', "result = result.dropna()"]
    columns = f"[{', '.join(map(literal, names))}]"
    return [
        *lines,
        f'print("groups lacking the value =", int(result[{columns}].isna().all(axis=1).sum()))',
        f'result = result.dropna(subset={columns}, how="all")',
    ]


def name_of_series(names: tuple[str, ...], name: str) -> str:
    """The name under which the values of a measure are printed; one that no sentence holds, so that it names no row."""
    at = names.index(name)
    return f"value {chr(ord('a') + at)} of group" if at else "value of group"


def _whole(measure: Measure, frame: Frame) -> str:
    """The expression of what all rows are that are kept, in a measure that adds up."""
    if measure.field is None:
        return f"len({frame.kept})"
    return f"{frame.kept}[{literal(frame.name(measure.field))}].sum()"


def _asked(group: Value, plan: Summary, value: str, frame: Frame) -> list[str]:
    """The lines that print the share of one group, and of what it is one; not a number where it has no value."""
    return [
        f"asked = result[result.index == {written(group, plan.keys[0], frame)}]",
        'print("share of the group =", float(asked["part"].sum(min_count=1)))',
        f'print("total of the group =", float(asked[{value}].sum(min_count=1)))',
        f'print("total of all groups =", float({_whole(plan.measures[0], frame)}))',
    ]


def python_kind(measure: Measure, frame: Frame) -> str:
    """What a value of the measure is in Python."""
    if is_word(measure, frame):
        return "str"
    is_count = measure.how in ("count", "distinct") or (measure.how == "rows" and not measure.among)
    return "int" if is_count else "float"


def lacking_values(plan: Summary, frame: Frame) -> list[str]:
    """The lines that print which rows count in no group, and which have no value."""
    lines = []
    by = [literal(frame.name(key)) for key in plan.keys]
    if len(by) == 1:
        lines.append(f'print("rows lacking the group =", int({frame.kept}[{by[0]}].isna().sum()))')
    else:
        lines.append(
            f'print("rows lacking the group =", int({frame.kept}[[{", ".join(by)}]].isna().any(axis=1).sum()))'
        )
    return [*lines, *(_lacking(place, frame) for place in valued(plan.measures))]


def _lacking(place: Field, frame: Frame) -> str:
    label = literal(f"rows lacking the value {key_name(place)!r} =")
    return f"print({label}, int({frame.kept}[{literal(frame.name(place))}].isna().sum()))"


def _extremes(plan: Summary, names: tuple[str, ...], shown: str, frame: Frame) -> list[str]:
    """The lines that print between which groups each measure lies; of several, each labelled with its name."""
    if len(names) == 1:
        value = '"part"' if plan.relative else literal(names[0])
        return _of_one(f"{shown}[{value}]", word=is_word(plan.measures[0], frame))
    lines = []
    for word in (False, True):
        same = [name for name, each in zip(names, plan.measures, strict=True) if is_word(each, frame) == word]
        if same:
            lines += [f"for measure in [{', '.join(map(literal, same))}]:"]
            lines += [f"    {line}" for line in _of_one(f"{shown}[measure]", word=word, label=" {measure!r}")]
    return lines


def _of_one(values: str, *, word: bool, label: str = "") -> list[str]:
    """The lines that print between which groups the values of one measure lie."""
    lines = [f"values = {values}", "if values.notna().any():"]
    for most, end, greatest in (("highest", "high", "max"), ("lowest", "low", "min")):
        value = f"repr(str(values.{greatest}()))" if word else f"float(values.{greatest}())"
        for name, expression in (
            (f"{most} group", f"repr(names[values.arg{greatest}()])"),
            (f"value of {most} group", value),
            (f"groups as {end}", f"int((values == values.{greatest}()).sum())"),
        ):
            lines.append(f'    print({"f" if label else ""}"{name}{label} =", {expression})')
    return lines


def listed_values(shown: str, series: str, column: str, kind: str) -> list[str]:
    """The lines that print the values of the first groups, of a `kind` as `python_kind` says it."""
    value = "{str(value)!r}" if kind == "str" else f"{{{kind}(value)}}"
    return [
        f"for name, value in zip(names[:{LISTED}], {shown}[{literal(column)}]):",
        f'    print(f"{series} {{name[:60]!r}} = {value}")',
    ]


#: Parts of dates of which the first and the last may not be whole, by the letter that pandas has for such periods.
_PERIODS: dict[Part | None, str] = {
    "year": "Y", "quarter": "Q", "month": "M", "quarter_of_year": "Q", "month_of_year": "M",
}  # fmt: skip
#: Parts that leave of each year so little that its ends need not matter.
_WITHIN_YEARS = frozenset({"quarter_of_year", "month_of_year", "day_of_month", "weekday"})


def _ends_of_time(plan: Summary, frame: Frame) -> list[str]:
    """The lines that print where the dates begin and end, for totals of years, quarters or months: half a year is less.

    How much is lacking of the first and the last is printed in days, beside the usual step from date to date.
    """
    key = plan.keys[0]
    adds_up = any(
        each.how in ("rows", "count", "sum") and each.per is None and not each.among for each in plan.measures
    )
    is_within = key.part == "year" and any(each.field.part in _WITHIN_YEARS for each in plan.conditions)
    if key.part not in _PERIODS or is_within or frame.column(key).kind != "date" or not adds_up:
        return []
    letter = literal(_PERIODS[key.part])
    return [
        f"days = {frame.whole}[{literal(key.column)}].dropna().dt.normalize().drop_duplicates().sort_values()",
        "if len(days) > 1:",
        f"    begun, ended = days.iloc[0].to_period({letter}), days.iloc[-1].to_period({letter})",
        '    print("first day =", repr(str(days.iloc[0].date())))',
        '    print("last day =", repr(str(days.iloc[-1].date())))',
        '    print("first period =", repr(str(begun)))',
        '    print("last period =", repr(str(ended)))',
        '    print("days before the first =", (days.iloc[0] - begun.start_time).days)',
        '    print("days after the last =", (ended.end_time.normalize() - days.iloc[-1]).days)',
        '    print("usual step =", float(days.diff().dt.days.median()))',
    ]


def _compared(plan: Summary, frame: Frame, name: str) -> list[str]:
    key = plan.keys[0]
    named = next(
        (
            each.values
            for each in plan.conditions
            if each.field == key and each.comparison == "equal" and len(each.values) == 2
        ),
        None,
    )
    if named is not None and not frame.is_time(key):
        pair = f"result[{name}].reindex([{', '.join(written(value, key, frame) for value in named)}])"
    else:
        pair = f"result[{name}].sort_index().iloc[[0, -1]]"
    # Of times and changes the later is taken less the earlier, of others the first named less the second.
    is_forward = frame.is_time(key) or plan.compared == "change"
    end, start = ("after", "before") if is_forward else ("before", "after")
    lines = [
        "if len(result) > 1:",
        f"    compared = {pair}",
        f"    first, second = {labels(plan.keys, frame, 'compared.index')}",
        "    before, after = float(compared.iloc[0]), float(compared.iloc[1])",
        '    print("first group =", repr(first))',
        '    print("second group =", repr(second))',
        '    print("value before =", before)',
        '    print("value after =", after)',
        f'    print("computed difference =", {end} - {start})',
    ]
    if plan.compared == "ratio":
        lines.append(f'    print("computed ratio =", {end} / {start} if {start} else float("nan"))')
    elif plan.compared == "change":
        lines.append('    print("computed change =", (after - before) / before if before else float("nan"))')
    return lines
