"""Names that newer libraries dropped are told with what stands in their place, and none that is still there (B6)."""

from __future__ import annotations

import matplotlib.cm
import numpy as np
import pandas as pd
import pytest
import scipy.integrate

from lci.agent.prompts.removed_names import _ATTRIBUTES, _FREQUENCIES, replaced

_FRAME = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.date_range("2020-01-01", periods=2))
_OWNERS = {
    "'DataFrame' object": _FRAME,
    "'Series' object": _FRAME["a"],
    "'DatetimeProperties' object": pd.Series(_FRAME.index).dt,
    "'DataFrameGroupBy' object": _FRAME.groupby("a"),
    "'SeriesGroupBy' object": _FRAME["a"].groupby(_FRAME["a"]),
    "module 'pandas'": pd,
    "module 'numpy'": np,
    "module 'scipy.integrate'": scipy.integrate,
    "module 'matplotlib.cm'": matplotlib.cm,
}


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, names in _ATTRIBUTES.items() for name in names])
def test_every_name_is_gone_and_its_error_is_understood(owner: str, name: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(_OWNERS[owner], name)
    gone = replaced("AttributeError", str(raised.value))
    assert gone is not None and (gone.name, gone.by) == (name, _ATTRIBUTES[owner][name])


@pytest.mark.parametrize("letters", _FREQUENCIES)
def test_every_frequency_is_gone_and_the_one_in_its_place_works(letters: str) -> None:
    with pytest.raises(ValueError, match="requency") as raised:
        pd.date_range("2020-01-01", periods=2, freq=f"2{letters}")
    gone = replaced("ValueError", str(raised.value))
    assert gone is not None and gone.name == letters
    assert len(pd.date_range("2020-01-01", periods=2, freq=gone.by)) == 2


@pytest.mark.parametrize(
    "source",
    [
        "frame.fillna(method='ffill')",
        "pd.read_csv('x', delim_whitespace=True)",
        "frame.sum(level=0)",
        "frame.info(null_counts=True)",
        "frame.to_csv(line_terminator='x')",
        "pd.read_csv('x', error_bad_lines=False)",
        "pd.read_csv('x', date_parser=int)",
        "pd.read_csv('x', squeeze=True)",
    ],
)
def test_arguments_that_are_gone(source: str) -> None:
    with pytest.raises(TypeError) as raised:
        eval(source, {"pd": pd, "frame": _FRAME})
    assert replaced("TypeError", str(raised.value)) is not None


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("AttributeError", "'Mine' object has no attribute 'append'"),
        ("AttributeError", "'DataFrame' object has no attribute 'apend'"),
        ("TypeError", "f() got an unexpected keyword argument 'mode'"),
        ("ValueError", "Invalid frequency: ZZ"),
        ("ValueError", "no frequency"),
        ("KeyError", "'append'"),
    ],
)
def test_what_was_never_there_is_not_called_removed(kind: str, message: str) -> None:
    assert replaced(kind, message) is None
