"""The list of conversations."""

from __future__ import annotations

from lci.wording.words import Conversations

CONVERSATIONS = Conversations(
    untitled="New conversation",
    search="Search",
    rename="Rename",
    delete="Delete",
    deleted="Deleted “{title}”.",
    no_conversations="Conversations appear here once you have asked something.",
    open_conversation="Open",
)
