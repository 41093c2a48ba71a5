"""The list of conversations."""

from __future__ import annotations

from lci.wording.conversation_words import Conversations

CONVERSATIONS = Conversations(
    untitled="New conversation",
    search="Search everything asked, said, run and printed",
    nothing_matches="Nothing that was asked, said, run or printed has these words.",
    places={"title": "title", "prompt": "asked", "prose": "said", "code": "code", "output": "output"},
    rename="Rename",
    more="Pin, duplicate, download",
    pin="Pin to the top",
    unpin="No longer pin",
    duplicate="Duplicate",
    download="Download (.zip)",
    download_help="Conversation, notebook, figures and files in one zip, which can be brought in elsewhere.",
    delete="Delete",
    deleted="Deleted “{title}”.",
    no_conversations="Conversations appear here once you have asked something.",
    open_conversation="Open",
    conversation=("conversation", "conversations"),
    storage="{conversations} · {size} on this machine, deleted ones included",
    show_more="Show {count} more",
    bring_in="Bring in",
    take_in={
        "files": "Choose files",
        "drop": "A conversation that was downloaded (.zip), or a notebook (.ipynb): drop it here",
        "done": "{count} brought in",
        "cancelled": "Cancelled; {count} were brought in before",
        "failed": "The connection broke; nothing of this file was kept. Try again.",
    },
    deleted_ones="Deleted ({count})",
    put_back="Put back",
    forget="Delete for good",
    kept_days="Deleted conversations can be put back for {days} days; then they and their files are gone for good.",
)
