"""Identifiers: who knows a conversation's id can read the conversation, so it is random and never logged."""

from __future__ import annotations

import re
import secrets

_CONVERSATION = re.compile(r"[0-9a-f]{32}")


def new_conversation_id() -> str:
    """128 random bits in hex, as they stand in `?c=`."""
    return secrets.token_hex(16)


def new_turn_id() -> str:
    """An id that is unique within one conversation and safe in a widget key."""
    return secrets.token_hex(6)


def new_call_id() -> str:
    """Our own id of one tool call; what the model sends as id may repeat or be missing."""
    return f"call_{secrets.token_hex(6)}"


def is_conversation_id(text: str) -> bool:
    """Whether `text` has the shape of a conversation id."""
    return _CONVERSATION.fullmatch(text) is not None
