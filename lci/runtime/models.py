"""A model made from its settings."""

from __future__ import annotations

from lci.core.protocols import Blobs, ModelProfile
from lci.models.connecting import Connection, is_local
from lci.models.openai_chat import OpenAIChat, Wishes
from lci.models.providers import provider_of
from lci.runtime.settings import ModelSettings

_DEFAULT_WINDOW = 8_192
#: Tokens kept free for an answer whose length is left to the server.
_USUAL_ANSWER = 4_096
_KNOWN_WINDOWS = {"gpt-5": 400_000, "gpt-4.1": 1_000_000, "gpt-4o": 128_000, "o3": 200_000, "o4": 200_000}


def made(settings: ModelSettings, blobs: Blobs) -> OpenAIChat:
    """The model that `settings` describe; nothing is connected yet."""
    return OpenAIChat(connection(settings), profile(settings), wishes=wishes(settings), blobs=blobs)


def connection(settings: ModelSettings) -> Connection:
    """Where the model answers."""
    provider = provider_of(settings.provider, settings.base_url)
    return Connection(
        settings.base_url,
        settings.api_key.get_secret_value(),
        settings.name,
        api_version=settings.api_version,
        key_header=provider.key_header if provider is not None else "",
        headers={name: value.get_secret_value() for name, value in settings.headers.items()},
        proxy=settings.proxy,
        ca_file=settings.ca_file,
    )


def wishes(settings: ModelSettings) -> Wishes:
    """What is asked for beside the answer."""
    provider = provider_of(settings.provider, settings.base_url)
    return Wishes(
        settings.max_output_tokens,
        settings.temperature,
        settings.reasoning_effort,
        provider.limit if provider is not None else "max_tokens",
    )


def profile(settings: ModelSettings) -> ModelProfile:
    """What is known of the model before it is asked."""
    provider = provider_of(settings.provider, settings.base_url)
    window = settings.window_tokens or _shipped_window(settings.name) or _DEFAULT_WINDOW
    return ModelProfile(
        settings.id,
        settings.label or settings.name or settings.id,
        settings.provider or settings.base_url,
        window_tokens=window,
        max_output_tokens=settings.max_output_tokens or _USUAL_ANSWER,
        local=is_local(settings.base_url),
        sees_images=settings.sees_images,
        window_estimated=settings.window_tokens is None,
        protocol=settings.protocol or "tools",
        protocol_proven=settings.protocol is not None or (provider is not None and provider.tools),
    )


def _shipped_window(model: str) -> int | None:
    return next((window for prefix, window in _KNOWN_WINDOWS.items() if model.startswith(prefix)), None)
