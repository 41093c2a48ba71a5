from __future__ import annotations

import pytest

from lci.notebook.sources import moves, relative

FILES = {"a.csv", "b", "sub/表.csv"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('pd.read_csv("/mnt/data/a.csv")', 'pd.read_csv("a.csv")'),
        ("open('/mnt/data/sub/表.csv', r'/mnt/data/b')", "open('sub/表.csv', r'b')"),
        ('%matplotlib inline\nx = "/mnt/data/b"', '%matplotlib inline\nx = "b"'),
        ('!echo it\'s "/mnt/data/b"\nx = "/mnt/data/b"', '!echo it\'s "/mnt/data/b"\nx = "b"'),
        ('files = !ls "/mnt/data/"\ndf?\nx = "/mnt/data/b"', 'files = !ls "/mnt/data/"\ndf?\nx = "b"'),
        ('%%time\nx = "/mnt/data/b"', '%%time\nx = "b"'),
        ('if x:\n    y = f("é", "/mnt/data/b")', 'if x:\n    y = f("é", "b")'),
        ('f(["/mnt/data/a.csv", "/mnt/data/b", "/mnt/data/c"])', 'f(["a.csv", "b", "/mnt/data/c"])'),
    ],
)
def test_a_literal_that_is_the_path_of_a_file_becomes_relative(before: str, after: str) -> None:
    """B9: the notebook runs beside its files, wherever they are."""
    assert relative(before, FILES) == after


@pytest.mark.parametrize(
    "source",
    [
        "# in /mnt/data/b\nx = 1",
        'x = "/mnt/data/other.csv", "sandbox:/mnt/data/b", "/mnt/data//b", "/mnt/data"',
        'f"/mnt/data/{name}.csv" + rb"/mnt/data/b"',
        'x = "/mnt/data/b" ".bak"',
        'x = "/mnt/data/b" + ".bak", "/mnt/data/%s" % "b", p == "/mnt/data/b", "/mnt/data/b".upper()',
        "duckdb.sql(\"select * from '/mnt/data/a.csv'\")",
        'os.system("cp /mnt/data/a.csv /mnt/data/b; ls /mnt/data")',
        'Path("/mnt/data") / "b"',
        'print("/mnt/data/b", len("/mnt/data/b"))',
        'x = """\n/mnt/data/b\n"""',
        'x = "https://example.com/mnt/data/b"',
        '%run "/mnt/data/b"',
        "!cat '/mnt/data/b'",
        '%%bash\ncat "/mnt/data/b"',
        'x = "/mnt/data/b',
        "if x:\n    a\n  b = '/mnt/data/b'",
    ],
)
def test_everything_else_stays_as_it_is(source: str) -> None:
    assert relative(source, FILES) == source


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("os.chdir('x')", True),
        ("with contextlib.chdir(p): pass", True),
        ("x = 1\n%cd sub", True),
        ("cd sub", True),
        ("subprocess.run(['x'], cwd='sub')", True),
        ("cd_rate = 1; print(os.getcwd())", False),
    ],
)
def test_code_that_may_change_its_directory_is_known(source: str, *, changes: bool) -> None:
    assert moves(source) is changes
