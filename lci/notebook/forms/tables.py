"""The tables in HTML that a cell gave, as rows of texts: for forms that have tables of their own."""

from __future__ import annotations

from lxml import etree, html as markup

#: Rows and columns of one table that are kept.
_ROWS, _COLUMNS = 200, 40


def rows_of(html: str) -> list[list[str]]:
    """The rows of the first table in `html`, all of one length; none where there is no table."""
    try:
        root = markup.fromstring(html)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    table = next(root.iter("table"), None)
    if table is None:
        return []
    rows = [_cells(row) for row in table.iter("tr")][:_ROWS]
    width = min(max(map(len, rows), default=0), _COLUMNS)
    return [[*row, *[""] * width][:width] for row in rows] if width else []


def _cells(row: markup.HtmlElement) -> list[str]:
    cells = []
    for cell in row.iterchildren("th", "td"):
        span = str(cell.get("colspan") or "1")
        text = " ".join(cell.text_content().split())
        cells += [text, *[""] * (min(int(span), _COLUMNS) - 1 if span.isdecimal() and len(span) < 5 else 0)]
    return cells
