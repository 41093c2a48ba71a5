"""A notebook as a Python file in the percent format: editors show its cells, and plain Python runs it beside its data.

Lines that only IPython understands are comments, as Jupytext has them. What would end a run in plain Python, or hold it
up, though it does not in a notebook is kept from it: cells that failed, `exit()`, figures that wait for a browser.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from textwrap import indent

from nbformat import NotebookNode

from lci.core.code.parsing import parsed
from lci.notebook.facts import own_facts, role
from lci.notebook.settings import settings_source
from lci.notebook.sources import python_tree
from lci.notebook.words import ENGLISH, Words

#: Cells that only a kernel needs, or that only show.
_LEFT_OUT = frozenset({"settings", "saved"})
_MAGIC = re.compile(r"^[ \t]*(?:[%!]|[\w.,\[\]'\" ]+=[ \t]*[!%]|\?|[\w.%]+\?{1,2}[ \t]*$)")
_TIMED = re.compile(r"^([ \t]*)%(?:time|timeit|prun)[ \t]+(?!-)(.*\S)[ \t]*$")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun"})
_EXITS = frozenset({"exit", "quit"})

#: Plotly's own `show` serves its page until a browser has come for it, or wants IPython or a further program.
_PLOTLY = """\
def _settings():
    import builtins
    import webbrowser
    from contextlib import suppress
    from itertools import count
    from pathlib import Path
    from tempfile import mkdtemp

    def show(figure, *_, **__):
        if not pages:
            pages.append(Path(mkdtemp(prefix="figures-")))
        page = pages[0] / f"figure-{next(numbers)}.html"
        plotly.io.write_html(figure, page, include_plotlyjs="directory", validate=False)
        if not webbrowser.open(page.as_uri()):
            print(page)

    pages, numbers = [], count(1)
    with suppress(ImportError):
        import plotly.io
        if not hasattr(builtins, "__IPYTHON__"):
            kind = type(plotly.io.renderers)
            kind.default = property(kind.default.fget, lambda *_: None)
            plotly.io.show = show

_settings()
del _settings"""
_SHOWING = re.compile(r"\b(?:show|iplot)\(|\brenderers\b")

_DISPLAY = "try:\n    from IPython.display import display\nexcept ImportError:\n    display = print"


def percent(document: NotebookNode, words: Words = ENGLISH) -> str:
    """The text of the file; it is valid Python whatever the cells are."""
    shown = [cell for cell in document.cells if role(cell) not in _LEFT_OUT]
    sources = {at: _runnable(cell, words) for at, cell in enumerate(shown) if cell.cell_type == "code"}
    futures = sorted({name for source in sources.values() for name in _futures(source)})
    parts = [f"# %%\nfrom __future__ import {', '.join(futures)}"] if futures else []
    if any("display" in source for source in sources.values()):
        parts.append(f"# %%\n{_DISPLAY}")
    if any("fonts" in _settings(cell) for cell in document.cells):
        parts.append(f"# %%\n{settings_source(['fonts'], words)}")
    if _shows_plotly(shown):
        parts.append(f"# %%\n{_comment(words.figures_open)}\n{_PLOTLY}")
    for at, cell in enumerate(shown):
        if cell.cell_type == "code":
            parts.append(f"# %%{_tags(cell)}\n{_without_futures(sources[at])}".rstrip("\n"))
        elif cell.cell_type == "markdown":
            parts.append(f"# %% [markdown]\n{_comment(cell.source)}")
    return "\n\n".join(parts) + "\n"


def _shows_plotly(cells: Sequence[NotebookNode]) -> bool:
    """Whether code shows figures of Plotly itself, or says how it is to be done."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    bundles = [output.get("data") or {} for cell in code for output in cell.outputs]
    is_used = any("plotly" in cell.source for cell in code) or any(
        mime.startswith("application/vnd.plotly") for bundle in bundles for mime in bundle
    )
    return is_used and any(_SHOWING.search(cell.source) for cell in code)


def _settings(cell: NotebookNode) -> Sequence[object]:
    """Names of the settings that a cell of ours makes."""
    names = own_facts(cell.metadata).get("settings")
    return names if isinstance(names, list) else ()


def _tags(cell: NotebookNode) -> str:
    tags = cell.metadata.get("tags")
    return ' tags=["raises-exception"]' if isinstance(tags, list) and "raises-exception" in tags else ""


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in _lines(text.replace("\0", "")))


def _lines(text: str) -> list[str]:
    """As Python counts lines: a comment ends where one of these does."""
    return re.split(r"\r\n|[\n\r\f\v\x1c-\x1e\x85\u2028\u2029]", text)


def _runnable(cell: NotebookNode, words: Words) -> str:
    """The cell's code as plain Python takes it; a comment where it never would."""
    source: str = "\n".join(re.split(r"\r\n?|\n", cell.source.replace("\0", "")))
    magic = _CELL_MAGIC.match(source)
    if magic and magic[1] not in _PYTHON_MAGICS:
        return _comment(source)
    code = _without_magics(source)
    tree = _compiled(code)
    if tree is None:
        return _awaiting(code) or _comment(source)
    if "raises-exception" in (cell.metadata.get("tags") or []):
        return _guarded(code, f"# {words.fails_here}", "Exception", "import traceback\n\ntraceback.print_exc()")
    if _ends_run(tree):
        return _guarded(code, f"# {words.exits_here}", "SystemExit", "pass")
    return code


def _without_magics(source: str) -> str:
    """`source` with the lines that only IPython understands as comments; what a `%time` measures is run."""
    if parsed(source) is not None:
        return source
    within = _inside_strings(source)
    lines = []
    for number, line in enumerate(source.split("\n"), 1):
        if number in within or not _MAGIC.match(line):
            lines.append(line)
        elif timed := _TIMED.match(line):
            lines.append(f"{timed[1]}{timed[2]}")
        else:
            blank = line[: len(line) - len(line.lstrip())]
            lines.append(f"{blank}# {line.lstrip()}" + (f"\n{blank}pass" if blank else ""))
    return "\n".join(lines)


def _inside_strings(source: str) -> frozenset[int]:
    """The numbers of lines that begin within a text: none of them is a magic."""
    inside: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.end[0] > token.start[0] and token.type != tokenize.NEWLINE:
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError, ValueError):
        # Magics themselves are no Python: what was read before them counts.
        pass
    return frozenset(inside)


def _compiled(source: str) -> ast.Module | None:
    """The tree of what compiles; what only parses, such as a `return` outside a function, would end the file."""
    tree = parsed(source)
    if tree is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(_without_futures(source), "cell", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree


def _awaiting(source: str) -> str:
    """Code that awaits outside a function, which only a kernel runs as it is; empty for what is no such code."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "cell", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return (
        "import ast\nimport asyncio\n\n"
        f"_cell = compile({source!r}, 'cell', 'exec', ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)\n"
        "_awaited = eval(_cell)\nif _awaited is not None:\n    asyncio.run(_awaited)"
    )


def _guarded(source: str, reason: str, error: str, then: str) -> str:
    body = source if source.strip() else "pass"
    if _has_long_text(body):
        # Indented, a text of several lines would be another one.
        body = f"exec({body!r}, globals())"
    elif parsed(f"try:\n{indent(body, '    ')}\nexcept Exception:\n    pass") is None:
        # Comments alone are no block.
        body = f"{body}\npass"
    return f"{reason}\ntry:\n{indent(body, '    ')}\nexcept {error}:\n{indent(then, '    ')}"


def _has_long_text(source: str) -> bool:
    return bool(_inside_strings(source)) or "\\\n" in source


def _ends_run(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _EXITS:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name("sys" | "os"), attr="exit" | "_exit")):
                return True
            case ast.Raise(exc=ast.Name("SystemExit") | ast.Call(func=ast.Name("SystemExit"))):
                return True
    return False


def _future_nodes(source: str) -> Iterator[ast.ImportFrom]:
    tree = python_tree(source) if "__future__" in source else None
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            yield node


def _futures(source: str) -> Iterator[str]:
    for node in _future_nodes(source):
        yield from (name.name for name in node.names)


def _without_futures(source: str) -> str:
    """`source` without its imports from the future, which stand at the beginning of a file or nowhere."""
    lines = source.split("\n")
    for node in _future_nodes(source):
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            lines[number - 1] = f"# {lines[number - 1]}"
    return "\n".join(lines)
