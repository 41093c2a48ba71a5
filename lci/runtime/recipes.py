"""A finished notebook run on other files of the same shape, without a model: compared first, then run, then told."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lci.core.files import Preview
from lci.errors import FileMissing, LciError, NotebookNotWritable, RecipeInputUnknown
from lci.kernels.limits import ResourceLimits
from lci.kernels.stock import StockIsolation
from lci.notebook.changes import OutputChange, output_changes
from lci.notebook.files import replaced, written
from lci.notebook.recipe import ran_again
from lci.notebook.recipe_words import RecipeWords, recipe_words
from lci.notebook.verify import Executed, Opened, digests, executed, opened
from lci.runtime.forms import content_of
from lci.runtime.verifying import Progress, copied, in_a_kernel, place_apart, refusals_named
from lci.runtime.worker import answered_once
from lci.workspace.jobs import PreviewJob
from lci.workspace.missing_days import LARGEST, MissingDaysJob
from lci.workspace.shapes import Difference, differences

_ROWS = 5
_BLOCK_BYTES = 1 << 20
#: Gaps of a column that are named.
_NAMED = 5
#: Differences that are said with words of their own.
_IN_TERMS = ("unit", "ambiguous", "ambiguous_before")
NOTEBOOK, REPORT = "notebook.ipynb", "report.html"


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A difference of the file `new` from the one that the notebook names `old`."""

    old: str
    new: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class RecipeRun:
    """What came of it: nothing was run where one of the `differences` stops, and then there is no `folder`.

    `failed` is the number of the code cell at which it ended before its time, with its error.
    """

    differences: tuple[FileDifference, ...]
    folder: Path | None = None
    failed: tuple[int, str] | None = None
    changes: tuple[OutputChange, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether nothing was run."""
        return any(each.difference.stops for each in self.differences)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The notebook in `path`, beside its files; `inputs` are other files by the names of those they replace."""

    path: Path
    inputs: Mapping[str, Path]

    def run(
        self, target: Path, isolation: StockIsolation, limits: ResourceLimits, language: str, progress: Progress
    ) -> RecipeRun:
        """Compare, run and write notebook and report into `target`, or `target-2`, … where that is taken. Blocks.

        The report is for a reader of `language`. Raises as `opened`, `FileMissing`, `RecipeInputUnknown` for a name
        that the notebook does not use, `NotebookNotWritable`, and as `copied` and `in_a_kernel`.
        """
        with place_apart("lci-recipe-") as place:
            return self.run_in(place, target, isolation, limits, language, progress)

    def run_in(
        self,
        place: Path,
        target: Path,
        isolation: StockIsolation,
        limits: ResourceLimits,
        language: str,
        progress: Progress,
    ) -> RecipeRun:
        """The same in `place`, which is the caller's and has neither `work` nor `k` in it."""
        document, data = opened(self.path), self.path.absolute().parent
        self._check(document, data)
        differing = tuple(self._differences(document, data))
        if any(each.difference.stops for each in differing):
            return RecipeRun(differing)
        work = place / "work"
        copied(data, work)
        for new in self.inputs.values():
            # Beside the notebook it would be there twice for code that takes whatever is there.
            beside = new.absolute()
            if beside.is_relative_to(data) and beside.relative_to(data).as_posix() not in self.inputs:
                (work / beside.relative_to(data)).unlink(missing_ok=True)
        for name, new in self.inputs.items():
            with refusals_named(new.name, "table"):
                shutil.copyfile(new, work / name)
        used = digests(document, work)
        ran = in_a_kernel(
            place, isolation, limits,
            lambda folder, kernel: executed(document, folder, progress=progress, kernel=kernel, stops=True),
        )  # fmt: skip
        changes = output_changes(document, ran.document) if ran.end is None else ()
        words = recipe_words(language)
        taken = {name: (new.name, used.get(name, "")) for name, new in self.inputs.items()}
        failed = _failed(document, ran)
        notes = [difference_told(each, words) for each in differing]
        notebook = ran_again(ran, taken, notes, failed, changes, words)
        folder = _taken(target)
        written(notebook, folder / NOTEBOOK)
        report = content_of("report", notebook, name=REPORT, language=language, read=lambda _: None)
        with replaced(folder / REPORT) as file:
            file.write(report)
        return RecipeRun(differing, folder, failed, changes)

    def _check(self, document: Opened, data: Path) -> None:
        used = digests(document, data)
        for name, new in self.inputs.items():
            if not (data / name).is_file():
                raise FileMissing(name=name)
            if name not in used or _is_elsewhere(name, _code(document)):
                raise RecipeInputUnknown(name, ", ".join(sorted(used)))
            if not new.is_file():
                raise FileMissing(name=str(new))

    def _differences(self, document: Opened, data: Path) -> Iterator[FileDifference]:
        code = _code(document)
        for name, new in self.inputs.items():
            # As it will be called: what a file is also follows from its ending.
            before, after = (_preview(path, name) for path in (data / name, new))
            differing = differences(before, after, code, is_ascii=_is_ascii(new))
            if after.tables and not any(each.stops for each in differing):
                differing += tuple(_gaps(new, name))
            for each in differing:
                yield FileDifference(name, new.name, each)


def difference_told(each: FileDifference, words: RecipeWords) -> str:
    """A difference in a sentence."""
    one = each.difference
    usual = words.arguments["none"]
    was, now = (words.terms.get(each, each) if one.kind in _IN_TERMS else each for each in (one.was, one.now))
    sentence = words.differences[one.kind].format(
        file=each.new, old=each.old, column=one.column, argument=words.arguments.get(one.column, one.column),
        was=was or usual, now=now or usual,
    )  # fmt: skip
    return words.in_table.format(sentence=sentence, table=one.table) if one.table else sentence


def _code(document: Opened) -> str:
    return "\n".join(cell.source for cell in document.cells if cell.cell_type == "code")


def _is_elsewhere(name: str, code: str) -> bool:
    """Whether the code names such a file by a path of the machine: it would read that one again."""
    return re.search(rf"""["'](?:/|~|[A-Za-z]:[\\/])[^"'\n]*[\\/]{re.escape(name)}["']""", code) is not None


def _preview(path: Path, name: str) -> Preview:
    preview: Preview = answered_once(PreviewJob(name, _ROWS), path)
    return replace(preview, name=name)


def _gaps(path: Path, name: str) -> Iterator[Difference]:
    """The days that a daily series lacks, by its columns; none where the file is too large or cannot be read so."""
    if path.stat().st_size > LARGEST:
        return
    try:
        missing = answered_once(MissingDaysJob(name), path)
    except LciError:
        # What can be said of the file was said: this would only be a note.
        return
    for column in dict.fromkeys(each.column for each in missing):
        spans = [f"{each.first} – {each.last}" if each.first != each.last else each.first
                 for each in missing if each.column == column]  # fmt: skip
        yield Difference("gap", column, now=", ".join(spans[:_NAMED]) + (", …" if len(spans) > _NAMED else ""))


def _is_ascii(path: Path) -> bool:
    with path.open("rb") as file:
        return all(block.isascii() for block in iter(lambda: file.read(_BLOCK_BYTES), b""))


def _failed(document: Opened, ran: Executed) -> tuple[int, str] | None:
    if ran.end is None:
        return None
    place, _, detail = ran.end
    number = sum(1 for cell in document.cells[: place + 1] if cell.cell_type == "code")
    return number, ran.error or detail


def _taken(target: Path) -> Path:
    """A new folder: `target`, or the first of `target-2`, `target-3`, … that is not there."""
    numbered = (target.with_name(f"{target.name}-{number}") for number in itertools.count(2))
    for folder in itertools.chain([target], numbered):
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise NotebookNotWritable(str(target), error.strerror or str(error)) from error
        return folder
    raise AssertionError
