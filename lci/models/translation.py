"""What the SDK raises, as our own errors; the sentences come from the code and facts, never from a raw exception."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import openai

from lci.errors import (
    AccessDenied,
    AddressWrong,
    ContentFiltered,
    ContextExceeded,
    KeyRejected,
    ModelUnknown,
    NotAnApi,
    Overloaded,
    ProviderProblem,
    QuotaExceeded,
    RateLimited,
    RedirectRefused,
    ReplyUnreadable,
    RequestRefused,
    StreamCut,
    TimedOut,
    Unreachable,
)
from lci.models.bounds import Oversized, SentElsewhere
from lci.models.outgoing import without
from lci.models.providers import without_credentials

_OVERFLOW_CODES = ("context_length_exceeded", "exceed_context_size_error", "string_above_max_length")
_OVERFLOW = re.compile(
    r"maximum context length|maximum model length|context (?:size|window|length)|maximum number of tokens allowed",
    re.IGNORECASE,
)
#: The first number after the words is the window.
_WINDOW = re.compile(rf"(?:{_OVERFLOW.pattern})\D*?(\d{{3,}})", re.IGNORECASE)
_QUOTA_CODES = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
_FILTER_CODES = ("content_filter", "content_policy_violation")
_MODEL_CODES = ("model_not_found", "DeploymentNotFound")
#: Statuses that mean the same whether an API or a web server in front of it says so.
_PLAIN_STATUSES = (401, 404, 405, 408, 413, 429)
#: Seconds a server may ask to wait without anyone being asked, and the most it can mean.
_LONGEST_WAIT, _WAIT_AT_MOST = 180.0, 31_536_000.0
#: Tokens a window can have.
_LARGEST_WINDOW = 100_000_000


@dataclass(frozen=True, slots=True)
class _ErrorBody:
    """An error body: its code, type and message, and the window when it names one."""

    code: str = ""
    type: str = ""
    message: str = ""
    window: int | None = None

    @property
    def is_overflow(self) -> bool:
        return self.code in _OVERFLOW_CODES or self.type in _OVERFLOW_CODES

    @property
    def is_quota(self) -> bool:
        return self.code in _QUOTA_CODES or self.type in _QUOTA_CODES


def translated(
    error: Exception, provider: str, base_url: str, model: str, *, streaming: bool, secrets: Sequence[str]
) -> ProviderProblem:
    """The problem that `error` means; `streaming` says that the answer had begun, `secrets` are left out of it."""
    address = without_credentials(base_url)
    match error:
        case openai.APITimeoutError():
            # The SDK gives both the same class; a machine that takes no connection is not one that is slow.
            if type(error.__cause__).__name__ == "ConnectTimeout":
                return Unreachable(provider=provider, base_url=address, reason="no answer")
            return TimedOut(provider=provider)
        case SentElsewhere(host=host) | openai.APIConnectionError(__cause__=SentElsewhere(host=host)):
            return RedirectRefused(provider=provider, base_url=address, host=_line(host, secrets))
        case openai.APIConnectionError(__cause__=Oversized() as cause):
            return ReplyUnreadable(provider=provider, reason=str(cause))
        case openai.APIConnectionError():
            if streaming:
                return StreamCut(provider=provider, reason=_root(error, secrets))
            return Unreachable(provider=provider, base_url=address, reason=_root(error, secrets))
        case openai.APIStatusError():
            return _status(error, provider, address, model, _error_body(error.body, secrets))
        case openai.APIError():
            return problem_in_stream(error.body, provider, secrets)
        case Oversized():
            return ReplyUnreadable(provider=provider, reason=str(error))
        case ValueError() | RecursionError():
            return ReplyUnreadable(provider=provider, reason=type(error).__name__)
        case _:
            return Unreachable(provider=provider, base_url=address, reason=type(error).__name__)


def problem_in_stream(body: object, provider: str, secrets: Sequence[str]) -> ProviderProblem:
    """The problem that an error object in the middle of a stream means."""
    content = _error_body(body, secrets)
    if content.is_overflow or _OVERFLOW.search(content.message):
        return ContextExceeded(provider=provider, window_tokens=content.window)
    if content.code in _FILTER_CODES:
        return ContentFiltered(provider=provider)
    if content.is_quota:
        return QuotaExceeded(provider=provider)
    return StreamCut(provider=provider, reason=content.message or "error event")


def _status(error: openai.APIStatusError, provider: str, address: str, model: str, body: _ErrorBody) -> ProviderProblem:
    status = error.status_code
    if status < 400 or (_is_page(error) and status < 500 and status not in _PLAIN_STATUSES):
        kind = "a redirect" if status < 400 else "text/html"
        return NotAnApi(provider=provider, base_url=address, content_type=kind)
    if body.is_overflow or (status == 400 and _OVERFLOW.search(body.message)):
        return ContextExceeded(provider=provider, window_tokens=body.window)
    match status:
        case 401:
            return KeyRejected(provider=provider)
        case 403:
            return AccessDenied(provider=provider, detail=body.message)
        case 404 | 405:
            if not _is_page(error) and _names_model(body, model):
                return ModelUnknown(provider=provider, model=model)
            return AddressWrong(provider=provider, base_url=address)
        case 402:
            return QuotaExceeded(provider=provider)
        case 429:
            if body.is_quota:
                return QuotaExceeded(provider=provider)
            seconds = _retry_after(error)
            return RateLimited(provider=provider, retry_after_seconds=seconds, cause=_of_wait(seconds))
        case 413:
            return ContextExceeded(provider=provider, window_tokens=body.window)
        case 400 | 422 if body.code in _FILTER_CODES:
            return ContentFiltered(provider=provider)
        case 400 | 422 if body.code in _MODEL_CODES:
            return ModelUnknown(provider=provider, model=model)
        case _ if status in (408, 409) or status >= 500:
            seconds = _retry_after(error)
            return Overloaded(provider=provider, status=status, retry_after_seconds=seconds, cause=_of_wait(seconds))
        case _:
            return RequestRefused(provider=provider, status=status, detail=body.message)


def _is_page(error: openai.APIStatusError) -> bool:
    return "text/html" in error.response.headers.get("content-type", "")


def _names_model(body: _ErrorBody, model: str) -> bool:
    return (
        body.code in _MODEL_CODES
        # Not as a part of a path: "chat" would be found in every address.
        or bool(model and re.search(rf"(?<![\w/.-]){re.escape(model)}(?![\w/-])", body.message))
        or re.search(r"\b(?:model|deployment)\b", body.message, re.IGNORECASE) is not None
    )


def _error_body(body: object, secrets: Sequence[str]) -> _ErrorBody:
    """What an error body says; it may be an object, a list of one, a text or nothing."""
    while isinstance(body, list | dict):
        inner = (body[0] if body else None) if isinstance(body, list) else body.get("error")
        if inner is None:
            break
        body = inner
    if not isinstance(body, dict):
        return _ErrorBody(message=_line(body, secrets)) if isinstance(body, str) else _ErrorBody()
    message = _line(_sentence(body.get("message") or body.get("detail")), secrets)
    size = body.get("n_ctx")
    named = _WINDOW.search(message)
    window = size if isinstance(size, int) else int(named[1]) if named else None
    if window is not None and not 0 < window <= _LARGEST_WINDOW:
        window = None
    return _ErrorBody(_word(body.get("code")), _word(body.get("type")), message, window)


def _word(code: object) -> str:
    return str(code)[:200] if isinstance(code, str | int) else ""


def _sentence(detail: object) -> str:
    # FastAPI's form: a list with one entry for each field that is wrong.
    if isinstance(detail, list):
        return "; ".join(str(entry.get("msg") or "") for entry in detail if isinstance(entry, dict))
    return str(detail or "")


def _line(text: str, secrets: Sequence[str]) -> str:
    """One line of `text`; servers repeat keys in their messages."""
    return " ".join(without(text, secrets).split())[:300]


def _retry_after(error: openai.APIStatusError) -> float | None:
    headers = error.response.headers
    milliseconds = headers.get("retry-after-ms")
    wish = headers.get("retry-after", "")
    try:
        seconds = float(milliseconds) / 1000 if milliseconds else float(wish)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(wish).timestamp() - time.time()
        except (ValueError, OverflowError, TypeError):
            return None
    return min(seconds, _WAIT_AT_MOST) if seconds >= 0 else None


def _of_wait(seconds: float | None) -> str:
    return "wait" if seconds is not None and seconds > _LONGEST_WAIT else ""


def _root(error: BaseException, secrets: Sequence[str]) -> str:
    """The innermost cause's own words, one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return _line(str(error), secrets) or type(error).__name__
