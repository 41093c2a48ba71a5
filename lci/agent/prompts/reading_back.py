"""What a model is asked that reads its own answer back: the claims, and the outputs that they must hold against."""

from __future__ import annotations

import re
from collections.abc import Sequence

READER = (
    "You check an answer about data before the user relies on it. You are given the claims of the answer that state "
    "numbers, and the outputs of the code that was run. Compare each number with the outputs: its digits, its row and "
    "column, its unit, its sign, and what the sentence says of it. What rests on the question, on a file or on general "
    "knowledge, and is in no output, let stand."
)
_ASKED = (
    "Does every claim hold? If all of them do, answer with the two words ALL HOLD and nothing else. If not, write for "
    "the user, in the language of the claims, only what is to be put right: the claim that is wrong and what the "
    "outputs say instead. Write no code."
)
#: What models say instead of the two words.
_HOLDS = re.compile(
    r"\W*(?:(?:yes|ok(?:ay)?)\W+)?(?:ok(?:ay)?|yes|(?:all|every|each)(?: \w+){0,4} (?:holds?|correct|match(?:es)?)|"
    r"nothing (?:is )?to (?:be )?(?:put right|corrected?))\W*",
    re.IGNORECASE,
)


def claims_and_outputs(question: str, claims: Sequence[str], outputs: str) -> str:
    """The one message of that request."""
    listed = "\n".join(f"- {claim}" for claim in claims)
    return f"The question:\n{question}\n\nThe claims:\n{listed}\n\nThe outputs, the latest last:\n{outputs}\n\n{_ASKED}"


def says_that_all_holds(reply: str) -> bool:
    """Whether the reply leaves the answer as it is; one that goes on to name something does not."""
    return _HOLDS.fullmatch(reply) is not None
