"""The sentences of an answer that claim numbers of data (B57)."""

from __future__ import annotations

from lci.core.grounding.exemptions import Exemptions
from lci.core.grounding.numbers import numbers
from lci.core.grounding.sentences import Sentences


def claims(text: str) -> tuple[str, ...]:
    """Them in their order, each once; without those whose numbers only name, date, count off or quote."""
    exemptions = Exemptions(text)
    claiming = [number for number in numbers(text) if exemptions.reason(number) is None]
    sentences = Sentences(text, claiming)
    return tuple(dict.fromkeys(" ".join(sentences.around(number).text.split()) for number in claiming))
