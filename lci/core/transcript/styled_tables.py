"""The colours of a table that pandas' Styler wrote, kept where style sheets are not: in its cells, nothing but them."""

from __future__ import annotations

import re

#: Characters of HTML whose style sheet is looked into.
_MOST = 2_000_000
_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
#: Styler names cells by their ids, and writes nothing else for them.
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_CELL_ID = re.compile(r"#(T_\w+)")
_CELL = re.compile(r"<(td|th)\b((?:[^>\"]|\"[^\"]*\")*?\bid=\"(T_\w+)\")", re.IGNORECASE)
#: What says how a cell looks and can neither load anything nor leave its place.
_PROPERTIES = frozenset({
    "color", "background-color", "background", "font-weight", "font-style", "text-align", "text-decoration", "opacity",
})  # fmt: skip
_VALUE = re.compile(r"(?:(?:rgba?|hsla?|linear-gradient)\(|[#\w.%,\s)+-])+")
#: On a ground of its own a cell's text needs a colour of its own: the page may be dark.
_INK = "#1a1c2b"


def inlined(html: str) -> str:
    """`html` with what its style sheet says of single cells in the cells themselves; the same where that is nothing."""
    if len(html) > _MOST or "#T_" not in html:
        return html
    looks: dict[str, list[str]] = {}
    for sheet in _SHEET.findall(html):
        for selectors, declarations in _RULE.findall(sheet):
            kept = [declaration.strip() for declaration in declarations.split(";") if allowed(declaration)]
            for name in _CELL_ID.findall(selectors) if kept else ():
                looks.setdefault(name, []).extend(kept)

    def styled(match: re.Match[str]) -> str:
        look = looks.get(match[3], [])
        return f'<{match[1]} style="{"; ".join(_readable(look))}"{match[2]}' if look else match[0]

    return _CELL.sub(styled, html)


def allowed(declaration: str) -> bool:
    """Whether a declaration, such as `color: red`, only says how a cell looks."""
    name, _, value = declaration.partition(":")
    return name.strip().lower() in _PROPERTIES and _VALUE.fullmatch(value.strip()) is not None


def harmless(style: str) -> str | None:
    """What of a `style` attribute only says how a cell looks; None where that is nothing."""
    kept = [declaration.strip() for declaration in style.split(";") if allowed(declaration)]
    return "; ".join(kept) or None


def _readable(look: list[str]) -> list[str]:
    names = {declaration.partition(":")[0].strip().lower() for declaration in look}
    has_ground = bool(names & {"background", "background-color"})
    return [*look, f"color: {_INK}"] if has_ground and "color" not in names else look
