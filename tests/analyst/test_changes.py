"""What the parts of a plan could be instead: every choice can be computed, and asked in its own words (B45)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings, strategies as st

from lci.analyst import LANGUAGES
from lci.analyst.changing import changes, changes_of
from lci.analyst.compiling import compiled
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Field, Measure, Plan, Summary
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.telling import worded
from lci.core.files import Preview
from lci.workspace.samples import sample
from tests.analyst.asking import brief_preview
from tests.analyst.plan_tables import LABELS, SOURCE
from tests.analyst.test_plan_properties import every_plan
from tests.examples import share

DATA = DataWords(SOURCE, {"place": LABELS, "kind|of": ("x", "y")}, {"kind|of": 2}, {"when": (1998, 2012)})
BY_SPECIES = Summary("penguins.csv", (Measure("mean", Field("body_mass_g")),), (Field("species"),))


def penguins() -> Preview:
    return brief_preview(sample("penguins").path)


def labels(plan: Plan, code: str = "en") -> dict[str, list[str]]:
    parts = changes_of(worded(plan, code), (penguins(),))
    return {part.name: [choice.label.replace("`", "") for choice in part.choices] for part in parts}


@settings(deadline=None, max_examples=share(150), suppress_health_check=[HealthCheck.too_slow])
@given(every_plan, st.sampled_from(LANGUAGES))
def test_every_choice_is_another_plan_that_compiles_and_is_read_back(plan: Plan, code: str) -> None:
    parts = changes(plan, DATA, code)
    assert parts and len({part.name for part in parts}) == len(parts)
    for part in parts:
        assert part.label and len(part.choices) < 40
        assert len({choice.question for choice in part.choices}) == len(part.choices)
        assert len({choice.label for choice in part.choices}) == len(part.choices)
        for choice in part.choices:
            assert choice.label and choice.plan != plan
            assert plan_in_words(choice.question, SOURCE) == (choice.plan, code)
            assert compiled(choice.plan, SOURCE)


def test_a_measure_its_groups_order_and_chart_can_be_others() -> None:
    parts = labels(BY_SPECIES)
    assert {"median of body_mass_g", "mean of bill_length_mm", "number of rows"} <= set(parts["measure_0"])
    assert {"for each island", "for each species and sex", "not grouped"} <= set(parts["group_0"])
    assert "highest first" in parts["order"] and "with a logarithmic y axis" in parts["chart"]
    assert "sex is “female”" in parts["condition"]


def test_no_more_groups_are_offered_than_there_are() -> None:
    """Of three species the first five are all."""
    assert not any("5" in label for label in labels(BY_SPECIES)["order"])


def test_choices_are_in_the_language_of_the_answer() -> None:
    assert "不分组" in labels(BY_SPECIES, "zh")["group_0"]
    assert "グループに分けない" in labels(BY_SPECIES, "ja")["group_0"]


def test_words_that_two_sheets_may_have_are_changed_into_nothing() -> None:
    """Of which sheet a plan is, its words do not say."""
    preview = penguins()
    (table,) = preview.tables
    sheets = replace(preview, name="penguins.xlsx", tables=(table, replace(table, name="other")), reader=None)
    assert changes_of(worded(replace(BY_SPECIES, table="penguins.xlsx"), "en"), (sheets,)) == ()


def test_of_many_files_only_a_few_are_offered_instead() -> None:
    """A hundred files of one schema make no menu of a hundred lines."""
    files = tuple(replace(penguins(), name=f"penguins {number}.csv") for number in range(104))
    parts = changes_of(worded(replace(BY_SPECIES, table="penguins 3.csv"), "en"), files)
    offered = {part.name: part.choices for part in parts}
    assert len(offered["table"]) == 8 and len(offered["measure_0"]) > 1
    assert "penguins 103.csv" in {choice.plan.table for choice in offered["table"]}


def test_an_answer_without_a_plan_has_no_parts() -> None:
    assert changes_of("Hello.", (penguins(),)) == ()


def test_a_further_measure_is_offered_and_one_of_several_can_be_left_out() -> None:
    assert "standard deviation of body_mass_g" in labels(BY_SPECIES)["further"]
    both = replace(BY_SPECIES, measures=(*BY_SPECIES.measures, Measure("std", Field("body_mass_g"))))
    parts = labels(both)
    assert "leave this out" in parts["measure_0"] and "leave this out" in parts["measure_1"]
    assert "mean of body_mass_g" not in parts["further"]
