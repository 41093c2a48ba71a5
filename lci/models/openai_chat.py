"""Chat Completions against any compatible server: own accumulator, prompt cancel, no silent retries."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

from lci.core.protocols import (
    AnswerFinished,
    Blobs,
    CallPiece,
    ModelEvent,
    ModelProfile,
    ModelRequest,
    ReasoningPiece,
    RequestedCall,
    TextPiece,
)
from lci.core.turns import Usage
from lci.errors import ModelUnknown, NotAnApi, ProviderProblem, StreamCut
from lci.models.tokens import Counter
from lci.models.translation import translated, without_credentials
from lci.models.wire import wire_messages, wire_tools

#: Seconds without a byte before a request counts as lost; a local server may read a long prompt for minutes.
_READ_TIMEOUT = 300.0
_CONNECT_TIMEOUT = 10.0
_DEFAULT_WINDOW = 8_192
_KNOWN_WINDOWS = {"gpt-5": 400_000, "gpt-4.1": 1_000_000, "gpt-4o": 128_000, "o3": 200_000, "o4": 200_000}

_COUNTER = Counter()


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a model answers; `model` may be empty for the first the server lists. The key is in no repr."""

    base_url: str
    api_key: str = field(repr=False)
    model: str = ""


@dataclass(slots=True)
class _Call:
    name: str = ""
    arguments: str = ""
    server_id: str = ""


@dataclass(slots=True)
class _Answer:
    """What of one answer has come in; `alias` maps a reused index to the call it now means."""

    calls: dict[int, _Call] = field(default_factory=dict)
    alias: dict[int, int] = field(default_factory=dict)
    last: int | None = None
    finish: str | None = None
    usage: Any = None
    chunks: int = 0


class OpenAIChat:
    """One model of one server. Only the engine loop may use it."""

    def __init__(
        self,
        connection: Connection,
        *,
        id: str,  # noqa: A002 - the profile's own word
        label: str,
        provider: str,
        window_tokens: int | None = None,
        max_output_tokens: int = 4096,
        sees_images: bool = False,
        blobs: Blobs | None = None,
        read_timeout: float = _READ_TIMEOUT,
    ) -> None:
        self._connection = connection
        self._model = connection.model
        known = window_tokens or _shipped_window(connection.model)
        self._profile = ModelProfile(
            id,
            label,
            provider,
            window_tokens=known or _DEFAULT_WINDOW,
            max_output_tokens=max_output_tokens,
            local=is_local(connection.base_url),
            sees_images=sees_images,
            window_estimated=window_tokens is None,
        )
        self._blobs = blobs
        self._read_timeout = read_timeout
        self._made: AsyncOpenAI | None = None
        self._with_usage = True
        if not _COUNTER.loaded.is_set():
            _COUNTER.load_in_background()

    @property
    def profile(self) -> ModelProfile:
        return self._profile

    def count_tokens(self, text: str) -> int:
        return _COUNTER.count(text)

    async def close(self) -> None:
        if self._made is not None:
            await self._made.close()
            self._made = None

    @property
    def _client(self) -> AsyncOpenAI:
        if self._made is None:
            timeout = openai.Timeout(self._read_timeout, connect=_CONNECT_TIMEOUT)
            # A proxy from the environment must never see requests to this machine, which carry the key.
            http = DefaultAsyncHttpx2Client(trust_env=not self._profile.local, timeout=timeout)
            self._made = AsyncOpenAI(
                base_url=self._connection.base_url,
                # Left out, the SDK would send OPENAI_API_KEY to whatever address this is.
                api_key=self._connection.api_key or "none",
                max_retries=0,
                http_client=http,
                timeout=timeout,
            )
        return self._made

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        answer = _Answer()
        try:
            async for event in self._streamed(request, answer):
                yield event
        except ProviderProblem:
            raise
        except (openai.OpenAIError, ValueError) as error:
            if self._refuses_usage(error):
                self._with_usage = False
                async for event in self.stream(request):
                    yield event
                return
            url = self._connection.base_url
            raise translated(error, self._profile.provider, url, self._model, streaming=answer.chunks > 0) from None

    async def _streamed(self, request: ModelRequest, answer: _Answer) -> AsyncIterator[ModelEvent]:
        body: dict[str, Any] = {
            "model": await self._model_name(),
            "messages": wire_messages(request.messages, self._blobs if self._profile.sees_images else None),
        }
        if request.tools:
            body["tools"] = wire_tools(request.tools)
        if self._with_usage:
            body["stream_options"] = {"include_usage": True}
        stream = await self._client.chat.completions.create(stream=True, **body)
        async with stream:
            content_type = stream.response.headers.get("content-type", "")
            async for chunk in stream:
                answer.chunks += 1
                for event in _events(chunk, answer):
                    yield event
        if answer.chunks == 0:
            raise NotAnApi(
                provider=self._profile.provider,
                base_url=without_credentials(self._connection.base_url),
                content_type=content_type.split(";")[0],
            )
        if answer.finish is None and not _is_complete(answer):
            raise StreamCut(provider=self._profile.provider, reason="no finish")
        yield _finished(answer)

    async def _model_name(self) -> str:
        if not self._model:
            listed = await self._client.models.list(timeout=5)
            names = [model.id for model in listed.data or []]
            if not names:
                raise ModelUnknown(provider=self._profile.provider, model="")
            self._model = names[0]
        return self._model

    def _refuses_usage(self, error: Exception) -> bool:
        return (
            self._with_usage
            and isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError)
            and "stream_options" in str(error.body)
        )


def _events(chunk: Any, answer: _Answer) -> list[ModelEvent]:
    """What one chunk says; every oddity here was seen from a real server."""
    if getattr(chunk, "usage", None):
        answer.usage = chunk.usage
    made: list[ModelEvent] = []
    for choice in chunk.choices or []:
        if choice.index not in (0, None):
            continue
        answer.finish = choice.finish_reason or answer.finish
        delta = choice.delta
        if delta is None:
            continue
        extra = delta.model_extra or {}
        reasoning = extra.get("reasoning_content") or extra.get("reasoning")
        if isinstance(reasoning, str) and reasoning:
            made.append(ReasoningPiece(reasoning))
        if delta.content:
            made.append(TextPiece(delta.content))
        if delta.refusal:
            made.append(TextPiece(delta.refusal))
        for part in delta.tool_calls or []:
            made.append(_call_piece(part, answer))
    return made


def _call_piece(part: Any, answer: _Answer) -> CallPiece:
    """The call a fragment belongs to: indexes may be missing or used twice, ids and names sent again and again."""
    index: int | None = answer.alias.get(part.index, part.index)
    if index is None:
        same = answer.last is not None and (not part.id or answer.calls[answer.last].server_id == part.id)
        index = answer.last if same and answer.last is not None else len(answer.calls)
    elif index in answer.calls and part.id and answer.calls[index].server_id not in ("", part.id):
        index = answer.alias[part.index] = max(answer.calls) + 1
    call = answer.calls.setdefault(index, _Call())
    answer.last = index
    call.server_id = part.id or call.server_id
    function = part.function
    call.name = (function.name if function is not None else None) or call.name
    arguments = function.arguments if function is not None else None
    if isinstance(arguments, dict):
        fragment = json.dumps(arguments, ensure_ascii=False)
        call.arguments = fragment
    else:
        fragment = arguments or ""
        call.arguments += fragment
    return CallPiece(index, call.name, fragment)


def _is_complete(answer: _Answer) -> bool:
    """Some servers never send a finish reason: calls whose arguments are whole JSON count as complete."""
    if not answer.calls:
        return False
    for call in answer.calls.values():
        try:
            json.loads(call.arguments)
        except ValueError:
            return False
    return True


def _finished(answer: _Answer) -> AnswerFinished:
    calls = tuple(RequestedCall(index, call.name, call.arguments) for index, call in sorted(answer.calls.items()))
    usage = _usage(answer.usage)
    match answer.finish:
        case "length":
            return AnswerFinished("length", (), usage)
        case "content_filter":
            return AnswerFinished("content_filter", (), usage)
        # Others say "stop" with calls, "eos" or nothing: what counts is whether there are calls.
        case _:
            return AnswerFinished("tool_calls" if calls else "stop", calls, usage)


def _usage(reported: Any) -> Usage | None:
    if reported is None:
        return None
    details = getattr(reported, "prompt_tokens_details", None)
    return Usage(
        reported.prompt_tokens or 0,
        reported.completion_tokens or 0,
        (getattr(details, "cached_tokens", None) or 0) if details is not None else 0,
    )


def is_local(base_url: str) -> bool:
    """Whether the address is this machine."""
    host = (urlsplit(base_url).hostname or "").lower()
    return host in ("localhost", "::1", "0.0.0.0") or host.startswith("127.")


def _shipped_window(model: str) -> int | None:
    return next((window for prefix, window in _KNOWN_WINDOWS.items() if model.startswith(prefix)), None)
