"""A click that leads to another page leads there, whatever the page that is left still asks meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.driving import settle


class LateTimers:
    """The page's WebSocket, on which the page's timers ask once more right behind the click that leads to another.

    So they do now and then, and more often on a slow machine. `answered_for` are the pages, by Streamlit's own hashes,
    that the server's answers since then are for.
    """

    def __init__(self, page: Page) -> None:
        self.timers: dict[str, bytes] = {}
        self.left = ""
        self.answered_for: list[str] = []
        page.route_web_socket(lambda _: True, self._connected)
        page.reload()

    def _connected(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def to_server(message: str | bytes) -> None:
            server.send(message)
            if isinstance(message, bytes) and not self.left:
                self._asked(server, message)

        def to_page(message: str | bytes) -> None:
            if isinstance(message, bytes) and self.left:
                answer = ForwardMsg.FromString(message)
                if answer.WhichOneof("type") == "new_session":
                    self.answered_for.append(answer.new_session.page_script_hash)
            socket.send(message)

        socket.on_message(to_server)
        server.on_message(to_page)

    def _asked(self, server: WebSocketRoute, message: bytes) -> None:
        request = BackMsg.FromString(message).rerun_script
        pages = {BackMsg.FromString(timer).rerun_script.page_script_hash for timer in self.timers.values()}
        if request.is_auto_rerun:
            self.timers[request.fragment_id] = message
        elif pages and request.page_script_hash and request.page_script_hash not in pages:
            (self.left,) = pages
            for timer in self.timers.values():
                server.send(timer)


def _until(page: Page, condition: Callable[[], bool]) -> None:
    """Waits within the page, so that its WebSocket goes on."""
    for _ in range(300):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come true in 30 s")


def test_the_page_one_turned_to_stays_though_the_one_left_asks_on(offline_page: Page) -> None:
    """The browser took the answer for a page it did not show, and threw away the one it did: it was white."""
    page = offline_page
    line = LateTimers(page)
    settle(page)
    _until(page, lambda: bool(line.timers))
    page.get_by_role("link", name="Settings").click()
    # Whatever the late ones are answered comes before what the new page's own timer is.
    _until(page, lambda: len(line.answered_for) > 1)
    assert line.left and line.left not in line.answered_for
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
