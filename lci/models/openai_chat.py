"""Chat Completions against any compatible server: own accumulator, prompt cancel, no silent retries."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import (
    Choice,
    ChoiceDelta,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
)

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
from lci.errors import AddressWrong, KeyRejected, ModelUnknown, NotAnApi, StreamCut, Unreachable
from lci.models.tokens import Counter
from lci.models.translation import told_in_stream, translated, without_credentials
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
    """What of one answer has come in.

    `alias` maps a reused index to the call it now means; `halves` keeps the first half of a character that was sent in
    two.
    """

    calls: dict[int, _Call] = field(default_factory=dict)
    alias: dict[int, int] = field(default_factory=dict)
    halves: dict[object, str] = field(default_factory=dict)
    last: int | None = None
    finish: str | None = None
    usage: CompletionUsage | None = None
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
            self._made = AsyncOpenAI(
                base_url=self._address(),
                # Left out, the SDK would send OPENAI_API_KEY to whatever address this is.
                api_key=self._key() or "none",
                max_retries=0,
                http_client=self._http(timeout),
                timeout=timeout,
            )
            # The SDK takes these from the environment too.
            self._made.organization = self._made.project = None
        return self._made

    def _http(self, timeout: openai.Timeout) -> Any:
        try:
            # A proxy from the environment must never see requests to this machine, which carry the key.
            return DefaultAsyncHttpx2Client(trust_env=not self._profile.local, timeout=timeout)
        except (ImportError, ValueError):
            # The proxy's address may hold a password: it is not repeated.
            url = without_credentials(self._connection.base_url)
            raise Unreachable(provider=self._profile.provider, base_url=url, reason="unusable proxy setting") from None

    def _address(self) -> str:
        url = self._connection.base_url.strip()
        if not _is_address(url):
            raise AddressWrong(provider=self._profile.provider, base_url=without_credentials(url))
        return url

    def _key(self) -> str:
        """The key without the blanks of a careless paste; one that fits no header would come back in the error."""
        key = self._connection.api_key.strip()
        if not (key.isascii() and key.isprintable()):
            raise KeyRejected(provider=self._profile.provider)
        return key

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        while True:
            answer = _Answer()
            try:
                async with aclosing(self._streamed(request, answer)) as events:
                    async for event in events:
                        yield event
                return
            except (openai.OpenAIError, ValueError) as error:
                if not self._refuses_usage(error):
                    raise translated(
                        error,
                        self._profile.provider,
                        self._connection.base_url,
                        self._model,
                        streaming=answer.chunks > 0,
                        secret=self._connection.api_key.strip(),
                    ) from None
            self._with_usage = False

    async def _streamed(self, request: ModelRequest, answer: _Answer) -> AsyncGenerator[ModelEvent, None]:
        # In `extra_body` the messages go out as they are: as arguments the SDK would walk through every one of them on
        # each request, milliseconds of this thread that grow with the conversation.
        body: dict[str, Any] = {
            "messages": wire_messages(request.messages, self._blobs if self._profile.sees_images else None),
        }
        if request.tools:
            body["tools"] = wire_tools(request.tools)
        if self._with_usage:
            body["stream_options"] = {"include_usage": True}
        stream = await self._client.chat.completions.create(
            model=await self._model_name(), messages=[], stream=True, extra_body=body
        )
        async with stream:
            content_type = stream.response.headers.get("content-type", "").split(";")[0].strip()
            async for chunk in stream:
                answer.chunks += 1
                if _is_error(chunk):
                    raise told_in_stream(chunk.model_extra, self._profile.provider, self._connection.api_key.strip())
                for event in _events(chunk, answer):
                    yield event
        if answer.chunks == 0 and content_type != "text/event-stream":
            raise NotAnApi(
                provider=self._profile.provider,
                base_url=without_credentials(self._connection.base_url),
                content_type=content_type,
            )
        if answer.finish is None and not _is_complete(answer):
            raise StreamCut(provider=self._profile.provider, reason="no finish")
        yield _finished(answer)

    async def _model_name(self) -> str:
        if not self._model:
            # Unparsed: the SDK itself fails on a web page in place of the list.
            listed = await self._client.models.with_raw_response.list(timeout=5)
            names = _listed_models(listed.content)
            if names is None:
                raise NotAnApi(
                    provider=self._profile.provider,
                    base_url=without_credentials(self._connection.base_url),
                    content_type=listed.headers.get("content-type", "").split(";")[0].strip(),
                )
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


def _is_error(chunk: Any) -> bool:
    """Whether a server tells its trouble in a bare object instead of `{"error": ...}`."""
    return (
        isinstance(chunk, ChatCompletionChunk)
        and not chunk.choices
        and (str(chunk.object) == "error" or "message" in (chunk.model_extra or {}))
    )


def _events(chunk: Any, answer: _Answer) -> list[ModelEvent]:
    """What one chunk says; every oddity here was seen from a real server. Raises `ValueError` for what is no chunk."""
    _expect(chunk, ChatCompletionChunk)
    if isinstance(chunk.usage, CompletionUsage):
        answer.usage = chunk.usage
    made: list[ModelEvent] = []
    for choice in chunk.choices or []:
        _expect(choice, Choice)
        if choice.index not in (0, None):
            continue
        answer.finish = choice.finish_reason or answer.finish
        delta = choice.delta
        if delta is None:
            continue
        _expect(delta, ChoiceDelta)
        extra = delta.model_extra or {}
        if reasoning := _paired(extra.get("reasoning_content") or extra.get("reasoning"), "reasoning", answer):
            made.append(ReasoningPiece(reasoning))
        if text := _paired(delta.content, "text", answer):
            made.append(TextPiece(text))
        if refusal := _paired(delta.refusal, "refusal", answer):
            made.append(TextPiece(refusal))
        for part in delta.tool_calls or []:
            made.append(_call_piece(part, answer))
    return made


def _expect(value: object, kind: type) -> None:
    # The SDK builds its values unchecked: whatever a server sends comes through.
    if not isinstance(value, kind):
        raise ValueError(f"{type(value).__name__} in place of {kind.__name__}")


def _paired(value: object, channel: object, answer: _Answer) -> str:
    """`value` as text; half a surrogate pair at its end waits for the other half, which may come in the next chunk."""
    if isinstance(value, list):
        value = "".join(str(part.get("text") or "") for part in value if isinstance(part, dict))
    if not isinstance(value, str):
        return ""
    text = answer.halves.pop(channel, "") + value
    if "\ud800" <= text[-1:] <= "\udbff":
        answer.halves[channel] = text[-1]
        text = text[:-1]
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _call_piece(part: Any, answer: _Answer) -> CallPiece:
    """The call a fragment belongs to: indexes may be missing or used twice, ids and names sent again and again."""
    _expect(part, ChoiceDeltaToolCall)
    function: Any = part.function or ChoiceDeltaToolCallFunction()
    _expect(function, ChoiceDeltaToolCallFunction)
    name = function.name if isinstance(function.name, str) else ""
    index = _index(part, answer)
    call = answer.calls.get(index)
    if call is not None and _is_another(call, part.id, name, function.arguments):
        index = max(answer.calls) + 1
        if part.index is not None:
            answer.alias[part.index] = index
    call = answer.calls.setdefault(index, _Call())
    answer.last = index
    call.server_id = part.id or call.server_id
    call.name = name or call.name
    if isinstance(function.arguments, str | None):
        fragment = _paired(function.arguments, index, answer)
        call.arguments += fragment
    else:
        fragment = call.arguments = json.dumps(function.arguments, ensure_ascii=False)
    return CallPiece(index, call.name, fragment)


def _index(part: Any, answer: _Answer) -> int:
    if isinstance(part.index, int):
        return answer.alias.get(part.index, part.index)
    known = next((index for index, call in answer.calls.items() if part.id and call.server_id == part.id), None)
    return known if known is not None else answer.last or 0


def _is_another(call: _Call, server_id: str | None, name: str, arguments: object) -> bool:
    """Whether a fragment that seems to continue `call` begins another one."""
    if not name:
        return False
    if server_id and call.server_id:
        return server_id != call.server_id
    # Without ids, only that the call before is whole tells two calls apart.
    return bool(arguments) and not str(arguments).isspace() and _is_whole(call.arguments)


def _is_whole(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments, strict=False), dict)
    except (ValueError, RecursionError):
        return False


def _is_complete(answer: _Answer) -> bool:
    """Some servers never send a finish reason: calls whose arguments are whole JSON count as complete."""
    return bool(answer.calls) and all(_is_whole(call.arguments) for call in answer.calls.values())


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


def _usage(reported: CompletionUsage | None) -> Usage | None:
    if reported is None:
        return None
    details = reported.prompt_tokens_details
    return Usage(
        _number(reported.prompt_tokens),
        _number(reported.completion_tokens),
        _number(getattr(details, "cached_tokens", None)),
    )


def _number(reported: object) -> int:
    return reported if isinstance(reported, int) else 0


def is_local(base_url: str) -> bool:
    """Whether the address is this machine."""
    try:
        host = (urlsplit(base_url).hostname or "").lower()
        return host in ("localhost", "0.0.0.0") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _listed_models(content: bytes) -> list[str] | None:
    """The names in a list of models; None when it is no such list."""
    try:
        listed: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(listed, dict) or "data" not in listed:
        return None
    entries = listed["data"] if isinstance(listed["data"], list) else []
    return [entry["id"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def _shipped_window(model: str) -> int | None:
    return next((window for prefix, window in _KNOWN_WINDOWS.items() if model.startswith(prefix)), None)
