"""Of what the odds are asked, and which fields they may go with."""

from __future__ import annotations

from lci.analyst.assembling.parts import Parts
from lci.analyst.assembling.sense import NoPlan, kind_of
from lci.analyst.data_words import DataWords
from lci.analyst.plan import Condition, Field, Odds

#: Different values up to which texts may be categories.
_VALUES = 12


def odds(fields: list[Field], parts: Parts, data: DataWords, *, says_which: bool) -> Odds:
    """The odds of the first field where it is said which is explained, else of the one that says yes or no.

    Raises `NoPlan` where that is not clear, and for fields that are neither numbers nor a few categories.
    """
    flags = [each for each in fields if each.column in data.flags]
    if says_which:
        y = fields[0]
    elif len(flags) == 1:
        (y,) = flags
    else:
        raise NoPlan
    x = tuple(each for each in fields if each != y)
    if y.column not in data.flags or not x or any(not _is_taken(each, data) for each in x):
        raise NoPlan
    of = Condition(Field(y.column), "equal", (data.flags[y.column],))
    return Odds(data.table.file, of, x, parts.conditions_used())


def _is_taken(place: Field, data: DataWords) -> bool:
    kind = kind_of(place, data)
    if place.column in data.flags or kind in ("number", "year"):
        return True
    return kind in ("category", "text") and (data.different(place) or _VALUES + 1) <= _VALUES
