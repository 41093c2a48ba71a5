"""What the analyst says when there is nothing to compute."""

from __future__ import annotations

from collections.abc import Iterable

from lci.core.files import Preview
from lci.models.analyst.intents import Greeting, NoFile, NoTable, Unknown
from lci.models.analyst.questions import example_questions
from lci.models.analyst.writing import shown

_CONNECT = (
    "For free-form questions connect a model: **Settings → Models**, "
    "or set `OPENAI_API_KEY` / `OPENAI_BASE_URL` and `LCI_MODEL`."
)
_ABLE = (
    "I am the built-in analyst: fixed rules that write pandas code, not an AI model. "
    "I can give an overview of a table, describe a column, aggregate by groups, show a trend over time "
    "and fit a linear regression."
)


def reply(intent: Greeting | NoFile | NoTable | Unknown, previews: tuple[Preview, ...], question: str) -> str:
    """The whole answer, in Markdown."""
    match intent:
        case Greeting(kind="thanks"):
            return "You are welcome."
        case Greeting(kind="help"):
            return "\n\n".join([_ABLE, _offer(previews), _CONNECT])
        case Greeting():
            return f"Hello. {_offer(previews)}"
        case NoFile():
            return (
                "I need a table to work with. Attach a file (CSV, Excel, Parquet …), or take one of the samples: "
                "**penguins** (sizes of 344 penguins) or **co2** (weekly CO₂ at Mauna Loa)."
            )
        case NoTable(preview):
            return f"{_facts(preview)} I work with tables only, and found none in it. {_CONNECT}"
        case Unknown(reason):
            parts = [f"I did not understand that{'' if question.isascii() else '; I read English only'}."]
            if reason:
                parts = [reason]
            return "\n\n".join(
                [" ".join([*parts, "I follow fixed rules and am not an AI model."]), _offer(previews), _CONNECT]
            )


def _offer(previews: Iterable[Preview]) -> str:
    files = tuple(previews)
    if not files:
        return "Attach a table and ask, or take one of the samples **penguins** and **co2**."
    return "Questions I can answer about this file:\n\n" + "\n".join(f"- {q}" for q in example_questions(files))


def _facts(preview: Preview) -> str:
    name = shown(preview.name)
    if preview.error is not None:
        return f"{name} could not be read ({preview.error.code.replace('_', ' ')})."
    if preview.image is not None:
        image = preview.image
        return f"{name} is an image, {image.width} × {image.height} pixels."
    return f"{name} is a file of {preview.bytes:,} bytes."
