"""What each kind of constituent adds to the parts of a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from lci.analyst.assembling.attachment import (
    are_compounds,
    are_of_another,
    begun,
    is_chance,
    is_of_another_thing,
    is_of_some_measures,
    is_one_behind,
    is_one_of,
    is_one_with,
    is_share_of_groups,
    predicate,
)
from lci.analyst.assembling.conditions import condition_of, conditions_of
from lci.analyst.assembling.contents import content, whole_number, width
from lci.analyst.assembling.groups import limit_of, without_average
from lci.analyst.assembling.measures import ROWS, is_stock, measured, measures_of
from lci.analyst.assembling.parts import Parts, Rank
from lci.analyst.assembling.pictures import spread
from lci.analyst.assembling.sense import NoPlan, fields_in, is_number, kind_of
from lci.analyst.assembling.together import cut_into_bins, settle
from lci.analyst.chart import Constituent
from lci.analyst.common_words import common
from lci.analyst.data_words import DataWords
from lci.analyst.lexicon import First
from lci.analyst.plan import Field, Measure

#: How near what rows are called is to a name of a column that holds their names.
_CALLED = 0.3
#: Charts that show how something is spread.
_SPREADS = frozenset({"histogram", "box", "bar", "pie"})
#: Rows at the beginning of a table where no number is said.
_SOME = 5


def parts_of(constituents: Sequence[Constituent], data: DataWords, first: First) -> Parts:
    """The parts that the constituents are, in a language where `first` of two nouns stands first. Raises `NoPlan`."""
    if is_of_another_thing(constituents, first, data) or are_compounds(constituents, data):
        raise NoPlan
    if is_of_some_measures(constituents) or are_of_another(constituents, first):
        raise NoPlan
    parts, widths, said_of = begun(constituents, data, first), list[float](), predicate(constituents, first)
    for each in constituents:
        taking = _take_predicate if each is said_of else _TAKING.get(each.kind)
        if each.kind == "bins":
            widths.append(width(each))
        elif taking is None:
            parts.marks.add(each.kind)
        else:
            taking(parts, each, data)
    if first == "owner" and any(is_one_behind(each, after) for each, after in pairwise(constituents)):
        parts.marks.add("one_row")
    if first == "owned" and parts.keys and any(is_one_with(each, after) for each, after in pairwise(constituents)):
        raise NoPlan  # "for each origin the car with the highest horsepower" asks for cars, not for how high it is
    counts = parts.measures == [ROWS] or (not parts.measures and parts.keys)
    if counts and data.called("party_size") and any(map(_names_people, constituents)):
        raise NoPlan  # each row is of several
    if any(map(is_chance, constituents)) and (parts.measures or any(is_number(each, data) for each in parts.fields)):
        raise NoPlan  # a number has no chance
    if any(is_one_of(each, after) for each, after in pairwise(constituents)):
        parts.marks.add("noun")
    parts.measures = list(dict.fromkeys(parts.measures))
    parts.keys = list(dict.fromkeys(parts.keys))
    parts.fields = list(dict.fromkeys(parts.fields))
    if is_share_of_groups(constituents, first):
        parts.marks.add("share_of_groups")
    if parts.use("spread") and not _SPREADS & set(parts.charts):
        spread(parts, data)
    settle(parts, data)
    ages = {column.name for column in data.called("age")}
    # "Children under ten" are those under ten; children alone are of an age that is not said.
    parts.limits_age = any(each.field.column in ages for each in parts.conditions)
    cut_into_bins(parts, widths, data)
    return parts


def _names_people(each: Constituent) -> bool:
    return any(item.kind == "noun" and item.content in common().nouns["person"] for item in each.items)


def _take_condition(parts: Parts, each: Constituent, data: DataWords) -> None:
    kinds = {item.kind for item in each.items}
    if kinds & {"noun", "quoted", "holder", "which"}:
        parts.marks.add("noun")
    if "which" in kinds:
        parts.marks.add("asked_row")  # "which carnivore" is one of the carnivores
    parts.either |= "and" in kinds
    parts.conditions += conditions_of(each.items, data)


def _take_limit(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.limits.append(limit_of(each.items, data))


def _take_predicate(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.either |= any(item.kind == "and" and item.content == "or" for item in each.items)
    parts.predicates += (conditions := conditions_of(each.items, data))
    parts.conditions += conditions


def _take_other(parts: Parts, each: Constituent, data: DataWords) -> None:
    if any(item.kind == "versus" for item in each.items):
        parts.marks.add("difference")
    if any(item.kind == "rest" for item in each.items):
        parts.marks.add("rest")
        return
    parts.others.append(condition_of([item for item in each.items if item.kind != "versus"], data))


def _take_versus(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.conditions.append(condition_of(each.items, data))
    parts.marks.add("difference")


def _take_flag_share(parts: Parts, each: Constituent, data: DataWords) -> None:
    _take_predicate(parts, each, data)
    parts.marks |= {"share", "flag_share"}


def _take_key(parts: Parts, each: Constituent, data: DataWords) -> None:
    fields = fields_in(each.items, "field") or fields_in(each.items, "period") + fields_in(each.items, "sexes")
    if values := [item for item in each.items if item.kind == "value"]:
        parts.conditions.append(condition_of(values, data))  # オスとメス、それぞれ
        fields = [parts.conditions[-1].field]
    of_each = fields_in(each.items, "per_time") + fields_in(each.items, "per_person")
    if of_each and fields and fields != of_each:
        raise NoPlan
    fields = of_each or fields
    if (part := content(each, "part_of")) is not None:
        if any(kind_of(place, data) != "date" for place in fields):
            raise NoPlan
        fields = [Field(place.column, part) for place in fields]
    if content(each, "number") is not None:
        fields = [Field(fields[0].column, width=width(each))]
    parts.keys += fields
    parts.of_each |= any(item.kind in ("each", "each_after", "period", "per_time", "per_person") for item in each.items)
    if not fields:
        parts.marks.add("trend")


def _take_measure(parts: Parts, each: Constituent, data: DataWords) -> None:
    parts.keys += fields_in(each.items, "period") + fields_in(each.items, "averaged")
    if [item.kind for item in each.items] == ["count"]:
        parts.marks.add("bare_count")
    if [item.kind for item in each.items] == ["by", "noun"]:
        parts.marks.add("by_rows")
    if any(item.kind == "value" for item in each.items):
        parts.conditions.append(condition_of([item for item in each.items if item.kind == "value"], data))
    if parts.is_ranked and [item.kind for item in each.items] == ["field", "what"]:
        parts.asked += fields_in(each.items, "field")  # what it is where another is the highest
        return
    parts.takings |= any(item.kind == "measured" for item in each.items)
    if parts.is_limited and sorted(item.kind for item in each.items) == ["count", "field"]:
        measures = [Measure("distinct", fields_in(each.items, "field")[0])]
    else:
        measures = measures_of(without_average(parts, each.items), data)
    if any(item.kind == "count" for item in each.items):
        nouns = (item.content for item in each.items if item.kind == "noun")
        called = (named.column.name for noun in nouns for named in data.columns(noun) if named.distance < _CALLED)
        parts.counted += [*fields_in(each.items, "field"), *map(Field, called)]
    kinds = {item.kind for item in each.items}
    if "count" in kinds and any(one.how == "sum" and one.field and is_stock(one.field, data) for one in measures):
        parts.needs_time = True
    if parts.measures and measures != parts.measures:
        # Two things that are measured are said in one breath, else one of them is something else.
        raise NoPlan
    parts.measures = measures


def _take_further(parts: Parts, each: Constituent, data: DataWords) -> None:
    """Another measure: "and the median", of what is measured already, or of something else."""
    before, parts.measures = parts.measures, []
    rest = replace(each, items=each.items[1:])
    if all(item.kind == "how" for item in rest.items):
        fields = {one.field for one in before}
        place = fields.pop() if len(fields) == 1 else None
        if place is None or any(one.per is not None for one in before):
            raise NoPlan
        parts.measures = [measured(item.content, place, data) for item in rest.items]
    else:
        _take_measure(parts, rest, data)
    parts.marks.discard("bare_count")
    if before == parts.measures == [ROWS]:
        parts.marks.add("counts_twice")
        return
    if not before or set(before) & set(parts.measures):
        raise NoPlan
    parts.measures = [*before, *parts.measures]


def _take_place(parts: Parts, each: Constituent, data: DataWords) -> None:
    """Of the second highest the last of two."""
    place = int(content(each, "ordinal_number") or whole_number(each) or 1)
    _take_rank(parts, replace(each, items=tuple(item for item in each.items if item.kind != "number")), data)
    parts.ranks[-1] = replace(parts.ranks[-1], number=place, sorts=False, last=place > 1)


def _take_rank(parts: Parts, each: Constituent, data: DataWords) -> None:
    number = whole_number(each)
    extreme = content(each, "extreme") or content(each, "ordered_extreme")
    superlative = content(each, "superlative")
    if extreme is not None:
        sorts = number is None and any(item.kind == "ordered_extreme" for item in each.items)
        parts.ranks.append(Rank(extreme[0], number, sorts, by=extreme[1]))
    elif superlative is not None:
        direction, form = superlative
        sorts = form == "order" and number is None
        parts.ranks.append(Rank(direction, number, sorts, counts=form == "amount", is_bare=form == ""))
    elif content(each, "noun") is not None:
        # 一番祝日が多い年: of the most rows.
        parts.ranks.append(Rank(content(each, "more")[0], number, counts=True))
        parts.marks.add("noun")
    elif (more := content(each, "more")) is not None:
        # "Of the most sales": 一番売上が多い.
        own = fields_in(each.items, "field")
        by = more[1] or (own[0] if len(own) == 1 and is_number(own[0], data) else None)
        parts.ranks.append(Rank(more[0], number, by=by))
        parts.fields += [place for place in own if place != by]
    elif content(each, "sorted_up") is not None:
        parts.ranks.append(Rank("upwards", number, sorts=True))
    else:
        parts.ranks.append(Rank("downwards", number, sorts=True))


def _take_selection(parts: Parts, each: Constituent, data: DataWords) -> None:
    """Of "five regions with high sales" the five with the highest."""
    direction, about = content(each, "more")
    parts.ranks.append(Rank(direction, whole_number(each), by=about))
    _take_asked_fields(parts, each, data)


def _take_asked_fields(parts: Parts, each: Constituent, data: DataWords) -> None:
    fields = fields_in(each.items, "field")
    if any(place.column in data.flags for place in fields):
        raise NoPlan  # "the oldest woman who survived" asks for no column
    parts.asked += fields
    if any(item.kind in ("noun", "row") for item in each.items):
        parts.marks.add("asked_row")


def _take_commonest(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.ranks.append(Rank(content(each, "common"), whole_number(each) or 1))
    if fields := fields_in(each.items, "field"):
        parts.keys += fields
        parts.measures = [ROWS]
    else:
        # "Which product did she buy most often": what is counted is asked elsewhere, and nothing else is.
        parts.measures.append(ROWS)


def _take_asked(parts: Parts, each: Constituent, data: DataWords) -> None:
    _take_asked_fields(parts, each, data)
    if (number := whole_number(each)) is not None:
        parts.counts.append(number)


def _take_asked_row(parts: Parts, each: Constituent, data: DataWords) -> None:
    """Who it was is asked: the row tells, unless somebody has several rows, as customers have.

    Raises `NoPlan` where customers and employees have.
    """
    people = data.people if each.items[0].content == "person" else []
    if any(map(data.repeats, people)):
        if len(people) > 1:
            raise NoPlan
        parts.asked.append(Field(people[0].name))
    else:
        parts.marks.add("asked_row")


def _take_counted(parts: Parts, each: Constituent, data: DataWords) -> None:
    """Of "2 countries with the most medals" the first two."""
    if any(kind_of(place, data) not in ("category", "text") for place in fields_in(each.items, "field")):
        raise NoPlan
    _take_asked(parts, each, data)


def _take_opening(parts: Parts, each: Constituent, data: DataWords) -> None:
    """The first rows are those of the file; the first flights are the earliest, where one column says when."""
    dates = data.of_kind("date") if any(item.kind == "noun" for item in each.items) else []
    if len(dates) == 1:
        number = whole_number(each) or (1 if content(each, "opening") == "one" else _SOME)
        parts.ranks.append(Rank("upwards", number, by=Field(dates[0].name)))
        parts.marks.add("noun")
        return
    if dates:
        raise NoPlan
    parts.openings.append(whole_number(each) or (1 if content(each, "opening") == "one" else _SOME))


def _take_how(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.hows.append(content(each, "how"))


def _take_fields(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.fields += fields_in(each.items, "field")


def _take_pair(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.fields += fields_in(each.items, "field")
    parts.logs += [after.content for item, after in pairwise(each.items) if item.kind == "log"]
    parts.marks.add("pair")


def _take_comparing(parts: Parts, each: Constituent, _: DataWords) -> None:
    """A word like "heavier" says that, and what, is compared."""
    parts.marks.add(each.kind)
    content = each.items[0].content
    if each.kind == "more":
        parts.comparatives += 1
        parts.leanings.add(content[0])
    about = content[1] if isinstance(content, tuple) else content
    if isinstance(about, Field):
        parts.fields.append(about)


def _take_when(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.asked += fields_in(each.items, "when")


#: What follows what is explained: "price against area", "how much does the price go up for every extra …".
_AFTER_EXPLAINED = frozenset({"explained", "onto", "object", "along", "change"})


def _take_fitted(parts: Parts, each: Constituent, data: DataWords) -> None:
    """What is explained stands first where its verb or its particle does: of "from x to y" it is the last."""
    fields, kinds = fields_in(each.items, "field"), [item.kind for item in each.items]
    stands_first = kinds[0] in ("predict", "fit", "logistic") or kinds[1] in _AFTER_EXPLAINED
    stands_first &= kinds[-1] != "relation"  # 年龄对离职的影响
    parts.fields += fields if stands_first else [fields[-1], *fields[:-1]]
    parts.marks.add("fitted")
    is_said = bool({"predict", "predicted", "explained", "each_extra"} & set(kinds))
    is_said |= kinds[-1] == "relation" and len(fields) > 2  # what several have to do with one
    if is_said or {"fit", "logistic"} & set(kinds):
        parts.marks.add("fit")
    # Through yes and no goes no line.
    if "logistic" in kinds or (is_said and parts.fields[-len(fields)].column in data.flags):
        parts.marks.add("logistic")


def _take_threshold(parts: Parts, each: Constituent, data: DataWords) -> None:
    """From where on values belong to the highest or lowest per cent."""
    direction, percent = content(each, "superlative")[0], content(each, "number")
    if percent.unit not in ("%", "percent", "パーセント") or not 0 < percent.value < 100:
        raise NoPlan
    part = percent.value / 100
    quantile = round(1 - part if direction == "downwards" else part, 10)
    parts.measures = [measured(f"quantile.{quantile}", place, data) for place in fields_in(each.items, "field")]


def _take_color(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.colors += fields_in(each.items, "field")


def _take_size(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.sizes += fields_in(each.items, "field")


def _take_over_all(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.over_all += fields_in(each.items, "field")


def _take_log_of(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.logs += fields_in(each.items, "field")
    parts.fields += fields_in(each.items, "field")


def _take_chart(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.charts.append(content(each, "chart"))


def _take_saving(parts: Parts, each: Constituent, _: DataWords) -> None:
    form = content(each, "saved") or content(each, "file_form")
    if form is None:
        parts.marks.add("save")
    else:
        parts.forms.append(form)


def _take_clusters(parts: Parts, each: Constituent, _: DataWords) -> None:
    if any(item.kind in ("cluster", "split_into") for item in each.items):
        parts.marks.add("cluster")
    if (number := whole_number(each)) is not None:
        parts.clusters.append(number)


def _take_description(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.descriptions.append(str(content(each, "describe")))


def _take_test(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.tests.append(str(content(each, "test")))


def _take_relation(parts: Parts, each: Constituent, _: DataWords) -> None:
    parts.marks.add("relation")
    if content(each, "relation"):
        parts.marks.add("correlation")  # which there is of numbers only


_TAKING: dict[str, Callable[[Parts, Constituent, DataWords], None]] = {
    "condition": _take_condition,
    "limit": _take_limit,
    "predicate": _take_predicate,
    "other": _take_other,
    "versus": _take_versus,
    "flag_share": _take_flag_share,
    "key": _take_key,
    "measure": _take_measure,
    "further": _take_further,
    "rank": _take_rank,
    "place": _take_place,
    "selection": _take_selection,
    "commonest": _take_commonest,
    "asked": _take_asked,
    "asked_who": _take_asked_row,
    "counted": _take_counted,
    "opening": _take_opening,
    "how": _take_how,
    "when": _take_when,
    "fitted": _take_fitted,
    "threshold": _take_threshold,
    "pair": _take_pair,
    "field": _take_fields,
    "more": _take_comparing,
    # Which of two is asked like more of one than of the other.
    "which_of": lambda parts, _, __: parts.marks.add("more"),
    "difference": _take_comparing,
    "ratio": _take_comparing,
    "color": _take_color,
    "size": _take_size,
    "over_all": _take_over_all,
    "log_of": _take_log_of,
    "chart": _take_chart,
    "saving": _take_saving,
    "clustered": _take_clusters,
    "describe": _take_description,
    "test": _take_test,
    "relation": _take_relation,
}
