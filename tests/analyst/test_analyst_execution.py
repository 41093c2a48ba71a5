"""B45: the code the analyst writes runs, and what it says afterwards comes from what the code printed."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from lci.core.files import Column, NamedValue, Preview, Table
from lci.workspace.samples import SAMPLES
from tests.analyst.asking import Asked, ask, brief_preview, said_by, streamed, user
from tests.analyst.corpus import DATA

NOTHING_STATED = ("none is stated", "no result")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    for each in SAMPLES:
        shutil.copy(each.path, tmp_path / each.file)
    return tmp_path


def penguins() -> Preview:
    return brief_preview(Path("penguins.csv"))


def written(name: str, frame: pd.DataFrame) -> Preview:
    frame.to_csv(name, index=False)
    return brief_preview(Path(name))


def answered(asked: Asked) -> str:
    assert asked.source is not None, asked.opening
    assert not any(words in asked.answer for words in NOTHING_STATED), asked.answer
    return asked.answer


def test_a_regression_states_the_coefficients_of_polyfit() -> None:
    asked = ask("regress body mass on flipper length", penguins())
    data = pd.read_csv("penguins.csv")[["flipper_length_mm", "body_mass_g"]].dropna()
    slope, intercept = np.polyfit(data["flipper_length_mm"], data["body_mass_g"], 1)
    stated = re.search(r"= \*\*(-?[\d.]+)\*\* \+ \*\*([\d.]+)\*\*", answered(asked))
    assert stated is not None
    assert float(stated[1]) == pytest.approx(intercept, rel=1e-4) and float(stated[2]) == pytest.approx(slope, rel=1e-4)
    assert "n = 342" in asked.answer and len(asked.figures) == 1


def test_group_means_are_those_of_pandas() -> None:
    asked = ask("average body mass by species", penguins())
    assert "Highest: **Gentoo** (5,076 g)" in answered(asked)
    expected = pd.read_csv("penguins.csv").groupby("species")["body_mass_g"].mean()
    assert asked.out is not None and asked.out.shown.iloc[:, 0].to_dict() == pytest.approx(expected.to_dict())


@pytest.mark.parametrize("question", ["average amount by shop", "bottom 20 shops by total amount"])
def test_the_headline_is_over_all_groups(question: str) -> None:
    """B45, B59: also where the highest is none of those listed."""
    amounts = [*range(20, 40), 900, *range(41, 60)]
    preview = written("shops.csv", pd.DataFrame({"shop": [f"shop {n:02}" for n in range(40)], "amount": amounts}))
    first = answered(ask(question, preview)).split("\n")[0]
    assert "owest: **shop 00** (20)" in first
    assert question.startswith("bottom") or "Highest: **shop 20** (900)" in first, first


@pytest.mark.parametrize(
    "question",
    [
        "do a linear regression of body mass on flipper length and plot it",
        "average body mass by species",
        "describe body mass",
        "overview",
        "correlations",
    ],
)
def test_other_data_give_another_answer(question: str) -> None:
    before = answered(ask(question, penguins()))
    data = pd.read_csv("penguins.csv")
    data["body_mass_g"] = data["body_mass_g"] * 1.1 + np.arange(len(data))
    after = answered(ask(question, written("penguins.csv", data)))
    assert set(re.findall(r"\d[\d,.]*", after)) != set(re.findall(r"\d[\d,.]*", before))


Answers = dict[str, str | float]


def penguin_means(frame: pd.DataFrame) -> Answers:
    means = frame.groupby("species").body_mass_g.mean()
    return {
        "which species has the highest average body mass": means.idxmax(),
        "average body mass of Gentoo": means["Gentoo"],
    }


def countries(frame: pd.DataFrame) -> Answers:
    of_2007 = frame[frame.year == 2007].set_index("country")
    return {
        "average life expectancy in Africa in 2007": of_2007[of_2007.continent == "Africa"].lifeExp.mean(),
        "2007年の平均寿命が最も長い国は？": of_2007.lifeExp.idxmax(),
        "lowest life expectancy in 2007": of_2007.lifeExp.min(),
    }


def passengers(frame: pd.DataFrame) -> Answers:
    survivors = frame[frame.survived == 1]
    return {
        "how many women survived": len(survivors[survivors.sex == "female"]),
        "女性の生存率": survivors.sex.value_counts()["female"] / frame.sex.value_counts()["female"] * 100,
        "哪个class的生还人数最多": survivors["class"].value_counts().idxmax(),
    }


def prices(frame: pd.DataFrame) -> Answers:
    of_ibm, of_google = frame[frame.symbol == "IBM"], frame[frame.symbol == "GOOG"]
    return {
        "average price of IBM in 2008": of_ibm[of_ibm.date.str.endswith("2008")].price.mean(),
        "highest price of GOOG": of_google.price.max(),
    }


def flowers(frame: pd.DataFrame) -> Answers:
    means = frame.groupby("品种")["花瓣长度"].mean()
    return {"哪个品种的平均花瓣长度最大": means.idxmax(), "山鸢尾的平均花瓣长度": means["山鸢尾"]}


@pytest.mark.parametrize(
    ("file", "column", "answers"),
    [
        ("penguins.csv", "body_mass_g", penguin_means),
        ("gapminder.csv", "lifeExp", countries),
        ("titanic.csv", "survived", passengers),
        ("stocks.csv", "symbol", prices),
        ("鸢尾花.csv", "花瓣长度", flowers),
    ],
)
def test_of_well_known_data_with_a_column_turned_around_the_file_is_told(
    file: str, column: str, answers: Callable[[pd.DataFrame], Answers]
) -> None:
    """B45: what is said follows the file, not what is known of it."""
    known = pd.read_csv(DATA / file)
    turned = known.assign(**{column: known[column].to_numpy()[::-1]})
    preview = written(file, turned)
    before = answers(known)
    for question, expected in answers(turned).items():
        answer = answered(ask(question, preview))
        assert expected != before[question]
        assert states(answer, expected), (question, expected, answer)
        assert not states(answer, before[question]), (question, before[question], answer)


def states(answer: str, expected: str | float) -> bool:
    """Whether what the answer begins with states it, rounded to the digits shown."""
    head = answer.split("\n\n")[0]
    if isinstance(expected, str):
        return f"**{expected}**" in head
    shown = [each.replace(",", "") for each in re.findall(r"\d[\d,]*(?:\.\d+)?", head)]
    return any(float(each) == round(expected, len(each.partition(".")[2])) for each in shown)


@pytest.mark.parametrize(
    "question",
    [
        "total amount per month and shop",
        "amount by quarter",
        "top 2 shops by amount",
        "amount over time",
        "describe amount",
        "describe when",
        "count by shop",
        "overview",
        "plot monthly amount by shop",
    ],
)
def test_awkward_values_are_converted(question: str) -> None:
    """Amounts with signs, days before months, labels of Markdown and ends of lines, a name that quotes."""
    rows = [("31/12/2020", "$1,200.50", "A$B$", 3), ("01/02/2021", "$3.00", "*x*", 4), ("05/03/2021", "", "A$B$", 5)]
    rows += [(f"{day:02}/04/2021", f"${day}.25", "new\nline", day) for day in range(1, 20)]
    frame = pd.DataFrame(rows, columns=["when", "amount", "shop", "visits"])
    answered(ask(question, written("odd $x$ 'q'.csv", frame)))


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["overview", "average price by town", "how many rows are there?"])
@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"town": [], "price": []}),
        pd.DataFrame({"town": ["Bern"], "price": [1.5]}),
        pd.DataFrame({"town": ["Bern", "Rome", "Bern"], "price": [None, None, None]}),
        pd.DataFrame({"town": [None, None], "price": [1.5, 2.5]}),
    ],
    ids=["empty", "one row", "no prices", "no towns"],
)
def test_tables_with_next_to_nothing_in_them_are_answered_as_that(frame: pd.DataFrame, question: str) -> None:
    preview = written("towns.csv", frame)
    asked = ask(question, preview)
    assert asked.answer or asked.opening
    assert asked.source is None or not any(words in asked.answer for words in NOTHING_STATED), asked.answer


def test_of_columns_of_one_name_none_is_taken_for_the_other() -> None:
    Path("twice.csv").write_text("town,price,price\nBern,1,10\nRome,2,20\n", encoding="utf-8")
    asked = ask("total price", brief_preview(Path("twice.csv")))
    assert "total of `price` " in asked.opening and "**3**" in answered(asked)


def test_the_file_that_a_question_fits_is_the_one_asked() -> None:
    towns = written("towns.csv", pd.DataFrame({"town": ["Bern", "Rome"], "price": [1.5, 3.5]}))
    books = written("books.csv", pd.DataFrame({"author": ["Ada", "Bo", "Cy"], "pages": [10, 20, 60]}))
    for files in ((towns, books), (books, towns)):
        assert "**30**" in answered(ask("average pages", *files))
        assert "**2.5**" in answered(ask("average price", *files))


@pytest.mark.parametrize(
    "name",
    ["class", "import os", "x'); raise SystemExit('", '"', "{x}", "a\nb", "$y", "\\", "`", "売上", "%", "A", " n "],
)
def test_any_name_of_a_column_is_only_a_name(name: str) -> None:
    frame = pd.DataFrame({name: [1.0, 2.0, 4.0, 9.0], "kind": ["a", "b", "a", "b"]})
    preview = written("odd.csv", frame)
    for question in ("overview", f"average {name} by kind"):
        asked = ask(question, preview)
        assert asked.source is None or answered(asked)


def test_a_value_that_no_preview_holds_is_looked_up_in_the_file() -> None:
    """Of a million names only some are known beforehand: those that a question names are looked for among all."""
    names = [f"name {number}" for number in range(5_000)]
    preview = written("names.csv", pd.DataFrame({"person": names, "points": range(5_000)}))
    asked_for: list[tuple[str, ...]] = []

    async def values(file: str, phrases: tuple[str, ...]) -> tuple[NamedValue, ...]:
        asked_for.append(phrases)
        return (NamedValue("person", "name 4321"),) if "name 4321" in phrases and file == "names.csv" else ()

    assert ask("points of name 4321", preview).source is None
    asked = ask("points of name 4321", preview, values=values)
    assert "**4,321**" in answered(asked) and len(asked_for) == 2, asked


@pytest.mark.parametrize("value", ["DROP TABLE x", "=1+1", "rows kept = 3", "$(rm -rf .)", "<script>", "**x**"])
def test_values_that_look_like_commands_are_only_values(value: str) -> None:
    preview = written("odd.csv", pd.DataFrame({"town": [value, "b", value], "price": [1.0, 2.0, 4.0]}))
    assert "**b**" in answered(ask("average price by town", preview))


def test_two_languages_in_one_question_are_one_question() -> None:
    frame = pd.DataFrame({"地域": ["東", "西", "東"], "sales": [1, 2, 4]})
    preview = written("shops.csv", frame)
    assert "**東** (5)" in answered(ask("total sales by 地域", preview))
    assert "**東**（5）" in answered(ask("地域ごとの sales の合計", preview))


def test_three_thousand_columns_are_understood() -> None:
    frame = pd.DataFrame(np.arange(6_000).reshape(2, 3_000), columns=[f"gene_{n}" for n in range(3_000)])
    frame["tissue"] = ["liver", "heart"]
    preview = written("genes.csv", frame)
    assert "**1,507**" in answered(ask("average gene_7", preview))


ODD = st.sampled_from(['"', "'\"", "{x}", "a\nb", "$y", "\\", "`", "売上"])
QUESTIONS = (
    "overview",
    "missing values",
    "correlations",
    "describe {0}",
    "average {1} by {0}",
    "regress {1} on {2}",
    "trend of {1}",
    "count by {0}",
    "what columns are there",
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(), min_size=1, max_size=12) | ODD, min_size=4, max_size=4, unique=True))
def test_any_column_name_gives_code_that_parses(names: list[str]) -> None:
    types = (("VARCHAR", "a"), ("DOUBLE", 1.5), ("DOUBLE", 2.5), ("DATE", "2020-01-01"))
    columns = tuple(Column(name, dtype) for name, (dtype, _) in zip(names, types, strict=True))
    table = Table("t", 3, True, columns, (tuple(value for _, value in types),))
    preview = Preview(f"{names[0]}.csv", "table", 1, tables=(table,))
    for template in QUESTIONS:
        _, source = said_by(streamed([user(template.format(*(f"`{name}`" for name in names)))], [preview]))
        if source is not None:
            ast.parse(source)
