"""Chat Completions against any compatible server: own accumulator, prompt cancel, no silent retries."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Any

import openai
from openai import AsyncOpenAI

from lci.core.ports import CodeProtocol, ModelEvent, ModelProfile, ModelRequest, Parameters
from lci.core.stores import Blobs
from lci.errors import (
    AddressWrong,
    AnswerEndless,
    ContentFiltered,
    ContextExceeded,
    KeyRejected,
    ModelUnknown,
    NotAnApi,
    ProtocolRefused,
    ProviderProblem,
    QuotaExceeded,
    RateLimited,
    StreamCut,
)
from lci.models.answer import Answer, events_of, finished, is_complete, is_error
from lci.models.connecting import READ_TIMEOUT, Connection, client
from lci.models.outgoing import MAX_ANSWER, Outgoing
from lci.models.refusals import Part, refused
from lci.models.reported import listed, reported_window
from lci.models.thoughts import Thoughts
from lci.models.tokens import Counter
from lci.models.translation import problem_in_stream, translated
from lci.models.wire import wire_messages, wire_schema, wire_tools, with_system_in_user

_COUNTER = Counter()
_NO_WISHES = Parameters()

#: Chunks in a row that say nothing; some servers send a few to keep the connection.
_SILENT_CHUNKS = 20_000

#: How far a server's count may be from ours; beyond that something else was counted.
_LEAST_RATIO = 0.7
_MOST_RATIO = 2.0

#: Problems whose messages may name a part of the request without refusing it.
_ABOUT_OTHER_THINGS = (ContextExceeded, ContentFiltered, KeyRejected, QuotaExceeded, RateLimited)


class OpenAIChat:
    """One model of one server. Only the engine loop may use it.

    `wishes` are for what a request leaves to the model's own settings. What the server refuses of one is left out from
    then on; it is asked again for each such part once. `learned` is told the window when the server names it in a
    refusal.
    """

    def __init__(
        self,
        connection: Connection,
        profile: ModelProfile,
        *,
        wishes: Parameters = _NO_WISHES,
        blobs: Blobs | None = None,
        read_timeout: float = READ_TIMEOUT,
        learned: Callable[[int], None] | None = None,
    ) -> None:
        self._connection = connection
        self._model = connection.model
        self.profile = profile
        self._wishes = wishes
        self._blobs = blobs
        self._read_timeout = read_timeout
        self._learned = learned
        self._sdk: AsyncOpenAI | None = None
        #: What the server was found to refuse.
        self.left_out: set[Part] = set()
        self._starts_thinking = False
        #: Tokens as the server counts them for one of ours.
        self._ratio = 1.0
        self._calibrated = False
        self._answering = 0
        self._closing = False
        _COUNTER.load_in_background()

    def settle_on(self, protocol: CodeProtocol) -> None:
        self.profile = replace(self.profile, protocol=protocol, protocol_proven=True)

    def calibrate(self, counted: int, reported: int) -> None:
        if counted <= 0 or reported <= 0:
            return
        raw = counted / self._ratio
        seen = min(max(reported / raw, _LEAST_RATIO), _MOST_RATIO)
        # The first word of the server counts most: another tokeniser is off by the same factor every time.
        self._ratio = seen if not self._calibrated else 0.7 * self._ratio + 0.3 * seen
        self._calibrated = True

    def count_tokens(self, text: str) -> int:
        return math.ceil(_COUNTER.count(text) * self._ratio)

    async def close(self) -> None:
        self._closing = self._answering > 0
        if self._sdk is not None and not self._closing:
            await self._sdk.close()
            self._sdk = None

    async def reported_window(self) -> int | None:
        """The window that the server says the model has, once it has answered."""
        try:
            in_list = (await self._listed()).get(self._model)
        except (openai.OpenAIError, ValueError, RecursionError, ProviderProblem):
            in_list = None
        return await reported_window(self._client, self._connection.base_url, self._model, in_list)

    @property
    def _client(self) -> AsyncOpenAI:
        """The connection, made when it is first asked for."""
        if self._sdk is None:
            self._sdk = client(self._connection, self.profile.provider, self._read_timeout)
        return self._sdk

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self._answering += 1
        try:
            while True:
                answer, body = Answer(thoughts=Thoughts(begun=self._starts_thinking)), self._body(request)
                try:
                    async with aclosing(self._streamed(body, answer)) as events:
                        async for event in events:
                            yield event
                    self._starts_thinking = answer.thoughts.was_begun
                    return
                except (openai.OpenAIError, ValueError, RecursionError) as error:
                    problem = self._translated(error, streaming=answer.chunks > 0)
                    part = None if isinstance(problem, _ABOUT_OTHER_THINGS) else self._refused(error, body)
                    if part is None:
                        self._learn(problem)
                        raise problem from None
                self._leave_out(part)
        finally:
            self._answering -= 1
            if self._closing:
                await self.close()

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        sees = self.profile.sees_images and "images" not in self.left_out
        messages = wire_messages(request.messages, self._blobs if sees else None)
        wishes = self._wished(request.parameters)
        body: dict[str, Any] = {
            "messages": with_system_in_user(messages) if "system" in self.left_out else messages,
            "stream_options": {"include_usage": True},
            "temperature": wishes.temperature,
            "reasoning_effort": wishes.reasoning_effort or None,
            self._limit_name: wishes.max_output_tokens,
        }
        if request.tools:
            body["tools"] = wire_tools(request.tools)
        if request.schema is not None:
            body["response_format"] = wire_schema(request.schema)
        return {key: value for key, value in body.items() if value is not None and key not in self.left_out}

    def _wished(self, parameters: Parameters) -> Parameters:
        """What the request says, and the wishes where it says nothing; a temperature of 0 says something."""
        return replace(
            self._wishes, **{key: value for key, value in asdict(parameters).items() if value not in (None, "")}
        )

    @property
    def _limit_name(self) -> Part:
        """The other name once the server has refused the one it was told to know."""
        first = self._connection.limit_name
        other: Part = "max_completion_tokens" if first == "max_tokens" else "max_tokens"
        return other if first in self.left_out else first

    async def _streamed(self, body: dict[str, Any], answer: Answer) -> AsyncGenerator[ModelEvent, None]:
        # In `extra_body` the messages go out as they are: as arguments the SDK would walk through every one of them on
        # each request, milliseconds of this thread that grow with the conversation.
        stream = await self._client.chat.completions.create(
            model=await self._model_name(),
            messages=[],
            stream=True,
            extra_body=body,
            extra_headers=self._connection.left_out_headers,
        )
        provider, secrets = self.profile.provider, self._connection.secrets
        outgoing, silent = Outgoing(secrets), 0
        async with stream:
            content_type = stream.response.headers.get("content-type", "").split(";")[0].strip()
            async for chunk in stream:
                answer.chunks += 1
                if is_error(chunk):
                    raise problem_in_stream(chunk.model_extra, provider, secrets)
                events = events_of(chunk, answer)
                silent = 0 if events else silent + 1
                if silent > _SILENT_CHUNKS:
                    raise ValueError("chunks that say nothing")
                for event in outgoing.kept(events):
                    yield event
                if outgoing.characters > MAX_ANSWER:
                    for event in outgoing.end():
                        yield event
                    raise AnswerEndless(provider=provider, characters=MAX_ANSWER)
        if answer.chunks == 0 and content_type != "text/event-stream":
            raise self._not_an_api(content_type)
        if answer.finish is None and not is_complete(answer):
            raise StreamCut(provider=provider, reason="no finish")
        for event in (*outgoing.kept(answer.thoughts.end()), *outgoing.end()):
            yield event
        yield outgoing.finished(finished(answer))

    async def _model_name(self) -> str:
        if not self._model:
            models = await self._listed()
            if not models:
                raise ModelUnknown(provider=self.profile.provider, model="")
            self._model = next(iter(models))
        return self._model

    async def _listed(self) -> dict[str, int | None]:
        # Unparsed: the SDK itself fails on a web page in place of the list.
        answer = await self._client.models.with_raw_response.list(
            timeout=5, extra_headers=self._connection.left_out_headers
        )
        models = listed(answer.content)
        if models is None:
            raise self._not_an_api(answer.headers.get("content-type", "").split(";")[0].strip())
        return models

    def _not_an_api(self, content_type: str) -> NotAnApi:
        return NotAnApi(provider=self.profile.provider, base_url=self._connection.shown_url, content_type=content_type)

    def _translated(self, error: Exception, *, streaming: bool) -> ProviderProblem:
        problem = translated(
            error,
            self.profile.provider,
            self._connection.base_url,
            self._model,
            streaming=streaming,
            secrets=self._connection.secrets,
        )
        if isinstance(problem, AddressWrong) and self._connection.api_version:
            return AddressWrong(provider=problem.provider, base_url=problem.base_url, cause="api_version")
        return problem

    def _refused(self, error: Exception, body: dict[str, Any]) -> Part | None:
        if not isinstance(error, openai.APIStatusError):
            return None
        param = str(error.body.get("param") or "") if isinstance(error.body, dict) else ""
        return refused(error.status_code, str(error.body), param, body)

    def _learn(self, problem: ProviderProblem) -> None:
        """Take the window from the server's own words, unless a person has set it."""
        window = problem.window_tokens if isinstance(problem, ContextExceeded) else None
        if window is not None and self.profile.window_estimated:
            answer = min(self.profile.max_output_tokens, window // 4)
            self.profile = replace(self.profile, window_tokens=window, max_output_tokens=answer)
            if self._learned is not None:
                self._learned(window)

    def _leave_out(self, part: Part) -> None:
        match part:
            case "tools" | "response_format":
                # The agent asks in another way: only it knows how to say so in the messages.
                raise ProtocolRefused(provider=self.profile.provider, protocol="tools" if part == "tools" else "schema")
            case "images":
                self.profile = replace(self.profile, sees_images=False)
            case _:
                pass
        self.left_out.add(part)
