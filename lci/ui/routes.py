"""Figures, files and sandboxed HTML by address; each serves only what belongs to its own conversation."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from lci.core.conversation import Conversation
from lci.core.outputs import BlobRef, DisplayData, ExecuteResult
from lci.errors import LciError
from lci.runtime.interpreter import Interpreter
from lci.ui import state
from lci.workspace.beneath import open_beneath

_ROOT = "/app/static"
_CHUNK = 1 << 20
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}
_MIMES = {extension: mime for mime, extension in _EXTENSIONS.items()}

#: Whatever the file says it is, it runs in an origin of its own and loads nothing from anywhere.
_SANDBOX = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; "
_SANDBOX += "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; worker-src blob:"
_HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": _SANDBOX, "Referrer-Policy": "no-referrer"}
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def routes() -> list[Route]:
    """All routes, below the app's base path."""
    return [
        Route(_ROOT + "/figure/{id}/{name}", _figure),
        Route(_ROOT + "/html/{id}/{digest}", _html),
        Route(_ROOT + "/file/{id}/{path:path}", _file),
        Route(_ROOT + "/spool/{id}/{name}", _spool),
        Route(_ROOT + "/upload/{id}", _upload, methods=["POST"]),
    ]


def figure_url(conversation_id: str, ref: BlobRef, mime: str) -> str:
    """Where a picture is served."""
    return f"{_ROOT}/figure/{conversation_id}/{ref.digest}.{_EXTENSIONS.get(mime, 'png')}"


def html_url(conversation_id: str, ref: BlobRef) -> str:
    """Where sandboxed HTML is served."""
    return f"{_ROOT}/html/{conversation_id}/{ref.digest}"


def file_url(conversation_id: str, name: str) -> str:
    """Where a workspace file is served."""
    return f"{_ROOT}/file/{conversation_id}/{quote(name)}"


def spool_url(conversation_id: str, name: str) -> str:
    """Where the full text of a capped output is served."""
    return f"{_ROOT}/spool/{conversation_id}/{quote(name)}"


async def _figure(request: Request) -> Response:
    digest, _, extension = request.path_params["name"].partition(".")
    content = await _blob(request, digest)
    if content is None or extension not in _MIMES:
        return _not_found()
    return Response(content, media_type=_MIMES[extension], headers=_HEADERS | _FOR_EVER)


async def _html(request: Request) -> Response:
    content = await _blob(request, request.path_params["digest"])
    if content is None:
        return _not_found()
    return Response(content, media_type="text/html; charset=utf-8", headers=_HEADERS | _FOR_EVER)


async def _file(request: Request) -> Response:
    live = _conversation(request)
    if live is None:
        return _not_found()
    name = request.path_params["path"]
    try:
        stream = await run_in_threadpool(live.workspace.open_reading, name)
    except LciError:
        return _not_found()
    inline = "inline" in request.query_params
    return _streamed(stream, name, inline=inline)


async def _spool(request: Request) -> Response:
    live = _conversation(request)
    name = request.path_params["name"]
    if live is None or Path(name).name != name:
        return _not_found()
    try:
        stream = await run_in_threadpool(open_beneath, live.workspace.spool, name)
    except LciError:
        return _not_found()
    return _streamed(stream, name, inline=False)


async def _upload(request: Request) -> Response:
    """Take a file of any size in pieces; `?name=` says what it is called."""
    live = _conversation(request)
    if live is None:
        return _not_found()
    name = request.query_params.get("name", "upload")
    temporary = live.workspace.trash / f"upload-{id(request):x}"
    try:
        with temporary.open("wb") as target:
            async for chunk in request.stream():
                await run_in_threadpool(target.write, chunk)
        with temporary.open("rb") as source:
            file = await run_in_threadpool(live.attach_stream, name, iter(lambda: source.read(_CHUNK), b""))
    except LciError as error:
        return JSONResponse({"error": error.code}, status_code=400)
    finally:
        temporary.unlink(missing_ok=True)
    return JSONResponse({"name": file.name, "size": file.size})


def _conversation(request: Request) -> Interpreter | None:
    try:
        return state.registry().get(request.path_params["id"])
    except LciError:
        return None


async def _blob(request: Request, digest: str) -> bytes | None:
    live = _conversation(request)
    ref = _ref_of(live.snapshot(), digest) if live is not None else None
    if live is None or ref is None:
        return None
    try:
        return await run_in_threadpool(live.engine.store.get, ref)
    except KeyError:
        return None


def _ref_of(conversation: Conversation, digest: str) -> BlobRef | None:
    """The blob, if one of this conversation's outputs holds it: ids of other conversations' blobs open nothing."""
    for turn in conversation.turns:
        for cell in turn.cells:
            for output in cell.outputs:
                if isinstance(output, DisplayData | ExecuteResult):
                    for value in output.data.values():
                        if isinstance(value, BlobRef) and value.digest == digest:
                            return value
    return None


def _streamed(stream: BinaryIO, name: str, *, inline: bool) -> Response:
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    disposition = "inline" if inline and mime.startswith("image/") else "attachment"
    headers = _HEADERS | {
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(Path(name).name)}",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_chunks(stream), media_type=mime, headers=headers)


async def _chunks(stream: BinaryIO) -> AsyncIterator[bytes]:
    with stream:
        while chunk := await run_in_threadpool(stream.read, _CHUNK):
            yield chunk


def _not_found() -> Response:
    return PlainTextResponse("Not found.\n", status_code=404, headers=_HEADERS)
