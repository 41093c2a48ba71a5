"""Keeps the page a person turned to from being taken for the one they left.

A page's timers go on asking until the next page reaches the browser, and each asks in the name of the page it was drawn
on. Streamlit 1.67 answers such a request after the next page's own run, and says the former page's name again; the
browser then throws away what it had just drawn. And one that is asked while the turn is still waiting turns back.
"""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

#: Bytes; what tells of a page is a few hundred of them, what is drawn on one may be megabytes and is not read.
_TELLS_OF_A_PAGE = 32_768


class PageTurns:
    """ASGI middleware over Streamlit's WebSocket: timers of a page that was left are not heard any more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        page = _Page()

        async def receive_of_page() -> Message:
            while True:
                message = await receive()
                request = message.get("bytes") if message["type"] == "websocket.receive" else None
                if not request or page.hears(request):
                    return message

        async def send_of_page(message: Message) -> None:
            answer = message.get("bytes") if message["type"] == "websocket.send" else None
            if answer and len(answer) <= _TELLS_OF_A_PAGE:
                message = {**message, "bytes": page.says(answer)}
            await send(message)

        await self._app(scope, receive_of_page, send_of_page)


@dataclass(slots=True)
class _Page:
    """The page of one browser's tab, by Streamlit's own hashes; empty where none is known.

    `shown` is the one the browser was last told of, `awaited` the one it has asked for since. What had begun before
    that is still told under the first, and must not be told under the other: the browser would clear the screen for it.
    """

    shown: str = ""
    awaited: str = ""

    def hears(self, request_bytes: bytes) -> bool:
        """Whether it is to be answered: a timer only on the page; what is no fragment's makes its page the awaited."""
        try:
            request = BackMsg.FromString(request_bytes)
        except DecodeError:
            return True
        if request.WhichOneof("type") != "rerun_script" or not request.rerun_script.page_script_hash:
            return True
        requested = request.rerun_script.page_script_hash
        if request.rerun_script.is_auto_rerun:
            page = self.awaited or self.shown
            return not page or requested == page
        if not request.rerun_script.fragment_id:
            self.awaited = requested if requested != self.shown else ""
        return True

    def says(self, answer: bytes) -> bytes:
        """The message as the browser is to read it: a fragment's run speaks of the page it finds, and leads nowhere."""
        try:
            message = ForwardMsg.FromString(answer)
        except DecodeError:
            return answer
        match message.WhichOneof("type"):
            case "new_session" if message.metadata.run.fragment_ids:
                if self.shown and message.new_session.page_script_hash != self.shown:
                    message.new_session.page_script_hash = self.shown
                    return bytes(message.SerializeToString())
            case "new_session":
                self._shows(message.new_session.page_script_hash)
            case "navigation":
                self._shows(message.navigation.page_script_hash)
            case "script_finished" if not message.metadata.run.fragment_ids:
                # A whole run that came to its end was not given up for another: nothing is awaited any more.
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    self.awaited = ""
            case _:
                pass
        return answer

    def _shows(self, page_hash: str) -> None:
        self.shown = page_hash
        if page_hash == self.awaited:
            self.awaited = ""
