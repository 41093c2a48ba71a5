"""Lines that print the values of columns, as sentences and tables of an answer need them."""

from __future__ import annotations

from lci.analyst.compiling.frame import Frame
from lci.analyst.plan import Field
from lci.analyst.writing import literal

#: Groups whose numbers are printed one by one.
LISTED = 40


def printed(place: Field, frame: Frame, table: str = "result", most: int = LISTED) -> str:
    """The line that prints the first values of one column of a table; those that are not read as numbers as words."""
    name, kind = frame.name(place), frame.kind(place) if frame.is_read(place) else "text"
    values = f"{table}[{literal(name)}].head({most})"
    heading = literal(f"{'numbers' if kind == 'number' else 'words'} {name!r} =")
    match kind:
        case "number":
            return f"print({heading}, [str(value) for value in {values}])"
        case "year":
            return f'print({heading}, [f"{{value:.15g}}" for value in {values}])'
        case "date":
            return f'print({heading}, [str(value).removesuffix(" 00:00:00") for value in {values}])'
        case _:
            return f"print({heading}, [str(value)[:60] for value in {values}])"
