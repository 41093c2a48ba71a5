"""Where the numbers of an answer come from."""

from __future__ import annotations

from lci.wording.words import ReceiptWords

RECEIPTS = ReceiptWords(
    title="Where {number} comes from",
    tip="Where this comes from",
    tip_missing="In no output",
    stands="It stands in this output.",
    stands_in_file="It is known of the file {name}.",
    derived="It was calculated from what stands in these outputs, as the sentence says.",
    missing="It stands in no output of this conversation. Ask for it to be computed before you rely on it.",
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
