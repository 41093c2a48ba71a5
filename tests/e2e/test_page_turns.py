"""A click that leads to another page leads there, whatever the page that is left still asks meanwhile."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.driving import settle, upload


class LateTimer:
    """The page's WebSocket, on which each timer of the first page asks once more when the server has turned to another.

    That is when it asks on a slow machine: the next page has run, and the browser does not know of it yet.
    """

    def __init__(self, page: Page) -> None:
        self.timers: dict[str, bytes] = {}
        self.asked_late = False
        page.route_web_socket(lambda _: True, self._connected)
        page.reload()

    def _connected(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def asked(message: str | bytes) -> None:
            request = BackMsg.FromString(message) if isinstance(message, bytes) else BackMsg()
            if request.rerun_script.is_auto_rerun and not self.asked_late:
                self.timers[request.rerun_script.fragment_id] = bytes(message)  # type: ignore[arg-type]
            server.send(message)

        def said(message: str | bytes) -> None:
            told = ForwardMsg.FromString(message) if isinstance(message, bytes) else ForwardMsg()
            left = {BackMsg.FromString(timer).rerun_script.page_script_hash for timer in self.timers.values()}
            if left and told.WhichOneof("type") == "navigation" and told.navigation.page_script_hash not in left:
                for timer in self.timers.values():
                    server.send(timer)
                self.timers.clear()
                self.asked_late = True
            socket.send(message)

        socket.on_message(asked)
        server.on_message(said)


def test_the_page_one_turned_to_stays_though_the_one_left_asks_on(offline_page: Page, tmp_path: Path) -> None:
    """The browser took the answer for a page it did not show, and threw away the one it did: it was white."""
    page = offline_page
    line = LateTimer(page)
    (tmp_path / "people.csv").write_text("name,shop\nx,a\n")
    upload(page, tmp_path / "people.csv")
    settle(page)
    button = page.locator(".st-key-side_panel").get_by_role("button", name="Full table")
    # No news of the kernel draws the page anew, which would mend it.
    expect(page.get_by_text("Kernel ready")).to_be_visible()
    button.click()
    expect(page.locator(".st-key-grid tbody tr").first).to_be_visible()
    expect(page.locator(".st-key-sql textarea")).to_have_value(re.compile("people"))
    assert line.asked_late
