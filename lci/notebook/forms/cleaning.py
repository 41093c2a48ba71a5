"""HTML that anybody may have written, as what a page can hold: text, tables, links; nothing runs, nothing is loaded."""

from __future__ import annotations

import re

import nh3

from lci.core.transcript.styled_tables import harmless, inlined

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "s", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan", "style"},
    "th": {"colspan", "rowspan", "scope", "style"},
    "ol": {"start"},
}  # fmt: skip
_SPAN = re.compile(r"[1-9]\d{0,3}")
#: Pictures that are in the page itself; an SVG shown as one runs nothing and loads nothing.
_OWN_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]+")


def cleaned(html: str) -> str:
    """`html` without scripts, forms and frames, no picture but those within the page, of styles the cells' colours."""
    return nh3.clean(
        inlined(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    match tag, name:
        case "img", "src":
            return value if _OWN_PICTURE.fullmatch(value) else None
        case "a", "href":
            return value if re.match(r"(?:https?://|mailto:|#)", value, re.IGNORECASE) else None
        case _, "style":
            return harmless(value)
        case _, "colspan" | "rowspan":
            return value if _SPAN.fullmatch(value) else None
        case _:
            return value
