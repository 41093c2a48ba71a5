"""Sources that run elsewhere: paths into the kernel's folder become relative, in string literals and nowhere else."""

from __future__ import annotations

import io
import re
import token
import tokenize
from collections.abc import Iterator

from lci.core.code.parsing import without_magics

#: Where cells and models find the files, whatever the folder is called outside the kernel.
FOLDER = "/mnt/data"

_START = rf"(?<![\w/.:~}}-])(?:sandbox:)?{FOLDER}"
_FILE = re.compile(rf"{_START}/+(?=[^\s'\"/])")
_ITSELF = re.compile(rf"{_START}(/*)(?=['\"\s;&|)]|$)")
_LINK = re.compile(rf"sandbox:{FOLDER}/+|(?<=\]\(){FOLDER}/+|(?<=\]\(<){FOLDER}/+")

_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun"})

# From Python 3.12 on an f-string is several tokens.
_FSTRING_START = getattr(token, "FSTRING_START", -1)
_FSTRING_END = getattr(token, "FSTRING_END", -1)
_BLANK = frozenset({token.NL, token.COMMENT, token.INDENT, token.DEDENT, tokenize.ENCODING})


def relative(source: str) -> str:
    """`source` with `/mnt/data/x` in its string literals as `x`.

    Comments, magics, shell lines and code that does not tokenise stay as they are.
    """
    if FOLDER not in source:
        return source
    magic = _CELL_MAGIC.match(source)
    if magic and magic[1] not in _PYTHON_MAGICS:
        return source
    tokens = _tokens(source)
    if tokens is None:
        tokens = _tokens(without_magics(source))
    parts = []
    end = 0
    for start, stop in _literals(source, tokens or []):
        literal = _ITSELF.sub(lambda match: "./" if match[1] else ".", _FILE.sub("", source[start:stop]))
        parts += [source[end:start], literal]
        end = stop
    return "".join([*parts, source[end:]])


def relative_links(markdown: str) -> str:
    """`markdown` with links into the kernel's folder as links beside the notebook."""
    return _LINK.sub("", markdown)


def _tokens(source: str) -> list[tokenize.TokenInfo] | None:
    """The tokens of `source`, or None when it is not plain Python."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    strange = any((t.type == token.ERRORTOKEN and t.string.strip()) or t.string == "!" for t in tokens)
    return None if strange else tokens


def _literals(source: str, tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    """Begin and end of each string literal, in order; those of magic lines are passed over."""
    lines = [0]
    for line in source.split("\n"):
        lines.append(lines[-1] + len(line) + 1)

    def offset(position: tuple[int, int]) -> int:
        return lines[position[0] - 1] + position[1]

    opened: list[int] = []
    begins_line, in_magic = True, False
    for each in tokens:
        if each.type == token.NEWLINE:
            begins_line, in_magic = True, False
            continue
        if begins_line and each.type not in _BLANK:
            begins_line, in_magic = False, each.string == "%"
        if in_magic:
            continue
        if each.type == _FSTRING_START:
            opened.append(offset(each.start))
        elif each.type == _FSTRING_END:
            start = opened.pop()
            if not opened:
                yield start, offset(each.end)
        elif each.type == token.STRING and not opened:
            start, stop = offset(each.start), offset(each.end)
            # A line replaced inside a longer literal moves its end.
            if source[start:stop] == each.string:
                yield start, stop
