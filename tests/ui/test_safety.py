from __future__ import annotations

import asyncio
import os
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import StreamingResponse

from lci.ui import routes, state
from lci.ui.safety import markdown, mentioned_files
from tests.examples import share

BASE = "/app/static/file/abc/"
REMOTE = "![x](https://evil.example/a.png)"
JOINER = "\N{WORD JOINER}"
READERS = [
    MarkdownIt("commonmark", {"html": html, "maxNesting": 200}).enable(extra)
    for html in (True, False)
    for extra in ([], ["table", "strikethrough"])
]
PIECES = st.sampled_from([
    "`", "``", "```", "````", "~~~", "\\", "[", "]", "(", ")", "!", "![", "](", "\n", "\n\n", "    ", "> ", "- ", "1. ",
    "# ", " #", "<", ">", "|", "|-|-|\n", "$", "$5", "\\(", "\\)", "\\[", "\\]", " ", "a", "\t", "\r", "'", '"',
    REMOTE, "![x][r]", "![r]", "![r][]", "![`](https://evil.example/`)", "\n\n[r]: https://evil.example/a.png\n",
    "[l](https://evil.example/", "![c](sandbox:/mnt/data/c.png)", "sandbox:/mnt/data/c.png", "![c](/app/static/x.png)",
    "![", "https://evil.example/a.png", "<img alt='", "<div>\n", "https://a.b/", ":red[", "$$\n", ":::\n",
])  # fmt: skip


def sources(text: str) -> list[str]:
    """The addresses of the pictures that some reader of Markdown draws for `text`."""
    found = []
    for reader in READERS:
        for block in reader.parse(text):
            waiting = list(block.children or ())
            while waiting:
                token = waiting.pop()
                waiting += token.children or ()
                if token.type == "image":
                    found.append(str(token.attrs["src"]))
    return found


@settings(max_examples=share(1500), deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join), st.sampled_from([BASE, ""]))
def test_no_picture_of_another_place_is_ever_drawn(text: str, base: str) -> None:
    shown = markdown(text, base)
    assert all(source.startswith("/app/static/") for source in sources(shown)), shown
    assert shown == textwrap.dedent(shown).strip()


@pytest.mark.parametrize(
    "text",
    [
        f"see ``` here\n\n{REMOTE}",
        f"\\`{REMOTE}\\`",
        f"    {REMOTE}",
        "![![x]](https://evil.example/a.png)",
        "![a\n[b]](https://evil.example/a.png)",
        f"<img src='`'>{REMOTE}`",
        f"[a](x`y) {REMOTE}`",
        "![x][r]\n\n[r]: https://evil.example/a.png",
    ],
)
def test_what_only_looks_like_code_hides_no_picture(text: str) -> None:
    assert sources(markdown(text, BASE)) == []


@pytest.mark.parametrize(
    "text",
    [
        f"$ ` $ {REMOTE} `",
        f"| a | b |\n|---|---|\n| ` | {REMOTE} ` |",
        f":red[`]{REMOTE}`",
        f"www.a.bc/` {REMOTE}`",
        f"$$\n```\n$$\n{REMOTE}\n```",
        f":::note\n```\n:::\n{REMOTE}\n```",
    ],
)
def test_code_to_commonmark_alone_hides_no_picture(text: str) -> None:
    """Formulas, tables, directives and bare addresses of the page's own dialect take the backtick away."""
    assert "![" not in markdown(text, BASE)


@pytest.mark.parametrize(
    "text",
    [
        f"write `{REMOTE}` so",
        f"```markdown\n{REMOTE}\n```",
        "- `$5 sandbox:/mnt/data/a.csv` and\n  ```\n  x = '$5'\n  ```",
        "# `$5` #",
        "> a `$5\n> b` c",
        "a `` ` $5 `` b",
        "for \\$5:\n\n```rust\nlet v = vec![1, 2];\n```",
        "a\n\n    cost = '$5'  # \\(x\\)",
    ],
)
def test_code_is_left_alone(text: str) -> None:
    assert markdown(text, BASE) == text


def test_a_doubtful_code_span_stays_readable() -> None:
    assert markdown(f"$x$ `{REMOTE}`", BASE).replace(JOINER, "") == f"$x$ `{REMOTE}`"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"a {REMOTE} b", "a x b"),
        ("[r](sandbox:/mnt/data/my/r.csv)", f"[r]({BASE}my/r.csv)"),
        ("[`r`](sandbox:/mnt/data/r.csv)", f"[`r`]({BASE}r.csv)"),
        ("see sandbox:/mnt/data/r.csv", f"see [r.csv]({BASE}r.csv)"),
        ("from $5 to $6", "from \\$5 to \\$6"),
        (r"\(a\) \[b\]", "$a$ $$b$$"),
        ("great![1]", "great1"),
    ],
)
def test_prose_becomes_what_the_page_can_draw(text: str, shown: str) -> None:
    assert markdown(text, BASE) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[one](kept.csv)", "[one](/files/kept.csv)"),
        ("[two](./kept.csv) and [three](sub/n%20m.csv)", "[two](/files/kept.csv) and [three](/files/sub/n%20m.csv)"),
        ("[ten](/tmp/gone.csv), [home](file:///home/me/a.csv)", "ten, home"),
        ("![pic](plot%20(1).png)", "pic"),
        ("[up](../secret.csv) [deep](a/../../secret.csv)", "up deep"),
        ("[a](file:///mnt/data/k.csv) [b](attachment:k.csv)", "[a](/files/k.csv) [b](/files/k.csv)"),
        ('[a](k.csv "title") [b](<k l.csv>)', "[a](/files/k.csv) [b](/files/k%20l.csv)"),
        ("[a](Makefile), [b](k.csv#top)", "[a](/files/Makefile), [b](/files/k.csv)"),
        ("[a][1]\n\n[1]: sandbox:/mnt/data/k.csv", "[a][1]\n\n[1]: /files/k.csv"),
        ("[a](k l (1).csv) [b](/mnt/data/k (1).csv)", "[a](/files/k%20l%20%281%29.csv) [b](/files/k%20%281%29.csv)"),
        ("<sandbox:/mnt/data/k.csv>", "[k.csv](/files/k.csv)"),
        ("[a](/nowhere/x.csv) [b](sandbox:/tmp/x.csv) [c](C:\\Users\\x.csv) [d](reports/)", "a b c d"),
        ("![p](/tmp/fig.png) ![q](notes.txt)", "p q"),
        ("[page](https://example.org/a.csv)", "[page](https://example.org/a.csv)"),
        ("[host](example.org/a.csv) [w](www.example.org)", "[host](example.org/a.csv) [w](www.example.org)"),
        ("[mail](mailto:a@b.org) [here](#top) [run](javascript:a.js)", None),
        ("`[code](kept.csv)`", None),
        ("[receipt](#receipt_t1_1)", None),
    ],
)
def test_a_link_to_a_name_leads_to_the_file_of_that_name(text: str, shown: str | None) -> None:
    """B8: never above the workspace, and no path of this machine looks alive."""
    assert markdown(text, "/files/") == (text if shown is None else shown)


def test_files_that_links_name_are_mentioned() -> None:
    text = "[a](kept.csv) ![p](fig.png) [b](/tmp/gone.csv) [c](https://x.org/a.csv) sandbox:/mnt/data/d.csv"
    assert set(mentioned_files(text)) == {"d.csv", "kept.csv", "fig.png", "/tmp/gone.csv"}
    links = "[a](sandbox:gone.csv), [b][1], `[c](code.csv)`\n\n[1]: there.csv"
    assert set(mentioned_files(links)) == {"there.csv", "gone.csv"}
    assert set(mentioned_files("[a](/mnt/data/k (1).csv), <file:///mnt/data/l.csv>")) == {"k (1).csv", "l.csv"}
    assert mentioned_files("[a](https://x.org/) [b](#top) [c](mailto:a@b.c)") == ()


@pytest.mark.parametrize("address", ["sandbox:/mnt/data/chart.png", "/mnt/data/chart.png", 'sandbox:/chart.png "t"'])
def test_a_picture_of_the_workspace_is_drawn(address: str) -> None:
    assert markdown(f"![chart]({address})", BASE) == f"![chart]({BASE}chart.png?inline)"
    shown = markdown(f"so: ![a $5 `<b>` chart]({address}) {REMOTE}", BASE)
    assert set(sources(shown)) <= {f"{BASE}chart.png?inline"}
    assert markdown(f"![a $5 <b> chart]({address})", BASE) == f"![a \\$5 b> chart]({BASE}chart.png?inline)"
    assert markdown(f"![chart]({address})", "") == "chart"


async def spooled(name: str) -> tuple[int, bytes]:
    response = await routes._spool(Request({"type": "http", "path_params": {"id": "ab" * 16, "name": name}}))
    if not isinstance(response, StreamingResponse):
        return response.status_code, b""
    return response.status_code, b"".join([bytes(chunk) async for chunk in response.body_iterator])


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_the_spool_serves_regular_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    (tmp_path / "secret").write_text("s")
    (spool / "out.txt").write_text("o")
    (spool / "link.txt").symlink_to(tmp_path / "secret")
    os.mkfifo(spool / "pipe.txt")
    live = SimpleNamespace(workspace=SimpleNamespace(spool=spool))
    monkeypatch.setattr(state, "registry", lambda: SimpleNamespace(get=lambda _: live))
    assert asyncio.run(spooled("out.txt")) == (200, b"o")
    assert [asyncio.run(spooled(name))[0] for name in ("link.txt", "pipe.txt", "none", "..")] == [404] * 4
    # The whole folder swapped for a link: nothing is followed there either.
    spool.rename(tmp_path / "elsewhere")
    spool.symlink_to(tmp_path)
    assert asyncio.run(spooled("secret"))[0] == 404
