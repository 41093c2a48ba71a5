"""A model made from its settings and what was found out about it."""

from __future__ import annotations

from lci.core.ports import ModelProfile, Parameters
from lci.core.stores import Blobs
from lci.models.connecting import Connection
from lci.models.openai_chat import OpenAIChat
from lci.models.providers import Provider, is_local, provider_of, without_credentials
from lci.models.registry import KnownModel, Price, known_model
from lci.runtime.config.settings import ModelSettings
from lci.runtime.models.facts import Capabilities, ModelFacts, Trial

_UNTRIED = Trial()
_DEFAULT_WINDOW = 8_192
#: Tokens kept free for an answer whose length is left to the server.
_USUAL_ANSWER = 4_096


def new_model(settings: ModelSettings, blobs: Blobs, model_facts: ModelFacts, *, looks: bool = False) -> OpenAIChat:
    """The model that `settings` describe, not connected yet, with what is known of it; `looks` as in `profile`."""
    return OpenAIChat(
        connection(settings),
        profile(settings, model_facts.of(settings), looks=looks),
        wishes=wishes(settings),
        blobs=blobs,
        learned=lambda window: model_facts.learned(settings, window),
    )


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
        limit_name=provider.limit if provider is not None else "max_tokens",
    )


def wishes(settings: ModelSettings) -> Parameters:
    """What is asked for beside the answer."""
    return Parameters(settings.temperature, settings.reasoning_effort or "", settings.max_output_tokens)


def profile(settings: ModelSettings, trial: Trial = _UNTRIED, *, looks: bool = False) -> ModelProfile:
    """What is known of the model before it is asked: by its person first, then by trial, then by its name.

    `looks` says that it is to look at pictures for another: it is taken to see unless something says it does not.
    """
    provider = provider_of(settings.provider, settings.base_url)
    tried = trial.capabilities or Capabilities()
    entry = _entry(settings)
    sure = settings.window_tokens or tried.window_tokens
    window = sure or trial.learned_window or (entry.window_tokens if entry is not None else None) or _DEFAULT_WINDOW
    protocol = settings.protocol or tried.protocol
    calls = (provider is not None and provider.tools) or (entry is not None and bool(entry.tools))
    sees = (settings.sees_images, tried.vision, entry.sees_images if entry is not None else None)
    return ModelProfile(
        settings.id,
        settings.label or settings.name or settings.id,
        _who_answers(settings, provider),
        window_tokens=window,
        # A person may want longer answers than leave room for results.
        max_output_tokens=min(settings.max_output_tokens or min(_USUAL_ANSWER, window // 4), window // 2),
        local=is_local(settings.base_url),
        sees_images=next((each for each in sees if each is not None), looks),
        window_estimated=sure is None,
        protocol=protocol or "tools",
        protocol_proven=protocol is not None or calls,
        reads_back=settings.read_back,
    )


def _who_answers(settings: ModelSettings, provider: Provider | None) -> str:
    """The provider's name; where its own was kept beside another address, that address: not OpenAI is failing then."""
    if provider is None:
        return settings.provider or settings.base_url
    has_own_address = bool(provider.key_variable) and provider.id != "azure"
    if settings.provider and has_own_address and not provider.serves(settings.base_url):
        return without_credentials(settings.base_url)
    return settings.provider or provider.name


def price(settings: ModelSettings) -> Price | None:
    """What the model's tokens cost, roughly; None for one on this machine and for one that is not known."""
    entry = _entry(settings)
    return entry.price if entry is not None else None


def _entry(settings: ModelSettings) -> KnownModel | None:
    # A server here runs a model with the window it was told, at no price, whatever the name.
    return None if is_local(settings.base_url) else known_model(settings.name)
