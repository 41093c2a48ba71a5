"""Whether a notebook says the truth: it is run again and its outputs are compared."""

from __future__ import annotations

import copy
import os
import re
from dataclasses import dataclass
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lci.core.outputs import settled_text, without_ansi
from lci.core.pictures import MISSING_GLYPHS
from lci.notebook.sources import FOLDER

#: All that the fresh kernel sees of our environment, which may hold keys.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "TEMP", "USERPROFILE", "APPDATA")

_PASSING = (
    (re.compile(r"\b0x[0-9a-fA-F]{4,}"), "0x…"),
    (re.compile(r"\d+(?:[.:]\d+)*\s?(?:ns|µs|us|ms|s|sec|seconds|min|it/s|s/it)\b"), "…s"),
    (re.compile(rf"(?:sandbox:)?{FOLDER}/"), ""),
    (re.compile(r"ipykernel_\d+[/\\]\d+\.py"), "cell.py"),
    (re.compile(rf"^.*Warning: Glyph .* {MISSING_GLYPHS}.*\n(?:  .*(?:\n|\Z))?", re.MULTILINE), ""),
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of running `cells` code cells again; `differing` are places in the notebook's list of cells.

    `errors` has one line for each cell that failed without the tag `raises-exception`, or that did not end.
    """

    cells: int
    reproduced: int
    differing: tuple[int, ...] = ()
    errors: tuple[str, ...] = ()


async def verified(document: NotebookNode, folder: Path, timeout_seconds: int = 600) -> Verification:
    """Run a copy of `document` in `folder`, which holds its files, and compare; `timeout_seconds` is for each cell.

    Text is compared but for addresses and durations, pictures by their presence: not by the fonts they are drawn in,
    of which matplotlib warns. The kernel is a plain one: it is
    not isolated, it may write to `folder`, and it sees only a few variables of our environment.
    """
    fresh: NotebookNode = copy.deepcopy(document)
    places = [place for place, cell in enumerate(document.cells) if cell.cell_type == "code"]
    for place in places:
        fresh.cells[place].outputs = []
    client = NotebookClient(
        fresh,
        timeout=timeout_seconds,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    errors = []
    try:
        await client.async_execute(env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ})
    except (CellTimeoutError, DeadKernelError) as error:
        errors.append(str(error).split("\n", 1)[0])
    differing = []
    for place in places:
        again = fresh.cells[place]
        if _outcome(again) != _outcome(document.cells[place]):
            differing.append(place)
        if "raises-exception" not in again.metadata.get("tags", []):
            errors += [f"{place}: {o.ename}: {o.evalue}" for o in again.outputs if o.output_type == "error"]
    return Verification(len(places), len(places) - len(differing), tuple(differing), tuple(errors))


def _outcome(cell: NotebookNode) -> dict[str, str]:
    """What is compared of a cell's outputs, by where it was said."""
    texts: dict[str, str] = {}
    for output in cell.outputs:
        match output.output_type:
            case "stream":
                texts[output.name] = texts.get(output.name, "") + output.text
            case "error":
                texts["error"] = f"{output.ename}: {output.evalue}"
            case _:
                texts["text"] = texts.get("text", "") + output.data.get("text/plain", "") + "\n"
                pictures = sum(mime.startswith("image/") for mime in output.data)
                texts["pictures"] = texts.get("pictures", "") + "+" * pictures
    lasting = {place: _lasting(text) for place, text in texts.items()}
    return {place: text for place, text in lasting.items() if text}


def _lasting(text: str) -> str:
    """`text` without what differs from run to run."""
    lasting = without_ansi(settled_text(text))
    for pattern, mark in _PASSING:
        lasting = pattern.sub(mark, lasting)
    return "\n".join(line.rstrip() for line in lasting.split("\n")).strip("\n")
