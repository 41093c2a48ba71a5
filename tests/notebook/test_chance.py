"""Which cells draw by chance or ask the clock, and what a seed covers (B50)."""

from __future__ import annotations

import pytest

from lci.notebook.chance import traits_of, unseeded

IMPORTS = "import numpy as np, random, uuid, os, time, secrets, datetime, torch\nimport pandas as pd\n"


def draws(*cells: str) -> bool:
    """Whether the last of these cells draws by chance, after the imports."""
    traits = traits_of([IMPORTS, *cells])
    return unseeded(traits, len(cells))


@pytest.mark.parametrize(
    "call",
    [
        "np.random.rand()", "np.random.gamma(1, 1, 3)", "np.random.binomial(100, .5)", "np.random.lognormal(0, 1)",
        "numpy.random.dirichlet([1, 2])", "random.gauss(0, 1)", "random.betavariate(1, 2)", "random.triangular()",
        "hash('abc')", "id(object())", "os.getpid()", "uuid.uuid4()", "secrets.randbelow(9)", "os.urandom(3)",
        "np.random.default_rng().random()", "np.random.RandomState().rand()", "df.sample(3)", "torch.randn(3)",
        "df.groupby('a').sample(3)", "train_test_split(rows)", "scipy.stats.norm.rvs(size=3)",
        "np.random.seed(); np.random.rand()",
        "KMeans(3, random_state=None)", "random.SystemRandom().random()", "generator.normal()",
    ],
)  # fmt: skip
def test_every_way_to_draw_is_chance(call: str) -> None:
    assert draws(f"import numpy\n{call}")


@pytest.mark.parametrize(
    ("source", "cell"),
    [
        ("import numpy.random as npr", "npr.gamma(1)"),
        ("from random import gauss as g", "g(0, 1)"),
        ("from numpy import random as r", "r.poisson(3)"),
        ("rng = np.random.default_rng()", "rng.random()"),
        ("def f(x, seed=None): return x\nf(1, seed=0)", "np.random.rand()"),
        ("model = Model(random_state=0)", "random.random()"),
        ("random.seed(0)", "np.random.rand()"),
        ("np.random.seed(0)", "random.random()"),
        ("np.random.seed(0)", "uuid.uuid4()"),
        ("torch.manual_seed(0)", "df.sample(2)"),
        ("rng = np.random.default_rng(0)", "np.random.rand()"),
    ],
)
def test_a_seed_covers_its_own_library_and_its_own_call_only(source: str, cell: str) -> None:
    assert draws(source, cell)


@pytest.mark.parametrize(
    ("source", "cell"),
    [
        ("np.random.seed(0)", "np.random.gamma(1); df.sample(3); train_test_split(rows)"),
        ("random.seed(1)", "random.gauss(0, 1)"),
        ("from numpy.random import seed\nseed(3)", "np.random.rand()"),
        ("torch.manual_seed(0)", "torch.randn(3)"),
        ("keras.utils.set_random_seed(1)", "np.random.rand(); random.random()"),
        ("rng = np.random.default_rng(0)", "rng.random(); rng.gamma(1)"),
        ("", "np.random.default_rng(7).random()"),
        ("", "df.sample(3, random_state=0); KMeans(3, random_state=1)"),
        ("", "np.random.RandomState(3).rand(); random.Random(3).random()"),
        ("", "uuid.uuid5(uuid.NAMESPACE_DNS, 'a'); uuid.UUID(int=1); np.random.get_state()"),
        ("", "total = df['random'].sum(); print(seed)"),
    ],
)
def test_what_is_seeded_is_no_chance(source: str, cell: str) -> None:
    assert not draws(source, cell)


@pytest.mark.parametrize(
    ("call", "is_clock"),
    [
        ("datetime.datetime.now()", True), ("pd.Timestamp('today')", True), ("time.strftime('%H:%M')", True),
        ("time.time()", True), ("pd.Timestamp('2024-01-01')", False), ("df.day.dt.strftime('%d')", False),
    ],
)  # fmt: skip
def test_the_clock_is_known_where_it_is_asked(call: str, is_clock: bool) -> None:
    assert traits_of([IMPORTS, call])[1].asks_clock is is_clock
