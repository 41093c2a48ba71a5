"""Texts on their way into a notebook: without what no JSON reader takes, and as Markdown that means only itself."""

from __future__ import annotations

import re

_HEADING_CHARS = 80
#: Of a line that is taken for a heading.
_LINE_CHARS = 1_000
_UNREADABLE = re.compile("[\ud800-\udfff]")
_ESCAPED = r"\\`*_\[\]<>$#|~"
_ATX = re.compile(r"#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
#: What stands around words in Markdown to change their looks.
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|`+|~~|(?<!\w)_{1,3}|_{1,3}(?!\w))")


def readable(text: str) -> str:
    """`text` without what no JSON reader takes: NUL and halves of surrogate pairs."""
    return _UNREADABLE.sub("\ufffd", text).replace("\0", "")


def inline(text: str) -> str:
    """`text` on one line of Markdown, meaning nothing but itself."""
    return re.sub(f"([{_ESCAPED}])", r"\\\1", " ".join(text.split()))


def plain(line: str) -> str:
    """The words of a line of Markdown: what `inline` wrote as it was, of what others wrote neither marks nor links."""
    words = _EMPHASIS.sub("", _LINK.sub(r"\1", line))
    return " ".join(re.sub(rf"\\([{_ESCAPED}])", r"\1", words).split())


def first_heading(markdown: str) -> str:
    """The words of the heading of level 1 that a text begins with; empty where it begins otherwise."""
    first, _, rest = markdown.lstrip().partition("\n")
    first = first.rstrip()
    if len(first) > _LINE_CHARS:
        return ""
    if atx := _ATX.fullmatch(first):
        return plain(atx[1])
    is_underlined = re.match(r" {0,3}=+[ \t]*(?:\n|\Z)", rest) is not None
    return plain(first) if is_underlined and first[:1] not in ">-+=#`" else ""


def fenced(text: str, language: str) -> str:
    """`text` in a fence that nothing in it ends."""
    fence = _ticks(text, 3)
    return f"{fence}{language}\n{text}\n{fence}"


def fenced_name(name: str) -> str:
    """A name as a span of code."""
    line = " ".join(name.split())
    ticks = _ticks(line, 1)
    return f"{ticks} {line} {ticks}" if "`" in line else f"{ticks}{line}{ticks}"


def prompt_source(prompt: str) -> str:
    """A heading that outlines show, and the whole prompt as a quotation when it is longer; empty for no words."""
    lines = prompt.strip().splitlines()
    if not lines:
        return ""
    heading = " ".join(lines[0].split())
    short = heading if len(heading) <= _HEADING_CHARS else heading[: _HEADING_CHARS - 1].rstrip() + "…"
    parts = [f"## {inline(short)}"]
    if len(lines) > 1 or short != heading:
        parts.append("  \n".join(f"> {line}" for line in lines))
    return "\n\n".join(parts)


def spoken(source: str) -> str:
    """A prompt as it stands in a notebook, somebody's hand perhaps in it, as what was asked."""
    first, _, rest = source.strip().partition("\n")
    heading = re.sub(r"^#{1,6}[ \t]+", "", first)
    lines = rest.strip().splitlines()
    if lines and all(line.startswith(">") for line in lines):
        quoted = "\n".join(line.removeprefix(">").removeprefix(" ").removesuffix("  ") for line in lines)
        if prompt_source(quoted) == source.strip():
            return quoted
    words = re.sub(rf"\\([{_ESCAPED}])", r"\1", heading) if heading != first else first
    return f"{words}\n{rest}".strip()


def _ticks(text: str, least: int) -> str:
    """A row of backticks longer than any in `text`."""
    return "`" * max([least, *(len(row) + 1 for row in re.findall("`+", text))])
