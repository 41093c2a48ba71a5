"""Plans of groups and single numbers that are no answer to what is asked, by the data or by the words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from lci.analyst.assembling.measures import ROWS
from lci.analyst.column_names import says_numbers_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Condition, Field, Groups, Picture, Plan, Rows, Summary, columns_of
from lci.analyst.word_forms import holds, name_words

Units = tuple[str, ...]


def is_doubtful(plan: Plan, kinds: Collection[str], units: Units, data: DataWords) -> bool:
    """Whether it answers something else, by the words of the question, their kinds and what is known of the table."""
    match plan:
        case Summary():
            return (
                _asks_what_one_is(plan, units)
                or _averages_what_is_shown(plan, kinds, units)
                or _measures_another_thing(plan, units, data)
                or (_has_no_condition(plan) and _says_only(units))
                or _counts_for_rates(plan, units, data)
                or (plan.measures == (ROWS,) and _is_single(plan.keys, plan.conditions, data))
                or _takes_one_for_a_value(plan, kinds)
                or (plan.measures == (ROWS,) and _counts_days(plan, kinds, units, data))
                or (plan.compared is not None and _sets_days_of_the_weekend_apart(plan, units))
                or any(_contradict((*plan.conditions, *each.among)) for each in plan.measures)
            )
        case Rows():
            return _contradict(plan.conditions) or _shows_what_is_said(plan) or _takes_one_for_a_value(plan, kinds)
        case Picture():
            return not plan.conditions and _says_only(units)
        case Groups():
            return plan.measure == ROWS and _is_single((plan.key,), plan.conditions, data)
        case _:
            return False


def _asks_what_one_is(plan: Summary, units: Units) -> bool:
    """Whether the one that comes first is asked what it is: the heaviest hawk, and what species is it?"""
    words = tuple(unit for unit in units if unit != "?")
    return plan.limit == 1 and bool(plan.keys) and words[-2:] in _IS_IT


_IS_IT = frozenset({("is", "it"), ("was", "it"), ("is", "that"), ("was", "that"), ("are", "they"), ("were", "they")})


def _averages_what_is_shown(plan: Summary, kinds: Collection[str], units: Units) -> bool:
    """Whether one mean is told where the numbers are to be shown, and no word says how: 終値を見せて."""
    is_one_mean = not plan.keys and plan.chart is None and [each.how for each in plan.measures] == ["mean"]
    text, named = "".join(units), columns_of(plan)
    shown = (word for word in _SHOWN if not any(word in name for name in named))
    return is_one_mean and "how" not in kinds and any(word in text for word in shown)


_SHOWN = ("見せて", "表示", "一覧", "显示", "列出", "展示")


def _has_no_condition(plan: Summary) -> bool:
    return not plan.conditions and plan.limit is None and not any(each.among for each in plan.measures)


def _says_only(units: Units) -> bool:
    """Whether some rows alone are asked of: 寄付した人だけで."""
    text = "".join(units)
    return any(word in text for word in _ONLY)


_ONLY = ("だけで", "だけに", "だけの", "のみ", "に絞って", "に限って", "只看", "只算", "仅")


def _counts_days(plan: Summary, kinds: Collection[str], units: Units, data: DataWords) -> bool:
    """Whether days are counted where each has a row, or something else says how busy it was: the busiest weekday."""
    if len(plan.keys) != 1:
        return False
    if "busiest" in units and _many_of(data):
        return True
    (key,) = plan.keys
    is_own = key.part not in (None, "day", "year") and data.is_own_row(Field(key.column, "day"))
    return is_own and not plan.conditions and not {"step", "row", "noun"} & {*kinds} and "day" not in units


#: How names of columns end that hold numbers of people and things, where they are no plural.
_VOLUMES = frozenset({"volume", "traffic", "ridership", "attendance", "cnt", "count", "total"})


def _many_of(data: DataWords) -> bool:
    """Whether a column holds numbers of something: riders, users, the volume."""
    names = [column.name for column in data.of_kind("number")]
    return any(says_numbers_of(name) or (name_words(name) or ("",))[-1] in _VOLUMES for name in names)


_WEEKEND = (("weekend",), ("週", "末"), ("周", "末"))
_SATURDAY_AND_SUNDAY = frozenset({"Saturday", "Sunday"})


def _sets_days_of_the_weekend_apart(plan: Summary, units: Units) -> bool:
    """Whether Saturdays are compared with Sundays where weekends are with the rest."""
    is_of_both = any({*each.values} == _SATURDAY_AND_SUNDAY for each in plan.conditions)
    return is_of_both and any(holds(units, each) for each in _WEEKEND)


def _takes_one_for_a_value(plan: Rows | Summary, kinds: Collection[str]) -> bool:
    """Whether the one of "for one hour" is what a column has to be: 1労働時間あたり."""
    return "per_after" in kinds and any(each.comparison == "equal" and each.values == (1,) for each in plan.conditions)


def _shows_what_is_said(plan: Rows) -> bool:
    """Whether all that is shown of rows is the one value that they have to have: the sex of the men."""
    equal = [each for each in plan.conditions if each.comparison == "equal" and len(each.values) == 1]
    said = {each.field.column for each in equal if each.field.part is None}
    return plan.by is None and bool(plan.columns) and said.issuperset(plan.columns)


def _contradict(conditions: Sequence[Condition]) -> bool:
    """Whether no row can meet them all: with an airbag and without."""
    equal = [each for each in conditions if each.comparison == "equal"]
    pairs = combinations(equal, 2)
    return any(one.field == other.field and {*one.values}.isdisjoint(other.values) for one, other in pairs)


def _counts_for_rates(plan: Summary, units: Units, data: DataWords) -> bool:
    """Whether groups are compared by how many are so, where it is asked who is more often: did they relapse more?"""
    is_compared = plan.measures == (ROWS,) and plan.compared is not None and len(plan.keys) == 1
    of_flags = [each for each in plan.conditions if each.field.column in data.flags and each.field not in plan.keys]
    return is_compared and bool(of_flags) and units[:1] in _WHETHER and {"more", "than"} <= {*units}


_WHETHER = (("did",), ("do",), ("doe",), ("does",))

#: Words of a name that says of what it is the weight.
_TWO = 2


def _measures_another_thing(plan: Summary, units: Units, data: DataWords) -> bool:
    """Whether a column is measured of something else than is named: the body's weight, where a backpack's stands."""
    for measure in plan.measures:
        if measure.field is None or measure.field.part is not None:
            continue
        words = name_words(measure.field.column)
        if len(words) < _TWO or any(word in units for word in words[:-1]):
            continue
        others = (name_words(column.name) for column in data.of_kind("number"))
        if any(len(each) >= _TWO and each[-1] == words[-1] and set(each[:-1]) <= {*units} for each in others):
            return True
    return False


#: The part of all pairs of two columns' values from which on each stands in one row at most.
_EACH_ONCE = 0.8


def _is_single(keys: Sequence[Field], conditions: Sequence[Condition], data: DataWords) -> bool:
    """Whether each group has one row at most, so that there is nothing to count: of a country, by years."""
    one = [each.field for each in conditions if each.comparison == "equal" and len(each.values) == 1]
    told_apart = [place.column for place in (*keys, *one) if place.part in (None, "day")]
    rows = data.table.rows or 0
    for pair in combinations(dict.fromkeys(told_apart), 2) if keys else ():
        different = [data.different(Field(name)) or 0 for name in pair]
        pairs = different[0] * different[1]
        if max(different) * 2 <= rows and _EACH_ONCE * pairs <= rows <= pairs:
            return True
    return False
