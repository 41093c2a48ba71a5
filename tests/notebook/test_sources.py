from __future__ import annotations

import pytest

from lci.notebook.sources import relative


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('pd.read_csv("/mnt/data/a.csv")', 'pd.read_csv("a.csv")'),
        ("open('/mnt/data//sub/表.csv')", "open('sub/表.csv')"),
        ('x = "sandbox:/mnt/data/a.csv"', 'x = "a.csv"'),
        ('f"/mnt/data/{name}.csv" + rb"/mnt/data/x"', 'f"{name}.csv" + rb"x"'),
        ('f"{a}" f"/mnt/data/{b["c"] if 1 else 2}"', 'f"{a}" f"{b["c"] if 1 else 2}"'),
        ("duckdb.sql(\"select * from '/mnt/data/a.csv'\")", "duckdb.sql(\"select * from 'a.csv'\")"),
        ('os.system("cp /mnt/data/a /mnt/data/b; ls /mnt/data")', 'os.system("cp a b; ls .")'),
        ('Path("/mnt/data") / "a"', 'Path(".") / "a"'),
        ('"/mnt/data/" + name', '"./" + name'),
        ('x = """\n/mnt/data/a\n"""\ny = "/mnt/data/b"', 'x = """\na\n"""\ny = "b"'),
        ('%matplotlib inline\nx = "/mnt/data/a"', '%matplotlib inline\nx = "a"'),
        ('!echo it\'s "/mnt/data/a"\nx = "/mnt/data/a"', '!echo it\'s "/mnt/data/a"\nx = "a"'),
        ('files = !ls "/mnt/data/"\ndf?\nx = "/mnt/data/a"', 'files = !ls "/mnt/data/"\ndf?\nx = "a"'),
        ('%%time\nx = "/mnt/data/a"', '%%time\nx = "a"'),
        ('if x:\n    y = "é" + "/mnt/data/a"', 'if x:\n    y = "é" + "a"'),
    ],
)
def test_paths_in_string_literals_become_relative(before: str, after: str) -> None:
    """B9: the notebook runs beside its files, wherever they are."""
    assert relative(before) == after


@pytest.mark.parametrize(
    "source",
    [
        "# in /mnt/data/a\nx = 1",
        'x = "https://example.com/mnt/data/a"',
        'x = "s3://bucket/mnt/data/a", f"{root}/mnt/data/a", "/mnt/database"',
        '%run "/mnt/data/a.py"',
        "!cat '/mnt/data/a'",
        '%%bash\ncat "/mnt/data/a"',
        'x = "/mnt/data/a',
        "def f(:\n  '''/mnt/data/a",
        "if x:\n    a\n  b = '/mnt/data/a'",
    ],
)
def test_everything_else_stays_as_it_is(source: str) -> None:
    assert relative(source) == source
