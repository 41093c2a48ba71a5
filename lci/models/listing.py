"""The models a server lists, with what it says about them in the fields that servers have added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One entry of a server's list; None for what the server does not say."""

    name: str
    window_tokens: int | None = None
    sees_images: bool | None = None


def listed(content: bytes) -> list[ListedModel] | None:
    """The models in the body of a list; None when it is no such list."""
    try:
        body: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or "data" not in body:
        return None
    entries = body["data"] if isinstance(body["data"], list) else []
    return [described(entry) for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def described(entry: Mapping[str, object]) -> ListedModel:
    """What one entry of a list says."""
    return ListedModel(str(entry["id"]), _window(entry), _sees(entry))


def _window(entry: Mapping[str, object]) -> int | None:
    """vLLM, LM Studio, OpenRouter and others, llama.cpp, in this order."""
    meta = entry.get("meta")
    inner = meta if isinstance(meta, dict) else {}
    told = (
        entry.get("max_model_len"),
        entry.get("loaded_context_length"),
        entry.get("context_length"),
        entry.get("context_window"),
        entry.get("max_context_length"),
        inner.get("n_ctx"),
    )
    return next((value for value in told if isinstance(value, int) and value > 0), None)


def _sees(entry: Mapping[str, object]) -> bool | None:
    architecture = entry.get("architecture")
    kinds = architecture.get("input_modalities") if isinstance(architecture, dict) else None
    if isinstance(kinds, list):
        return "image" in kinds
    capabilities = entry.get("capabilities")
    if isinstance(capabilities, dict) and isinstance(capabilities.get("vision"), bool):
        return bool(capabilities["vision"])
    return {"vlm": True, "llm": False}.get(str(entry.get("type")))
