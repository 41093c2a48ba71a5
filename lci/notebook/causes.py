"""Why a cell gave something else than before, as far as its source, its error and the files can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from lci.core.code.names import Names
from lci.notebook.chance import traits_of, unseeded
from lci.notebook.comparing import is_reordered, outcome
from lci.notebook.displays import WIDGET
from lci.notebook.verification import Cause

_NETWORK = re.compile(
    r"Name or service not known|name resolution|Network is unreachable|nodename nor servname|Max retries exceeded"
    r"|getaddrinfo failed|Cannot connect to host|Failed to establish a new connection"
)
_MISSING = re.compile(
    r"(?:No such file or directory|cannot find the (?:file|path)[^:]*|No files found that match the pattern)[:\s]*"
    r"['\"]?([^'\"\n]*)"
)


def cause_of(
    before: Sequence[NotebookNode],
    after: Sequence[NotebookNode],
    at: int,
    changed: Sequence[str],
    *,
    earlier_failed: bool,
) -> tuple[Cause, str]:
    """Why the code cell `at` of two runs differs; `changed` are inputs that are not what they were.

    `earlier_failed` says that a cell before it failed that did not then.
    """
    error = outcome(after[at]).error
    if error and error != outcome(before[at]).error:
        # As it was raised: for the comparison paths into the kernel's folder are as relative ones.
        known = _cause_of_error(_raised(after[at]))
        if known is not None:
            return known
        if earlier_failed and error.startswith("NameError"):
            return "earlier", error
        return ("input", ", ".join(changed)) if changed else ("fails", error)
    if changed:
        return "input", ", ".join(changed)
    sources = [cell.source for cell in after[: at + 1]]
    traits = traits_of(sources)
    # What the cell itself does comes before what it was given.
    for places in ([at], list(_givers(sources))):
        if any(unseeded(traits, place) for place in places):
            return "random", ""
        if any(traits[place].asks_clock for place in places):
            return "clock", ""
        if is_reordered(outcome(before[at]), outcome(after[at])):
            return "order", ""
        if any(traits[place].works_beside for place in places):
            return "beside", ""
    if any(WIDGET in output.get("data", {}) for output in (*before[at].outputs, *after[at].outputs)):
        return "widget", ""
    return "unknown", ""


def _givers(sources: Sequence[str]) -> Iterator[int]:
    """The places of the cells whose names the last one reads, also by way of others."""
    needs = Names.of(sources[-1]).free
    for earlier in reversed(range(len(sources) - 1)):
        names = Names.of(sources[earlier])
        if names.bound & needs:
            needs = needs | names.free
            yield earlier


def _raised(cell: NotebookNode) -> str:
    return next((f"{each.ename}: {each.evalue}" for each in cell.outputs if each.output_type == "error"), "")


def _cause_of_error(error: str) -> tuple[Cause, str] | None:
    if match := re.match(r"(?:ModuleNotFoundError|ImportError): .*?['\"]([\w.]+)['\"]", error):
        return "package", match[1].partition(".")[0]
    if _NETWORK.search(error):
        return "network", error
    if error.startswith(("FileNotFoundError", "NotADirectoryError")) or _MISSING.search(error):
        named = _MISSING.search(error)
        path = named[1].strip() if named else ""
        return ("path" if re.match(r"/|[A-Za-z]:[\\/]", path) else "file"), path or error
    return None
