"""What the SDK raises, as our own errors; the sentences come from the code and facts, never from a raw exception."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

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
    ReplyUnreadable,
    RequestRefused,
    StreamCut,
    TimedOut,
    Unreachable,
)

_OVERFLOW_CODES = ("context_length_exceeded", "exceed_context_size_error", "string_above_max_length")
_OVERFLOW = re.compile(r"(?:maximum context length|context (?:size|window|length))\D*?(\d{3,})?", re.IGNORECASE)


def translated(error: Exception, provider: str, base_url: str, model: str, *, streaming: bool) -> ProviderProblem:
    """The problem that `error` means; `streaming` says that the answer had begun."""
    address = without_credentials(base_url)
    match error:
        case openai.APITimeoutError():
            return TimedOut(provider=provider)
        case openai.APIConnectionError():
            if streaming:
                return StreamCut(provider=provider, reason=_root(error))
            return Unreachable(provider=provider, base_url=address, reason=_root(error))
        case openai.APIStatusError():
            return _status(error, provider, address, model)
        case openai.APIError():
            return _in_stream(error, provider)
        case ValueError():
            return ReplyUnreadable(provider=provider, reason=type(error).__name__)
        case _:
            return Unreachable(provider=provider, base_url=address, reason=type(error).__name__)


def without_credentials(url: str) -> str:
    """`url` without a user, password or query, which may hold keys."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"


def _status(error: openai.APIStatusError, provider: str, address: str, model: str) -> ProviderProblem:
    code, type_, message = _told(error.body)
    if "text/html" in error.response.headers.get("content-type", ""):
        if error.status_code >= 500:
            return Overloaded(provider=provider, status=error.status_code)
        return NotAnApi(provider=provider, base_url=address, content_type="text/html")
    if code in _OVERFLOW_CODES or type_ in _OVERFLOW_CODES or (error.status_code == 400 and _OVERFLOW.search(message)):
        return ContextExceeded(provider=provider, window_tokens=_window(error.body, message))
    match error.status_code:
        case 401:
            return KeyRejected(provider=provider)
        case 403:
            return AccessDenied(provider=provider, detail=message)
        case 404:
            named = code == "model_not_found" or code == "DeploymentNotFound" or (model and model in message)
            if named or "model" in message.lower() or "deployment" in message.lower():
                return ModelUnknown(provider=provider, model=model)
            return AddressWrong(provider=provider, base_url=address)
        case 429:
            if code == "insufficient_quota" or type_ == "insufficient_quota":
                return QuotaExceeded(provider=provider)
            return RateLimited(provider=provider, retry_after_seconds=_retry_after(error))
        case 400 | 422 if code == "content_filter":
            return ContentFiltered(provider=provider)
        case status if status in (408, 409) or status >= 500:
            return Overloaded(provider=provider, status=status, retry_after_seconds=_retry_after(error))
        case status:
            return RequestRefused(provider=provider, status=status, detail=message)


def _in_stream(error: openai.APIError, provider: str) -> ProviderProblem:
    """An error object sent in the middle of a stream."""
    code, type_, message = _told(error.body)
    if code in _OVERFLOW_CODES or type_ in _OVERFLOW_CODES or _OVERFLOW.search(message):
        return ContextExceeded(provider=provider, window_tokens=_window(error.body, message))
    if code == "content_filter":
        return ContentFiltered(provider=provider)
    return StreamCut(provider=provider, reason=message or "error event")


def _told(body: object) -> tuple[str, str, str]:
    """Code, type and message of an error body, which may be an object, a text or nothing."""
    if isinstance(body, dict):
        inner: dict[str, Any] = body.get("error") if isinstance(body.get("error"), dict) else body  # type: ignore[assignment]  # told by isinstance
        message = inner.get("message") or inner.get("detail") or ""
        return str(inner.get("code") or ""), str(inner.get("type") or ""), _line(str(message))
    return "", "", _line(body) if isinstance(body, str) else ""


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _window(body: object, message: str) -> int | None:
    if isinstance(body, dict):
        told = body.get("n_ctx")
        if isinstance(told, int):
            return told
    match = _OVERFLOW.search(message)
    return int(match.group(1)) if match and match.group(1) else None


def _retry_after(error: openai.APIStatusError) -> float | None:
    headers = error.response.headers
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return float(milliseconds) / 1000
        if seconds := headers.get("retry-after"):
            return min(float(seconds), 120.0)
    except ValueError:
        return None
    return None


def _root(error: BaseException) -> str:
    """The innermost cause's own words, one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return _line(str(error)) or type(error).__name__
