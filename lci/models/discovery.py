"""Servers of models on this machine, found by knocking at the ports where they usually listen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

from lci.models.bounds import bound
from lci.models.providers import Provider, providers
from lci.models.reported import listed

#: Seconds that one port is given: a closed one is known at once, but a server on a busy machine takes time.
PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answers; `provider` is who usually has that port, `models` are the names it lists."""

    base_url: str
    provider: Provider | None
    models: tuple[str, ...]


async def local_servers(ports: Sequence[int] | None = None, seconds: float = PATIENCE) -> tuple[LocalServer, ...]:
    """The servers that list their models at these ports of this machine, or at the usual ones; all asked at once.

    No key is sent, and no proxy is used.
    """
    if ports is None:
        ports = tuple(dict.fromkeys(provider.port for provider in providers() if provider.port is not None))
    async with DefaultAsyncHttpx2Client(
        trust_env=False, timeout=seconds, follow_redirects=False, event_hooks={"response": [bound]}
    ) as http:
        servers = await asyncio.gather(*(_server(http, port, seconds) for port in ports))
    return tuple(server for server in servers if server is not None)


async def _server(http: object, port: int, seconds: float) -> LocalServer | None:
    url = f"http://127.0.0.1:{port}/v1"
    sdk = AsyncOpenAI(base_url=url, api_key="none", max_retries=0, http_client=http)  # type: ignore[arg-type]  # httpx2's
    try:
        async with asyncio.timeout(seconds):
            answer = await sdk.models.with_raw_response.list()
    except (openai.OpenAIError, ValueError, RecursionError, TimeoutError):
        return None
    models = listed(answer.content)
    if models is None:
        return None
    provider = next((each for each in providers() if each.port == port), None)
    return LocalServer(url, provider, tuple(models))
