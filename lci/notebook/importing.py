"""From a notebook to the events of a new conversation: one of anybody's becomes a turn, one of ours what it was.

What stands in the cells counts. What our own notebooks say of their cells beside that is taken only where the cell
still holds what it was written with, and of whoever wrote it only a known word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Final, get_args

from lci.core import events as e
from lci.core.ids import new_call_id, new_turn_id
from lci.core.outputs import DisplayData, ErrorOutput, ExecuteResult, Json, Output, StreamOutput, settled_text
from lci.core.turns import OFFERED, Author, CellStatus, TurnEnding, TurnOrigin
from lci.notebook.facts import digest
from lci.notebook.pasted_pictures import Attachment, Pasted
from lci.notebook.reading import ReadCell, ReadNotebook, read_notebook
from lci.notebook.receipts import READ_BACK
from lci.notebook.texts import fenced, first_heading, inline, prompt_source, spoken
from lci.notebook.words import words_in

_TITLE_CHARS = 200
_MOST_SECONDS = 1e9
#: Of cells that are told as Markdown; one that ran on has ended with its notebook.
_NOT_RUN: Final[dict[str, CellStatus]] = {
    "interrupted": "interrupted",
    "timeout": "timeout",
    "died": "died",
    "running": "interrupted",
    "rejected": "rejected",
}
#: What stands below such a cell's code: why it does not run, what it had put out, its figures.
_BELOW = re.compile(
    r"\n\n\*[^\n]*\*(?:\n\n(?P<fence>`{3,})text\n(?P<text>.*)\n(?P=fence))?(?:\n\n!\[[^\n]*\))*", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class ImportedNotebook:
    """What a notebook becomes: `entries` are events with the turns they belong to, in order.

    `cells` counts those of the file. `attachments` are pictures that its texts name as files beside them.
    """

    title: str
    entries: tuple[tuple[str | None, e.Event], ...]
    cells: int
    attachments: tuple[Attachment, ...] = ()


def imported(content: bytes, name: str) -> ImportedNotebook:
    """The notebook in a file of that name. Raises `FileUnreadable` with the reason why it cannot be read.

    Ids are fresh each time. The title is empty where a notebook of ours had none.
    """
    document = read_notebook(content, name)
    title, first = _titled(document, PurePath(name).stem)
    log = _Log()
    for cell in _with_saved_figures(document.cells[first:]):
        log.take(cell)
    log.end()
    # Cells that never ran stand beside the turns, which are folded faster without them in between.
    return ImportedNotebook(title, (*log.entries, *log.unrun), len(document.cells), tuple(log.pasted.attachments))


def _titled(document: ReadNotebook, stem: str) -> tuple[str, int]:
    """The title, and how many cells at the top hold nothing else."""
    texts = [cell for cell in document.cells[:2] if cell.role != "settings"]
    first = texts[0] if texts and texts[0].kind == "markdown" else None
    if first is None:
        return stem, 0
    heading = first_heading(first.source)[:_TITLE_CHARS]
    if first.role != "title":
        return heading or stem, 0
    known = document.facts.get("title")
    if isinstance(known, str) and first.source in _title_sources(known):
        return known, 1
    return heading or stem, int(bool(heading) and "\n" not in first.source.strip())


def _title_sources(title: str) -> set[str]:
    shown = inline(title)
    return {f"# {shown or words_in(language).untitled}" for language in ("en", "ja", "zh")}


@dataclass(slots=True)
class _Log:
    """What was read so far: turns in `entries`, cells that never ran in `unrun`."""

    entries: list[tuple[str | None, e.Event]] = field(default_factory=list)
    unrun: list[tuple[None, e.Event]] = field(default_factory=list)
    pasted: Pasted = field(default_factory=Pasted)
    turn: str | None = None
    ending: TurnEnding = "done"
    pieces: int = 0
    #: The notebook's cell that was read last.
    last: str = ""

    def take(self, cell: ReadCell) -> None:
        """Read the next cell."""
        begins = next((origin for origin in get_args(TurnOrigin) if origin == cell.facts.get("begins")), None)
        if cell.kind == "markdown" and cell.role == "prompt":
            self._begin(begins or "person", *_asked(cell))
            return
        if begins is not None:
            self._begin(begins)
        if _is_recomputed(cell):
            return
        if self.turn is None:
            self._begin("import")
        match cell.kind:
            case "code":
                self._code(cell)
            case "raw":
                self._say(fenced(cell.source, "") if cell.source.strip() else "", "import")
            case "markdown":
                self._markdown(cell)

    def end(self) -> None:
        """End the turn that goes on, if any."""
        if self.turn is not None:
            self._add(e.TurnEnded(self.ending))
            self.ending = "done"

    def _add(self, event: e.Event) -> None:
        self.entries.append((self.turn, event))

    def _begin(self, origin: TurnOrigin, prompt: str = "", attachments: tuple[str, ...] = ()) -> None:
        self.end()
        before, self.turn = self.turn, new_turn_id()
        self._add(e.TurnStarted(prompt, attachments, before, origin))
        self.pieces, self.last = 0, self.turn

    def _markdown(self, cell: ReadCell) -> None:
        match cell.role:
            case "cell" if (events := _stopped(cell, new_call_id())) is not None:
                for event in events:
                    self._add(event)
                self.last = events[0].cell_id
            case "offered" if questions := _offered(cell):
                self._add(e.Notice(OFFERED, {"questions": questions}))
            case "ending" if (ending := _ending(cell)) is not None:
                self.ending = ending
            case "prose":
                self._say(self.pasted.shown(cell), _author(cell))
                for code, outcome in READ_BACK.items():
                    if _is_as_written(cell) and cell.facts.get("reading_back") == outcome:
                        self._add(e.Notice(code))
            case _:
                self._say(self.pasted.shown(cell), "import")

    def _say(self, text: str, author: Author) -> None:
        if text.strip():
            self.pieces += 1
            self._add(e.TextDelta(text, apart=True, author=author))
            self.last = f"{self.turn}-said-{self.pieces}"

    def _code(self, cell: ReadCell) -> None:
        cell_id = new_call_id()
        if cell.execution_count is None and not cell.outputs:
            self.unrun.append((None, e.CellInserted(cell_id, self.last, "code", cell.source, _author(cell))))
        else:
            failed = any(isinstance(output, ErrorOutput) for output in cell.outputs)
            for event in _ran(cell, cell_id, cell.source, cell.outputs, "error" if failed else "ok"):
                self._add(event)
        self.last = cell_id


def _ran(
    cell: ReadCell, cell_id: str, source: str, outputs: tuple[Output, ...], status: CellStatus
) -> tuple[e.CellStarted | e.OutputAdded | e.CellFinished, ...]:
    return (
        e.CellStarted(cell_id, source, _author(cell)),
        *(e.OutputAdded(cell_id, output) for output in outputs),
        e.CellFinished(cell_id, status, cell.execution_count, _duration(cell)),
    )


# --- what our own notebooks say of their cells ------------------------------------------------------------------------


def _is_as_written(cell: ReadCell) -> bool:
    """Whether nobody has changed what stands there; earlier versions did not note it."""
    return cell.facts.get("written", digest(cell.source)) == digest(cell.source)


def _author(cell: ReadCell) -> Author:
    """Who wrote what stands there: whoever changed it elsewhere is nobody we know."""
    named = cell.facts.get("author") if "written" in cell.facts and _is_as_written(cell) else None
    return next((author for author in get_args(Author) if author == named), "import")


def _duration(cell: ReadCell) -> float | None:
    match cell.facts.get("duration"):
        case bool():
            return None
        case int(seconds) | float(seconds) if 0 <= seconds < _MOST_SECONDS:
            return float(seconds)
        case _:
            return None


def _is_recomputed(cell: ReadCell) -> bool:
    """Whether the next export makes the cell anew: settings of the kernel, links to pictures that were saved."""
    recomputed = (cell.kind, cell.role) in (("code", "settings"), ("markdown", "files"))
    return recomputed and _is_as_written(cell)


def _with_saved_figures(cells: Sequence[ReadCell]) -> list[ReadCell]:
    """The cells, each with the figures that only a cell of their own below it shows."""
    together: list[ReadCell] = []
    for cell in cells:
        if cell.role != "saved":
            together.append(cell)
        elif together and _is_figure_of(cell, together[-1]):
            together[-1] = replace(together[-1], outputs=(*together[-1].outputs, *cell.outputs))
        else:
            # It shows them itself.
            together.append(replace(cell, outputs=tuple(map(_unsaved, cell.outputs))))
    return together


def _is_figure_of(cell: ReadCell, above: ReadCell) -> bool:
    is_below_its_own = (above.kind, above.role, above.facts.get("call_id")) == (
        "code",
        "cell",
        cell.facts.get("call_id"),
    )
    return is_below_its_own and _is_as_written(cell) and bool(cell.outputs) and all(map(_is_of_a_file, cell.outputs))


def _is_of_a_file(output: Output) -> bool:
    match output:
        case DisplayData(_, {"lci": {"file": str()}}) | ExecuteResult(_, {"lci": {"file": str()}}):
            return True
        case _:
            return False


def _unsaved(output: Output) -> Output:
    match output:
        case DisplayData(_, metadata) | ExecuteResult(_, metadata):
            return replace(output, metadata={name: value for name, value in metadata.items() if name != "lci"})
        case _:
            return output


def _asked(cell: ReadCell) -> tuple[str, tuple[str, ...]]:
    """What was asked, and the names of files that came with it."""
    match cell.facts:
        case {"prompt": str(prompt), "attachments": list(names)} if _is_as_written(cell):
            shown = prompt_source(prompt)
            # Of what nobody could see nothing is taken.
            if cell.source == shown or cell.source.startswith(f"{shown}\n\n*" if shown else "*"):
                return prompt, tuple(name for name in names if isinstance(name, str))
    return spoken(cell.source), ()


def _offered(cell: ReadCell) -> list[Json]:
    match cell.facts.get("questions"):
        case list(questions) if cell.source == "\n".join(f"- {question}" for question in questions):
            return [str(question) for question in questions]
        case _:
            return []


def _ending(cell: ReadCell) -> TurnEnding | None:
    if not _is_as_written(cell):
        return None
    return next((ending for ending in get_args(TurnEnding) if ending == cell.facts.get("ending")), None)


def _stopped(cell: ReadCell, cell_id: str) -> tuple[e.CellStarted | e.OutputAdded | e.CellFinished, ...] | None:
    """A cell that stands there as Markdown, so that it does not run; None where it is not as it was written."""
    source, status = cell.facts.get("source"), _NOT_RUN.get(str(cell.facts.get("status")))
    if not isinstance(source, str) or status is None or not _is_as_written(cell):
        return None
    code = fenced(source, "python")
    below = _BELOW.fullmatch(cell.source, len(code)) if cell.source.startswith(code) else None
    if below is None:
        return None
    outputs: list[Output] = []
    if text := below["text"]:
        is_stream = settled_text(text) == text
        outputs.append(StreamOutput("stdout", text) if is_stream else DisplayData({"text/plain": text}))
    outputs += [DisplayData(dict(bundle)) for bundle in cell.attachments.values()]
    return _ran(cell, cell_id, source, tuple(outputs), status)
