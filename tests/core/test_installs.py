from __future__ import annotations

import pytest

from lci.core.code.installs import packages


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%pip install prophet", ("prophet",)),
        ("!pip install -q prophet==1.1 'seaborn>=0.13,<1'", ("prophet==1.1", "seaborn>=0.13,<1")),
        ("# for the forecast\n%pip install -U a[b,c]\n!pip3 install d\n", ("a[b,c]", "d")),
        ("!python -m pip install x", ("x",)),
        ("!uv pip install x", ("x",)),
    ],
)
def test_cells_that_only_install_are_recognised(source: str, expected: tuple[str, ...]) -> None:
    """B24"""
    assert packages(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        "%pip install x\nimport x",
        "%pip install --index-url http://elsewhere x",
        "%pip install -r requirements.txt",
        "%pip install ./folder",
        "%pip install git+https://host/x",
        "%pip install http://host/x.whl",
        "%pip install x; rm -rf /",
        "%pip install $(id)",
        "%pip install -e .",
        "%pip uninstall x",
        "%pip install",
        "%pip install --target /etc x",
    ],
)
def test_everything_else_is_a_cell_like_any_other(source: str) -> None:
    """B24, B34: what leads elsewhere is never carried out by the app."""
    assert packages(source) is None
