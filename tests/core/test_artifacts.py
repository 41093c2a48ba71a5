"""Which pictures an answer shows, each once (B8)."""

from __future__ import annotations

import pytest

from lci.core import events as e
from lci.core.artifacts import figures, has_scripts, remote_hosts, saved_images
from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.folding import folded
from lci.core.outputs import BlobRef, DisplayData


def turn_with(*steps: e.Event) -> Conversation:
    log = [e.TurnStarted("draw", ("photo.png",)), e.RequestSent("m"), *steps]
    return folded("c", [e.Recorded(n, float(n), "c", "t1", e.SCHEMA, event) for n, event in enumerate(log, 1)])


def added(name: str) -> e.FileAdded:
    return e.FileAdded(WorkspaceFile(name, 1, 0.0, "code"))


def test_a_picture_that_only_a_file_holds_is_shown_from_the_file() -> None:
    conversation = turn_with(added("chart.png"), added("table.csv"))
    assert [image.name for image in saved_images(conversation.turns[0])] == ["chart.png"]
    assert [figure.name for figure in figures(conversation)] == ["chart.png"]


def test_a_picture_that_was_attached_is_not_shown_as_made() -> None:
    """B8: the person's own photograph, changed by the code, was shown among the answer's figures."""
    changed = e.FileChanged(WorkspaceFile("photo.png", 2, 1.0, "upload"))
    assert saved_images(turn_with(added("photo.png"), changed).turns[0]) == ()


def test_a_picture_that_a_cell_shows_is_not_shown_from_its_file_too() -> None:
    shown = (
        e.CellStarted("x", "plot()"),
        e.OutputAdded("x", DisplayData({"image/png": BlobRef("0" * 64, 10, "bytes")})),
        e.CellFinished("x", "ok", 1, 0.1),
    )
    assert saved_images(turn_with(*shown, added("chart.png")).turns[0]) == ()


def test_a_frame_is_no_figure_however_its_html_looks() -> None:
    """B8: a long one lies beside the log, where nobody looks into it."""
    page = BlobRef("0" * 64, 70_000, "text")
    for metadata, count in (({}, 1), ({"lci": {"shape": [60, 20]}}, 0), ({"lci": {"shape": "odd"}}, 1)):
        shown = e.OutputAdded("x", DisplayData({"text/html": page}, metadata))
        assert len(figures(turn_with(e.CellStarted("x", "df"), shown, e.CellFinished("x", "ok", 1, 0.1)))) == count


@pytest.mark.parametrize(
    ("markup", "hosts"),
    [
        ('<script src="https://cdn.jsdelivr.net/x.js"></script>', ("cdn.jsdelivr.net",)),
        ("<script async src='//CDN.example.org/x.js'></script>", ("cdn.example.org",)),
        ('<iframe srcdoc="&lt;script src=&quot;https://code.jquery.com/j.js&quot;&gt;&lt;/script&gt;'
         '&lt;link rel=&quot;stylesheet&quot; href=&quot;https://netdna.example/b.css&quot;/&gt;"></iframe>',
         ("code.jquery.com", "netdna.example")),
        ('<script>load("https://a.example")</script><a href="https://b.example">b</a>', ()),
        ("<script " + "x " * 50_000, ()),
    ],
)  # fmt: skip
def test_the_hosts_that_a_page_loads_its_scripts_from(markup: str, hosts: tuple[str, ...]) -> None:
    """B16: a map of folium loads all it is made of."""
    assert remote_hosts(markup) == hosts


def test_scripts_of_a_page_within_a_frame_wait_as_others_do() -> None:
    """B36: it stands escaped in the frame's own attribute."""
    assert has_scripts('<iframe srcdoc="&lt;script&gt;draw()&lt;/script&gt;"></iframe>')
    assert not has_scripts('<iframe srcdoc="&lt;p&gt;words&lt;/p&gt;"></iframe>')
