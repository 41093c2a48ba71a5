"""How many examples a property is tried on: a share for every change, all of them in `make nightly`."""

from __future__ import annotations

import os

#: Fewer find nothing that is worth the time of drawing them.
_LEAST = 20


def share(count: int) -> int:
    """Of `count` examples as many as are tried for every change."""
    return count if os.environ.get("LCI_TEST_EXAMPLES") == "all" else max(_LEAST, count // 3)
