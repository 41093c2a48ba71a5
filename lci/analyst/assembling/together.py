"""Parts of a question that mean something together: two values of one field, a number that is named twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lci.analyst.assembling.conditions import both_of
from lci.analyst.assembling.measures import IMPLIED, ROWS, counted, measured
from lci.analyst.assembling.parts import Parts
from lci.analyst.assembling.sense import NoPlan, is_number, kind_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Condition, Field, Part


def settle(parts: Parts, data: DataWords) -> None:
    """What the parts say together. Raises `NoPlan`."""
    _take_all_groups(parts, data)
    _take_together(parts, data)
    _take_whole_years(parts)
    _say_once(parts, data)
    _join_others(parts, data)
    if parts.use("by_rows") and not parts.ranks:
        raise NoPlan  # "by order" is of each order, where it says of nothing what comes first
    if parts.use("counts_twice"):
        _tell_apart(parts)


def _take_all_groups(parts: Parts, data: DataWords) -> None:
    """Of "the three species", where there are three, each is meant."""
    match parts.counts, parts.asked:
        case [number], [place] if not parts.ranks and data.different(place) == number:
            parts.keys.append(place)
            parts.counts.clear()
            parts.asked.clear()


#: What is asked of groups one by one.
_OF_GROUPS = frozenset({"compared", "difference", "ratio", "draw", "trend", "differs", "list"})
#: What a question is of where its groups are its answer.
_OF_SHARES = frozenset({"share", "missing", "relation", "fit", "logistic", "cluster"})


def _take_together(parts: Parts, data: DataWords) -> None:
    """Groups that are all meant are no groups where one number of all is asked for. Raises `NoPlan`."""
    places, parts.over_all = parts.over_all, []
    if not places:
        return
    if parts.charts or parts.marks & _OF_GROUPS:
        parts.keys += places
        return
    measures_values = all(each.how != "rows" for each in parts.measures)
    is_one_number = bool(parts.measures or parts.hows or parts.ranks) and measures_values
    if not is_one_number or parts.marks & _OF_SHARES or any(is_number(place, data) for place in places):
        raise NoPlan
    if {*places} & {*parts.asked, *parts.keys, *parts.fields}:
        raise NoPlan  # which of all regions has the most


#: How many there are of what returns every year.
_IN_YEAR = {"month_of_year": 12, "quarter_of_year": 4}
_RETURNING: dict[Part, Part] = {"month": "month_of_year", "quarter": "quarter_of_year"}


def _take_whole_years(parts: Parts) -> None:
    """From January to December is every row, and "by month" then of the months of any year."""
    for each in list(parts.conditions):
        place = each.field
        if each.comparison == "equal" and len(each.values) == _IN_YEAR.get(place.part or ""):
            parts.conditions.remove(each)
            parts.keys = [
                place if key.column == place.column and _RETURNING.get(key.part or "year") == place.part else key
                for key in parts.keys
            ]


def _say_once(parts: Parts, data: DataWords) -> None:
    """What is measured may be named apart from how, and twice."""
    numbers = [each for each in parts.fields if is_number(each, data)]
    if parts.measures == [ROWS] and parts.hows == ["sum"]:
        # All together are so many.
        parts.hows.clear()
        parts.implied += 2 * IMPLIED
    # "Average tip and average bill" is no average of tips, whatever a bill may be; "vary (standard deviation)" is one.
    is_one = len(parts.hows) == 1 or not (parts.marks & {"noun", "row"} or any(is_number(k, data) for k in parts.keys))
    if len(set(parts.hows)) == 1 and is_one and len(numbers) == 1 and not parts.measures and not parts.ranks:
        parts.measures = [measured(parts.hows[0], numbers[0], data)]
        parts.hows.clear()
    if len(parts.measures) == 1:
        measure = parts.measures[0]
        parts.fields = [each for each in parts.fields if each not in (measure.field, measure.per)]
    parts.fields = [each for each in parts.fields if each not in parts.keys and not _is_said_by_part(each, parts, data)]
    if parts.measures == [ROWS]:
        limited = [each.field for each in parts.conditions if each.comparison not in ("equal", "not_equal")]
        parts.fields = [each for each in parts.fields if each not in limited]
    groups = [each for each in parts.fields if not is_number(each, data)]
    if parts.first == "owner" and len(groups) == 1 and not parts.keys and parts.use("bare_count"):
        # 国を2007年について数えて: what is counted stands apart.
        parts.fields.remove(groups[0])
        parts.measures = [counted(groups[0], data)]


def _is_said_by_part(place: Field, parts: Parts, data: DataWords) -> bool:
    """Whether it is when something was, of which a part is asked: licenses issued per month, by their issue_date."""
    if kind_of(place, data) != "date" or not (parts.marks & {"noun", "row"} or parts.measures or parts.ranks):
        return False
    times = [*parts.keys, *parts.asked, *(each.field for each in parts.conditions if parts.measures or parts.keys)]
    return any(each.column == place.column and each.part is not None for each in times)


def _join_others(parts: Parts, data: DataWords) -> None:
    """Two values of one field that are compared are one condition."""
    if parts.use("rest"):
        whole = {at: _with_the_rest(each, data) for at, each in enumerate(parts.conditions)}
        of_two = [at for at, each in whole.items() if each is not None]
        if len(of_two) != 1:
            raise NoPlan
        parts.conditions = [whole[at] or each for at, each in enumerate(parts.conditions)]
        parts.marks.add("compared")
    if parts.marks & {"compared", "difference", "ratio", "more", "which_of"} and not parts.others:
        _join_compared(parts)
    for other in parts.others:
        same = [
            at
            for at, each in enumerate(parts.conditions)
            if each.field == other.field and each.comparison == "equal" and len(each.values) == 1
        ]
        if len(same) != 1 or len(other.values) != 1 or other.comparison != "equal":
            raise NoPlan
        each = parts.conditions[same[0]]
        if each.values == other.values:
            raise NoPlan
        parts.conditions[same[0]] = replace(each, values=(*each.values, *other.values))
        parts.marks.add("compared")
    parts.others.clear()


def _with_the_rest(condition: Condition, data: DataWords) -> Condition | None:
    """Both values of its column where it names one of two; of several kinds the rest are no kind of their own."""
    column = condition.field.column
    if column in data.flags:
        return both_of(column, data)
    known = data.table_values(column)
    others = tuple(each for each in known if each is not None and each not in condition.values)
    is_of_two = len(known) == data.different(condition.field) and len(others) == len(condition.values) == 1
    if condition.field.part is not None or condition.comparison != "equal" or not is_of_two:
        return None
    return replace(condition, values=(*condition.values, *others))


def _join_compared(parts: Parts) -> None:
    """Two conditions that name a value of one field each, where two are compared: American cars and Japanese cars."""
    named = [each for each in parts.conditions if each.comparison == "equal" and len(each.values) == 1]
    for each in named:
        same = [other for other in named if other.field == each.field and other.values != each.values]
        if len(same) == 1 and each in parts.conditions and same[0] in parts.conditions:
            at = parts.conditions.index(each)
            parts.conditions.remove(same[0])
            parts.conditions[at] = replace(each, values=(*each.values, *same[0].values))


def _tell_apart(parts: Parts) -> None:
    """Of "how many dogs and how many cats" both are counted. Raises `NoPlan` where it is not two of one field."""
    _join_compared(parts)
    several = [each.field for each in parts.conditions if each.comparison == "equal" and len(each.values) > 1]
    if len(several) != 1 or parts.keys:
        raise NoPlan
    parts.keys.append(several[0])


def cut_into_bins(parts: Parts, widths: Sequence[float], data: DataWords) -> None:
    """The one number of groups, or the one at all, is taken in steps."""
    if not widths:
        return
    for fields in (parts.keys, parts.fields):
        numbers = [at for at, each in enumerate(fields) if kind_of(each, data) == "number"]
        if len(numbers) == 1 and len(widths) == 1:
            fields[numbers[0]] = Field(fields[numbers[0]].column, width=widths[0])
            return
    raise NoPlan
