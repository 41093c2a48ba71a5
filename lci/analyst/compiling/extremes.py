"""The rows in which the greatest or the least value stands: what it is of can be seen at once."""

from __future__ import annotations

from lci.analyst.compiling.frame import Frame
from lci.analyst.compiling.printed_values import printed
from lci.analyst.plan import Field, Summary
from lci.analyst.writing import literal

#: Rows and columns of them that an answer shows.
ROWS_SHOWN, _COLUMNS = 3, 8
#: What the variable of the rows is called.
VARIABLES = {"max": "highest", "min": "lowest"}


def rows_of_extreme(plan: Summary, frame: Frame) -> list[str]:
    """The lines that select and show the rows; none where something else, or more than one thing, is measured."""
    measure = plan.measures[0]
    place = measure.field
    if len(plan.measures) > 1 or measure.how not in VARIABLES or place is None or place.part is not None:
        return []
    name, column = VARIABLES[measure.how], f"{frame.kept}[{literal(frame.name(place))}]"
    shown = [each.name for each in frame.source.columns if each.kind != "text" or each.name == place.column]
    return [
        f"{name} = {frame.kept}[{column} == {column}.{measure.how}()]",
        f'print("rows of it =", len({name}))',
        *(printed(Field(each), frame, name, ROWS_SHOWN) for each in shown[:_COLUMNS]),
        "",
        name,
    ]
