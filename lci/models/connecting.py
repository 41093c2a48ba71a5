"""Where a model answers and how it is reached: address, key, proxy, certificates, and Azure's older addresses."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

from lci.errors import AddressWrong, KeyRejected, Unreachable
from lci.models.bounds import bound
from lci.models.providers import is_address, is_local, without_credentials
from lci.models.refusals import Part

#: Seconds without a byte before a request counts as lost; a local server may read a long prompt for minutes.
READ_TIMEOUT = 300.0
_CONNECT_TIMEOUT = 10.0
#: The proxy setting that means none, whatever the environment says.
DIRECT = "none"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a model answers; `model` may be empty for the first the server lists. No secret is in the repr.

    With `api_version` the address is Azure's older one, a path for each deployment. `key_header` names the header that
    carries the key instead of `Authorization`. `proxy` is an address, `none`, or empty for the environment's; requests
    to this machine never go through one.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str = ""
    api_version: str = ""
    key_header: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str = field(default="", repr=False)
    ca_file: str = ""
    #: The parameter that limits an answer: servers know one of two.
    limit_name: Part = "max_tokens"

    @property
    def own_key_header(self) -> str:
        """The header that carries the key, if it is not `Authorization`."""
        return self.key_header or ("api-key" if self.api_version else "")

    @property
    def left_out_headers(self) -> dict[str, openai.Omit]:
        """What each request must name as left out: the SDK insists on `Authorization` otherwise."""
        return {"Authorization": openai.Omit()} if self.own_key_header else {}

    @property
    def shown_url(self) -> str:
        """The address without credentials."""
        return without_credentials(self.base_url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be repeated to anyone; a placeholder of a few letters is no secret."""
        return tuple(text for text in (self.api_key.strip(), *self.headers.values()) if len(text) >= 8)


def client(connection: Connection, provider: str, read_timeout: float = READ_TIMEOUT) -> AsyncOpenAI:
    """A client for that address. Raises `AddressWrong`, `KeyRejected` and `Unreachable` for what cannot be used."""
    timeout = openai.Timeout(read_timeout, connect=min(read_timeout, _CONNECT_TIMEOUT))
    key = _key(connection, provider)
    headers = dict(connection.headers)
    if connection.own_key_header:
        headers[connection.own_key_header] = key
    sdk = AsyncOpenAI(
        base_url=_address(connection, provider),
        # Left out, the SDK would send OPENAI_API_KEY to whatever address this is.
        api_key=key or "none",
        max_retries=0,
        http_client=_http(connection, provider, timeout),
        timeout=timeout,
        default_headers=headers,
        default_query={"api-version": connection.api_version} if connection.api_version else None,
    )
    # The SDK takes these from the environment too.
    sdk.organization = sdk.project = None
    return sdk


def _http(connection: Connection, provider: str, timeout: openai.Timeout) -> Any:
    is_here = is_local(connection.base_url)
    options: dict[str, Any] = {
        # A proxy from the environment must never see requests to this machine, which carry the key.
        "trust_env": not is_here and connection.proxy != DIRECT,
        # To the same place only, and no more than any answer needs.
        "follow_redirects": True,
        "event_hooks": {"response": [bound]},
        "headers": {"Accept-Encoding": "identity"},
    }
    if connection.proxy not in ("", DIRECT) and not is_here:
        options["proxy"] = connection.proxy
    if connection.ca_file:
        try:
            options["verify"] = ssl.create_default_context(cafile=connection.ca_file)
        except (OSError, ValueError):
            raise Unreachable(
                provider=provider, base_url=connection.shown_url, reason="unusable certificate file"
            ) from None
    try:
        return DefaultAsyncHttpx2Client(timeout=timeout, **options)
    except (ImportError, ValueError):
        # The proxy's address may hold a password: it is not repeated.
        raise Unreachable(provider=provider, base_url=connection.shown_url, reason="unusable proxy setting") from None


def _address(connection: Connection, provider: str) -> str:
    url = connection.base_url.strip()
    if not is_address(url):
        raise AddressWrong(provider=provider, base_url=without_credentials(url))
    root = url.rstrip("/").removesuffix("/v1").removesuffix("/openai")
    if connection.api_version:
        return f"{root}/openai/deployments/{connection.model}"
    if (urlsplit(url).hostname or "").endswith((".openai.azure.com", ".cognitiveservices.azure.com")):
        return f"{root}/openai/v1"
    return url


def _key(connection: Connection, provider: str) -> str:
    """The key without the blanks of a careless paste; one that fits no header would come back in the error."""
    key = connection.api_key.strip()
    if not all(text.isascii() and text.isprintable() for text in (key, *connection.headers.values())):
        raise KeyRejected(provider=provider)
    return key
