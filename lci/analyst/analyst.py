"""The analyst as a `Model`: each answer is decided from the request alone, nothing is kept between calls."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lci.analyst import replies
from lci.analyst.assembling import beyond
from lci.analyst.compiling import NotCompiled, compiled
from lci.analyst.data_words import DataWords
from lci.analyst.joins import BETWEEN_FILES, Joined, joined_files
from lci.analyst.lexicon import lexicon
from lci.analyst.nearby_plans import MOST, Explained, explained, reworded
from lci.analyst.offers import offers
from lci.analyst.plan import Plan
from lci.analyst.plan_reading import plan_in_words
from lci.analyst.question_items import words_of
from lci.analyst.questions import example_questions
from lci.analyst.reading import Understood, greeting, is_long, language_of, understood
from lci.analyst.results import findings, setback
from lci.analyst.sources import Source
from lci.analyst.tables import phrases_of, tables_of
from lci.analyst.telling import explained as explained_failure, said, worded
from lci.analyst.telling.plan_words import BETWEEN_PARTS
from lci.core.conversation import BUILTIN_ANALYST
from lci.core.files import NamedValue, Preview, ValueLookup
from lci.core.messages import Message, TextPart, ToolResult
from lci.core.ports import (
    AnswerFinished,
    CallPiece,
    CodeProtocol,
    ModelEvent,
    ModelProfile,
    ModelRequest,
    RequestedCall,
    TextPiece,
)

TOOL = "execute_code"
_PIECE_CHARS = 160
#: Seconds after which no further file is looked into, of many.
_LOOKING = 8.0
#: Earlier questions that a follow-up may build on, and offers taken that say what their questions meant.
_BEFORE, _CLICKS = 4, 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say and, when there is something to run, its source; when there is not, what could be asked instead.

    `declined` says that the question has no answer.
    """

    text: str
    source: str | None = None
    offers: tuple[str, ...] = ()
    declined: bool = False


class Analyst:
    """A rule-based model for tables; it offers no conversation beyond what its grammar understands."""

    @property
    def profile(self) -> ModelProfile:
        """Always the same; `is_ai` is false."""
        return ModelProfile(
            id=BUILTIN_ANALYST,
            label="Built-in analyst",
            provider="Built-in",
            window_tokens=128_000,
            is_ai=False,
            local=True,
            window_estimated=False,
            protocol_proven=True,
        )

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer `request`; raises nothing of its own."""
        given = await answer(request.messages, request.previews, request.values)
        for piece in _pieces(given.text):
            yield TextPiece(piece)
            await asyncio.sleep(0)
        if given.source is None:
            yield AnswerFinished("stop", offers=given.offers, declined=given.declined)
            return
        arguments = json.dumps({"code": given.source}, ensure_ascii=False)
        for start in range(0, len(arguments), _PIECE_CHARS):
            yield CallPiece(0, TOOL, arguments[start : start + _PIECE_CHARS])
            await asyncio.sleep(0)
        yield AnswerFinished("tool_calls", (RequestedCall(0, TOOL, arguments),))

    def settle_on(self, protocol: CodeProtocol) -> None:
        """Its code is always a call."""

    def calibrate(self, counted: int, reported: int) -> None:
        """Nothing is reported."""

    def count_tokens(self, text: str) -> int:
        """A quarter of the characters, rounded up."""
        return (len(text) + 3) // 4

    async def close(self) -> None:
        """There is nothing to close."""


async def answer(
    messages: tuple[Message, ...], previews: tuple[Preview, ...], values: ValueLookup | None = None
) -> Answer:
    """The answer to the last question in `messages`, given what its cells have put out so far."""
    asked = [at for at, message in enumerate(messages) if _question(message)]
    if not asked:
        return Answer(replies.greeted("hello", "en"), offers=example_questions(previews)[:MOST])
    last = asked[-1]
    question = _question(messages[last])
    likeliest = _likeliest_first(previews, messages[last])
    earlier = (_question(messages[at]) for at in asked[:-1][-_BEFORE:])
    before = tuple(each for each in earlier if not is_long(each))
    clicks = _clicks([_question(messages[at]) for at in asked[:-1]])
    task = _in_words(question, likeliest) or await _task(question, before, clicks, likeliest, values)
    if isinstance(task, Answer):
        return task
    results = [part.text for message in messages[last:] for part in message.parts if isinstance(part, ToolResult)]
    if not results:
        return _begun(task)
    text = said(task.plan, findings(results[-1]), task.code)
    if text is None:
        return Answer(explained_failure(task.source, setback(results[-1]), task.code), declined=True)
    return Answer(text)


@dataclass(frozen=True, slots=True)
class _Task:
    """A plan to carry out, its table, the language of the question, and words in it that were read as a click said."""

    plan: Plan
    source: Source
    code: str
    read_as: Explained = ()
    #: Columns that are limited beyond all of their numbers.
    beyond: tuple[str, ...] = ()


def _in_words(question: str, previews: Sequence[Preview]) -> _Task | None:
    """The task whose plan the question states in the plan's own words, as one that was offered does."""
    joined = [both.preview for both in joined_files(previews)] if BETWEEN_FILES in question else []
    for table in (table for preview in (*previews, *joined) for table in tables_of(preview)):
        if (stated := plan_in_words(question, table.table)) is not None:
            return _Task(stated[0], table.table, stated[1], beyond=beyond(stated[0], table))
    return None


def _clicks(earlier: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Earlier questions with what was asked right after them in the words of a plan, the latest ones."""
    pairs = [each for each in pairwise(earlier) if BETWEEN_PARTS in each[1] and not is_long(each[0])]
    return tuple(pairs[-_CLICKS:])


async def _task(
    question: str,
    before: tuple[str, ...],
    clicks: tuple[tuple[str, str], ...],
    previews: Sequence[Preview],
    values: ValueLookup | None,
) -> _Task | Answer:
    """What a question asks for; the answer where there is nothing to compute."""
    code = language_of(question, before)
    if (kind := greeting(question)) is not None:
        return Answer(replies.greeted(kind, code), offers=example_questions(tuple(previews[::-1]), code)[:MOST])
    if is_long(question):
        examples = example_questions(tuple(previews[::-1]), code)[:MOST]
        return Answer(replies.too_long(code), offers=examples, declined=True)
    meant = await _understood(question, before, previews, values)
    if meant is None:
        return Answer(replies.without_table(previews, code), declined=True)
    read_as: Explained = ()
    if meanings := await asyncio.to_thread(explained, clicks, meant.data) if clicks else ():
        before = tuple(reworded(each, meanings)[0] for each in before)
        meant = await _understood(question, before, previews, values) or meant
        again, used = reworded(question, meanings)
        if not meant.plans and used:
            other = await _understood(again, before, previews, values)
            if other is not None and len(other.plans) == 1:
                meant, read_as = other, used
    if len(meant.plans) != 1:
        offered = await asyncio.to_thread(offers, meant, question, before, code)
        return Answer(replies.declined(meant, question, code), offers=offered, declined=True)
    return _Task(meant.plans[0], meant.data.table, code, read_as, beyond(meant.plans[0], meant.data))


def _begun(task: _Task) -> Answer:
    """The plan in words, with its code."""
    stated = worded(task.plan, task.code)
    words = replies.with_what_was_read(stated, task.source.sheet, task.read_as, task.code)
    try:
        return Answer(words, compiled(task.plan, task.source, task.code, task.beyond))
    except NotCompiled:
        return Answer(replies.not_computable(words, task.code), declined=True)


async def _understood(
    question: str, before: tuple[str, ...], previews: Sequence[Preview], values: ValueLookup | None
) -> Understood | None:
    """What is asked, of the tables with the values that its words name; None where there is no table.

    Only what is left over of a first reading is worth a look into the files, or what may be: where no blank parts
    words, a value that nobody knows can be taken for others.
    """
    # Beside the loop: tables of many columns take moments.
    meant = await asyncio.to_thread(_of, question, before, [(preview, ()) for preview in previews])
    code = language_of(question, before)
    if meant is None or values is None or (len(meant.plans) == 1 and not before and code == "en"):
        return meant
    language = lexicon(code)
    phrases = tuple(phrase for each in (question, *before) for phrase in phrases_of(words_of(each), language))
    until = asyncio.get_running_loop().time() + _LOOKING
    named: list[tuple[Preview, tuple[NamedValue, ...]]] = []
    for preview in (each for each in previews if each.tables):
        in_time = asyncio.get_running_loop().time() < until
        named.append((preview, await values(preview.name, phrases) if in_time else ()))
    return await asyncio.to_thread(_of, question, before, named)


def _of(
    question: str, before: tuple[str, ...], files: Sequence[tuple[Preview, tuple[NamedValue, ...]]]
) -> Understood | None:
    tables = [table for preview, named in files for table in tables_of(preview, named)]
    if not tables:
        return None
    meant = understood(question, tables, before)
    pairs = () if meant.plans else joined_files([preview for preview, _ in files])
    if not pairs:
        return meant
    of_both = understood(
        question,
        _joined_tables(pairs, files),
        before,
        files={preview.name for preview, _ in files},
        joined={both.preview.name: (both.left, both.right) for both in pairs},
    )
    repeating = {both.preview.name: both for both in pairs}
    plans = tuple(plan for plan in of_both.plans if not repeating[plan.table].counts_again(plan))
    return replace(of_both, plans=plans) if plans else meant


def _joined_tables(pairs: Sequence[Joined], files: Sequence[tuple[Preview, tuple[NamedValue, ...]]]) -> list[DataWords]:
    """The tables of two files together, with the values that were found in either."""
    named = {preview.name: values for preview, values in files}
    tables: list[DataWords] = []
    for both in pairs:
        added = tuple(each for each in named[both.right] if each.column in both.added)
        tables += tables_of(both.preview, (*named[both.left], *added))
    return tables


def _likeliest_first(previews: tuple[Preview, ...], message: Message) -> list[Preview]:
    """Files that are named in the question, then those attached with it, then the newest."""
    question = _question(message)
    attached = "\n".join(
        part.text for part in message.parts if isinstance(part, TextPart) and part.text.strip() != question
    )
    newest = list(reversed(previews))
    return sorted(
        newest, key=lambda preview: (preview.name.lower() not in question.lower(), preview.name not in attached)
    )


def _question(message: Message) -> str:
    """What a person typed: their words, no note of the app, whatever they begin with; empty for other messages."""
    if message.role != "user":
        return ""
    texts = [part.text.strip() for part in message.parts if isinstance(part, TextPart) and part.kind == "words"]
    # Two prompts in a row, the first unanswered, arrive as one message: the last one counts.
    return next((text for text in reversed(texts) if text), "")


def _pieces(text: str) -> list[str]:
    """`text` cut after words into pieces of some forty characters; joined they give `text` again."""
    return re.findall(r"(?s).{1,40}(?:\s+|$)|.{1,40}", text)
