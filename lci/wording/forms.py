"""Words that have several forms."""

from __future__ import annotations

from typing import TypeAlias

#: A noun as it is counted: its forms in the order of CLDR's categories of number (one before other).
Forms: TypeAlias = tuple[str, ...]
