"""The model's server failed or refused."""

from __future__ import annotations

from typing import ClassVar

from lci.errors.problem import LciError


class ProviderProblem(LciError):
    """The model's server failed or refused."""

    #: Whether the same request may succeed a little later.
    passing: ClassVar[bool] = False
    provider: str


class KeyRejected(ProviderProblem):
    """The server does not accept the key (401)."""


class AccessDenied(ProviderProblem):
    """The key is known but may not do this (403)."""

    detail: str = ""


class AddressWrong(ProviderProblem):
    """The address answers, but has no chat completions there (404 without a model being named).

    `cause` is `api_version` where the address has one, which may be what is wrong.
    """

    base_url: str
    cause: str = ""


class NotAnApi(ProviderProblem):
    """A web page or something else came back instead of an API's stream."""

    base_url: str
    content_type: str = ""


class RedirectRefused(ProviderProblem):
    """The server sends requests on to another place, where nothing was sent; `host` is that place."""

    base_url: str
    host: str


class AnswerEndless(ProviderProblem):
    """The answer did not end; it was cut off after so many characters."""

    characters: int


class ModelUnknown(ProviderProblem):
    """The server has no model of that name."""

    model: str


class Unreachable(ProviderProblem):
    """No connection: name, port, proxy or certificate."""

    passing = True
    base_url: str
    reason: str = ""


class TimedOut(ProviderProblem):
    """Connected, but no byte within the time limit."""

    passing = True


class RateLimited(ProviderProblem):
    """Too many requests; `retry_after_seconds` is the server's own wish, if it has one.

    `cause` is `wait` where that is longer than anyone would wait without being asked.
    """

    passing = True
    retry_after_seconds: float | None = None
    cause: str = ""


class QuotaExceeded(ProviderProblem):
    """The account has no credit left; waiting does not help."""


class Overloaded(ProviderProblem):
    """The server failed or is too busy (5xx, 408, 409); the rest as of `RateLimited`."""

    passing = True
    status: int
    retry_after_seconds: float | None = None
    cause: str = ""


class StreamCut(ProviderProblem):
    """The answer broke off before it was complete."""

    passing = True
    reason: str = ""


class ContextExceeded(ProviderProblem):
    """The conversation is longer than the model's window; `window_tokens` when the server says it."""

    window_tokens: int | None = None


class WindowTooSmall(ProviderProblem):
    """What must be said alone is longer than the model's window; both in tokens."""

    window_tokens: int
    needed_tokens: int


class ContentFiltered(ProviderProblem):
    """The provider's filter stopped the answer."""


class RequestRefused(ProviderProblem):
    """The server refuses the request as it is (400, 422); `detail` is its own sentence."""

    status: int
    detail: str = ""


class ProtocolRefused(ProviderProblem):
    """The server takes no tools, or no JSON schema, for this model; `protocol` names which."""

    protocol: str


class ReplyUnreadable(ProviderProblem):
    """The stream holds bytes that are no chat completion."""

    reason: str = ""
