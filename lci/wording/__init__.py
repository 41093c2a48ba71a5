"""Every sentence a person reads: errors, notices and warnings become text here only; one package a language."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from babel import Locale
from babel.numbers import format_decimal

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


class _Text(str):
    """A fact in words; of the forms that a gap has for a count, the last goes with it."""

    def __format__(self, forms: str) -> str:
        return f"{self!s} {forms.rpartition('|')[2]}" if self and forms else str(self)


class _Count(_Text):
    """A number in words; in a gap with forms, `{rows:row is|rows are}`, before the one that fits, or at its #."""

    _count: float

    def __new__(cls, count: float) -> _Count:
        text = super().__new__(cls, number(count))
        text._count = count
        return text

    def __format__(self, forms: str) -> str:
        if not forms:
            return str(self)
        phrase = plural(self._count, *forms.split("|"))
        return phrase.removeprefix(f"{self} ").replace("#", str(self)) if "#" in forms else phrase


class _Facts(dict[str, str]):
    """Facts for a sentence; one that is missing reads as a blank, never as an error."""

    def __missing__(self, key: str) -> str:
        return _Text()


#: The languages there are: one more is a package like `english` and a line here.
CATALOGUES: dict[str, Words] = {"en": ENGLISH}


#: CLDR's categories of number, in its order; each language has some of them.
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


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
    """The sentences for a problem; one that nobody wrote a sentence for names its code.

    Some causes, and reasons that are words of ours, have sentences of their own.
    """
    problems = words().problems
    known = problems.get(problem.code, words().unknown_problem)
    cause = problem.facts.get("cause") or problem.facts.get("reason")
    what, todo = problems.get(f"{problem.code}.{cause}", known)
    facts = _shown(problem.facts) | {"code": problem.code}
    wait = problem.facts.get("retry_after_seconds")
    if isinstance(wait, int | float):
        facts["wait"] = duration(wait)
    return Explanation(" ".join(what.format_map(_Facts(facts)).split()), todo.format_map(_Facts(facts)))


def warning(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for something odd about a file, or about sheets of one that the facts name."""
    shown = _shown(facts)
    sentence = words().warnings.get(code, code.replace("_", " ")).format_map(_Facts(shown))
    if "sheets" not in facts:
        return sentence
    return words().warning_of_sheets.format(sheets=shown["sheets"], sentence=sentence)


def notice(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for something that happened in a turn; how a cell ended and codes of problems are in words.

    Where a count is none there may be a sentence that does not speak of it: of `code.no_name`.
    """
    shown, error = _shown(facts), str(facts.get("error", ""))
    if error in words().turns.cell_status:
        shown["error"] = words().turns.cell_status[error]
    elif error in words().problems:
        shown["error"] = words().problems[error][0].format_map(_Facts())
    sentences = words().turns.notices
    without = (f"{code}.no_{name}" for name, value in facts.items() if value == 0)
    fitting = next((each for each in without if each in sentences), code)
    return sentences.get(fitting, code).format_map(_Facts(shown))


def _shown(facts: Mapping[str, object]) -> dict[str, str]:
    return {name: _fact(value) for name, value in facts.items()}


def _fact(value: object) -> str:
    match value:
        case int() | float():
            return _Count(value)
        case list() | tuple():
            return _Text("; ".join(map(_fact, value)))
        case _:
            return _Text(value or "")


def number(value: float, decimals: int = 0) -> str:
    """A number as the reader's language writes it, with that many decimals: `1,234`."""
    return str(format_decimal(value, format=f"#,##0.{'0' * decimals}" if decimals else "#,##0", locale=_locale()))


def size(count: float) -> str:
    """Bytes for people: `19 kB`, `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{number(count, 0 if unit in ('B', 'kB') or count >= 100 else 1)} {unit}"
        count /= 1000
    raise AssertionError


def duration(seconds: float) -> str:
    """Seconds for people: `30 ms`, `0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds < 0.1:
        return f"{number(seconds * 1000)} ms"
    if seconds < 60:
        return f"{number(seconds, 1 if seconds < 10 else 0)} s"
    if seconds < 3_600:
        return f"{int(seconds) // 60} min {int(seconds) % 60} s"
    return f"{number(int(seconds) // 3_600)} h {int(seconds) // 60 % 60} min"


def plural(count: float, *forms: str) -> str:
    """`1 figure`, `2 figures`; `forms` are the language's own, in the order of CLDR's categories (one before other)."""
    kinds = [kind for kind in _CATEGORIES if kind in _locale().plural_form.tags | {"other"}]
    return f"{number(count)} {forms[kinds.index(_locale().plural_form(count))]}"


def _locale() -> Locale:
    return _locale_of(_language() if _language() in CATALOGUES else "en")


@functools.cache
def _locale_of(language: str) -> Locale:
    return Locale.parse(language, sep="-")
