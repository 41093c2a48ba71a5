"""Models that can see are shown the user's pictures and their own figures, over real sockets."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image
from pydantic import SecretStr

from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import ModelSettings, Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing import server as scripted
from lci.testing.server import ScriptedServer

pytestmark = pytest.mark.kernel

PLOT = "import matplotlib.pyplot as plt\nplt.figure(figsize=(20, 4), dpi=100)\nplt.plot([1, 2]); plt.show()"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as made:
        yield made


@pytest.fixture
def asking(home: Path, server: ScriptedServer) -> Iterator[Callable[..., Interpreter]]:
    engines: list[Engine] = []

    def make(sees: bool) -> Interpreter:
        model = ModelSettings(id="m", name="m", base_url=server.url, api_key=SecretStr("none"), sees_images=sees)
        engines.append(
            Engine(Settings(home=home, model="m", models=[model.model_copy(update={"window_tokens": 64_000})]))
        )
        return Interpreter(engine=engines[-1], settings=ConversationSettings(model="m", approval="auto"))

    yield make
    for engine in engines:
        engine.close()


def pictures(body: dict[str, Any]) -> list[Image.Image]:
    """The pictures of a request, in order."""
    found = []
    for message in body["messages"]:
        content = message.get("content")
        for part in content if isinstance(content, list) else []:
            if part["type"] == "image_url":
                encoded = part["image_url"]["url"].partition("base64,")[2]
                found.append(Image.open(io.BytesIO(base64.b64decode(encoded))))
    return found


def photo(side: int) -> bytes:
    """A JPEG that says where it was taken, lying on its side."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"
    Image.new("RGB", (side, side // 2), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_a_figure_follows_its_result_small_enough(server: ScriptedServer, asking: Callable[..., Interpreter]) -> None:
    """B27"""
    server.add(scripted.code(PLOT), scripted.text("I see a line."))
    with asking(True) as live:
        live.run("plot", approve="auto")
    assert pictures(server.chats[0]) == []
    (figure,) = pictures(server.chats[1])
    assert max(figure.size) == 1024
    assert server.chats[1]["messages"][-1]["role"] == "user"
    assert server.chats[1]["messages"][-2]["role"] == "tool"


def test_an_attached_photo_is_sent_upright_small_and_without_where_it_was_taken(
    server: ScriptedServer, asking: Callable[..., Interpreter]
) -> None:
    """B27, B51"""
    server.add(scripted.text("Red."))
    with asking(True) as live:
        live.files.attach_bytes("photo.jpg", photo(3000))
        live.submit("What colour?", ["photo.jpg"])
        assert live.wait(lambda now: bool(now.turns) and now.running is None, 60)
    (sent,) = pictures(server.chats[0])
    assert sent.size == (512, 1024)
    assert not sent.getexif()
    assert "taken at home" not in str(sent.info)


def test_only_the_newest_four_are_sent(server: ScriptedServer, asking: Callable[..., Interpreter]) -> None:
    """B27"""
    many = "import matplotlib.pyplot as plt\nfor n in range(6):\n    plt.plot([n]); plt.show()"
    server.add(scripted.code(many), scripted.text("Six."))
    with asking(True) as live:
        live.run("plot", approve="auto")
    assert len(pictures(server.chats[1])) == 4


def test_a_model_that_cannot_see_gets_facts_and_no_picture(
    server: ScriptedServer, asking: Callable[..., Interpreter]
) -> None:
    """B27"""
    server.add(scripted.code(PLOT), scripted.text("A line, I am told."))
    with asking(False) as live:
        live.files.attach_bytes("photo.jpg", photo(100))
        live.submit("plot", ["photo.jpg"])
        assert live.wait(lambda now: bool(now.turns) and now.running is None, 60)
    assert pictures(server.chats[0]) == pictures(server.chats[1]) == []
    assert '"kind": "line"' in str(server.chats[1]["messages"])


def test_what_only_claims_to_be_a_picture_is_not_sent(
    server: ScriptedServer, asking: Callable[..., Interpreter]
) -> None:
    """B27"""
    server.add(scripted.code("display({'image/png': 'bm90IGEgcGljdHVyZQ=='}, raw=True)"), scripted.text("Nothing."))
    with asking(True) as live:
        live.run("show", approve="auto")
    assert pictures(server.chats[1]) == []
    assert live.snapshot().turns[-1].ending == "done"


def test_the_first_page_of_a_document_is_shown_to_a_model_that_sees(
    server: ScriptedServer, asking: Callable[..., Interpreter]
) -> None:
    """B27, B20: beside its text; a model that does not see gets the text alone."""
    page = io.BytesIO()
    figure = Figure(figsize=(4, 2))
    figure.text(0.1, 0.5, "Annual report")
    figure.savefig(page, format="pdf")
    for sees in (True, False):
        server.add(scripted.text("A report."))
        with asking(sees) as live:
            live.files.attach_bytes("a.pdf", page.getvalue())
            live.run("What is it?")
        body = server.chats[-1]
        assert [picture.size for picture in pictures(body)] == ([(1024, 512)] if sees else [])
        assert "Annual report" in str(body["messages"])
