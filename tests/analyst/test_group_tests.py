"""Whether groups differ: the numbers are scipy's, and where a test does not hold it is said what was done (B45)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from scipy import stats

from lci.analyst.columns import FileColumn
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.plan import Condition, Field, GroupTest, Relation, Summary
from lci.analyst.results import Findings, findings
from lci.analyst.sources import Source
from lci.analyst.telling import said
from lci.analyst.telling.phrases import p_value, phrases
from tests.analyst.asking import ask, brief_preview
from tests.analyst.corpus import DATA
from tests.analyst.meanings import asked
from tests.analyst.plan_tables import LABELS
from tests.analyst.running import corpus_source, ran
from tests.examples import share

LANGUAGES = ("en", "ja", "zh")
MASS, SPECIES, SEX, ISLAND = map(Field, ("body_mass_g", "species", "sex", "island"))
TWENTY = {"x": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "y": [5, 6, 7, 8, 9, 10, 11, 12, 13, 15]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings_of(groups: dict[str, list[Any]], of: Literal["means", "ranks", "shares"] = "means") -> Findings:
    rows = [(name, value) for name, values in groups.items() for value in values]
    pd.DataFrame(rows, columns=["g", "v"]).to_csv("table.csv", index=False)
    kind: Literal["category", "number"] = "category" if of == "shares" else "number"
    source = Source("table.csv", 'pd.read_csv("table.csv")', (FileColumn("g", "category"), FileColumn("v", kind)))
    return findings(ran(compiled(GroupTest("table.csv", of, Field("v"), Field("g")), source)).printed)


def answer(groups: dict[str, list[Any]], of: Literal["means", "ranks", "shares"] = "means", code: str = "en") -> str:
    text = said(GroupTest("table.csv", of, Field("v"), Field("g")), findings_of(groups, of), code)
    assert text is not None
    return text


def near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)


@pytest.fixture(scope="module")
def penguins() -> pd.DataFrame:
    return pd.read_csv(DATA / "penguins.csv")


def of_penguins(plan: GroupTest, monkeypatch: pytest.MonkeyPatch) -> tuple[Findings, str]:
    monkeypatch.chdir(DATA)
    found = findings(ran(compiled(plan, corpus_source("penguins.csv", str(DATA)))).printed)
    text = said(plan, found, "en")
    assert text is not None
    return found, text


# --- the numbers ------------------------------------------------------------------------------------------------------


def test_two_groups_are_compared_by_welchs_t_test(penguins: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    found, text = of_penguins(GroupTest("penguins.csv", "means", MASS, SEX), monkeypatch)
    female, male = (penguins[penguins.sex == sex].body_mass_g.dropna() for sex in ("female", "male"))
    test = stats.ttest_ind(female, male, equal_var=False)
    interval = test.confidence_interval(0.95)
    assert near(found.number("t"), test.statistic) and near(found.number("p value"), test.pvalue)
    assert near(found.number("degrees of freedom"), test.df)
    assert near(found.number("difference from"), interval.low) and near(found.number("difference to"), interval.high)
    assert near(found.number("computed difference"), female.mean() - male.mean())
    assert near(found.number("rank p"), stats.mannwhitneyu(female, male).pvalue)
    assert "differ significantly" in text
    assert "t = -8.5545 with 323.9 degrees of freedom, **p < 0.001**" in text
    assert "(female − male) is **-683.41 g** (95 % interval from -840.58 to -526.25)" in text
    assert "| female | 165 | 3,862.3 g | 3,650 g | 666.17 g |" in text and "| male | 168 |" in text
    assert "Used: 333 of 344 rows" in text


def test_many_groups_are_compared_by_welchs_analysis_of_variance(
    penguins: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, text = of_penguins(GroupTest("penguins.csv", "means", MASS, SPECIES), monkeypatch)
    samples = [sample.dropna() for _, sample in penguins.groupby("species").body_mass_g]
    test = stats.f_oneway(*samples, equal_var=False)
    assert near(found.number("f"), test.statistic)
    assert math.isclose(found.number("p value"), test.pvalue, rel_tol=1e-4)
    assert near(found.number("rank p"), stats.kruskal(*samples).pvalue)
    total = pd.concat(samples)
    within = sum(((sample - sample.mean()) ** 2).sum() for sample in samples)
    assert near(found.number("eta squared"), 1 - within / ((total - total.mean()) ** 2).sum())
    assert "F = 317.57 with 2 and 189.48 degrees of freedom, **p < 0.001**" in text
    assert "Which of them differ, this test does not say." in text


def test_ranks_are_compared_where_they_are_asked_for(penguins: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    found, text = of_penguins(GroupTest("penguins.csv", "ranks", MASS, SEX), monkeypatch)
    female, male = (penguins[penguins.sex == sex].body_mass_g.dropna() for sex in ("female", "male"))
    test = stats.mannwhitneyu(female, male)
    assert near(found.number("u"), test.statistic) and near(found.number("rank p"), test.pvalue)
    above = sum((one > male).sum() + (one == male).sum() / 2 for one in female)
    assert near(found.number("probability"), above / len(female) / len(male))
    assert "Mann-Whitney" in text and "Welch" not in text
    found, text = of_penguins(GroupTest("penguins.csv", "ranks", MASS, ISLAND), monkeypatch)
    kruskal = stats.kruskal(*(sample.dropna() for _, sample in penguins.groupby("island").body_mass_g))
    assert near(found.number("h"), kruskal.statistic) and near(found.number("rank p"), kruskal.pvalue)
    assert "H = 130.07 with 2 degrees of freedom" in text


def test_counts_are_compared_by_chi_squared(penguins: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    found, text = of_penguins(GroupTest("penguins.csv", "shares", SPECIES, ISLAND), monkeypatch)
    test = stats.chi2_contingency(pd.crosstab(penguins.island, penguins.species), correction=False)
    assert near(found.number("chi squared"), test.statistic) and near(found.number("p value"), test.pvalue)
    assert found.count("degrees of freedom") == test.dof
    assert near(found.number("cramers v"), math.sqrt(test.statistic / len(penguins) / 2))
    assert "χ² = 299.55 with 4 degrees of freedom, **p < 0.001**" in text
    assert "| Dream | 124 | 56 (45.2 %) | 68 (54.8 %) | 0 (0 %) |" in text


def test_small_counts_of_two_by_two_are_compared_by_fishers_exact_test() -> None:
    groups = {"x": ["yes"] * 5 + ["no"], "y": ["no"] * 6}
    found, text = findings_of(groups, "shares"), answer(groups, "shares")
    assert near(found.number("exact p"), stats.fisher_exact([[1, 5], [6, 0]]).pvalue)
    assert "Fisher's exact test, which holds for small counts too, was made instead: **p = 0.015**" in text
    assert "4 of 4 cells have an expected count below 5" in text
    assert "with 1 degree of freedom" in text and "differ significantly" in text


_groups = st.dictionaries(
    st.sampled_from(LABELS), st.lists(st.integers(-20, 40).map(lambda v: v / 4), max_size=9), min_size=1, max_size=5
).filter(any)


@settings(
    deadline=None,
    max_examples=share(60),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(_groups, st.sampled_from(("means", "ranks")))
def test_any_groups_get_the_test_that_holds_for_them(
    groups: dict[str, list[float]], of: Literal["means", "ranks"]
) -> None:
    """B45."""
    found = findings_of(groups, of)
    samples = [groups[name] for name in sorted(groups) if len(groups[name]) >= 3]
    varied = [sample for sample in samples if len(set(sample)) > 1]
    assert found.count("groups tested") == len(samples)
    if len(samples) < 2 or len({value for sample in samples for value in sample}) < 2:
        assert not found.values.keys() & {"p value", "rank p"}
        return
    ranks = stats.mannwhitneyu(*samples) if len(samples) == 2 else stats.kruskal(*samples)
    assert near(found.number("rank p"), ranks.pvalue)
    if of == "ranks" or len(varied) < len(samples):
        assert "p value" not in found.values
        return
    means = (
        stats.ttest_ind(*samples, equal_var=False) if len(samples) == 2 else stats.f_oneway(*samples, equal_var=False)
    )
    assert math.isclose(found.number("p value"), means.pvalue, rel_tol=1e-5, abs_tol=1e-12)
    assert near(found.number("t" if len(samples) == 2 else "f"), means.statistic)


# --- where a test does not hold ---------------------------------------------------------------------------------------


def test_groups_of_fewer_than_three_rows_are_left_out_and_said_so() -> None:
    text = answer({**TWENTY, "z": [100, 200]})
    assert "Left out of the test: 1 group with fewer than 3 rows." in text
    assert "Welch's t-test" in text and "(x − y)" in text and "| z | 2 |" in text


def test_without_a_second_group_that_is_large_enough_there_is_no_test() -> None:
    text = answer({"x": [1, 2, 3, 4], "y": [7, 8]})
    assert "No test is possible: it takes at least two groups of `g` with 3 rows or more each." in text
    assert "Such groups here: 1." in text and "p =" not in text


def test_one_group_alone_is_not_tested() -> None:
    text = answer({"x": [1, 2, 3, 4]})
    assert "No test is possible: in the rows that have both, `g` has one value only." in text
    assert "differ" not in text


def test_where_a_group_does_not_vary_ranks_are_compared_instead() -> None:
    groups = {"x": [1, 1, 1, 1, 1, 1], "y": [5, 6, 7, 8, 9, 9]}
    text = answer(groups)
    assert "Groups without: 1. So the test of ranks was made instead. Mann-Whitney" in text
    assert near(findings_of(groups).number("rank p"), stats.mannwhitneyu(groups["x"], groups["y"]).pvalue)
    assert "Kruskal-Wallis" in answer({**groups, "z": [1, 2, 3]})


def test_where_all_values_are_the_same_there_is_no_test() -> None:
    text = answer({"x": [2, 2, 2], "y": [2, 2, 2, 2]})
    assert "No test is possible: in the groups with 3 rows or more all values of `v` are the same." in text


def test_a_test_of_means_that_ranks_contradict_says_so() -> None:
    groups = {"x": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "y": [11, 12, 13, 14, 15, 16, 17, 18, 19, -150]}
    assert "two tests stand on different sides of the 0.05 level" in answer(groups)
    assert "different sides" not in answer(TWENTY)


def test_what_does_not_differ_significantly_is_not_called_equal() -> None:
    text = answer({"x": [1, 2, 3, 4], "y": [1, 2, 3, 5]})
    assert "do **not differ significantly** at the 0.05 level, which does not show that they are equal" in text
    assert "the smallest group has 4" in text


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("of", ["means", "ranks", "shares"])
def test_no_test_claims_a_cause(of: Literal["means", "ranks", "shares"], code: str) -> None:
    caveat = phrases(code).say("tests.independent")
    assert {"en": "says nothing of causes", "ja": "原因であることでもありません", "zh": "也不等于因果"}[code] in caveat
    assert caveat in answer(TWENTY, of, code)


@pytest.mark.parametrize(
    ("p", "written"),
    [
        (0.0009999, "p < 0.001"),
        (0.001, "p = 0.001"),
        (0.0324, "p = 0.032"),
        (0.049999, "p = 0.049999"),
        (0.0496, "p = 0.0496"),
        (0.05, "p = 0.05"),
        (0.0504, "p = 0.05"),
        (0.98, "p = 0.98"),
    ],
)
def test_p_is_written_on_its_side_of_the_level(p: float, written: str) -> None:
    assert p_value(p, phrases("en")) == written


def test_a_field_is_not_compared_between_its_own_values() -> None:
    source = corpus_source("penguins.csv", str(DATA))
    for plan in (
        GroupTest("penguins.csv", "shares", SPECIES, SPECIES),
        GroupTest("penguins.csv", "means", MASS, replace(MASS, width=500)),
        GroupTest("penguins.csv", "means", SPECIES, SEX),
    ):
        with pytest.raises(NotCompiled):
            compiled(plan, source)


def test_a_figure_shows_the_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)
    for plan in (
        GroupTest("penguins.csv", "means", MASS, SPECIES),
        GroupTest("penguins.csv", "shares", SEX, SPECIES),
    ):
        (figure,) = ran(compiled(plan, corpus_source("penguins.csv", str(DATA)))).figures
        labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
        assert labels == ["Adelie", "Chinstrap", "Gentoo"]


# --- questions --------------------------------------------------------------------------------------------------------

BOTH = (Condition(SEX, "equal", ("male", "female")),)
FLIPPER, BILL = Field("flipper_length_mm"), Field("bill_length_mm")
BETWEEN_SEXES = GroupTest("penguins.csv", "means", MASS, SEX, BOTH)
BETWEEN_SPECIES = GroupTest("penguins.csv", "means", FLIPPER, SPECIES)


def meaning(*questions: str, file: str = "penguins.csv") -> Any:
    plans = asked(questions[-1], [file], questions[:-1]).plans
    assert len(plans) == 1, plans
    plan = plans[0]
    assert isinstance(plan, GroupTest), plan
    ordered = tuple(replace(each, values=tuple(sorted(each.values, key=str, reverse=True))) for each in plan.conditions)
    return replace(plan, conditions=ordered)


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("is the difference in body mass between male and female penguins significant?", BETWEEN_SEXES),
        ("are males significantly heavier than females?", BETWEEN_SEXES),
        ("雄と雌で体重に有意差はありますか", BETWEEN_SEXES),
        ("オスとメスの体重の差は有意ですか？", BETWEEN_SEXES),
        ("雄性和雌性企鹅的体重有显著差异吗？", BETWEEN_SEXES),
        ("do species differ in flipper length?", BETWEEN_SPECIES),
        ("is there a significant difference in flipper length between species?", BETWEEN_SPECIES),
        ("run an anova of flipper length by species", BETWEEN_SPECIES),
        ("種によって翼の長さに有意な差がありますか？", BETWEEN_SPECIES),
        ("不同物种的鳍长是否存在显著差异", BETWEEN_SPECIES),
        ("t-test of body mass by sex", replace(BETWEEN_SEXES, conditions=())),
        ("性別で体重をt検定して", replace(BETWEEN_SEXES, conditions=())),
        ("按性别对体重做t检验", replace(BETWEEN_SEXES, conditions=())),
        ("mann-whitney test of body mass by sex", replace(BETWEEN_SEXES, of="ranks", conditions=())),
        ("kruskal-wallis test of flipper length by species", replace(BETWEEN_SPECIES, of="ranks")),
        ("種ごとの翼の長さをクラスカル・ウォリス検定", replace(BETWEEN_SPECIES, of="ranks")),
        ("chi-square test of species and island", GroupTest("penguins.csv", "shares", SPECIES, ISLAND)),
        (
            "does the share of species differ significantly between islands?",
            GroupTest("penguins.csv", "shares", SPECIES, ISLAND),
        ),
        ("島によって種の割合に有意差はありますか", GroupTest("penguins.csv", "shares", SPECIES, ISLAND)),
        ("is sex related to species?", GroupTest("penguins.csv", "shares", SEX, SPECIES)),
    ],
)
def test_a_question_whether_groups_differ_is_a_test(question: str, plan: GroupTest) -> None:
    assert meaning(question) in (plan, replace(plan, y=plan.by, by=plan.y))


@pytest.mark.parametrize(
    "question",
    [
        "t-test of flipper length by species",
        "mann-whitney test of flipper length by species",
        "chi-square test of body mass by flipper length",
        "is the body mass of females significant?",
    ],
)
def test_a_test_that_does_not_fit_is_declined(question: str) -> None:
    """A t-test is of two groups, chi-squared of counts."""
    assert not any(isinstance(plan, GroupTest) for plan in asked(question, ["penguins.csv"]).plans)


@pytest.mark.parametrize(
    "question",
    ["is body mass related to flipper length?", "is the correlation between body mass and flipper length significant?"],
)
def test_numbers_that_go_together_are_still_correlated(question: str) -> None:
    (plan,) = asked(question, ["penguins.csv"]).plans
    assert isinstance(plan, Relation)


def test_asked_by_how_much_groups_differ_the_difference_is_enough() -> None:
    (plan,) = asked("by how much do males and females differ in body mass?", ["penguins.csv"]).plans
    assert isinstance(plan, Summary) and plan.compared == "difference"


@pytest.mark.parametrize(
    ("question", "follow_up", "plan"),
    [
        ("mean body mass by sex", "is that significant?", replace(BETWEEN_SEXES, conditions=())),
        ("性別ごとの平均体重", "有意差はありますか", replace(BETWEEN_SEXES, conditions=())),
        ("按性别的平均体重", "差异显著吗", replace(BETWEEN_SEXES, conditions=())),
        ("do species differ in flipper length?", "and with a rank test?", replace(BETWEEN_SPECIES, of="ranks")),
    ],
)
def test_means_that_were_asked_for_are_then_tested(question: str, follow_up: str, plan: GroupTest) -> None:
    assert meaning(question, follow_up) == plan


@pytest.mark.parametrize(
    ("question", "follow_up"),
    [
        ("mean body mass by species", "t-test"),
        ("do species differ in flipper length?", "mann-whitney"),
        ("median body mass by sex", "is that significant?"),
        ("number of penguins by sex", "is that significant?"),
        ("chi-square test of species and island", "and for bill length?"),
    ],
)
def test_a_follow_up_whose_test_does_not_fit_is_declined(question: str, follow_up: str) -> None:
    assert asked(follow_up, ["penguins.csv"], (question,)).plans == ()


@pytest.mark.parametrize(
    ("follow_up", "plan"),
    [
        ("only females", replace(BETWEEN_SPECIES, conditions=(Condition(SEX, "equal", ("female",)),))),
        ("and for bill length?", replace(BETWEEN_SPECIES, y=BILL)),
        ("and by island?", replace(BETWEEN_SPECIES, by=ISLAND)),
    ],
)
def test_a_follow_up_changes_rows_number_or_groups(follow_up: str, plan: GroupTest) -> None:
    assert meaning("do species differ in flipper length?", follow_up) == plan


@pytest.mark.parametrize(
    ("question", "rows", "number"),
    [
        ("種によって翼の長さに有意な差がありますか？", "メスだけ", "くちばしの長さは？"),
        ("不同物种的鳍长是否存在显著差异", "只看雌性", "嘴长呢？"),
    ],
)
def test_follow_ups_are_understood_in_each_language(question: str, rows: str, number: str) -> None:
    assert meaning(question, rows) == replace(BETWEEN_SPECIES, conditions=(Condition(SEX, "equal", ("female",)),))
    assert meaning(question, number) == replace(BETWEEN_SPECIES, y=BILL)


def test_the_groups_that_were_named_do_not_limit_other_groups() -> None:
    first = "is the difference in body mass between male and female penguins significant?"
    assert meaning(first, "and by species?") == GroupTest("penguins.csv", "means", MASS, SPECIES)


def test_asked_for_one_of_the_groups_only_there_is_no_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)
    preview = brief_preview(DATA / "penguins.csv")
    first = ask("is the difference in body mass between male and female penguins significant?", preview)
    second = ask("only females", preview, before=first.messages)
    assert "No test is possible" in second.answer and "p =" not in second.answer


def test_every_p_and_size_is_shown_in_each_language() -> None:
    texts = [answer(TWENTY, "means", code) for code in LANGUAGES]
    for text in texts:
        assert "| x | 10 |" in text and "p = 0.0" in text
    assert all(one != other for one, other in pairwise(texts))
