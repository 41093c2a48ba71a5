"""Questions with their right plans and numbers, written by someone who never saw how questions are understood.

How the records look and how an answer is judged: README.md.
"""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lci.analyst import plan as plans

HERE = Path(__file__).parent
DATA = HERE / "data"
PLANS = ("Summary", "Rows", "Picture", "Relation", "Description", "GroupTest", "Odds", "Clusters", "Groups")


def records(part: Literal["open", "apart"]) -> list[dict[str, Any]]:
    """The questions of one part; `apart` is read by nobody who builds what is judged by it."""
    return json.loads((HERE / f"{part}.json").read_text(encoding="utf-8"))


def plan_of(stated: dict[str, Any]) -> Any:
    """The plan that a record states, as a value of the project; ValueError where it is none."""
    if stated.get("kind") not in PLANS:
        raise ValueError(f"no kind of plan: {stated.get('kind')}")
    return _value(getattr(plans, stated["kind"]), {name: part for name, part in stated.items() if name != "kind"})


def _value(hint: Any, stated: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        fits = stated in inner
    elif origin in {Union, types.UnionType}:
        return _first_that_fits(inner, stated)
    elif origin is tuple:
        if not isinstance(stated, list):
            raise ValueError(f"not a list: {stated!r}")
        return tuple(_value(inner[0], part) for part in stated)
    elif is_dataclass(hint):
        return _dataclass(hint, stated)
    elif hint is float:
        fits = isinstance(stated, int | float) and not isinstance(stated, bool)
    else:
        fits = type(stated) is hint or (hint is type(None) and stated is None)
    if not fits:
        raise ValueError(f"{stated!r} is no {hint}")
    return stated


def _first_that_fits(hints: tuple[Any, ...], stated: Any) -> Any:
    for hint in hints:
        try:
            return _value(hint, stated)
        except ValueError:
            continue
    raise ValueError(f"{stated!r} is none of {hints}")


def _dataclass(kind: Any, stated: Any) -> Any:
    if not isinstance(stated, dict):
        raise ValueError(f"{stated!r} is no {kind.__name__}")
    hints = get_type_hints(kind)
    unknown = stated.keys() - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: _value(hints[name], part) for name, part in stated.items()})
    except TypeError as fault:  # a field that must be there is not
        raise ValueError(str(fault)) from fault
