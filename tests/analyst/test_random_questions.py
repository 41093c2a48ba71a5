"""B58: whatever words stand together, a question is understood, asked back or declined, and never an error."""

from __future__ import annotations

import random

import pytest

from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.lexicon import lexicon
from lci.analyst.reading import understood
from lci.analyst.tables import tables_of
from lci.analyst.telling import phrased
from tests.analyst.meanings import preview_of

FILES = {
    "en": ("cars.csv", "flights.parquet", "superstore.csv", "gapminder.csv", "penguins.csv", "seattle-weather.csv"),
    "ja": ("売上.csv", "気温.csv"),
    "zh": ("超市订单.csv", "行政区划.csv"),
}
#: Questions of one seed.
QUESTIONS = 120


def question_of(chance: random.Random, code: str, columns: list[str], values: list[str]) -> str:
    """Words of the language, names of columns, values and numbers, in any order."""
    phrases = [" ".join(phrase) for phrase in lexicon(code).meanings]
    words = []
    for _ in range(chance.randint(2, 7)):
        kinds: list[list[str]] = [columns, values or columns, [str(chance.randint(1, 3_000))], phrases]
        words.append(chance.choice(chance.choices(kinds, (35, 10, 7, 48))[0]))
    return (" " if code == "en" else "").join(words)


@pytest.mark.parametrize(
    "seed", [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(4, 40))]
)  # fmt: skip
def test_words_in_any_order_are_no_error(seed: int) -> None:
    chance, made = random.Random(seed), 0
    for _ in range(QUESTIONS):
        code = chance.choice(tuple(FILES))
        data = tables_of(preview_of(chance.choice(FILES[code])))[0]
        columns = [column.name for column in data.table.columns]
        values = [str(value) for name in columns for value in data.table_values(name)]
        before = (f"average of {chance.choice(columns)} by {chance.choice(columns)}",) if chance.random() < 0.2 else ()
        for plan in understood(question_of(chance, code, columns, values), [data], before).plans:
            made += 1
            assert all(phrased(plan, each) for each in FILES)
            try:
                assert compiled(plan, data.table)
            except NotCompiled:
                continue
    assert made
