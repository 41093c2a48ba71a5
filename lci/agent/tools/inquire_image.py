"""Pictures for a model that cannot see: it names one and asks, and a model that can see answers in words (B27)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace

from lci.agent.batching import batches
from lci.agent.prompts import images
from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.messages import ImagePart, Message, TextPart
from lci.core.outputs import DisplayData, ExecuteResult, Output, is_figure
from lci.core.pictures import PICTURE_TOKENS, figures_of
from lci.core.ports import AnswerFinished, Model, ModelRequest, RequestedCall, TextPiece, Tool
from lci.core.privacy.veil import Veil
from lci.core.turns import Usage
from lci.errors import LciError

INQUIRE_IMAGE = Tool(
    "inquire_image",
    "Ask a model that can see a question about one picture: an image the user attached, or a figure your code drew. "
    "Returns its answer in words.",
    {
        "type": "object",
        "properties": {
            "image": {"type": "string", "description": 'the image file\'s name, or "figure 1"'},
            "question": {"type": "string", "description": "what you want to know"},
        },
        "required": ["image", "question"],
        "additionalProperties": False,
    },
)

#: Characters of an answer about a picture that are kept.
_LONGEST = 4_000


def pictures_by_name(conversation: Conversation, turn_id: str) -> dict[str, ImagePart]:
    """The pictures one can ask about: images of files, and the figures of the last turn that drew any.

    Figures have the numbers that the transcript gives them: charts that are no pictures count.
    """
    pictures: dict[str, ImagePart] = {}
    for name, file in conversation.files.items():
        facts = file.preview.image if file.preview is not None else None
        if facts is not None and facts.blob is not None:
            pictures[name] = ImagePart(facts.blob, facts.blob_type, name)
    for turn in reversed(conversation.branch(turn_id)):
        outputs = [(cell, output) for cell in turn.cells for output in cell.outputs if _is_figure(output)]
        drawn = [figures_of(replace(cell, outputs=(output,))) for cell, output in outputs]
        if any(drawn):
            pictures |= {f"figure {number}": figure[0] for number, figure in enumerate(drawn, 1) if figure}
            break
    return pictures


def _is_figure(output: Output) -> bool:
    return isinstance(output, DisplayData | ExecuteResult) and is_figure(output.data)


class InquireImage:
    """Asks the vision model of the turn about a picture."""

    @property
    def offer(self) -> Tool:
        return INQUIRE_IMAGE

    @property
    def instructions(self) -> str:
        return images.MAY_ASK

    def is_offered(self, context: TurnContext, veil: Veil) -> bool:
        return (
            context.vision is not None
            and context.vision.profile.sees_images
            and context.small is not None
            and veil.is_open
            and context.model.profile.is_ai
            and not context.model.profile.sees_images
        )

    def listed(self, context: TurnContext) -> str:
        return images.pictures_listed(tuple(pictures_by_name(context.conversation(), context.turn_id)))

    async def carried_out(
        self, context: TurnContext, call_id: str, call: RequestedCall, arguments: Mapping[str, str]
    ) -> AsyncIterator[e.Event]:
        image = arguments.get("image") or arguments.get("path") or ""
        question = arguments.get("question") or arguments.get("prompt") or ""
        asked = json.dumps({"image": image, "question": question}, ensure_ascii=False) if image else call.arguments
        yield e.ToolStarted(call_id, INQUIRE_IMAGE.name, asked[:_LONGEST])
        pictures = pictures_by_name(context.conversation(), context.turn_id)
        picture = pictures.get(image.strip()) or pictures.get(image.strip().lower())
        # Asked again: the person may have changed what the model may see since the question was written.
        if not (await context.veil()).is_open:
            yield e.ToolFinished(call_id, images.not_looked_at("pictures are not shared"))
        elif context.vision is None or context.small is None or picture is None:
            yield e.ToolFinished(call_id, images.no_such_picture(image, tuple(pictures)))
        else:
            message = Message("user", (TextPart(question.strip() or images.DESCRIBE_PICTURE), picture))
            messages = await context.small((Message("system", (TextPart(images.LOOKING),)), message))
            async for event in _asked(context, context.vision, call_id, ModelRequest(messages)):
                yield event


async def _asked(context: TurnContext, vision: Model, call_id: str, request: ModelRequest) -> AsyncIterator[e.Event]:
    words = "".join(part.text for message in request.messages for part in message.parts if isinstance(part, TextPart))
    tokens = vision.count_tokens(words) + PICTURE_TOKENS
    body = context.keep(request) if context.keep is not None else None
    yield e.RequestSent(vision.profile.id, body, tokens, aside=True)
    try:
        text, finish = await answered(context, vision, request)
    except LciError as error:
        yield e.ToolFinished(call_id, images.not_looked_at(error.code))
        return
    reported = finish.usage if finish is not None else None
    used = reported or Usage(tokens, vision.count_tokens(text), estimated=True)
    yield e.UsageReported(used, vision.profile.id, aside=True)
    if not vision.profile.sees_images:
        # The server took the words alone: what it says of the picture is made up.
        yield e.ToolFinished(call_id, images.not_looked_at("no_images"))
        return
    yield e.ToolFinished(call_id, text[:_LONGEST] or images.not_looked_at("empty"), answered=bool(text))


async def answered(context: TurnContext, model: Model, request: ModelRequest) -> tuple[str, AnswerFinished | None]:
    """The text of one answer and its end, or what came until the person stopped it. Raises `ProviderProblem`."""
    pieces: list[str] = []
    finish: AnswerFinished | None = None
    async with aclosing(batches(model.stream(request), context.stop)) as stream:  # type: ignore[type-var]  # a generator
        async for batch in stream:
            for piece in batch:
                match piece:
                    case TextPiece(text):
                        pieces.append(text)
                    case AnswerFinished():
                        finish = piece
                    case _:
                        pass
    return "".join(pieces).strip(), finish
