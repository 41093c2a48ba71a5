"""Untrusted text on its way to the screen: no scripts, no remote content, no accidental formulas."""

from __future__ import annotations

import bisect
import functools
import itertools
import re
import textwrap
from collections.abc import Iterator
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, backtick

from lci.core.transcript.styled_tables import harmless, inlined
from lci.ui import links

_IMAGE = re.compile(r"!\[([^\[\]]*)\]\(\s*(?!(?:/[\w.-]+)*/app/static/)(?:[^()]|\([^()]*\))*\)")
_REFERENCE_IMAGE = re.compile(r"!\[([^\[\]]*)\](?!\()(?:\[[^\]]*\])?")
_MONEY = re.compile(r"(?<![\\$])\$(?=\d)")

#: Without any of these before it, code is code to every dialect of Markdown. With one it may not be: formulas, table
#: cells, directives, footnotes, bare addresses and HTML swallow a backtick that CommonMark takes for the opening one.
_DIALECT = re.compile(r"[$|<]|:[^\s:]+[\[{]|::|\[\^|www\.|://", re.IGNORECASE)
#: Beyond this many brackets parsers give up, each in its own way.
_BRACKETS = 90
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
#: An image of ours, written so that no dialect can read another destination into it.
_OWN_IMAGE = re.compile(
    r"!\[(?:(?!www\.|://)[^\[\]`\\<${\n]|\\\$)*\]\((?:/[\w-]+)*/app/static/(?![\w/.%?=~+-]*?(?:\.\.|%2e))[\w/.%?=~+-]*\)",
    re.IGNORECASE,
)
_UNFIT_CAPTION = re.compile(r"www\.|://|[\[\]`\\<{]", re.IGNORECASE)
#: Between `!` and `[` it is not seen, and there is no image.
_JOINER = "\N{WORD JOINER}"

_TABLE_TAGS = {
    "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col", "div", "span", "p", "b", "i",
    "em", "strong", "sub", "sup", "code", "pre", "br", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "small",
}  # fmt: skip
_TABLE_ATTRIBUTES = {
    "*": {"class", "title"}, "td": {"colspan", "rowspan", "style"}, "th": {"colspan", "rowspan", "scope", "style"},
}  # fmt: skip

#: Characters of HTML that is looked into for what there is to read.
_MUCH_HTML = 200_000
_TAG = re.compile(r"<[^>]*>")

#: Without any of these there is nothing to change: every image begins with the first.
_MARKS = ("![", "](", "]:", "/mnt/data", "sandbox:", "<", "$", "\\(", "\\[")
_MANY_IMAGES = 50


@functools.lru_cache(maxsize=1_024)
def markdown(text: str, file_url_base: str) -> str:
    r"""Markdown of a model or cell, safe to draw: remote images become their captions, file mentions become links.

    Links to a file, however models write them (`links`), lead to its own address below `file_url_base`; those to other
    paths of this machine are words. Dollar amounts are not taken for formulas; `\(…\)` and `\[…\]` are. Code is left
    alone.
    """
    # Streamlit does the same, and an indented block that loses its indentation is no code any more.
    text = textwrap.dedent(_LINE_END.sub("\n", text).replace("\0", "\N{REPLACEMENT CHARACTER}")).strip()
    if not any(mark in text for mark in _MARKS):
        return text
    if text.count("![") > _MANY_IMAGES:
        # Nobody writes that many; telling code from images would take seconds.
        text = text.replace("![", "!\\[")
    done, at = [], 0
    for start, end in [*_code(text, trusted=False), (len(text), len(text))]:
        done += [_prose(text[at:start], file_url_base), text[start:end]]
        at = end
    return _inert("".join(done))


@functools.lru_cache(maxsize=1_024)
def mentioned_files(text: str) -> tuple[str, ...]:
    """The names of workspace files that a text points at, and other paths of the machine, each once."""
    pieces = [text[start:end] for start, end in _between(_code(text, trusted=False), len(text))]
    linked = (place.name for piece in pieces for place in links.targets(piece))
    return tuple(dict.fromkeys((*links.mentions(text), *linked)))


def _between(spans: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """What lies between spans of a text of that length."""
    at = 0
    for start, end in [*spans, (length, length)]:
        yield at, start
        at = end


def _prose(text: str, base: str) -> str:
    text = links.resolved(text, base, lambda caption, name: _own_image(caption, name, base))
    text = _IMAGE.sub(lambda m: m.group(1), text)
    text = _REFERENCE_IMAGE.sub(lambda m: m.group(1), text)
    text = re.sub(r"\\\((.+?)\\\)", r"$\1$", text)
    text = re.sub(r"\\\[(.+?)\\\]", r"$$\1$$", text, flags=re.DOTALL)
    return _MONEY.sub(r"\\$", text)


def _own_image(caption: str, name: str, base: str) -> str:
    if not base:
        return caption
    caption = " ".join(_UNFIT_CAPTION.sub("", caption).split()).replace("$", "\\$")
    return f"![{caption}]({base}{quote(name, safe='/')}?inline)"


def _inert(text: str) -> str:
    """`text` with every `![` split that could begin an image of something else than this app's own files.

    Splitting one can change what is code further on, so the result is looked at again; what is not settled soon has
    all of them split.
    """
    for _ in range(3):
        text = textwrap.dedent(text).strip()
        safe = [*_code(text, trusted=True), *(match.span() for match in _OWN_IMAGE.finditer(text))]
        split = _split(text, safe)
        if split == text:
            return text
        text = split
    return text.replace("![", f"!{_JOINER}[")


def _split(text: str, safe: list[tuple[int, int]]) -> str:
    # An image needs a destination before its paragraph ends, or a definition somewhere.
    defined = "]:" in text
    ends = [*(match.start() for match in _BLANK_LINE.finditer(text)), len(text)]

    def joined(match: re.Match[str]) -> str:
        at = match.start()
        harmless = any(start <= at < end for start, end in safe)
        harmless = harmless or not (defined or "](" in text[at : ends[bisect.bisect(ends, at)]])
        return match.group() if harmless else f"!{_JOINER}["

    return re.sub(r"!\[", joined, text)


def _code(text: str, *, trusted: bool) -> list[tuple[int, int]]:
    """Where code spans and blocks lie in `text`, in order; `trusted` only those that every dialect takes for code."""
    spans: dict[str, set[tuple[int, int]]] = {}
    lines = text.split("\n")
    starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
    code_spans = []
    for token in _PARSER.parse(text, {_SPANS: spans}):
        if token.map is None:
            continue
        first, last = token.map
        if token.type == "fence" or (token.type == "code_block" and not trusted):
            # Inside a list or a quote dialects differ about where a fence ends.
            if not trusted or (token.level == 0 and lines[first].startswith(token.markup)):
                code_spans.append((starts[first], min(starts[last], len(text))))
        elif token.type == "inline":
            places = _places(token.content, lines[first:last], starts[first:last])
            for start, end in spans.get(token.content, ()):
                if start in places and end - 1 in places:
                    code_spans.append((places[start], places[end - 1] + 1))
    if trusted:
        mark = _DIALECT.search(text)
        limit = len(text) if mark is None else mark.start()
        code_spans = [
            (start, end)
            for start, end in code_spans
            if start <= limit and "|" not in text[:end] and text.count("[", 0, end) <= _BRACKETS
        ]
    return sorted(code_spans)


def _places(content: str, lines: list[str], starts: list[int]) -> dict[int, int]:
    """Where each character of a paragraph's content stands in the text, without the lines' markers and indentation."""
    places: dict[int, int] = {}
    at = 0
    for part, line, start in zip(content.split("\n"), lines, starts, strict=False):
        # A heading's line may go on behind its content.
        column = len(line.rstrip()) - len(part.rstrip()) if line.rstrip().endswith(part.rstrip()) else line.find(part)
        if column >= 0:
            places.update((at + offset, start + column + offset) for offset in range(len(part)))
        at += len(part) + 1
    return places


def _backtick(state: StateInline, silent: bool) -> bool:
    """The parser's own rule, which also notes where a code span lies: tokens within a line carry no place."""
    start = state.pos
    tokens = len(state.tokens)
    matched = backtick(state, silent)
    if matched and any(token.type == "code_inline" for token in state.tokens[tokens:]):
        state.env[_SPANS].setdefault(state.src, set()).add((start, state.pos))
    return matched


_LINE_END = re.compile(r"\r\n?")
_SPANS = "lci_spans"
_PARSER = MarkdownIt("commonmark", {"maxNesting": 100})
_PARSER.inline.ruler.at("backticks", _backtick)


def closed(text: str) -> str:
    """Text that is still being written, with an open code fence closed."""
    return text + "\n```" if text.count("```") % 2 else text


def table_html(html: str) -> str:
    """Static HTML as tables and text only: no images, scripts or links, and of styles the colours of cells."""
    return nh3.clean(
        inlined(html),
        tags=_TABLE_TAGS,
        attributes={tag: set(names) for tag, names in _TABLE_ATTRIBUTES.items()},
        attribute_filter=lambda _, name, value: harmless(value) if name == "style" else value,
        clean_content_tags={"script", "style"},
        url_schemes=set(),
        strip_comments=True,
    )


#: What a label's Markdown draws as an arrow, a dash or a sign, and what begins a list in it.
_TYPOGRAPHIC = re.compile(r"(?<=-)(?=-)|(?<=[<>~])(?==)|(?<=<)(?=-)|(?<=-)(?=>)")
_LIST_MARK = re.compile(r"^(\s*)(?:([-+])|(\d+)([.)]))(?=\s)", re.MULTILINE)


def still_html(html: str) -> str:
    """What there is to read of HTML that does not run, as `table_html`; empty where that is nothing, or too much.

    Beside a page within a frame nothing is: it asks for what shows the page elsewhere.
    """
    still = table_html(html) if len(html) < _MUCH_HTML and "srcdoc" not in html else ""
    return still if _TAG.sub("", still).strip() else ""


def formula(text: str) -> str:
    """A formula without the signs around it, and with none inside that would end the block it is put in."""
    bare = text.strip()
    for begin, end in (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)")):
        if len(bare) >= len(begin + end) and bare.startswith(begin) and bare.endswith(end):
            bare = bare[len(begin) : -len(end)].strip()
            break
    return _LINE_END.sub("\n", re.sub(r"\${2,}", "$", bare))


def plain(text: str) -> str:
    """Text as a label: whatever it holds, it is no Markdown."""
    split = _TYPOGRAPHIC.sub(_JOINER, text)
    escaped = "".join(f"\\{char}" if char in "\\*_`[]:$~#<>|&" else char for char in split)
    return _LIST_MARK.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", escaped)
