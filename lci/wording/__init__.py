"""Every sentence a person reads: errors, notices and warnings become text here only; one module a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lci.errors import Problem
from lci.wording import english
from lci.wording.words import Words


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, in one sentence, and what to do, in another."""

    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.what} {self.todo}".strip()


class _Facts(dict[str, str]):
    """Facts for a sentence; one that is missing reads as a blank, never as an error."""

    def __missing__(self, key: str) -> str:
        return ""


def words(language: str = "en") -> Words:  # noqa: ARG001 - English is the one language there is so far
    """The labels of the interface."""
    return english.WORDS


def explained(problem: Problem) -> Explanation:
    """The sentences for a problem; one that nobody wrote a sentence for names its code."""
    known = english.PROBLEMS.get(problem.code, english.UNKNOWN_PROBLEM)
    what, todo = english.PROBLEMS.get(f"{problem.code}.{problem.facts.get('cause')}", known)
    facts = _shown(problem.facts) | {"code": problem.code}
    wait = problem.facts.get("retry_after_seconds")
    if isinstance(wait, int | float):
        facts["wait"] = duration(wait)
    return Explanation(" ".join(what.format_map(_Facts(facts)).split()), todo.format_map(_Facts(facts)))


def warning(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for something odd about a file."""
    return english.WARNINGS.get(code, code.replace("_", " ")).format_map(_Facts(_shown(facts)))


def notice(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for something that happened in a turn."""
    return english.WORDS.notices.get(code, code).format_map(_Facts(_shown(facts)))


def _shown(facts: Mapping[str, object]) -> dict[str, str]:
    return {
        name: _number(value) if isinstance(value, int | float) else str(value or "") for name, value in facts.items()
    }


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}"


def size(number: float) -> str:
    """Bytes for people: `19 kB`, `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} {unit}" if unit in ("B", "kB") or number >= 100 else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError


def duration(seconds: float) -> str:
    """Seconds for people: `30 ms`, `0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3_600:
        return f"{int(seconds) // 60} min {int(seconds) % 60} s"
    return f"{int(seconds) // 3_600} h {int(seconds) // 60 % 60} min"


def plural(number: int, one: str, many: str) -> str:
    """`1 figure`, `2 figures`."""
    return f"{number:,} {one if number == 1 else many}"
