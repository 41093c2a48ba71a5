"""What a worker can be asked of one open file, as values; how an answer is written there and read again here.

The worker has read what nobody vouches for: its answers are text that is parsed, never objects that are unpickled.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

from pydantic import TypeAdapter, ValidationError

from lci.core.files import AS_FOUND, Preview, Reading
from lci.core.privacy.masking import MaskedValues
from lci.errors import FileUnreadable

T_co = TypeVar("T_co", covariant=True)


class Job(Protocol[T_co]):
    """One question about a file, or several; frozen, its fields are JSON. `name` is what the person calls the first."""

    @property
    def name(self) -> str: ...

    def performed(self, path: Path, /) -> bytes | Path:
        """The answer for the file at `path`, or a new file that holds it; in the worker. Raises `LciError`.

        A job over several files takes as many paths, in their order.
        """

    def read(self, answer: bytes) -> T_co:
        """What an answer says. Raises `FileUnreadable` for one that says nothing of the kind."""


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """As `lci.workspace.preview.preview`."""

    name: str
    rows: int = 1000
    reading: Reading = AS_FOUND

    def performed(self, path: Path) -> bytes:
        from lci.workspace.preview import preview

        return written(preview(path, self.name, self.rows, self.reading))

    def read(self, answer: bytes) -> Preview:
        preview: Preview = parsed(Preview, answer, self.name)
        image = preview.image
        # An address of a blob is ours to give: this one could be another conversation's.
        bare = dataclasses.replace(image, blob=None) if image is not None else None
        return dataclasses.replace(preview, name=self.name, image=bare)


@dataclass(frozen=True, slots=True)
class ColumnValuesJob:
    """As `lci.workspace.columns.column_values`."""

    name: str
    columns: tuple[str, ...]
    reading: Reading = AS_FOUND

    def performed(self, path: Path) -> bytes:
        from lci.workspace.columns import column_values

        values = column_values(path, self.name, self.columns, self.reading)
        texts = {column: (sorted(each.words), each.numbers) for column, each in (values or {}).items()}
        return json.dumps(None if values is None else texts).encode()

    def read(self, answer: bytes) -> dict[str, MaskedValues] | None:
        values = parsed(_ColumnTexts, answer, self.name)
        if values is None:
            return None
        return {column: MaskedValues(frozenset(words), tuple(numbers)) for column, (words, numbers) in values.items()}


@dataclass(frozen=True, slots=True)
class ShrinkJob:
    """As `lci.workspace.pictures.shrunk`; an empty answer for what cannot be decoded."""

    name: str
    mime: str
    side: int = 1024

    def performed(self, path: Path) -> bytes:
        from lci.workspace.pictures import shrunk_or_nothing

        return shrunk_or_nothing(path, self.side, self.mime)

    def read(self, answer: bytes) -> bytes:
        return answer


_ColumnTexts: TypeAlias = dict[str, tuple[list[str], list[float]]] | None
_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (PreviewJob, ColumnValuesJob, ShrinkJob)}


@runtime_checkable
class StayingJob(Protocol):
    """One for which a worker keeps open what it has opened: the next of its kind for the same files is quick."""

    @property
    def same_opening(self) -> str:
        """The same for jobs that can share what is opened."""

    def opened(self, *paths: Path) -> AbstractContextManager[Any]:
        """What `answered` needs. Raises `LciError`, which `performed` says as an answer."""

    def answered(self, opened: Any) -> object:
        """The value that is sent; after a `Problem` nothing is kept."""


#: Those of modules that are loaded where they are used.
_ELSEWHERE = {
    "TableJob": "lci.workspace.tables",
    "QueryJob": "lci.workspace.queries",
    "ResultJob": "lci.workspace.queries",
    "ColumnFactsJob": "lci.workspace.column_facts",
    "NamedValuesJob": "lci.workspace.named_values",
    "StatisticsJob": "lci.workspace.statistics",
    "AssociationsJob": "lci.workspace.associations",
    "QualityJob": "lci.workspace.quality",
    "MissingDaysJob": "lci.workspace.missing_days",
    "DrawingJob": "lci.workspace.drawing",
}


def asked(job: Job[object]) -> bytes:
    """`job` on its way to a worker."""
    return json.dumps([type(job).__name__, dataclasses.asdict(job)]).encode()  # type: ignore[call-overload]


def understood(question: bytes) -> Job[object]:
    """The job that came; in the worker, which believes the app."""
    kind, facts = json.loads(question)
    known = _KINDS.get(kind) or getattr(importlib.import_module(_ELSEWHERE[kind]), kind)
    job: Job[object] = _adapter(known).validate_python(facts)
    return job


def written(value: Any) -> bytes:  # Any: a dataclass
    """A value on its way back."""
    # Half a pair of surrogates, which some files hold, is no text that JSON readers take.
    return json.dumps(value, ensure_ascii=False, default=_as_json).encode("utf-8", "replace")


def _as_json(value: object) -> object:
    """One level of a value that JSON has no word for: `asdict` would copy millions of cells first."""
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return dict(value) if isinstance(value, Mapping) else str(value)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def parsed(kind: Any, answer: bytes, name: str) -> Any:
    """What an answer says, as a value of that kind. Raises `FileUnreadable`."""
    try:
        return _adapter(kind).validate_json(answer)
    except (ValidationError, RecursionError) as error:
        raise FileUnreadable(name, "file", "crashed") from error
