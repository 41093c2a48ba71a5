"""From a question to an intent: pure, by patterns, the first that fits. What fits none is `Unknown`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

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
from lci.analyst.sources import Source, chosen, source
from lci.analyst.unused import not_known, unused
from lci.analyst.vocabulary import PLAIN_WORDS, QUESTION_WORDS
from lci.analyst.writing import escaped, shown
from lci.core.files import Preview


def _any(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.I)


_HELLO = re.compile(r"^\W*(hi|hello|hey|good (morning|afternoon|evening)|greetings)( there| all| analyst)?\W*$", re.I)
_THANKS = re.compile(
    r"^\W*(thanks?( you)?|thx|cheers|great|nice|perfect|ok(ay)?)( very much| a lot| so much)?\W*$", re.I
)
_HELP = re.compile(
    r"^\W*(help|what can (you|i|we) (do|ask|say)|what (are|is) (you|this)|who are you|how do (you|i) (work|use)"
    r"|are you (an? )?(ai|llm|gpt|chatgpt|model|human)).*$",
    re.I,
)
_BEYOND = _any(
    r"logistic|polynomial|quadratic|multiple (linear )?regression|multivariate|ridge|lasso|random forest|neural|xgboost"
    r"|cluster(s|ing)?|k-?means|pca|classif\w+|forecast\w*|arima|t-?tests?|anova|chi-?squared?|join|merge|translate"
    r"|sentiment|map|3d|pivot|boxplots?|box plots?|violin|pie"
)
_REGRESSION = _any(
    r"(linear )?regress\w*|fit (a|the) (straight )?line|line of best fit|best[- ]fit|linear (fit|model)|trend ?line|ols"
)
_RELATION = _any(
    r"relation(ship)?s?|relate[sd]?|affects?|influences?|impacts?|effect|depends?( on)?|predicts?"
    r"|scatter ?(plot)?|correlat\w+|association|associated|explains?|drives?"
)
_CORRELATIONS = _any(r"correlat\w+|heat ?map")
_MISSING = _any(r"missing|nulls?|nans?|empty (values|cells)|incomplete|gaps in the (data|values)")
_TREND = _any(
    r"trends?|over time|time series|over the (years|months|weeks|days|quarters)|through time|evol\w+|develop(ed|ment)?"
    r"|(changed?|grow\w*|rise|rising|rose|fall(ing)?|fell|increas\w+|decreas\w+) (over|since|by|per|each|from)|timeline"
    r"|(chang\w+|var(y|ies)|differs?) with time|when (was|were|is|are|did|does)"
)
_OVERVIEW = _any(
    r"overview|summar(y|ise|ize)|describe|profile|explore|eda|what('s| is) in|look at|tell me about|introduc\w+"
    r"|structure|distributions|duplicates?|duplicated|insights?|analy[sz]e|about (this|the) (data|file|table)|inspect"
    r"|first look"
)
_COLUMNS = _any(
    r"(what|which|list|show|name|print|all)( me)?( are)?( all)?( of)?( the)?"
    r" (columns|variables|fields|features|headers?)"
    r"|column names|data ?types|dtypes|schema|shape|how (big|large)"
    r"|(how many|number of) (rows|columns|records|observations|lines)|how many \w+ are (there|in)"
)
_ROWS = re.compile(
    r"\b(?:(?P<end>first|last|top|head|tail)\b[^.\d]{0,12}?(?P<n>\d+)?\s*(?:rows?|lines?|records?)\b|(?P<bare>head|tail)\b)"
    r"|^\W*(?:show|print|display|see|view)( me)?( the)? (data|file|table|rows)\W*$",
    re.I,
)
_BY = re.compile(
    r"\b(?:grouped by|group by|broken down by|split by|separately for|for each|for every|in each|of each"
    r"|within each|by each|by|per|across|between|among|for different)\b",
    re.I,
)
_COUNT = _any(r"how many|number of|counts?( of)?|how often|frequency|frequencies")
_TOP = re.compile(r"\b(?P<end>top|best|bottom|worst|largest|biggest|highest|lowest|smallest)\s+(?P<n>\d+)\b", re.I)
_EXTREME = re.compile(
    r"\b(?:which|what)\b.*\b(?P<end>highest|largest|biggest|most|best|greatest|longest|heaviest|lowest|smallest|least"
    r"|worst|fewest|shortest|lightest)\b",
    re.I,
)
_LOW = {"bottom", "worst", "lowest", "smallest", "least", "fewest", "shortest", "lightest"}
_DIFFER = _any(r"compare|comparison|differ(s|ences?|ent)?|vary|varies|versus|vs")
_VALUES = _any(r"distribut\w+|histogram|describe|unique|distinct|values|statistics?|stats|outliers?|range|look like")
_UNITS: dict[Unit, re.Pattern[str]] = {
    "day": _any(r"dail?y|days?"),
    "week": _any(r"weekly|weeks?"),
    "month": _any(r"monthly|months?"),
    "quarter": _any(r"quarterly|quarters?"),
    "year": _any(r"yearly|annual(ly)?|years?"),
}
_HOWS: dict[How, re.Pattern[str]] = {
    "median": _any(r"median"),
    "nunique": _any(r"(unique|distinct|different)"),
    "std": _any(r"standard deviations?|std|spread|variability"),
    "mean": _any(r"averages?|means?|avg|typical"),
    "sum": _any(r"totals?|sums?|overall|altogether"),
    "max": _any(r"max(imum)?|highest|largest|biggest|greatest"),
    "min": _any(r"min(imum)?|lowest|smallest"),
}
_SUMMED = re.compile(
    r"(^|[^a-z])(sales?|revenue|amounts?|quantity|qty|profits?|costs?|units?|turnover|spend(ing)?|expenses?|orders?|sold"
    r"|visits|clicks|views|downloads|rainfall|precipitation)([^a-z]|$)|売上|金額|数量|销售|金额|数量",
    re.I,
)
_WHAT_AFFECTS = re.compile(r"^\W*what\b.*\b(affects?|influences?|drives?|predicts?|explains?|depends?)\b", re.I)
_SECOND_EXPLAINS = _any(r"on|against|vs|versus|as a function of|depends?|from|using|by|given|influenced|affected")
_LEVEL = re.compile(r"price|rate|ratio|average|avg|mean|score|percent|share|per ", re.I)
_EVERY = re.compile(r"\b(daily|weekly|monthly|quarterly|yearly|annual)\b", re.I)
_FOLLOW_UP = re.compile(r"^\W*(and|now|then|also|what about|how about|same( thing)?|ok|again)\b[\s,]*", re.I)
_LEADS_KEY = re.compile(r"^\W*(?:(?:by|per|for each|grouped by)\b)", re.I)


def understood(question: str, previews: tuple[Preview, ...], attached: str = "", earlier: str = "") -> Reading:
    """What `question` asks of the files; `earlier` is the question before, which a follow-up leans on."""
    if _HELLO.match(question):
        return Reading(Greeting("hello"))
    if _THANKS.match(question):
        return Reading(Greeting("thanks"))
    if _HELP.match(question) and not re.search(r"\b(data|file|columns?)\b", question, re.I):
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
    remarks = _remarks(intent, mentioned, table, len(previews))
    if followed is None and (chosen_value := _unnamed_value(intent, mentioned)):
        remarks = (*remarks, f"No column was named for the value; I took {shown(chosen_value.name)}.")
    return Reading(intent, remarks)


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
            lead = _FOLLOW_UP.match(words)
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
    lead = _FOLLOW_UP.match(words)
    rest = words[lead.end() :] if lead else words
    by_key = _LEADS_KEY.match(rest)
    if not earlier or len(mentioned) > 1 or not (lead or by_key) or not _is_bare(rest, mentions(rest, table.columns)):
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
    beyond = _BEYOND.search(words)
    if beyond and not any(mention.start <= beyond.start() < mention.end for mention in mentioned):
        return Unknown(f"“{beyond[0].lower()}” is beyond what fixed rules can do.")
    for rule in _RULES:
        intent = rule(words, table, mentioned)
        if intent is not None:
            return intent
    return Unknown()


def _read_regression(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if not _outside(_REGRESSION, words, mentioned):
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
            _SECOND_EXPLAINS.search(between)
            and not re.search(r"\b(effect|influence|impact)\b", ahead)
            and not re.search(r"\b(affects?|influences?|predicts?|drives?|explains?)\b", between)
        )
    x, y = (second, first) if second_explains else (first, second)
    if y.column.kind == "date":
        x, y = y, x
    return Regression(table, x.column, y.column)


def _read_rows(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    asked = _ROWS.search(words)
    if asked is None or mentioned or _BY.search(words):
        return None
    end = (asked["end"] or asked["bare"] or "first").lower()
    return ShowRows(table, min(int(asked["n"] or 5), 50), "last" if end in {"last", "tail"} else "first")


def _read_missing(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if not _outside(_MISSING, words, mentioned):
        return None
    return Missing(table, why=bool(re.search(r"\b(why|reason|cause)\b", words, re.I)))


def _read_correlations(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if len(mentioned) >= 2 or not _outside(_CORRELATIONS, words, mentioned):
        return None
    if len(mentioned) == 1 and mentioned[0].column.kind == "number":
        return Regression(table, None, mentioned[0].column)
    return Correlations(table)


def _read_relation(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    versus = re.search(r"\b(vs\.?|versus|against)\b", words, re.I)
    if len(mentioned) == 1 and mentioned[0].column.kind == "number" and _WHAT_AFFECTS.search(words):
        return Regression(table, None, mentioned[0].column)
    if len(mentioned) < 2 or not (_outside(_RELATION, words, mentioned) or versus):
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
    marker = next((m for m in _BY.finditer(words) if not any(f.start <= m.start() < f.end for f in mentioned)), None)
    if marker is None:
        return None
    before = [mention.column for mention in mentioned if mention.end <= marker.start()]
    after = [mention.column for mention in mentioned if mention.start >= marker.end()]
    counting = _COUNT.search(words)
    if before and before[0].kind != "number" and len(after) == 1 and after[0].kind == "number" and not counting:
        return _grouped(words, table, (Key(before[0]),), after[0])
    if _DIFFER.search(words[: marker.start()]) and not before and len(after) > 1:
        before, after = after[:1], after[1:]
    if not before and len(after) > 1 and after[0].kind != "number":
        before, after = (
            [column for column in after if column.kind == "number"][:1],
            [c for c in after if c.kind != "number"],
        )
    calendar = " ".join([words[marker.end() :], *_EVERY.findall(words)])
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
        if not _is_bare(words, mentioned):
            return None
    return _grouped(words, table, keys, value)


def _amount(words: str, table: Source) -> FileColumn | None:
    """The only column of amounts, when the question speaks of sales or the like under another name."""
    amounts = [column for column in table.of_kind("number") if not _not_summed(column)]
    return amounts[0] if len(amounts) == 1 and _SUMMED.search(words) else None


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
    top = _TOP.search(words) or _EXTREME.search(words)
    limit = int(top["n"]) if top and "n" in top.groupdict() else None
    ascending = bool(top) and top is not None and top["end"].lower() in _LOW
    how = _how(words)
    if value is None or (_COUNT.search(words) and how != "nunique"):
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
    if not _EXTREME.search(words) or not mentioned:
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
    cued = _TREND.search(words) or re.search(r"\b(dai|week|month|quarter|year)ly\b|\bannual", words, re.I)
    dates = [mention.column for mention in mentioned if mention.column.kind in {"date", "year"}]
    numbers = [mention.column for mention in mentioned if mention.column.kind == "number"]
    if not cued and not (dates and numbers and _is_bare(words, mentioned)):
        return None
    date_column = next(iter(dates), None) or next(iter(table.of_kind("date") + table.of_kind("year")), None)
    if date_column is None:
        return Unknown("A trend over time needs a date column, and I see none in this table.")
    if _COUNT.search(words) and not numbers:
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
    return bool(_LEVEL.search(name)) or not _SUMMED.search(name)


def _trend(
    words: str, table: Source, date_column: FileColumn, value: FileColumn | None, unit: Unit | None = None
) -> Trend:
    if date_column.kind == "year":
        unit = "year"
    how = "count" if value is None else _how(words) or _usual(value)
    return Trend(table, date_column, value, unit or _unit(words) or "month", how)


def _read_columns(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    return ListColumns(table) if not mentioned and _COLUMNS.search(words) else None


def _read_column(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if len(mentioned) != 1:
        return None
    column = mentioned[0].column
    how = _how(words) or ("count" if _COUNT.search(words) else None)
    if how or _outside(_VALUES, words, mentioned) or _OVERVIEW.search(words) or _is_bare(words, mentioned):
        return Describe(table, column, how)
    return None


def _read_overview(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    if mentioned or not _OVERVIEW.search(words):
        bare = not mentioned and re.search(r"\b(data|file|table|dataset|stats|statistics|plot|chart)\b", words, re.I)
        return Overview(table) if bare and _is_bare(words, mentioned) else None
    return Overview(table)


def _read_columns_alone(words: str, table: Source, mentioned: tuple[Mention, ...]) -> Intent | None:
    """Nothing but column names and everyday words: what one does with such columns first."""
    if len(mentioned) != 2 or not (_is_bare(words, mentioned) or _DIFFER.search(words)):
        return None
    numbers = [mention for mention in mentioned if mention.column.kind == "number"]
    keys = [Key(mention.column) for mention in mentioned if mention.column.kind in {"category", "id", "year"}]
    if len(numbers) == 2:
        return _ordered(words, table, numbers)
    if len(numbers) == 1 and keys:
        return _grouped(words, table, (keys[0],), numbers[0].column)
    if len(keys) == 2 and not _COUNT.search(words):
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


def _is_bare(words: str, mentioned: tuple[Mention, ...]) -> bool:
    """Whether nothing is left of `words` but column names and the everyday words of questions."""
    left = list(words)
    for mention in mentioned:
        left[mention.start : mention.end] = " " * (mention.end - mention.start)
    remaining = re.findall(r"[^\W\d_]+(?:'[a-z]+)?", "".join(left).lower())
    return all(word in QUESTION_WORDS or word in PLAIN_WORDS for word in remaining)


def _unit(words: str) -> Unit | None:
    return next((unit for unit, pattern in _UNITS.items() if pattern.search(words)), None)


def _how(words: str) -> How | None:
    return next((how for how, pattern in _HOWS.items() if pattern.search(words)), None)


def _usual(column: FileColumn) -> How:
    """Amounts add up, measurements are averaged."""
    return "mean" if _not_summed(column) else "sum"


def _remarks(intent: Intent, mentioned: tuple[Mention, ...], table: Source, files: int) -> tuple[str, ...]:
    if isinstance(intent, Unknown | Greeting | NoFile | NoTable):
        return ()
    remarks = []
    if files > 1:
        remarks.append(f"I used {shown(table.file)}.")
    if table.sheet is not None:
        remarks.append(f"I read the sheet {shown(table.sheet)}; name another one in the question to use that.")
    for mention in mentioned:
        if mention.others:
            others = " or ".join(shown(other) for other in mention.others[:3])
            remarks.append(
                f"“{escaped(mention.phrase)}” could also mean {others}; I took {shown(mention.column.name)}."
            )
        elif mention.score < 0.6:
            remarks.append(f"I read “{escaped(mention.phrase)}” as {shown(mention.column.name)}.")
    if isinstance(intent, Regression) and len([m for m in mentioned if m.column.kind == "number"]) > 2:
        remarks.append("I fit one explanatory column at a time and took the first two columns named.")
    return tuple(remarks)
