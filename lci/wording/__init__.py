"""Every sentence a person reads: errors, notices and warnings become text here only; one package a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lci.errors import Problem
from lci.wording.english import ENGLISH
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


#: The languages there are: one more is a package like `english` and a line here.
CATALOGUES: dict[str, Words] = {"en": ENGLISH}


def _english() -> str:
    return "en"


_language: Callable[[], str] = _english


def read_by(language: Callable[[], str]) -> None:
    """Ask `language` for the reader's at each use from here on: it may be another on each page that is drawn."""
    global _language
    _language = language


def words() -> Words:
    """The labels in the language of whoever reads now; English where there are none in it."""
    return CATALOGUES.get(_language(), ENGLISH)


def explained(problem: Problem) -> Explanation:
    """The sentences for a problem; one that nobody wrote a sentence for names its code."""
    problems = words().problems
    known = problems.get(problem.code, words().unknown_problem)
    what, todo = problems.get(f"{problem.code}.{problem.facts.get('cause')}", known)
    facts = _shown(problem.facts) | {"code": problem.code}
    wait = problem.facts.get("retry_after_seconds")
    if isinstance(wait, int | float):
        facts["wait"] = duration(wait)
    return Explanation(" ".join(what.format_map(_Facts(facts)).split()), todo.format_map(_Facts(facts)))


def warning(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for something odd about a file."""
    return words().warnings.get(code, code.replace("_", " ")).format_map(_Facts(_shown(facts)))


def notice(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for something that happened in a turn."""
    return words().turns.notices.get(code, code).format_map(_Facts(_shown(facts)))


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
