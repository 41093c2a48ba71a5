"""Conversations by address: each as one bundle to take away, and bundles and notebooks on their way in."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from urllib.parse import quote

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from lci.errors import LciError, StoreUnwritable
from lci.ui import state
from lci.ui.policy import still_frame
from lci.ui.routes import root
from lci.wording import explained

#: Bytes of the disk that nothing on its way in takes, and of it that are held before they are written.
_DISK_LEFT, _CHUNK = 500_000_000, 1 << 20
_HEADERS = still_frame() | {"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store"}


def routes() -> list[Route]:
    """All routes, below the app's base path."""
    return [
        Route(root() + "/bundle/{id}/{name}", _bundle),
        Route(root() + "/take-in", _take_in, methods=["POST"]),
    ]


def bundle_url(conversation_id: str, stem: str) -> str:
    """Where a conversation is served as one zip of that name."""
    return f"{root()}/bundle/{conversation_id}/{quote(stem)}.zip"


def take_in_url() -> str:
    """Where bundles and notebooks are sent to."""
    return f"{root()}/take-in"


async def _bundle(request: Request) -> Response:
    try:
        pieces = await run_in_threadpool(state.registry().bundle, request.path_params["id"])
    except LciError as error:
        return PlainTextResponse(f"{explained(error.problem)}\n", status_code=409, headers=_HEADERS)
    name = quote(request.path_params["name"])
    headers = _HEADERS | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return StreamingResponse(iterate_in_threadpool(pieces), media_type="application/zip", headers=headers)


async def _take_in(request: Request) -> Response:
    """Make a conversation of what comes; `?name=` says what it is called. The answer's `name` is its id."""
    try:
        conversation_id = await _taken_in(request)
    except LciError as error:
        refusal = {"error": error.code, "message": str(explained(error.problem))}
        return JSONResponse(refusal, status_code=400, headers=_HEADERS)
    except ClientDisconnect:
        # Nobody is there to be answered; what had come is gone.
        return Response(status_code=400)
    return JSONResponse({"name": conversation_id}, headers=_HEADERS)


async def _taken_in(request: Request) -> str:
    home = state.services().settings.home
    name = request.query_params.get("name", "").rpartition("/")[2] or "upload"
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > shutil.disk_usage(home).free - _DISK_LEFT:
        raise StoreUnwritable(str(home), os.strerror(errno.ENOSPC))
    try:
        with tempfile.TemporaryFile(dir=home) as content:
            held = bytearray()
            async for chunk in request.stream():
                held += chunk
                if len(held) >= _CHUNK:
                    await run_in_threadpool(content.write, bytes(held))
                    held.clear()
            await run_in_threadpool(content.write, bytes(held))
            content.seek(0)
            return await run_in_threadpool(state.registry().take_in, content, name)
    except OSError as error:
        raise StoreUnwritable(str(home), error.strerror or str(error)) from error
