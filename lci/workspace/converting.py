"""Calls for tables of pages and of XML, told what columns hold: in arguments as far as there are any, else behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from lci.core.files import ColumnKind
from lci.core.remarks import Remark
from lci.workspace.amending import Kinds
from lci.workspace.calls import Argument, Call, written
from lci.workspace.dates import date_form
from lci.workspace.inference import MISSING
from lci.workspace.request import listed, literal, warning

if TYPE_CHECKING:
    import pandas as pd

#: What a column is called: a text, or a number where a table has no names.
Label: TypeAlias = Any  # Any: whatever a reader makes of it
_NUMBERS: Mapping[ColumnKind, str] = {"integer": "Int64", "number": "float64"}


@dataclass(frozen=True, slots=True)
class Held:
    """What columns hold, by their labels: the texts that stand there, numbers of a type, dates of a form."""

    texts: tuple[Label, ...] = ()
    numbers: Mapping[Label, str] = field(default_factory=dict)
    dates: Mapping[Label, str | None] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[Label, ...]:
        """All of them."""
        return (*self.texts, *self.numbers, *self.dates)


def xml_call(name: str, held: Held, **arguments: Argument) -> str:
    """The expression that reads the records of an XML file."""
    types = dict.fromkeys((*held.texts, *held.dates), "str") | dict(held.numbers)
    return Call("read_xml", arguments).with_(dtype=types or None).source(literal(name)) + _dated(held.dates)


def html_call(name: str, held: Held, **arguments: Argument) -> str:
    """The expression that reads the first table of a page."""
    texts: dict[Label, Argument] = dict.fromkeys(held.labels, str)
    source = Call("read_html", arguments).with_(converters=texts or None).source(literal(name))
    types = f".astype({written(held.numbers)})" if held.numbers else ""
    return f"{source}[0]{types}{_dated(held.dates)}"


def _dated(dates: Mapping[Label, str | None]) -> str:
    """The end of an expression that makes dates of columns of texts."""
    conversions = []
    for label, pattern in dates.items():
        form = "" if pattern is None else f", format={literal(pattern)}"
        conversions.append(f"{written(label)}: lambda frame: pd.to_datetime(frame[{written(label)}]{form})")
    return f".assign(**{{{', '.join(conversions)}}})" if conversions else ""


@dataclass(frozen=True, slots=True)
class Converted:
    """An expression, what it returns, and what the person says of columns that it cannot do.

    `codes` are read as texts for their digits, `as_texts` are these and whatever else is read as it is written.
    """

    reader: str
    frame: pd.DataFrame
    codes: tuple[Label, ...] = ()
    as_texts: tuple[Label, ...] = ()
    warnings: tuple[Remark, ...] = ()


def converted(
    read: Callable[[str], pd.DataFrame | None],
    expression: Callable[[Held], str],
    plain: Converted,
    codes: tuple[Label, ...],
    kinds: Kinds,
) -> Converted:
    """The expression that keeps `codes` as texts and reads columns as the person says, one after the other.

    `read` evaluates one and returns None where it raises. `plain` is the expression that is told nothing.
    """
    given = {label: kind for label in plain.frame.columns for column, kind in kinds if str(label) == column}
    held, best = Held(tuple(label for label in codes if label not in given)), plain
    if held.texts:
        best, held = _tried(read, expression, best, held, Held())
    kept = held.texts
    refused = []
    for label, kind in given.items():
        asked = _with_kind(read, expression, held, label, kind)
        before = held
        if asked is not None:
            best, held = _tried(read, expression, best, asked, held)
        if held == before:
            refused.append(str(label))
    odd = (warning("kinds_refused", names=listed(refused)),) if refused else ()
    return replace(best, codes=kept, as_texts=held.labels, warnings=odd)


def _tried(
    read: Callable[[str], pd.DataFrame | None],
    expression: Callable[[Held], str],
    best: Converted,
    asked: Held,
    held: Held,
) -> tuple[Converted, Held]:
    """What the expression returns that is told more, and what it is told; what there is where it cannot be read so."""
    reader = expression(asked)
    frame = read(reader)
    return (best, held) if frame is None else (Converted(reader, frame), asked)


def _with_kind(
    read: Callable[[str], pd.DataFrame | None],
    expression: Callable[[Held], str],
    held: Held,
    label: Label,
    kind: ColumnKind,
) -> Held | None:
    """What is held of the columns, with one more; None where it holds no such dates."""
    if kind == "text":
        return replace(held, texts=(*held.texts, label))
    if (number := _NUMBERS.get(kind)) is not None:
        return replace(held, numbers={**held.numbers, label: number})
    frame = read(expression(replace(held, texts=(*held.texts, label))))
    # A name that is no text is none of an argument.
    if frame is None or not isinstance(label, str):
        return None
    texts = frame[label].dropna()
    form = date_form(texts[~texts.isin(list(MISSING))], kind)
    return None if form is None else replace(held, dates={**held.dates, label: form.pattern})
