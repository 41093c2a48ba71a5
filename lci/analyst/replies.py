"""What the analyst says when there is nothing to compute, and beside what it computes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lci.analyst.columns import Mention
from lci.analyst.intents import Greeting, Intent, NoFile, NoTable, Regression, Unknown
from lci.analyst.questions import example_questions
from lci.analyst.sources import Source
from lci.analyst.writing import escaped, shown
from lci.core.files import Preview

_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
#: Two English words in a row: names of columns and files are Latin in any language.
_LATIN = re.compile(r"\b[A-Za-z]+ [A-Za-z]+\b")

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
        case Unknown(reason, words):
            return "\n\n".join([_declined(reason, words, question), _offer(previews), _CONNECT])


def _declined(reason: str, words: tuple[str, ...], question: str) -> str:
    """Why there is no answer: what was not understood, in the language of the question."""
    quoted = [escaped(word) for word in words]
    if _KANA.search(question) and not _LATIN.search(question):
        return (
            f"「{'」「'.join(quoted)}」がわかりません。内蔵アナリストは決まった規則で動き、英語の質問だけを読みます。"
        )
    if _HAN.search(question) and not _LATIN.search(question):
        return f"我不理解“{'”“'.join(quoted)}”。内置分析器按固定规则工作，只能读英文问题。"
    what = reason
    if not what and quoted:
        what = f"I did not understand {_listed(quoted)}, and give no answer rather than one to another question."
    return f"{what or 'I did not understand that.'} I follow fixed rules and am not an AI model."


def _listed(words: list[str]) -> str:
    shown = [f"“{word}”" for word in words[:6]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


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


def remarks(intent: Intent, mentioned: tuple[Mention, ...], table: Source, files: int) -> tuple[str, ...]:
    """What is said beside an answer: which file, sheet and columns it took where the question left that open."""
    if isinstance(intent, Unknown | Greeting | NoFile | NoTable):
        return ()
    notes = []
    if files > 1:
        notes.append(f"I used {shown(table.file)}.")
    if table.sheet is not None:
        notes.append(f"I read the sheet {shown(table.sheet)}; name another one in the question to use that.")
    for mention in mentioned:
        if mention.others:
            others = " or ".join(shown(other) for other in mention.others[:3])
            notes.append(f"“{escaped(mention.phrase)}” could also mean {others}; I took {shown(mention.column.name)}.")
        elif mention.score < 0.6:
            notes.append(f"I read “{escaped(mention.phrase)}” as {shown(mention.column.name)}.")
    if isinstance(intent, Regression) and len([m for m in mentioned if m.column.kind == "number"]) > 2:
        notes.append("I fit one explanatory column at a time and took the first two columns named.")
    return tuple(notes)
