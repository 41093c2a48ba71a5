"""What a browser may load, run and reach for the app's page and for what is shown in its frames.

Whatever a model, a cell or a file brings onto the page, the browser asks nobody but this server for it (B34, B36, B41).
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Browsers that know it keep every request of a page, WebRTC and navigation included, at where the page came from.
_CONNECTIONS = {"Connection-Allowlist": "(response-origin)"}
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def page_policy(host: str) -> str:
    """The policy of the app's own page, served under `host`: scripts of this server only, none within the page.

    Styles within the page are how Streamlit draws. WebAssembly and `eval` are not needed by anything we draw.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' data: blob:",
            # Not every browser takes 'self' for WebSockets.
            f"connect-src 'self' ws://{host} wss://{host} data: blob:",
            "worker-src blob:",
            "frame-src 'self'",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )


def still_frame() -> dict[str, str]:
    """Headers of what is shown without running: an origin of its own, no scripts, nothing from anywhere."""
    return _frame("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:")


def running_frame(*, network: bool) -> dict[str, str]:
    """Headers of what a person lets run: an origin of its own, its own scripts, nothing from anywhere.

    With `network`, which is the person's choice for the conversation, its code reaches the world anyway; then maps and
    libraries may come from there, by https.
    """
    world = " https:" if network else ""
    return _frame(
        f"sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:{world}; "
        f"style-src 'unsafe-inline'{world}; img-src data: blob:{world}; font-src data:{world}; worker-src blob:; "
        f"connect-src data: blob:{world}; media-src data: blob:{world}",
        limited=not network,
    )


def _frame(policy: str, *, limited: bool = True) -> dict[str, str]:
    ours = f"{policy}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    return _ALWAYS | {"Content-Security-Policy": ours} | (_CONNECTIONS if limited else {})


class ContentPolicy:
    """ASGI middleware: every answer without a policy of its own gets the page's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "content-security-policy" not in headers:
                    for name, value in (
                        {"Content-Security-Policy": page_policy(host)} | _ALWAYS | _CONNECTIONS
                    ).items():
                        headers[name] = value
            await send(message)

        await self._app(scope, receive, with_policy)
