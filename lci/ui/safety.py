"""Untrusted text on its way to the screen: no scripts, no remote content, no accidental formulas."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import nh3

from lci.core.outputs import Json

_IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*(?!/app/static/)[^)]*\)")
_REFERENCE_IMAGE = re.compile(r"!\[([^\]]*)\](?:\[[^\]]*\])?")
_SANDBOX_LINK = re.compile(r"\]\(\s*(?:sandbox:)?(?:/mnt/data/|sandbox:/?)([^)\s]+)\s*\)")
_MENTION = re.compile(r"(?:sandbox:)?/mnt/data/([^\s)`\"'<>\]]+)")
_BARE_SANDBOX = re.compile(r"(?<![(\w])sandbox:/mnt/data/([^\s)`]+)")
_MONEY = re.compile(r"(?<![\\$])\$(?=\d)")
_FENCE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)

_TABLE_TAGS = {
    "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col", "div", "span", "p", "b", "i",
    "em", "strong", "sub", "sup", "code", "pre", "br", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "small",
}  # fmt: skip
_TABLE_ATTRIBUTES = {"*": {"class", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}

_ADDRESS_KEYS = frozenset({"url", "source", "href", "src", "topojson"})


def markdown(text: str, file_url_base: str) -> str:
    r"""Markdown of a model or cell, safe to draw: remote images become their captions, file mentions become links.

    Links of the form `sandbox:/mnt/data/name` lead to the file's own address below `file_url_base`. Dollar amounts
    are not taken for formulas; `\(…\)` and `\[…\]` are. Code is left alone.
    """
    parts = _FENCE.split(text)
    return "".join(part if at % 2 else _prose(part, file_url_base) for at, part in enumerate(parts))


def mentioned_files(text: str) -> tuple[str, ...]:
    """The names of workspace files that a text points at by path, each once; in the order of their first mention."""
    return tuple(dict.fromkeys(unquote(name).rstrip(".,;:") for name in _MENTION.findall(text)))


def _prose(text: str, base: str) -> str:
    text = _SANDBOX_LINK.sub(lambda m: f"]({base}{quote(m.group(1), safe='/%')})", text)
    text = _BARE_SANDBOX.sub(lambda m: f"[{m.group(1)}]({base}{quote(m.group(1), safe='/%')})", text)
    text = _IMAGE.sub(lambda m: m.group(1), text)
    text = _REFERENCE_IMAGE.sub(lambda m: m.group(1), text)
    text = re.sub(r"\\\((.+?)\\\)", r"$\1$", text)
    text = re.sub(r"\\\[(.+?)\\\]", r"$$\1$$", text, flags=re.DOTALL)
    return _MONEY.sub(r"\\$", text)


def closed(text: str) -> str:
    """Text that is still being written, with an open code fence closed."""
    return text + "\n```" if text.count("```") % 2 else text


def table_html(html: str) -> str:
    """Static HTML as tables and text only: no images, scripts, styles or links."""
    return nh3.clean(
        html,
        tags=_TABLE_TAGS,
        attributes={tag: set(names) for tag, names in _TABLE_ATTRIBUTES.items()},
        clean_content_tags={"script", "style"},
        url_schemes=set(),
        strip_comments=True,
    )


def without_remote(spec: Json) -> Json:
    """A chart's JSON without addresses it would load from."""
    if isinstance(spec, dict):
        return {
            key: without_remote(value)
            for key, value in spec.items()
            if not (key in _ADDRESS_KEYS and isinstance(value, str) and not value.startswith("data:"))
        }
    return [without_remote(value) for value in spec] if isinstance(spec, list) else spec


def plain(text: str) -> str:
    """Text as a label: whatever it holds, it is no Markdown."""
    return "".join(f"\\{char}" if char in "*_`[]:$~#<>" else char for char in text)
