"""Who serves models: addresses, keys and habits, as data, and base URLs in general. Elsewhere no provider is named."""

from __future__ import annotations

import functools
import importlib.resources
import ipaddress
import tomllib
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, or a program that serves models on this machine, which has a `port` and needs no key."""

    id: str
    name: str
    base_url: str
    key_variable: str = ""
    port: int | None = None
    key_header: str = ""
    #: Whether its models are known to call tools.
    tools: bool = False
    #: The parameter that limits an answer.
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"

    def serves(self, base_url: str) -> bool:
        """Whether the address is this provider's."""
        try:
            theirs = urlsplit(base_url)
            # Reading the port checks it.
            port = theirs.port
        except ValueError:
            return False
        if self.id == "azure":
            return (theirs.hostname or "").endswith((".openai.azure.com", ".cognitiveservices.azure.com"))
        if self.port is not None:
            return is_local(base_url) and port == self.port
        return urlsplit(self.base_url).hostname == theirs.hostname


@functools.cache
def providers() -> tuple[Provider, ...]:
    """All of them, in the order in which they are offered."""
    text = importlib.resources.files("lci.models.data").joinpath("providers.toml").read_text("utf-8")
    return tuple(Provider(**entry) for entry in tomllib.loads(text)["provider"])


def provider_of(name: str, base_url: str) -> Provider | None:
    """The provider that goes by that id or name, or whose address it is."""
    name = name.strip().lower()
    named = next((each for each in providers() if name in (each.id, each.name.lower())), None)
    return named or next((each for each in providers() if each.serves(base_url)), None)


def is_local(base_url: str) -> bool:
    """Whether the address is this machine."""
    try:
        host = (urlsplit(base_url).hostname or "").lower()
        return host in ("localhost", "0.0.0.0") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(url: str) -> bool:
    """Whether that is an address of a web server."""
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def without_credentials(url: str) -> str:
    """`url` without a user, password or query, which may hold keys."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host:
        return url.rpartition("@")[2].partition("?")[0]
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path}"
