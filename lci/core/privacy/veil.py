"""What of a conversation a model may see: everything, names and types only, or everything but some columns (B51).

A veil that is not open lets through only what cannot hold a value: whole outputs are withheld where they could, and
what is let through under a mask is searched for the masked values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lci.core.code.tracing import is_python, mentions, traced, traces
from lci.core.conversation import Conversation
from lci.core.files import Column, NumberedRow, Preview, Table, Value, WorkspaceFile
from lci.core.inspection import FailureFacts, NamedObject, Variable
from lci.core.privacy.masking import MASK, MaskedValues, without_ends, without_numbers
from lci.core.turns import Cell, Sent, Sharing, Step, Summary, Turn


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden: with `schema` every value, else the values of `columns`.

    `values` are those columns' own; None while they are not known, and then nothing that could hold one is shown.
    """

    sharing: Sharing = "full"
    columns: tuple[str, ...] = ()
    values: MaskedValues | None = MaskedValues()

    @property
    def is_open(self) -> bool:
        """Whether nothing is hidden."""
        return self.sharing == "full" and not self.columns

    @property
    def hides_all_values(self) -> bool:
        """Whether no output may be shown."""
        return self.sharing == "schema" or (bool(self.columns) and self.values is None)

    def text(self, text: str) -> str:
        """`text` without masked values. Only where not all values are hidden."""
        return self.values.without(text) if self.columns and self.values is not None else text

    def outputs(self, texts: Sequence[str]) -> list[str]:
        """The texts that one cell put out, without masked values. Only where not all values are hidden.

        Where a masked column is named they are without any number: it may be a sum or a mean of that column.
        """
        named = any(mentions(text, self.columns) for text in texts)
        return [without_numbers(veiled) if named else veiled for veiled in map(self.text, texts)]

    def allows(self, other: Sent | Summary) -> bool:
        """Whether what came of `other` was made of nothing that is hidden now."""
        if other.sharing == "schema":
            return True
        return self.sharing == "full" and set(self.columns) <= set(other.masked)


OPEN = Veil()


def sent_for(turn: Turn, step: Step) -> Sent:
    """The request that `step` answers; one that hides nothing where the log knows of none."""
    at = step.round - 1
    return turn.requests[at] if 0 <= at < len(turn.requests) else _UNKNOWN


_UNKNOWN = Sent("", None, 0)


def veiled_file(file: WorkspaceFile, veil: Veil) -> WorkspaceFile:
    """`file` with what the veil leaves of its preview: names, types and shapes always."""
    if veil.is_open or file.preview is None:
        return file
    return replace(file, preview=veiled_preview(file.preview, veil))


def veiled_preview(preview: Preview, veil: Veil) -> Preview:
    """The same for a preview alone; images, texts and rows are values."""
    if veil.is_open:
        return preview
    tables = tuple(_veiled_table(table, veil) for table in preview.tables)
    image = replace(preview.image, blob=None) if preview.image is not None else None
    text = None if veil.hides_all_values or preview.text is None else veil.text(preview.text)
    return replace(preview, tables=tables, image=image, text=text)


def _veiled_table(table: Table, veil: Veil) -> Table:
    columns = tuple(_veiled_column(column, veil) for column in table.columns)
    if veil.hides_all_values:
        return replace(table, columns=columns, head=(), tail=(), between=())
    hidden = {at for at, column in enumerate(table.columns) if column.name in veil.columns}

    def row(values: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(MASK if at in hidden else _veiled(value, veil) for at, value in enumerate(values))

    return replace(
        table,
        columns=columns,
        head=tuple(map(row, table.head)),
        tail=tuple(map(row, table.tail)),
        between=tuple(NumberedRow(each.number, row(each.cells)) for each in table.between),
    )


def _veiled_column(column: Column, veil: Veil) -> Column:
    """Name, type and missing values; of the values what is no masked one."""
    if veil.hides_all_values or column.name in veil.columns:
        return Column(column.name, column.dtype, column.nulls)
    values = tuple(_veiled(value, veil) for value in column.values)
    return replace(column, values=values, low=_veiled(column.low, veil), high=_veiled(column.high, veil))


def _veiled(value: Value, veil: Veil) -> Value:
    text = veil.text(str(value))
    return value if value is None or text == str(value) else text


# --- cells ------------------------------------------------------------------------------------------------------------


def withheld_cells(turns: Iterable[Turn], veil: Veil, brought: Iterable[str] = ()) -> frozenset[str]:
    """The calls whose outputs are withheld: all, or those whose code uses a masked column or what came of one.

    `turns` are all that one kernel ran, also those of other branches; `brought` are files that were not made by code.
    """
    if veil.is_open:
        return frozenset()
    cells = [cell for turn in turns for cell in turn.cells]
    if veil.hides_all_values:
        return frozenset(cell.id for cell in cells)
    return traced(cells, veil.columns, frozenset(brought))[0]


def derived_names(turns: Iterable[Turn], veil: Veil, brought: Iterable[str] = ()) -> frozenset[str]:
    """The names in memory that hold something of a masked column."""
    if veil.is_open or veil.hides_all_values:
        return frozenset()
    return traced([cell for turn in turns for cell in turn.cells], veil.columns, frozenset(brought))[1]


# --- memory -----------------------------------------------------------------------------------------------------------


def brought_files(conversation: Conversation) -> frozenset[str]:
    """The files that the person brought, also those that are gone."""
    attached = {name for turn in conversation.turns for name in turn.attachments}
    return frozenset(attached | {name for name, file in conversation.files.items() if file.origin != "code"})


def known_names(conversation: Conversation, veil: Veil, turn_id: str | None = None) -> frozenset[str]:
    """Names that hold no value: of the columns and files that were brought, and what code says that saw none."""
    brought = [file for file in conversation.files.values() if file.origin != "code"]
    names = {file.name for file in brought}
    for file in brought:
        if file.preview is not None:
            names |= {column.name for table in file.preview.tables for column in table.columns}
    for turn in conversation.branch(turn_id):
        for cell in turn.cells:
            if veil.allows(sent_for(turn, cell)):
                names |= _texts_of(cell)
    return frozenset(names)


def _texts_of(cell: Cell) -> frozenset[str]:
    return traces(cell.source).texts if is_python(cell.source) else frozenset()


#: Types told by name; code can name its own after a value.
_TYPES = frozenset(
    {
        "int", "float", "complex", "bool", "str", "bytes", "list", "tuple", "dict", "set", "frozenset", "NoneType",
        "DataFrame", "Series", "Index", "MultiIndex", "RangeIndex", "DatetimeIndex", "CategoricalIndex", "Timestamp",
        "Timedelta", "ndarray", "Table", "LazyFrame", "DuckDBPyRelation", "Figure", "Axes", "date", "datetime",
        "DataFrameGroupBy", "SeriesGroupBy", "function",
    }
)  # fmt: skip


#: Characters from which on a variable's value may have been cut off.
_CUT_VALUE = 190


def veiled_variables(
    variables: Iterable[Variable], veil: Veil, known: frozenset[str], derived: frozenset[str]
) -> list[Variable]:
    """What may be told of the variables in memory: names and columns that are `known`, types, shapes, few values.

    Values of `derived` names, which hold something of a masked column, stay behind.
    """
    if veil.is_open:
        return list(variables)
    return [_veiled_variable(each, veil, known, derived) for each in variables if each.name in known]


def _veiled_variable(variable: Variable, veil: Veil, known: frozenset[str], derived: frozenset[str]) -> Variable:
    kind, columns, value = variable.type, variable.columns, ""
    if variable.value and not veil.hides_all_values and variable.name not in derived:
        (value,) = veil.outputs([without_ends(variable.value, end=len(variable.value) >= _CUT_VALUE)])
    return Variable(
        variable.name,
        kind if kind in known or kind in _TYPES else "object",
        shape=None if kind in ("str", "bytes") else variable.shape,
        columns=None if columns is None else tuple(name if name in known else MASK for name in columns),
        value=value,
    )


def veiled_facts(facts: FailureFacts, known: frozenset[str]) -> FailureFacts:
    """Facts of a failure as far as they are names that are `known`."""

    def kept(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in known)

    # An object's kind may tell a length, its sample is a value, a folder may be named after one.
    objects = tuple(NamedObject(each.name, "", kept(each.columns)) for each in facts.objects if each.name in known)
    return FailureFacts(objects, kept(facts.close), kept(facts.installed), kept(facts.files))
