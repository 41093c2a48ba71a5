"""Scripted turns whose answers quote numbers of their outputs, and the same answers with one digit changed (B57).

`python -m tests.core.grounding.changed_digits` prints the rates that docs/quality.md reports.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lci.core.grounding.receipts import Evidence, receipts
from tests.core.grounding.turns import basis_of, turn_of

SIZES = (10, 100, 1_000)
TURNS = 200
_NAMES = [
    "North",
    "South",
    "East",
    "West",
    "Berlin",
    "Paris",
    "Tokyo",
    "Osaka",
    "Lima",
    "Cairo",
    "Delhi",
    "Oslo",
    "Rome",
    "Quito",
    "Accra",
    "Perth",
    "Books",
    "Toys",
    "Garden",
    "Music",
    "Sports",
    "Shoes",
    "Food",
    "Games",
    "Tools",
    "Beauty",
    "Office",
    "Kitchen",
    "Travel",
    "Health",
    "Baby",
    "Pets",
    "Auto",
    "Jewels",
    "Video",
    "Grocery",
]
_COLUMNS = ("orders", "revenue", "mean_price", "share", "margin", "units", "cost", "rating", "delay_days", "refunds")
#: Sentences by what they name of the number: its row and its column, one of them, or neither; most name both.
_FRAMES = {
    "row and column": (
        "In {row}, {column} comes to {number}.",
        "{row} has a {column} of {number}.",
        "The value of {column} for {row} is {number}, which stands out.",
        "- **{row}** ({column}): {number}",
        "{row} の {column} は {number} です。",
        "{row} 的 {column} 为 {number}。",
    ),
    "row": ("{row} stands at {number}.", "{row} は {number} です。"),
    "column": ("The {column} reaches {number} there.", "{column} 为 {number}。"),
    "neither": ("The best one stands at {number}.",),
}
_FORMS = ("row and column",) * 6 + ("row", "row", "column", "neither")


@dataclass(frozen=True, slots=True)
class Quoted:
    """One sentence of an answer: its number stands at `start` in it, as `text`; `digits` are the significant ones."""

    sentence: str
    start: int
    text: str
    names: str

    @property
    def digits(self) -> int:
        return len("".join(c for c in self.text if c.isdigit()).lstrip("0"))

    def changed(self, chance: random.Random) -> str:
        """The sentence with one digit of its number changed, the first of a longer number never to nought."""
        places = [at for at, c in enumerate(self.text) if c.isdigit()]
        at = chance.choice(places)
        is_first = at == places[0] and len(places) > 1 and self.text[at] != "0"
        others = [d for d in "0123456789" if d != self.text[at] and not (is_first and d == "0")]
        text = self.text[:at] + chance.choice(others) + self.text[at + 1 :]
        return self.sentence[: self.start] + text + self.sentence[self.start + len(self.text) :]


def _value(column: str, chance: random.Random) -> str:
    """A value as pandas prints it."""
    match column:
        case "orders" | "units":
            return str(round(chance.lognormvariate(6.5, 1.2)))
        case "refunds":
            return str(round(chance.lognormvariate(3.5, 1)))
        case "revenue" | "cost":
            return f"{chance.lognormvariate(10, 1.3):.2f}"
        case "share" | "margin":
            return f"{chance.random():.4f}"
        case "rating":
            return f"{chance.uniform(1, 5):.3f}"
        case _:
            return f"{chance.lognormvariate(3, 0.8):.3f}"


def turn(size: int, chance: random.Random) -> tuple[Evidence, list[Quoted]]:
    """The outputs of a turn with about `size` numbers in them, and sentences that quote six of them as they stand."""
    columns = chance.sample(_COLUMNS, 2 if size <= 10 else 5 if size <= 100 else 10)
    rows = max(5, size // len(columns))
    names = [name if at < len(_NAMES) else f"{name}_{at // len(_NAMES)}" for at, name in enumerate(_NAMES * 40)][:rows]
    table = [[_value(column, chance) for column in columns] for _ in names]
    text = f"{'region':>14} " + " ".join(f"{column:>12}" for column in columns) + "\n"
    text += "\n".join(
        f"{name:>14} " + " ".join(f"{v:>12}" for v in row) for name, row in zip(names, table, strict=True)
    )
    quoted = []
    for _ in range(6):
        row, column = chance.randrange(rows), chance.randrange(len(columns))
        number = table[row][column]
        if len(number.split(".")[0]) > 3 and chance.random() < 0.7:
            number = f"{float(number):,.2f}" if "." in number else f"{int(number):,}"
        form = chance.choice(_FORMS)
        frame = chance.choice(_FRAMES[form])
        sentence = frame.format(row=names[row], column=columns[column], number=number)
        start = frame.format(row=names[row], column=columns[column], number="\0").index("\0")
        quoted.append(Quoted(sentence, start, number, form))
    return basis_of(turn_of(text)), quoted


def outcomes(size: int, turns: int = TURNS, seed: int = 1) -> Iterator[tuple[Quoted, str, str]]:
    """Each quotation with what its number is before and after the change: the kinds of the receipts."""
    chance = random.Random(f"{seed}-{size}")
    for _ in range(turns):
        basis, quoted = turn(size, chance)
        for each in quoted:
            yield each, _kind(each.sentence, each, basis), _kind(each.changed(chance), each, basis)


def _kind(sentence: str, quoted: Quoted, basis: Evidence) -> str:
    after = next(r for r in receipts(sentence, basis) if r.number.end > quoted.start)
    return type(after).__name__


#: Sentences that state a relation between two rows of a column, by what they state.
_RELATIONS = {
    "difference": "In {column}, {first} is {number} above {second}.",
    "total": "Together, {first} and {second} have a total {column} of {number}.",
    "times": "{first} has {number} times the {column} of {second}.",
    "change": "The {column} of {first} is {number}% higher than that of {second}.",
}


def derived(size: int, chance: random.Random) -> tuple[Evidence, list[Quoted]]:
    """The outputs of a turn, and sentences that state, rightly, how a number follows from two that stand there."""
    columns = ("revenue", "cost", "units", "mean_price")[: 2 if size <= 10 else 4]
    names = [name if at < len(_NAMES) else f"{name}_{at // len(_NAMES)}" for at, name in enumerate(_NAMES * 40)]
    names = names[: max(5, size // len(columns))]
    table = {name: {column: _value(column, chance) for column in columns} for name in names}
    text = f"{'region':>14} " + " ".join(f"{column:>12}" for column in columns) + "\n"
    text += "\n".join(f"{name:>14} " + " ".join(f"{v:>12}" for v in row.values()) for name, row in table.items())
    sentences = []
    for relation, frame in _RELATIONS.items():
        column = chance.choice(columns)
        pair = sorted(chance.sample(names, 2), key=lambda name: float(table[name][column]))
        b, a = (float(table[name][column]) for name in pair)
        number = {
            "difference": f"{a - b:.2f}", "total": f"{a + b:.2f}", "times": f"{a / b:.2f}",
            "change": f"{(a - b) / b * 100:.1f}",
        }[relation]  # fmt: skip
        facts = {"column": column, "first": pair[1], "second": pair[0]}
        start = frame.format(**facts, number="\0").index("\0")
        sentences.append(Quoted(frame.format(**facts, number=number), start, number, relation))
    return basis_of(turn_of(text)), sentences


def derived_outcomes(size: int, turns: int = TURNS) -> Iterator[tuple[Quoted, str, str]]:
    """As `outcomes`, of numbers that are derived."""
    chance = random.Random(f"derived-{size}")
    for _ in range(turns):
        basis, sentences = derived(size, chance)
        for each in sentences:
            yield each, _kind(each.sentence, each, basis), _kind(each.changed(chance), each, basis)


@dataclass(frozen=True, slots=True)
class Rate:
    """Of `quoted` numbers that stood in an output, how many were `marked` once a digit was changed.

    `doubted` is how many of them were marked as they stood, because nothing said that their place was meant.
    """

    quoted: int
    marked: int
    derived: int
    exempt: int
    doubted: int

    @property
    def share(self) -> float:
        """Of those that were not exempt."""
        return self.marked / max(1, self.quoted - self.exempt)


def rate(results: Iterable[tuple[Quoted, str, str]]) -> Rate:
    """The rate of these outcomes."""
    stood = [(before, after) for _, before, after in results if before in ("Grounded", "Ambiguous")]
    after = Counter(kind for _, kind in stood)
    doubted = sum(before == "Ambiguous" for before, _ in stood)
    return Rate(after.total(), after["NotFound"] + after["Ambiguous"], after["Derived"], after["Exempt"], doubted)


def report() -> None:
    """The rates by the number of numbers in the outputs, by what the sentence names, and by the number's digits."""
    for size in SIZES:
        stated = list(derived_outcomes(size))
        right = sum(before in ("Derived", "Grounded") for _, before, _ in stated)
        wrong = sum(after == "NotFound" for _, _, after in stated)
        sys.stdout.write(f"{size:5} derived {len(stated)}: right {right / len(stated):.2%} known, ")
        sys.stdout.write(f"changed {wrong / len(stated):.2%} marked\n")
        results = list(outcomes(size))
        groups = {"all": results}
        groups |= {names: [each for each in results if each[0].names == names] for names in _FRAMES}
        groups |= {f"{n} digits": [each for each in results if each[0].digits == n] for n in range(1, 8)}
        for group, of_these in groups.items():
            measured = rate(of_these)
            sys.stdout.write(f"{size:5} {group:16} {measured.share:7.2%} {measured}\n")


if __name__ == "__main__":
    report()
