"""What can go wrong."""

from __future__ import annotations

from lci.wording.words import Trouble

TROUBLE = Trouble(
    slow="That takes longer than expected; it goes on in the background.",
    connection_lost="The app does not answer; this page keeps trying. If the app was closed, start it again: "
    "the conversation is saved.",
)
