"""Figures, files and sandboxed HTML by address; each serves only what belongs to its own conversation."""

from __future__ import annotations

import errno
import functools
import hashlib
import io
import json
import mimetypes
import os
import shutil
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.inspection import TABLE_FORMATS, TableFormat
from lci.core.outputs import BlobRef, Bundle, Datum, DisplayData, ExecuteResult
from lci.errors import LciError, StoreUnwritable
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.drawing import drawing
from lci.runtime.forms import ENDINGS, Form
from lci.ui import framed, state
from lci.ui.policy import running_frame, still_frame
from lci.ui.state import services
from lci.wording import explained
from lci.workspace.beneath import open_beneath
from lci.workspace.drawing import PICTURE_FORMS
from lci.workspace.queries import RESULT_FORMATS, ResultFormat
from lci.workspace.zipping import covered, zipped

_ROOT = "/app/static"
_CHUNK = 1 << 20
#: Characters of names in an address: servers refuse longer ones.
_LONGEST_QUERY = 30_000
#: Bytes of the disk that no upload takes.
_DISK_LEFT = 500_000_000
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}
_MIMES = {extension: mime for mime, extension in _EXTENSIONS.items()}

#: Whatever a file says it is, it is shown in an origin of its own, runs nothing and loads nothing from anywhere.
_HEADERS = still_frame() | {"Cross-Origin-Resource-Policy": "same-origin"}
_NOT_KEPT = {"Cache-Control": "no-store"}
_OUTLINES = Path(__file__).with_name("assets") / "outlines.zip"
_EDITOR = Path(__file__).with_name("assets") / "editor.js"
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def root() -> str:
    """Where all of it lies: below the path the app is served at, which Streamlit adds to its own routes only."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{_ROOT}" if base else _ROOT


def routes() -> list[Route]:
    """All routes, below the app's base path."""
    return [
        Route(root() + "/figure/{id}/{name}", _figure),
        Route(root() + "/html/{id}/{digest}", _html),
        Route(root() + "/map/{id}/{digest}", _map),
        Route(root() + "/drawing/{id}/{digest}/{name}", _drawing),
        Route(root() + "/outlines/{name}", _outlines),
        Route(root() + "/editor/{name}", _editor),
        Route(root() + "/file/{id}/{path:path}", _file),
        Route(root() + "/zip/{id}", _zip),
        Route(root() + "/rows/{id}/{token}/{name}", _rows),
        Route(root() + "/table/{id}/{name}", _table),
        Route(root() + "/form/{id}/{form}/{name}", _form),
        Route(root() + "/spool/{id}/{name}", _spool),
        Route(root() + "/upload/{id}", _upload, methods=["POST"]),
    ]


def for_widget(address: str) -> str:
    """An address as Streamlit's own pictures want it: they put the base path before it themselves."""
    return _ROOT + address.removeprefix(root())


def figure_url(conversation_id: str, ref: BlobRef, mime: str) -> str:
    """Where a picture is served."""
    return f"{root()}/figure/{conversation_id}/{ref.digest}.{_EXTENSIONS.get(mime, 'png')}"


def html_url(conversation_id: str, ref: BlobRef, theme: str = "light") -> str:
    """Where HTML is served for a frame of its own in a page of that theme, where it runs nothing."""
    return f"{root()}/html/{conversation_id}/{ref.digest}?theme={theme}"


def running_html_url(conversation_id: str, ref: BlobRef, permit: str, theme: str = "light") -> str:
    """The same where its scripts run, with what `state.permit` gave."""
    return f"{html_url(conversation_id, ref, theme)}&run={permit}"


def map_url(conversation_id: str, figure: Datum) -> str:
    """Where a Plotly figure is drawn in a frame of its own, which may load map tiles while the network is on."""
    return f"{root()}/map/{conversation_id}/{_digest(figure)}"


def drawing_url(conversation_id: str, chart: Datum, name: str) -> str:
    """Where a chart of Vega-Lite is served as a picture of that name, drawn when it is asked for."""
    return f"{root()}/drawing/{conversation_id}/{_digest(chart)}/{quote(name)}"


def outlines_url() -> str:
    """Where the world's outlines for Plotly's geographic charts lie, which it would ask its maker's server for."""
    return f"{root()}/outlines/"


def editor_url() -> str:
    """Where the script of the code editor lies; another address for each version of it."""
    return f"{root()}/editor/{hashlib.sha256(_editor_script()).hexdigest()[:16]}.js"


def file_url(conversation_id: str, name: str) -> str:
    """Where a workspace file is served."""
    return f"{root()}/file/{conversation_id}/{quote(name)}"


def zip_url(conversation_id: str) -> str:
    """Where all workspace files are served as one zip."""
    return f"{root()}/zip/{conversation_id}"


def zip_url_of(conversation_id: str, chosen: Sequence[str]) -> str | None:
    """Where those that are chosen, and those of chosen folders, are; None for more names than an address can hold."""
    query = "&".join(f"name={quote(name, safe='')}" for name in chosen)
    return f"{zip_url(conversation_id)}?{query}" if len(query) <= _LONGEST_QUERY else None


def upload_url(conversation_id: str) -> str:
    """Where files are sent to in pieces."""
    return f"{root()}/upload/{conversation_id}"


def spool_url(conversation_id: str, name: str) -> str:
    """Where the full text of a capped output is served."""
    return f"{root()}/spool/{conversation_id}/{quote(name)}"


def table_url(conversation_id: str, name: str, form: TableFormat) -> str:
    """Where all rows of a table in the kernel's memory are served as a file."""
    return f"{root()}/table/{conversation_id}/{quote(name)}.{form}"


def form_url(conversation_id: str, form: Form, name: str, *, clean: bool) -> str:
    """Where the notebook is served in another form, as a file of that name."""
    return f"{root()}/form/{conversation_id}/{form}/{quote(name)}{'?clean' if clean else ''}"


def rows_url(conversation_id: str, token: str, form: ResultFormat, name: str) -> str:
    """Where all rows of a query, for which `Queries.result` gave the token, are served as a file of that name."""
    return f"{root()}/rows/{conversation_id}/{token}/{quote(name)}.{form}"


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
    headers, runs = _HEADERS | _FOR_EVER, False
    if "run" in request.query_params:
        runs = _may_run(request)
        # Not kept by the browser: a permit ends with its tab, and the network can be closed again.
        headers = (running_frame(network=_has_network(request)) if runs else still_frame()) | _NOT_KEPT
    content = framed.page(content, request.query_params.get("theme", "light"), runs=runs)
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def _may_run(request: Request) -> bool:
    """Whether a person has let it run, and it is a frame of the page that asks."""
    permit, place = request.query_params["run"], request.headers.get("sec-fetch-dest", "iframe")
    return place == "iframe" and state.permits.holds(request.path_params["id"], permit)


def _has_network(request: Request) -> bool:
    live = _conversation(request)
    return live is not None and live.snapshot().settings.network


async def _map(request: Request) -> Response:
    live = _conversation(request)
    if live is None or not _has_network(request):
        return _not_found()
    page = await run_in_threadpool(_map_page, live, request.path_params["digest"])
    if page is None:
        return _not_found()
    return Response(page, media_type="text/html; charset=utf-8", headers=running_frame(network=True) | _NOT_KEPT)


def _map_page(live: Interpreter, digest: str) -> str | None:
    """A page with Plotly itself and that figure; none for what is no figure of this conversation."""
    import plotly.graph_objects as go

    try:
        _, spec = _chart(live, digest, "application/vnd.plotly")
        page: str = go.Figure(spec, skip_invalid=True).to_html(
            include_plotlyjs=True, config={"displaylogo": False}, default_height="100vh"
        )
    except (KeyError, ValueError, TypeError, RecursionError):
        return None
    return page


def _chart(live: Interpreter, digest: str, kind: str) -> tuple[str, Any]:
    """The MIME type, which begins with `kind`, and the spec of a chart. Raises `KeyError` and, `ValueError`."""
    for data in _bundles(live.snapshot()):
        for mime, value in data.items():
            if mime.startswith(kind) and _digest(value) == digest:
                return mime, json.loads(services().store.get(value)) if isinstance(value, BlobRef) else value
    raise KeyError(digest)


async def _drawing(request: Request) -> Response:
    """A chart of Vega-Lite as a picture, drawn while the browser waits."""
    live, name = _conversation(request), request.path_params["name"]
    form = next((each for each in PICTURE_FORMS if name.endswith(f".{each}")), None)
    if live is None or form is None:
        return _not_found()
    try:
        chart = await run_in_threadpool(_chart, live, request.path_params["digest"], "application/vnd.vegalite")
        content = await run_in_threadpool(drawing, *chart, form)
    except (KeyError, ValueError, RecursionError):
        return _not_found()
    except LciError as error:
        return PlainTextResponse(f"{explained(error.problem)}\n", status_code=409, headers=_HEADERS)
    return _streamed(io.BytesIO(content), name, inline=False)


async def _outlines(request: Request) -> Response:
    content = await run_in_threadpool(_outline, request.path_params["name"])
    return _not_found() if content is None else Response(content, media_type="application/json", headers=_FOR_EVER)


@functools.lru_cache(maxsize=8)
def _outline(name: str) -> bytes | None:
    with zipfile.ZipFile(_OUTLINES) as archive:
        return archive.read(name) if name in archive.namelist() else None


async def _editor(request: Request) -> Response:
    if request.path_params["name"] != editor_url().rpartition("/")[2]:
        return _not_found()
    return Response(_editor_script(), media_type="text/javascript", headers=_HEADERS | _FOR_EVER)


@functools.cache
def _editor_script() -> bytes:
    return _EDITOR.read_bytes()


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


async def _zip(request: Request) -> Response:
    live = _conversation(request)
    if live is None:
        return _not_found()
    files = live.snapshot().files
    chosen = request.query_params.getlist("name")
    names = covered(chosen, files) if chosen else tuple(files)
    headers = _HEADERS | _NOT_KEPT | {"Content-Disposition": "attachment; filename=files.zip"}
    return StreamingResponse(zipped(live.workspace, sorted(names)), media_type="application/zip", headers=headers)


async def _rows(request: Request) -> Response:
    """All rows of a query, written down while the browser waits and sent piece by piece."""
    live, name = _conversation(request), request.path_params["name"]
    form = next((each for each in RESULT_FORMATS if name.endswith(f".{each}")), None)
    if live is None or form is None:
        return _not_found()
    try:
        stream = await run_in_threadpool(live.queries.written, request.path_params["token"], form)
    except LciError as error:
        return PlainTextResponse(f"{explained(error.problem)}\n", status_code=409, headers=_HEADERS)
    return _not_found() if stream is None else _streamed(stream, name, inline=False)


async def _table(request: Request) -> Response:
    """All rows of a table in the kernel's memory, written there while the browser waits."""
    live, name = _conversation(request), request.path_params["name"]
    variable, _, ending = name.rpartition(".")
    form = next((each for each in TABLE_FORMATS if each == ending), None)
    if live is None or form is None:
        return _not_found()
    try:
        stream = await run_in_threadpool(live.kernel.written_table, variable, form)
    except LciError as error:
        return PlainTextResponse(f"{explained(error.problem)}\n", status_code=409, headers=_HEADERS)
    return _streamed(stream, name, inline=False)


async def _form(request: Request) -> Response:
    """The notebook in another form, made while the browser waits; `?clean` leaves out failed attempts."""
    live, name = _conversation(request), request.path_params["name"]
    form = next((each for each in ENDINGS if each == request.path_params["form"]), None)
    if live is None or form is None:
        return _not_found()
    make = functools.partial(live.notebook.form, form, clean="clean" in request.query_params, name=Path(name).stem)
    try:
        content = await run_in_threadpool(make)
    except LciError as error:
        return PlainTextResponse(f"{explained(error.problem)}\n", status_code=409, headers=_HEADERS)
    return _streamed(io.BytesIO(content), name, inline=False)


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
    """Take a file of any size in pieces; `?name=` says what it is called, with its folders."""
    live = _conversation(request)
    if live is None:
        return _not_found()
    try:
        file = await _received(request, live)
    except LciError as error:
        refusal = {"error": error.code, "message": str(explained(error.problem))}
        return JSONResponse(refusal, status_code=400, headers=_NOT_KEPT)
    except ClientDisconnect:
        # Nobody is there to be answered; what had come is gone.
        return Response(status_code=400)
    return JSONResponse({"name": file.name, "size": file.size}, headers=_NOT_KEPT)


async def _received(request: Request, live: Interpreter) -> WorkspaceFile:
    async with AsyncExitStack() as stack:
        receiving = live.files.receiving(request.query_params.get("name", "upload"))
        # Entering makes the folders, and may wait for another process's hold of the conversation.
        incoming = await run_in_threadpool(stack.enter_context, receiving)
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > shutil.disk_usage(live.workspace.root).free - _DISK_LEFT:
            raise StoreUnwritable(str(live.workspace.root), os.strerror(errno.ENOSPC))
        held = bytearray()
        async for chunk in request.stream():
            held += chunk
            if len(held) >= _CHUNK:
                await run_in_threadpool(incoming.write, bytes(held))
                held.clear()
        await run_in_threadpool(incoming.write, bytes(held))
        return await run_in_threadpool(incoming.placed)


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
        return await run_in_threadpool(services().store.get, ref)
    except KeyError:
        return None


def _ref_of(conversation: Conversation, digest: str) -> BlobRef | None:
    """The blob, if an output or a file of this conversation has it: ids of other conversations' blobs open nothing."""
    for file in conversation.files.values():
        picture = file.preview.image.blob if file.preview is not None and file.preview.image is not None else None
        if picture is not None and picture.digest == digest:
            return picture
    for data in _bundles(conversation):
        for value in data.values():
            if isinstance(value, BlobRef) and value.digest == digest:
                return value
    return None


def _bundles(conversation: Conversation) -> Iterator[Bundle]:
    for turn in conversation.turns:
        for cell in turn.cells:
            for output in cell.outputs:
                if isinstance(output, DisplayData | ExecuteResult):
                    yield output.data


def _digest(value: Datum) -> str:
    if isinstance(value, BlobRef):
        return value.digest
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


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
