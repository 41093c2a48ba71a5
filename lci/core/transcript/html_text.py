"""The words of an HTML output for a model: text and tables, a row a line, without what only a browser can use."""

from __future__ import annotations

from html.parser import HTMLParser

#: Elements without words of their own; what stands in a player is for browsers that cannot play.
_SKIPPED = frozenset({"script", "style", "head", "template", "noscript", "svg", "object"})
_PLAYERS = {"audio": "[audio player]", "video": "[video player]", "canvas": "[drawing]", "iframe": "[page]"}
_VOID = frozenset(
    {"br", "hr", "img", "input", "col", "link", "meta", "source", "track", "wbr", "embed", "area", "base"}
)
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "em", "font", "i", "kbd", "label", "mark", "q", "s", "samp",
    "small", "span", "strong", "sub", "sup", "time", "u", "var",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
#: Columns that one cell may span in words, and digits of a number that may be meant.
_SPAN, _DIGITS = 50, 20


def html_text(markup: str) -> str:
    """The text of `markup`: blocks on lines of their own, the cells of a table's row parted by ` | `.

    Of an image its alternative text, of a player that there is one. Nothing is looked up and nothing is run.
    """
    words = _Words()
    words.feed(markup)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.parts).split("\n"))
    return "\n".join(line for line in lines if line.strip(" |"))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        #: The element whose content is left out, and how many of its name are open within it.
        self._silent, self._depth = "", 0
        self._cells = 0
        #: What follows the cell that is open.
        self._after = ""

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 - as its base has it
        # `<![` is a comment to browsers; Python's parser gives up on most that follows it.
        return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            self._depth += tag == self._silent
            return
        if tag in _SKIPPED or tag in _PLAYERS:
            self._silent, self._depth = tag, 1
            self.parts.append(_PLAYERS.get(tag, ""))
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "[image]")
        elif tag == "tr":
            self.parts.append("\n")
            self._cells = 0
        elif tag in _CELLS:
            self.parts.append(" | " if self._cells else "")
            span = dict(attrs).get("colspan") or "1"
            columns = min(int(span), _SPAN) if span.isdecimal() and len(span) < _DIGITS else 1
            self._cells += columns
            # A heading over several columns stands over the first: the others stay in their places.
            self._after = " |" * (columns - 1)
        elif tag == "br" or (tag not in _INLINE and tag not in _VOID and not self._cells):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._depth -= tag == self._silent
            if not self._depth:
                self._silent = ""
            return
        if tag in _CELLS:
            self.parts.append(self._after)
        elif tag in ("tr", "table"):
            self.parts.append("\n")
            self._cells = 0
        elif tag not in _INLINE and tag not in _VOID and not self._cells:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(" ".join(data.split("\n")) if data.strip() else " " if data else "")
