"""Where the numbers of an answer come from."""

from __future__ import annotations

from lci.wording.words import ReceiptWords

RECEIPTS = ReceiptWords(
    title="Where {number} comes from",
    tip="Where this comes from",
    tip_missing="In no output",
    tip_ambiguous="In the outputs, but perhaps not this one",
    stands="It stands in this output.",
    stands_in_file="It is known of the file {name}.",
    derived="It was calculated from what stands in these outputs, as the sentence says.",
    missing="It stands in no output of this conversation. Ask for it to be computed before you rely on it.",
    ambiguous="Among so many numbers almost any with so few digits stands somewhere, and the answer does not name the "
    "row or column of this one. Places where it stands: {count}. Check which one is meant.",
    candidates="It may be one of these.",
    possible="This would give it, but the sentence does not say so, and it does not count.",
    calculations={
        "difference": "{0} − {1} = {result}",
        "share": "{0} ÷ ({1}) = {result}",
        "total": "{all} = {result}",
        "times": "{0} ÷ {1} = {result}",
        "quotient": "{0} ÷ {1} = {result}",
        "change": "({0} − {1}) ÷ {1} = {result}",
    },
    code="The code",
    files="Files that the code reads",
    file="{name} · {size} · SHA-256 {digest}",
    unreadable="{name} is not there any more, or cannot be read.",
    jump="Go to the output",
    asked="Asked the model about numbers that stand in no output: {numbers}",
)
