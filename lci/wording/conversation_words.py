"""The labels of the list of conversations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lci.wording.forms import Forms


@dataclass(frozen=True, slots=True)
class Conversations:
    """The list of conversations."""

    untitled: str
    search: str
    nothing_matches: str
    places: Mapping[str, str]
    rename: str
    more: str
    pin: str
    unpin: str
    duplicate: str
    download: str
    download_help: str
    delete: str
    deleted: str
    no_conversations: str
    open_conversation: str
    conversation: Forms
    storage: str
    show_more: str
    bring_in: str
    take_in: Mapping[str, str]
    deleted_ones: str
    put_back: str
    forget: str
    kept_days: str
