"""What a server tells of its models: in its list, at llama.cpp's `/props`, at Ollama's and LM Studio's `/api`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI

from lci.models.providers import provider_of

#: Seconds for each question; there are at most four, and only of servers that are not known.
_PATIENCE = 5.0
#: What Ollama loads a model with when nothing else is said; what is longer it drops without a word.
_OLLAMA_WINDOW = 4_096


def listed(content: bytes) -> dict[str, int | None] | None:
    """The models in the body of a list, with the window where the server says it; None when it is no such list."""
    try:
        body: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or "data" not in body:
        return None
    entries = body["data"] if isinstance(body["data"], list) else []
    return {e["id"]: _entry_window(e) for e in entries if isinstance(e, dict) and isinstance(e.get("id"), str)}


async def reported_window(sdk: AsyncOpenAI, base_url: str, model: str, in_list: int | None) -> int | None:
    """The window of `model`, which has been asked something just before: Ollama knows it only then."""
    provider = provider_of("", base_url)
    if in_list is not None or (provider is not None and provider.port is None):
        return in_list
    parts = urlsplit(base_url)
    root = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v1')}"
    props = await _object(sdk, "GET", f"{root}/props")
    if "default_generation_settings" in props or "n_ctx" in props:
        return _number(_inner(props, "default_generation_settings").get("n_ctx")) or _number(props.get("n_ctx"))
    shown = await _object(sdk, "POST", f"{root}/api/show", {"model": model})
    if "model_info" in shown or "parameters" in shown:
        return _loaded_window(await _object(sdk, "GET", f"{root}/api/ps"), model) or _ollama_window(shown)
    return _entry_window(await _object(sdk, "GET", f"{root}/api/v0/models/{model}"))


def _entry_window(entry: Mapping[str, Any]) -> int | None:
    """vLLM, LM Studio, OpenRouter and others, llama.cpp, in this order."""
    sizes = (
        entry.get("max_model_len"),
        entry.get("loaded_context_length"),
        entry.get("context_length"),
        entry.get("context_window"),
        entry.get("max_context_length"),
        _inner(entry, "meta").get("n_ctx"),
    )
    return next((size for value in sizes if (size := _number(value)) is not None), None)


async def _object(
    sdk: AsyncOpenAI, method: Literal["GET", "POST"], url: str, body: dict[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object at `url`; empty when there is none."""
    try:
        if method == "GET":
            answer: object = await sdk.get(url, cast_to=object, options={"timeout": _PATIENCE})
        else:
            answer = await sdk.post(url, cast_to=object, body=body, options={"timeout": _PATIENCE})
    except (openai.OpenAIError, ValueError, TypeError):
        # TypeError: the SDK sends nothing without its own way of sending a key.
        return {}
    return answer if isinstance(answer, dict) else {}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _inner(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def _loaded_window(loaded: Mapping[str, Any], model: str) -> int | None:
    entries = loaded.get("models")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("name") in (model, f"{model}:latest"):
            return _number(entry.get("context_length"))
    return None


def _ollama_window(shown: Mapping[str, Any]) -> int | None:
    set_by_hand = re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters") or ""), re.MULTILINE)
    if set_by_hand:
        return int(set_by_hand[1])
    facts = _inner(shown, "model_info")
    trained = next((_number(value) for key, value in facts.items() if key.endswith(".context_length")), None)
    return min(trained, _OLLAMA_WINDOW) if trained is not None else None
