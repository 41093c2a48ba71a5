"""Odds: the numbers are those of a fit by formula, and where there are none it is said why (B45)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from lci.analyst.columns import FileColumn
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.plan import Condition, Field, Odds
from lci.analyst.results import findings
from lci.analyst.sources import Source
from lci.analyst.telling import said
from tests.analyst.corpus import DATA
from tests.analyst.running import corpus_source, ran

SOURCE = Source(
    "t.csv",
    'pd.read_csv("t.csv")',
    (FileColumn("bought", "category"), FileColumn("age", "number"), FileColumn("group", "category")),
)
BOUGHT = Condition(Field("bought"), "equal", ("yes",))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(rows: dict[str, list[Any]], *x: str, code: str = "en") -> str:
    pd.DataFrame(rows).to_csv("t.csv", index=False)
    plan = Odds("t.csv", BOUGHT, tuple(map(Field, x or ("age",))))
    text = said(plan, findings(ran(compiled(plan, SOURCE)).printed), code)
    assert text is not None
    return text


def test_the_ratios_are_those_of_a_fit_by_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its interval and p; a column of categories against the first of them."""
    monkeypatch.chdir(DATA)
    source = corpus_source("titanic.csv", DATA)
    plan = Odds(
        "titanic.csv", Condition(Field("survived"), "equal", (1,)), (Field("age"), Field("sex"), Field("class"))
    )
    found = findings(ran(compiled(plan, source)).printed)
    # The formula's first category would else be one that has no age.
    frame = pd.read_csv("titanic.csv").rename(columns={"class": "class_"}).dropna(subset=["age", "sex", "class_"])
    fit = smf.logit("survived ~ age + C(sex) + C(class_)", frame).fit(disp=0)
    named = {"age": "age", "sex = male": "C(sex)[T.male]", "class = 3rd": "C(class_)[T.3rd]"}
    ratios, ps = dict(found.numbers("odds ratio")), dict(found.numbers("p"))
    for name, term in named.items():
        assert np.isclose(ratios[name], np.exp(fit.params[term]))
        assert np.isclose(ps[name], fit.pvalues[term])
        assert np.isclose(dict(found.numbers("ratio to"))[name], np.exp(fit.conf_int().loc[term, 1]))
    assert np.isclose(found.number("pseudo r2"), fit.prsquared)
    assert found.count("rows used") == int(fit.nobs)
    text = said(plan, found, "en")
    assert text is not None
    assert f"| `sex = male` | {ratios['sex = male']:.5g} |" in text
    assert "in **313 of 756 rows**" in text


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"bought": ["yes"] * 9, "age": range(9), "group": ["a"] * 9}, "always holds, or never"),
        ({"bought": ["no"] * 9 + ["yes"] * 9, "age": range(18), "group": ["a"] * 18}, "alone decide"),
        ({"bought": ["yes", "no"] * 9, "age": [5] * 18, "group": ["a"] * 18}, "cannot be told apart"),
        ({"bought": ["yes", "no"], "age": [5, 6], "group": ["a"] * 2}, "too few rows"),
    ],
)
def test_where_there_are_no_odds_it_is_said_why(rows: dict[str, Any], sentence: str) -> None:
    assert sentence in answer(rows)


def test_a_column_with_one_value_does_not_keep_the_others_from_having_odds() -> None:
    assert "`age`" in answer({"bought": ["yes", "no", "no"] * 6, "age": range(18), "group": ["a"] * 18}, "group", "age")


def test_few_rows_for_each_field_are_called_fragile() -> None:
    rows = {"bought": ["yes", "no", "no"] * 6, "age": [n * 7 % 18 for n in range(18)], "group": ["a", "b"] * 9}
    assert "With so few rows this is fragile." in answer(rows, "age", "group")
    many = {name: list(values) * 20 for name, values in rows.items()}
    assert "fragile" not in answer(many, "age", "group")


@pytest.mark.parametrize("code", ["en", "ja", "zh"])
def test_the_answer_is_in_the_language_of_the_question(code: str) -> None:
    rows = {"bought": ["yes", "no", "no"] * 9, "age": [n * 7 % 27 for n in range(27)], "group": ["a"] * 27}
    text = answer(rows, code=code)
    assert {"en": "odds ratio", "ja": "オッズ比", "zh": "几率比"}[code] in text
    assert "9 of 27" in text if code == "en" else "**9**" in text


def test_odds_that_make_no_sense_are_not_computed() -> None:
    for plan in (
        Odds("t.csv", BOUGHT, ()),
        Odds("t.csv", BOUGHT, (Field("bought"),)),
        Odds("t.csv", Condition(Field("age"), "above", (3,)), (Field("group"),)),
    ):
        with pytest.raises(NotCompiled):
            compiled(plan, SOURCE)
