from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from lci.models.providers import Provider, is_local, provider_of, providers


@pytest.mark.parametrize("provider", providers(), ids=lambda provider: provider.id)
def test_every_provider_can_be_used_as_it_is_written(provider: Provider) -> None:
    """B12: an address with a scheme, a key where it is elsewhere and none where it is here."""
    assert urlsplit(provider.base_url).scheme in ("http", "https")
    assert is_local(provider.base_url) == (provider.port is not None) == (not provider.key_variable)
    assert provider.port is None or urlsplit(provider.base_url).port == provider.port
    assert provider_of(provider.name, "") is provider
    assert provider_of(provider.id, "") is provider
    assert provider_of("", provider.base_url) is provider


def test_ids_and_names_are_unique() -> None:
    assert len({provider.id for provider in providers()}) == len(providers())
    assert len({provider.name.lower() for provider in providers()}) == len(providers())


@pytest.mark.parametrize(
    ("name", "url", "found"),
    [
        ("", "https://res.openai.azure.com/openai/v1", "azure"),
        ("", "http://localhost:11434/v1", "ollama"),
        ("", "http://127.0.0.1:9999/v1", None),
        ("OpenAI", "http://127.0.0.1:9999/v1", "openai"),
        ("My company", "https://api.mistral.ai/v1", "mistral"),
        ("", "https://api.openai.com.example.org/v1", None),
        ("", "http://[::1/v1", None),
        ("", "http://127.0.0.1:port/v1", None),
    ],
)
def test_a_provider_is_known_by_name_or_address(name: str, url: str, found: str | None) -> None:
    provider = provider_of(name, url)
    assert (provider.id if provider else None) == found
