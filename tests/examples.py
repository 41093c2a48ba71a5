"""How many examples a property is tried on: a share for every change, all of them in `make nightly`."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet

#: Fewer find nothing that is worth the time of drawing them.
_LEAST = 20


def share(count: int) -> int:
    """Of `count` examples as many as are tried for every change."""
    return count if os.environ.get("LCI_TEST_EXAMPLES") == "all" else max(_LEAST, count // 3)


def halved(cases: Iterable[str]) -> list[ParameterSet]:
    """Every second of `cases` for every change, from the first, and the others in `make nightly`."""
    return [pytest.param(case, marks=[pytest.mark.nightly] * (at % 2)) for at, case in enumerate(cases)]
