"""Sound and film of a cell are players of the page (B8)."""

from __future__ import annotations

import base64

import pytest
from streamlit.testing.v1 import AppTest

from lci.ui.players import drawn

CONTENT = base64.b64encode(b"RIFF" + bytes(40)).decode()


def markup(tag: str, kind: str, content: str = CONTENT) -> str:
    return (
        f'\n <{tag}  controls="controls" >\n  <source src="data:{kind};base64,{content}" type="{kind}" />\n'
        f"  Your browser does not support the {tag} element.\n </{tag}>\n"
    )


@pytest.mark.parametrize(("tag", "kind"), [("audio", "audio/wav"), ("audio", "audio/x-wav"), ("video", "video/mp4")])
def test_what_ipython_writes_is_drawn_as_a_player(tag: str, kind: str) -> None:
    def script(text: str) -> None:
        from lci.ui.players import drawn

        assert drawn(text, str)

    at = AppTest.from_function(script, args=(markup(tag, kind),)).run()
    assert not at.exception
    assert [element.type for element in at.main][1:] == [tag]


@pytest.mark.parametrize(
    "text",
    [
        "<p>words</p>",
        markup("audio", "text/html"),
        markup("audio", "audio/wav") + "<script>1</script>",
        markup("audio", "audio/wav", "%%%"),
        '<audio controls><source src="https://example.org/a.wav"></audio>',
        "<audio " * 20_000,
        '<video src="https://example.org/a.mp4" controls></video>',
        '<video src="/etc/passwd" controls></video>',
        '<video src="clip.mp4" controls><img src="x"></video>',
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not drawn(text, str)


def test_a_player_of_a_file_beside_the_notebook_plays_it() -> None:
    def script(text: str) -> None:
        from lci.ui.players import drawn

        assert drawn(text, lambda name: f"/files/{name}")

    text = '<video src="my%20clip.mp4" controls  >\n Your browser does not play <code>video</code>.\n</video>'
    at = AppTest.from_function(script, args=(text,)).run()
    assert 'src="/files/my clip.mp4"' in at.main.children[0].proto.body
