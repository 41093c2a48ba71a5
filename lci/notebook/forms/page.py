"""A notebook as one HTML file that is read offline: nothing in it runs, and nothing is loaded from anywhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from html import escape
from typing import assert_never
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from nbformat import NotebookNode

from lci.notebook.forms.cleaning import cleaned
from lci.notebook.forms.contents import MARK, Code, Contents, Prose, Reader, contents, nothing, shortened
from lci.notebook.forms.formulas import Formula, drawn, with_formulas
from lci.notebook.forms.shown import Chart, Markdown, Picture, Shown, Table, Text
from lci.notebook.words import Words

#: Characters of the HTML of one table that are shown.
_TABLE_CHARS = 2_000_000

#: Points that a formula is drawn for, one em of the text.
_EM = 11.0

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """\
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d8dee4; --raised: #f6f8fa;
  --accent: #0b63c5; --error: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --quiet: #9aa4af; --line: #3a414a; --raised: #1c2128;
  --accent: #6cb2ff; --error: #ff9a92; } html { background: #12161b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 50rem; color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP", "PingFang SC",
    "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 1.5rem; }
h2 { font-size: 1.3rem; line-height: 1.35; margin: 2.5rem 0 .75rem; padding-top: 1.25rem;
  border-top: 1px solid var(--line); }
h3, h4, h5, h6 { font-size: 1.08rem; margin: 1.5rem 0 .5rem; }
a { color: var(--accent); text-underline-offset: .15em; }
p { margin: .75rem 0; }
blockquote { margin: .75rem 0; padding: 0 0 0 1rem; border-left: 3px solid var(--line); color: var(--quiet); }
figure { margin: 1.25rem 0; text-align: center; }
figure img { max-width: 100%; height: auto; border-radius: 6px; background: #fff; }
p img { max-width: 100%; }
p img:not(.formula) { height: auto; }
@media screen and (prefers-color-scheme: dark) { .formula { filter: invert(1); } }
pre, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86rem; }
pre { margin: .75rem 0; padding: .75rem 1rem; background: var(--raised); border-radius: 6px; line-height: 1.5;
  white-space: pre-wrap; overflow-wrap: anywhere; }
:not(pre) > code { background: var(--raised); border-radius: 4px; padding: .1em .3em; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--quiet); font-size: .88rem; padding: .2rem 0; }
.beside { color: var(--quiet); }
.failure { color: var(--error); }
.chart { color: var(--quiet); border: 1px dashed var(--line); border-radius: 6px; padding: 1rem; text-align: center; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; }
.table td { text-align: right; white-space: nowrap; }
.table th { text-align: right; white-space: nowrap; }
.table p { color: var(--quiet); font-size: .85rem; }
sup a { text-decoration: none; padding: 0 .15em; }
.notes { font-size: .88rem; color: var(--quiet); }
.notes li { margin: .25rem 0; }
.notes li:target { color: var(--text); }
footer { margin-top: 3rem; font-size: .82rem; color: var(--quiet); }
@media print { :root { --text: #000; --quiet: #444; --line: #bbb; --raised: #f4f4f4; --accent: #003e8a; }
  html { background: #fff; } body { max-width: none; padding: 0; font-size: 10.5pt; }
  figure, tr { break-inside: avoid; } h1, h2, h3 { break-after: avoid; } .table { overflow: visible; }
  .table td, .table th { white-space: normal; } }
@page { margin: 18mm 16mm; }
"""

_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable(["table", "strikethrough"])


def page(
    document: NotebookNode, words: Words, *, language: str = "en", code: bool = True, read: Reader = nothing
) -> str:
    """The page of a notebook in those words; without `code` it is a report. `read` gives pictures beside it."""
    shown = contents(document, words, code=code, read=read)
    body = "\n".join(_parts(shown, words))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(shown.title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        f"<footer>{escape(shown.colophon)}</footer>\n</body>\n</html>\n"
    )


def _parts(shown: Contents, words: Words) -> Iterator[str]:
    for part in shown.parts:
        match part:
            case Prose(source, pictures, formulas):
                yield with_formulas(_linked(_markdown(source, pictures)), formulas, _formula)
            case Code():
                yield from _code(part, words)
            case _ as never:
                assert_never(never)
    if shown.notes:
        yield f'<section class="notes">\n<h2>{escape(words.numbers)}</h2>\n<ol>'
        for number, note in enumerate(shown.notes, 1):
            yield f'<li id="note-{number}">{escape(note)} <a href="#mark-{number}" aria-label="↑">↑</a></li>'
        yield "</ol>\n</section>"


def _linked(html: str) -> str:
    """The marks of notes as links to them; made after the page is cleaned, so that nobody else makes such."""
    return MARK.sub(lambda m: f'<sup><a id="mark-{m[1]}" href="#note-{m[1]}">[{m[1]}]</a></sup>', html)


def _formula(formula: Formula) -> str:
    """A formula as a picture that stands on the line, its words for who cannot see it; or only its words."""
    drawing = drawn(formula.tex, "svg")
    if drawing is None:
        return escape(formula.text)
    size = f"height:{drawing.height / _EM:.3f}em;vertical-align:-{drawing.depth / _EM:.3f}em"
    picture = _address(Picture("image/svg+xml", drawing.content))
    return f'<img class="formula" alt="{escape(formula.tex)}" style="{size}" src="{picture}">'


def _markdown(source: str, pictures: Mapping[str, Picture]) -> str:
    tokens = parsed_markdown(source)
    for token in tokens:
        for child in token.children or []:
            if child.type == "image":
                _show(child, pictures)
    return cleaned(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def parsed_markdown(source: str) -> list[Token]:
    """Markdown in pieces; HTML in it is text."""
    return _PARSER.parse(source)


def _show(image: Token, pictures: Mapping[str, Picture]) -> None:
    """A picture of the notebook in the page itself; of any other its words."""
    address = str(image.attrs.get("src", ""))
    picture = pictures.get(address) or pictures.get(unquote(address))
    if picture is None:
        image.type, image.tag, image.children = "text", "", None
    else:
        image.attrs["src"] = _address(picture)


def _address(picture: Picture) -> str:
    return f"data:{picture.mime};base64,{base64.b64encode(picture.content).decode()}"


def _code(part: Code, words: Words) -> Iterator[str]:
    if part.source.strip():
        title = escape(words.code_of.format(number=part.number))
        yield f"<details>\n<summary>{title}</summary>\n<pre><code>{escape(part.source)}</code></pre>\n</details>"
    for each in part.shown:
        yield _shown(each, words)


def _shown(shown: Shown, words: Words) -> str:
    match shown:
        case Picture():
            return f'<figure>{cleaned(f"""<img src="{_address(shown)}" alt="{escape(words.chart)}">""")}</figure>'
        case Table(html, text):
            if len(html) > _TABLE_CHARS:
                return _pre(text, "", words)
            return f'<div class="table">{cleaned(html)}</div>'
        case Markdown(source):
            return _markdown(source, {})
        case Text(text, "beside"):
            return f"<details>\n<summary>{escape(words.warnings)}</summary>\n{_pre(text, 'beside', words)}\n</details>"
        case Text(text, kind):
            return _pre(text, "failure" if kind == "failure" else "", words)
        case Chart(title):
            return f'<p class="chart">{escape(words.drawn_elsewhere.format(title=title or words.chart))}</p>'
        case _ as never:
            assert_never(never)


def _pre(text: str, kind: str, words: Words) -> str:
    content = escape(shortened(text, words))
    return f'<pre class="{kind}">{content}</pre>' if kind else f"<pre>{content}</pre>"
