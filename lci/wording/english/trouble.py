"""What can go wrong."""

from __future__ import annotations

from lci.wording.words import Trouble

TROUBLE = Trouble(
    slow="That takes longer than expected; it goes on in the background.",
)
