"""A page that was turned to stays: nothing the former page's timers still ask takes it away again."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lci.ui.page_turns import PageTurns

CHAT, DATA = "chat", "data"


def asks(page: str, *, fragment: str = "", timer: bool = False) -> bytes:
    request = BackMsg()
    request.rerun_script.page_script_hash = page
    request.rerun_script.fragment_id = fragment
    request.rerun_script.is_auto_rerun = timer
    return request.SerializeToString()


def runs(page: str, *fragments: str) -> bytes:
    message = ForwardMsg()
    message.new_session.page_script_hash = page
    message.metadata.run.script_run_id = "1"
    message.metadata.run.fragment_ids.extend(fragments)
    return message.SerializeToString()


def ends(*fragments: str) -> bytes:
    message = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    message.metadata.run.script_run_id = "1"
    message.metadata.run.fragment_ids.extend(fragments)
    return message.SerializeToString()


def leads_to(page: str) -> bytes:
    message = ForwardMsg()
    message.navigation.page_script_hash = page
    return message.SerializeToString()


class Tab:
    """A tab's WebSocket as the server behind the middleware hears it, and as the browser is told."""

    def __init__(self, *steps: tuple[str, bytes]) -> None:
        """`steps` happen in this order: ("asks", …) is sent by the browser, ("says", …) by the server."""
        self.heard: list[bytes] = []
        self.told: list[bytes] = []
        self._steps = list(steps)
        asyncio.run(PageTurns(self._server)({"type": "websocket"}, self._receive, self._send))

    async def _receive(self) -> Message:
        # What the browser sends next; what the server says before that is said by the server itself.
        while self._steps and self._steps[0][0] == "says":
            await self._say(self._steps.pop(0)[1])
        if not self._steps:
            return {"type": "websocket.disconnect"}
        return {"type": "websocket.receive", "bytes": self._steps.pop(0)[1]}

    async def _send(self, message: Message) -> None:
        self.told.append(message["bytes"])

    async def _server(self, scope: Any, receive: Any, send: Any) -> None:
        async def say(said: bytes) -> None:
            await send({"type": "websocket.send", "bytes": said})

        self._say = say
        while (message := await receive())["type"] != "websocket.disconnect":
            self.heard.append(message["bytes"])

    @property
    def pages(self) -> list[str]:
        return [ForwardMsg.FromString(told).new_session.page_script_hash for told in self.told]


def test_a_timer_of_the_page_is_answered() -> None:
    tick = asks(CHAT, fragment="pulse", timer=True)
    assert Tab(("says", runs(CHAT)), ("asks", tick), ("asks", tick)).heard == [tick, tick]


def test_a_timer_is_answered_where_no_page_is_known_yet() -> None:
    tick = asks(CHAT, fragment="pulse", timer=True)
    assert Tab(("asks", tick)).heard == [tick]


def test_a_timer_of_the_page_that_was_left_is_not_heard() -> None:
    tick = asks(CHAT, fragment="pulse", timer=True)
    assert Tab(("says", runs(CHAT)), ("says", runs(DATA)), ("asks", tick)).heard == []
    assert Tab(("says", runs(CHAT)), ("says", leads_to(DATA)), ("asks", tick)).heard == []


def test_a_timer_does_not_turn_back_from_a_page_that_was_asked_for() -> None:
    turn, tick = asks(DATA), asks(CHAT, fragment="pulse", timer=True)
    assert Tab(("says", runs(CHAT)), ("asks", turn), ("asks", tick)).heard == [turn]


def test_the_run_of_a_fragment_that_was_left_names_the_page_that_is_shown() -> None:
    """It came between the new page's run and the moment the browser knew of it: the browser cleared the new page."""
    tab = Tab(("says", runs(CHAT)), ("says", runs(DATA)), ("says", runs(CHAT, "pulse")), ("says", runs(DATA, "grid")))
    assert tab.pages == [CHAT, DATA, DATA, DATA]


def test_a_fragment_that_still_runs_as_one_turns_names_the_page_that_is_on_the_screen() -> None:
    """It named the page asked for: the browser cleared the screen for that, and fell over what the fragment drew."""
    tab = Tab(("says", runs(CHAT)), ("asks", asks(DATA)), ("says", runs(CHAT, "live")), ("says", runs(DATA)))
    assert tab.pages == [CHAT, CHAT, DATA]


def test_a_timer_does_not_turn_back_while_the_page_that_is_left_is_drawn_again() -> None:
    """A run that had begun before the click tells of itself after it, and its timers with it."""
    turn, tick = asks(DATA), asks(CHAT, fragment="live", timer=True)
    begun = (("says", runs(CHAT)), ("asks", turn), ("says", runs(CHAT)), ("says", leads_to(CHAT)))
    assert Tab(*begun, ("asks", tick)).heard == [turn]
    assert Tab(*begun, ("says", runs(DATA)), ("asks", tick)).heard == [turn]


def test_the_timers_of_a_page_are_answered_where_the_page_asked_for_never_came() -> None:
    """What one does last wins with Streamlit: a button of the page that is left, clicked before the next one comes."""
    turn, click, tick = asks(DATA), asks(CHAT, fragment="panel"), asks(CHAT, fragment="pulse", timer=True)
    overtaken = (("says", runs(CHAT)), ("asks", turn), ("asks", click), ("says", runs(CHAT)))
    assert Tab(*overtaken, ("asks", tick)).heard == [turn, click]
    assert Tab(*overtaken, ("says", ends("live")), ("asks", tick)).heard == [turn, click]
    assert Tab(*overtaken, ("says", ends()), ("asks", tick)).heard == [turn, click, tick]


def test_a_second_click_on_the_page_that_was_left_does_not_turn_back() -> None:
    click = asks(CHAT, fragment="panel")
    tab = Tab(("says", runs(DATA)), ("asks", click), ("says", runs(CHAT, "panel")))
    assert tab.heard == [click]
    assert tab.pages == [DATA, DATA]


def test_what_tells_of_no_page_passes_as_it_is() -> None:
    other, large = BackMsg(load_git_info=True).SerializeToString(), b"\xff" * 50_000
    delta = ForwardMsg()
    delta.delta.new_element.text.body = "x"
    tab = Tab(("asks", other), ("asks", b"\xff\xff"), ("says", delta.SerializeToString()), ("says", large))
    assert tab.heard == [other, b"\xff\xff"]
    assert tab.told == [delta.SerializeToString(), large]
