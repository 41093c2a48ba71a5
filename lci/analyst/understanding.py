"""From a question to an intent: pure, by patterns, the first that fits. What fits none is `Unknown`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from lci.analyst import patterns
from lci.analyst.columns import FileColumn, Mention, mentions, singular
from lci.analyst.intents import (
    Correlations,
    Describe,
    Greeting,
    GroupBy,
    How,
    Intent,
    Key,
    ListColumns,
    Missing,
    NoFile,
    NoTable,
    Overview,
    Reading,
    Regression,
    ShowRows,
    Trend,
    Unit,
    Unknown,
)
from lci.analyst.replies import remarks
from lci.analyst.sources import Source, chosen, source
from lci.analyst.unused import is_bare, not_known, unused
from lci.analyst.writing import shown
from lci.core.files import Preview


def understood(question: str, previews: tuple[Preview, ...], attached: str = "", earlier: str = "") -> Reading:
    """What `question` asks of the files; `earlier` is the question before, which a follow-up leans on."""
    if patterns.HELLO.match(question):
        return Reading(Greeting("hello"))
    if patterns.THANKS.match(question):
        return Reading(Greeting("thanks"))
    if patterns.HELP.match(question) and not re.search(r"\b(data|file|columns?)\b", question, re.I):
        return Reading(Greeting("help"))
    preview = chosen(question, previews, attached)
    if preview is None:
        return Reading(NoFile())
    table = source(preview, question)
    if table is None:
        return Reading(NoTable(preview))
    words = _without_file_name(question, preview.name)
    mentioned = mentions(words, table.columns)
    followed = _follow_up(words, table, mentioned, earlier, previews)
    intent = followed or _intent(words, table, mentioned)
    left = _left_out(words, intent, mentioned, table)
    if left:
        return Reading(Unknown(words=left))
    notes = remarks(intent, mentioned, table, len(previews))
    if followed is None and (chosen_value := _unnamed_value(intent, mentioned)):
        notes = (*notes, f"No column was named for the value; I took {shown(chosen_value.name)}.")
    return Reading(intent, notes)


def _left_out(words: str, intent: Intent, mentioned: tuple[Mention, ...], table: Source) -> tuple[str, ...]:
    """What no answer would use, for an analysis and for a question that fits none."""
    match intent:
        case Unknown(reason="", words=()):
            return not_known(words, mentioned)
        case Unknown():
            return intent.words
        case Greeting() | NoFile() | NoTable():
            return ()
        case _:
            lead = patterns.FOLLOW_UP.match(words)
            rest = " " * lead.end() + words[lead.end() :] if lead else words
            return unused(rest, intent, mentioned, table)


def _unnamed_value(intent: Intent, mentioned: tuple[Mention, ...]) -> FileColumn | None:
    if isinstance(intent, Trend | GroupBy) and all(mention.column != intent.value for mention in mentioned):
        return intent.value
    return None


def _without_file_name(question: str, name: str) -> str:
    stem = name.split(".", maxsplit=1)[0]
    if stem and question.strip(" ?!.").lower() == stem.lower():
        return "overview"
    without = re.sub(rf"[`\"']?{re.escape(name)}[`\"']?", " the file ", question, flags=re.I)
    return (
        without
        if not stem
        else re.sub(rf"\b(?:in|of|from|file|dataset) {re.escape(stem)}\W*$", " ", without, flags=re.I)
    )


def _follow_up(
    words: str, table: Source, mentioned: tuple[Mention, ...], earlier: str, previews: tuple[Preview, ...]
) -> Intent | None:
    """The earlier question with its column or group exchanged: "and by island?", "what about flipper length?"."""
    lead = patterns.FOLLOW_UP.match(words)
    rest = words[lead.end() :] if lead else words
    by_key = patterns.LEADS_KEY.match(rest)
    if not earlier or len(mentioned) > 1 or not (lead or by_key) or not is_bare(rest, mentions(rest, table.columns)):
        return None
    before = understood(earlier, previews).intent
    unit = _unit(rest)
    match before:
        case GroupBy() if by_key and mentioned:
            return dataclasses.replace(before, keys=(Key(mentioned[0].column),))
        case GroupBy() if mentioned and mentioned[0].column.kind == "number":
            return dataclasses.replace(before, value=mentioned[0].column)
        case GroupBy() if mentioned and mentioned[0].column.kind == "category":
            return dataclasses.replace(before, keys=(Key(mentioned[0].column),))
        case Trend() if unit and not mentioned:
            return dataclasses.replace(before, unit=unit)
        case Trend() if mentioned and mentioned[0].column.kind == "number":
            return dataclasses.replace(before, value=mentioned[0].column)
        case Regression() if mentioned and mentioned[0].column.kind == "number" and mentioned[0].column != before.y:
            return dataclasses.replace(before, x=mentioned[0].column)
        case Unknown(words=(_, *_)):
            # What the earlier question spoke of and was not understood still holds.
            return before
        case Describe() if by_key and mentioned and before.column.kind == "number":
            return GroupBy(table, (Key(mentioned[0].column),), before.column, "mean")
        case _:
            return None


def _intent(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent:
    beyond = patterns.BEYOND.search(words)
    if beyond and not any(mention.start <= beyond.start() < mention.end for mention in mentioned):
        return Unknown(f"“{beyond[0].lower()}” is beyond what fixed rules can do.")
    for rule in _RULES:
        intent = rule(words, table, mentioned)
        if intent is not None:
            return intent
    return Unknown()


def _read_regression(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if not _outside(patterns.REGRESSION, words, mentioned):
        return None
    usable = [mention for mention in mentioned if mention.column.kind in {"number", "year", "date", "id"}]
    if len(usable) < 2:
        return _half_named(table, usable[0].column if usable else None)
    return _ordered(words, table, usable)


def _half_named(table: Source, named: FileColumn | None) -> Intent:
    numbers = table.of_kind("number")
    dates = table.of_kind("date")
    if named is not None and named.kind == "date":
        return Regression(table, named, numbers[0]) if numbers else _needs_numbers()
    if named is not None and len([column for column in numbers if column != named]) == 0:
        others = [column for column in dates + table.of_kind("year") if column != named]
        return Regression(table, others[0], named) if others else _needs_numbers()
    if named is None and len(numbers) == 1 and dates:
        return Regression(table, dates[0], numbers[0])
    if len(numbers) + len(table.of_kind("year", "id")) < 2:
        return _needs_numbers()
    return Regression(table, None, named)


def _needs_numbers() -> Unknown:
    return Unknown("A linear regression needs two numeric columns, or one and a date; this table does not have them.")


def _ordered(words: str, table: Source, mentioned: list[Mention]) -> Regression:
    """Which of two columns explains the other: "y on x", "y against x", "y depends on x"; otherwise x comes first."""
    first, second = mentioned[0], mentioned[1]
    between = words[first.end : second.start].lower()
    ahead = words[: first.start].lower()
    if re.search(r"\b(with|as) (the )?(x|predictor|independent)", words[second.end :].lower()):
        second_explains = True
    else:
        second_explains = bool(
            patterns.SECOND_EXPLAINS.search(between)
            and not re.search(r"\b(effect|influence|impact)\b", ahead)
            and not re.search(r"\b(affects?|influences?|predicts?|drives?|explains?)\b", between)
        )
    x, y = (second, first) if second_explains else (first, second)
    if y.column.kind == "date":
        x, y = y, x
    return Regression(table, x.column, y.column)


def _read_rows(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    asked = patterns.ROWS.search(words)
    if asked is None or mentioned or patterns.BY.search(words):
        return None
    end = (asked["end"] or asked["bare"] or "first").lower()
    return ShowRows(table, min(int(asked["n"] or 5), 50), "last" if end in {"last", "tail"} else "first")


def _read_missing(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if not _outside(patterns.MISSING, words, mentioned):
        return None
    return Missing(table, why=bool(re.search(r"\b(why|reason|cause)\b", words, re.I)))


def _read_correlations(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if len(mentioned) >= 2 or not _outside(patterns.CORRELATIONS, words, mentioned):
        return None
    if len(mentioned) == 1 and mentioned[0].column.kind == "number":
        return Regression(table, None, mentioned[0].column)
    return Correlations(table)


def _read_relation(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    versus = re.search(r"\b(vs\.?|versus|against)\b", words, re.I)
    if len(mentioned) == 1 and mentioned[0].column.kind == "number" and patterns.WHAT_AFFECTS.search(words):
        return Regression(table, None, mentioned[0].column)
    if len(mentioned) < 2 or not (_outside(patterns.RELATION, words, mentioned) or versus):
        return None
    numeric = [mention for mention in mentioned if mention.column.kind in {"number", "year", "date"}]
    grouping = [mention.column for mention in mentioned if mention.column.kind in {"category", "id"}]
    if len(numeric) >= 2:
        dated = [mention for mention in numeric[:2] if mention.column.kind in {"date", "year"}]
        value = [mention for mention in numeric[:2] if mention.column.kind == "number"]
        if versus and dated and value:
            return _trend(words, table, dated[0].column, value[0].column)
        return _ordered(words, table, numeric)
    if numeric and grouping:
        return GroupBy(table, (Key(grouping[0]),), numeric[0].column, _how(words) or "mean")
    if len(grouping) >= 2:
        return GroupBy(table, (Key(grouping[0]), Key(grouping[1])), None, "count")
    return None


def _read_group(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    marker = next(
        (m for m in patterns.BY.finditer(words) if not any(f.start <= m.start() < f.end for f in mentioned)), None
    )
    if marker is None:
        return None
    before = [mention.column for mention in mentioned if mention.end <= marker.start()]
    after = [mention.column for mention in mentioned if mention.start >= marker.end()]
    counting = patterns.COUNT.search(words)
    if before and before[0].kind != "number" and len(after) == 1 and after[0].kind == "number" and not counting:
        return _grouped(words, table, (Key(before[0]),), after[0])
    if patterns.DIFFER.search(words[: marker.start()]) and not before and len(after) > 1:
        before, after = after[:1], after[1:]
    if not before and len(after) > 1 and after[0].kind != "number":
        before, after = (
            [column for column in after if column.kind == "number"][:1],
            [c for c in after if c.kind != "number"],
        )
    calendar = " ".join([words[marker.end() :], *patterns.EVERY.findall(words)])
    keys = _keys(calendar, table, after)
    value = next((column for column in before if column.kind == "number"), None) or next(iter(before), None)
    if not keys:
        return None
    if len(keys) == 1 and keys[0].unit and keys[0].column.kind in {"date", "year"}:
        number = value if value is not None and value.kind == "number" else None
        if number is not None or (counting and _how(words) != "nunique"):
            return _trend(words, table, keys[0].column, number, keys[0].unit)
    if value is None and not counting:
        value = _amount(words, table)
    if value is None and not counting:
        if re.search(r"\b(average|mean|total|sum|median)\b", words, re.I):
            return None
        if not is_bare(words, mentioned):
            return None
    return _grouped(words, table, keys, value)


def _amount(words: str, table: Source) -> FileColumn | None:
    """The only column of amounts, when the question speaks of sales or the like under another name."""
    amounts = [column for column in table.of_kind("number") if not _not_summed(column)]
    return amounts[0] if len(amounts) == 1 and patterns.SUMMED.search(words) else None


def _keys(words: str, table: Source, named: list[FileColumn]) -> tuple[Key, ...]:
    """The columns after "by", and a calendar unit for the date column: "per month and store"."""
    unit = _unit(words)
    dates = table.of_kind("date")
    keys = []
    for column in named:
        if column.kind == "date":
            keys.append(Key(column, unit or "month"))
        elif column.kind == "year":
            keys.append(Key(column, "year"))
        else:
            keys.append(Key(column))
    if unit and dates and not any(singular(unit) in column.words or column.kind == "date" for column in named):
        keys.insert(0, Key(dates[0], unit))
    return tuple(keys[:2])


def _grouped(words: str, table: Source, keys: tuple[Key, ...], value: FileColumn | None) -> GroupBy:
    top = patterns.TOP.search(words) or patterns.EXTREME.search(words)
    limit = int(top["n"]) if top and "n" in top.groupdict() else None
    ascending = bool(top) and top is not None and top["end"].lower() in patterns.LOW
    how = _how(words)
    if value is None or (patterns.COUNT.search(words) and how != "nunique"):
        return GroupBy(table, keys, None, "count", limit, ascending)
    if value.kind != "number":
        return GroupBy(
            table, keys, value if how == "nunique" else None, how if how == "nunique" else "count", limit, ascending
        )
    if how in {"max", "min"} and top:
        how = _how(_without_superlative(words))
    return GroupBy(table, keys, value, how or _usual(value), limit, ascending)


def _without_superlative(words: str) -> str:
    return re.sub(r"highest|largest|biggest|greatest|lowest|smallest", "", words, flags=re.I)


def _read_extreme(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    """Questions such as: which region has the highest average price."""
    if not patterns.EXTREME.search(words) or not mentioned:
        return None
    key, unit, dates = mentioned[0].column, _unit(words), table.of_kind("date")
    if key.kind == "number" and len(mentioned) == 1 and unit and dates:
        return _trend(_without_superlative(words), table, dates[0], key, unit)
    if key.kind not in {"category", "year", "id"}:
        return None
    value = next((mention.column for mention in mentioned[1:] if mention.column.kind == "number"), None)
    if value is None and not re.search(
        r"\b(most|fewest|least)\b.*\b(common|frequent|rows|records|often)\b", words, re.I
    ):
        return None
    return _grouped(words, table, (Key(key),), value)


def _read_trend(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    cued = patterns.TREND.search(words) or re.search(r"\b(dai|week|month|quarter|year)ly\b|\bannual", words, re.I)
    dates = [mention.column for mention in mentioned if mention.column.kind in {"date", "year"}]
    numbers = [mention.column for mention in mentioned if mention.column.kind == "number"]
    if not cued and not (dates and numbers and is_bare(words, mentioned)):
        return None
    date_column = next(iter(dates), None) or next(iter(table.of_kind("date") + table.of_kind("year")), None)
    if date_column is None:
        return Unknown("A trend over time needs a date column, and I see none in this table.")
    if patterns.COUNT.search(words) and not numbers:
        return _trend(words, table, date_column, None)
    if re.match(r"\W*when\b", words, re.I):
        words = _without_superlative(words)
    grouping = next((mention.column for mention in mentioned if mention.column.kind == "category"), None)
    value = next(iter(numbers), None) or next(iter(sorted(table.of_kind("number"), key=_not_summed)), None)
    if grouping is not None and value is not None:
        unit: Unit = "year" if date_column.kind == "year" else _unit(words) or "month"
        return GroupBy(table, (Key(date_column, unit), Key(grouping)), value, _how(words) or _usual(value))
    return _trend(words, table, date_column, value)


def _not_summed(column: FileColumn) -> bool:
    name = column.name.replace("_", " ")
    return bool(patterns.LEVEL.search(name)) or not patterns.SUMMED.search(name)


def _trend(
    words: str, table: Source, date_column: FileColumn, value: FileColumn | None, unit: Unit | None = None
) -> Trend:
    if date_column.kind == "year":
        unit = "year"
    how = "count" if value is None else _how(words) or _usual(value)
    return Trend(table, date_column, value, unit or _unit(words) or "month", how)


def _read_columns(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    return ListColumns(table) if not mentioned and patterns.COLUMNS.search(words) else None


def _read_column(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if len(mentioned) != 1:
        return None
    column = mentioned[0].column
    how = _how(words) or ("count" if patterns.COUNT.search(words) else None)
    if (
        how
        or _outside(patterns.VALUES, words, mentioned)
        or patterns.OVERVIEW.search(words)
        or is_bare(words, mentioned)
    ):
        return Describe(table, column, how)
    return None


def _read_overview(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if mentioned or not patterns.OVERVIEW.search(words):
        bare = not mentioned and re.search(r"\b(data|file|table|dataset|stats|statistics|plot|chart)\b", words, re.I)
        return Overview(table) if bare and is_bare(words, mentioned) else None
    return Overview(table)


def _read_columns_alone(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    """Nothing but column names and everyday words: what one does with such columns first."""
    if len(mentioned) != 2 or not (is_bare(words, mentioned) or patterns.DIFFER.search(words)):
        return None
    numbers = [mention for mention in mentioned if mention.column.kind == "number"]
    keys = [Key(mention.column) for mention in mentioned if mention.column.kind in {"category", "id", "year"}]
    if len(numbers) == 2:
        return _ordered(words, table, numbers)
    if len(numbers) == 1 and keys:
        return _grouped(words, table, (keys[0],), numbers[0].column)
    if len(keys) == 2 and not patterns.COUNT.search(words):
        return GroupBy(table, (keys[0], keys[1]), None, "count")
    return None


_RULES: tuple[Callable[[str, Source, tuple[Mention, ...]], Intent | None], ...] = (
    _read_regression,
    _read_missing,
    _read_correlations,
    _read_relation,
    _read_group,
    _read_extreme,
    _read_trend,
    _read_rows,
    _read_columns,
    _read_column,
    _read_overview,
    _read_columns_alone,
)


def _outside(pattern: re.Pattern[str], words: str, mentioned: tuple[Mention, ...]) -> bool:
    """Whether `pattern` occurs in `words` other than within a column's name."""
    return any(
        not any(mention.start <= hit.start() < mention.end for mention in mentioned) for hit in pattern.finditer(words)
    )


def _unit(words: str) -> Unit | None:
    return next((unit for unit, pattern in patterns.UNITS.items() if pattern.search(words)), None)


def _how(words: str) -> How | None:
    return next((how for how, pattern in patterns.HOWS.items() if pattern.search(words)), None)


def _usual(column: FileColumn) -> How:
    """Amounts add up, measurements are averaged."""
    return "mean" if _not_summed(column) else "sum"
