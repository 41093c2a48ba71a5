"""What a server tells of one model: in its list, at llama.cpp's `/props`, at Ollama's and LM Studio's `/api`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI

from lci.models.listing import ListedModel, described
from lci.models.providers import provider_of

#: Seconds for each question; there are at most four, and only of servers that are not known.
_PATIENCE = 5.0
#: What Ollama loads a model with when nothing else is said; what is longer it drops without a word.
_OLLAMA_WINDOW = 4_096


@dataclass(frozen=True, slots=True)
class Reported:
    """None for what the server does not say."""

    window_tokens: int | None = None
    sees_images: bool | None = None


async def reported(sdk: AsyncOpenAI, base_url: str, model: str, entries: list[ListedModel]) -> Reported:
    """What is told of `model`, which has been asked something just before: Ollama knows its window only then."""
    entry = next((entry for entry in entries if entry.name == model), ListedModel(model))
    provider = provider_of("", base_url)
    is_hosted = provider is not None and provider.port is None
    if is_hosted or (entry.window_tokens is not None and entry.sees_images is not None):
        return Reported(entry.window_tokens, entry.sees_images)
    root = _root(base_url)
    props = await _asked(sdk, "GET", f"{root}/props")
    if "default_generation_settings" in props or "n_ctx" in props:
        return Reported(entry.window_tokens or _props_window(props), _props_vision(props, entry.sees_images))
    shown = await _asked(sdk, "POST", f"{root}/api/show", {"model": model})
    if "model_info" in shown or "parameters" in shown:
        loaded = await _asked(sdk, "GET", f"{root}/api/ps")
        kinds = shown.get("capabilities")
        sees = "vision" in kinds if isinstance(kinds, list) else entry.sees_images
        return Reported(_loaded_window(loaded, model) or _ollama_window(shown), sees)
    if "id" in (detail := await _asked(sdk, "GET", f"{root}/api/v0/models/{model}")):
        entry = described(detail)
    return Reported(entry.window_tokens, entry.sees_images)


def _root(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v1')}"


async def _asked(
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


def _props_window(props: Mapping[str, Any]) -> int | None:
    return _number(_inner(props, "default_generation_settings").get("n_ctx")) or _number(props.get("n_ctx"))


def _props_vision(props: Mapping[str, Any], otherwise: bool | None) -> bool | None:
    vision = _inner(props, "modalities").get("vision")
    return vision if isinstance(vision, bool) else otherwise


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
