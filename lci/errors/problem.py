"""Errors as types: the class is the code, the fields are the facts; and the same as a value that can be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar, TypeAlias, dataclass_transform

Fact: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as a value that can be stored: its code and the facts a sentence about it needs."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass_transform(eq_default=False)
class LciError(Exception):
    """Base of every error this package raises on purpose; `str()` gives code and facts, never a key.

    Each is a dataclass, without saying so.
    """

    code: ClassVar[str] = "error"
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __init_subclass__(cls) -> None:
        dataclass(eq=False)(cls)
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def problem(self) -> Problem:
        """This error as a frozen value."""
        return Problem(self.code, self._facts())

    def _facts(self) -> dict[str, Fact]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self._facts().items())
        return f"{self.code}({facts})"

    # Errors cross process borders (file previews): rebuild from the facts, keyword by keyword.
    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (type(self), self._facts()))


def _rebuilt(kind: type[LciError], facts: dict[str, Fact]) -> LciError:
    return kind(**facts)
