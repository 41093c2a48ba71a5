"""What a model is asked when its abilities are tried."""

from __future__ import annotations

SYSTEM = "You are being tested. Do exactly what you are asked, as briefly as you can."
GREETING = "Answer with the single word OK."
CALLS = (
    "Call the tool execute_code twice, both calls in this one answer: once with the code print(1), once with the code "
    "print(2). Write nothing else."
)
ANSWER = 'Answer with one JSON object with the keys "say" and "code": say is "OK" and code is "print(1)".'
PICTURE = "Which colour is this square? Answer with one word."
COLOURS = ("red", "crimson", "scarlet", "rouge", "rot", "rojo", "\u8d64", "\u7ea2")
