"""Pictures for a model that cannot see: it names one and asks, and a model that can see answers in words (B27)."""

from __future__ import annotations

import ast
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from lci.agent.desk import Desk
from lci.agent.pacing import batches
from lci.agent.phrasing import INQUIRE_TOOL
from lci.agent.prompts import images
from lci.core import events as e
from lci.core.conversation import Conversation
from lci.core.messages import ImagePart, Message, TextPart
from lci.core.outputs import DisplayData, ExecuteResult, Output
from lci.core.pictures import PICTURE_TOKENS, figures_of
from lci.core.protocols import AnswerFinished, Model, ModelRequest, RequestedCall, TextPiece, Tool
from lci.core.sharing import Veil
from lci.core.transcript import is_figure
from lci.core.turns import Usage
from lci.errors import LciError

INQUIRE_IMAGE = Tool(
    INQUIRE_TOOL,
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


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question about a picture."""

    image: str
    question: str


def may_look(desk: Desk, veil: Veil) -> bool:
    """Whether the model has to ask another about pictures, and may."""
    return (
        desk.vision is not None
        and desk.vision.profile.sees_images
        and desk.small is not None
        and veil.is_open
        and desk.model.profile.is_ai
        and not desk.model.profile.sees_images
    )


def pictures_by_name(conversation: Conversation, turn_id: str) -> dict[str, ImagePart]:
    """The pictures one can ask about: images of files, and the figures of the last turn that drew any.

    Figures have the numbers that the transcript gives them: charts that are no pictures count.
    """
    found: dict[str, ImagePart] = {}
    for name, file in conversation.files.items():
        facts = file.preview.image if file.preview is not None else None
        if facts is not None and facts.blob is not None:
            found[name] = ImagePart(facts.blob, facts.blob_type, name)
    for turn in reversed(conversation.branch(turn_id)):
        outputs = [(cell, output) for cell in turn.cells for output in cell.outputs if _is_figure(output)]
        drawn = [figures_of(replace(cell, outputs=(output,))) for cell, output in outputs]
        if any(drawn):
            found |= {f"figure {number}": figure[0] for number, figure in enumerate(drawn, 1) if figure}
            break
    return found


def _is_figure(output: Output) -> bool:
    return isinstance(output, DisplayData | ExecuteResult) and is_figure(output.data)


def inquiry(call: RequestedCall) -> Inquiry | None:
    """The question that `call` puts: as a call of its own, or as the only line of code; None for anything else.

    A call that cannot be understood asks about no picture.
    """
    is_call = call.name.strip().lower().removeprefix("functions.") == INQUIRE_TOOL
    try:
        arguments = json.loads(call.arguments, strict=False)
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        return Inquiry("", "") if is_call else None
    if is_call:
        image = arguments.get("image") or arguments.get("path") or ""
        question = arguments.get("question") or arguments.get("prompt") or ""
        return Inquiry(str(image), str(question))
    source = arguments.get("code")
    return _asked_in_code(source) if isinstance(source, str) and INQUIRE_TOOL in source else None


def _asked_in_code(source: str) -> Inquiry | None:
    """`inquire_image("a.png", "what?")`, perhaps printed or assigned, and nothing else."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr | ast.Assign) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print" and value.args:
        value = value.args[0]
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name) or value.func.id != INQUIRE_TOOL:
        return None
    given = dict(zip(("image", "question"), value.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in value.keywords if keyword.arg}
    texts = {name: node.value for name, node in given.items() if isinstance(node, ast.Constant)}
    return Inquiry(str(texts.get("image", "")), str(texts.get("question", "")))


async def looked(desk: Desk, call_id: str, call: RequestedCall, asked: Inquiry) -> AsyncIterator[e.Event]:
    """The question asked and answered; whatever goes wrong is told to the model in its place.

    What the model may see is asked again: the person may have changed it since the question was written.
    """
    arguments = json.dumps({"image": asked.image, "question": asked.question}, ensure_ascii=False)
    yield e.ToolStarted(call_id, INQUIRE_TOOL, (arguments if asked.image else call.arguments)[:_LONGEST])
    pictures = pictures_by_name(desk.conversation(), desk.turn_id)
    picture = pictures.get(asked.image.strip()) or pictures.get(asked.image.strip().lower())
    vision = desk.vision
    if not (await desk.veil()).is_open:
        yield e.ToolFinished(call_id, images.not_looked_at("pictures are not shared"))
        return
    if vision is None or desk.small is None or picture is None:
        yield e.ToolFinished(call_id, images.no_such_picture(asked.image, tuple(pictures)))
        return
    question = asked.question.strip() or images.DESCRIBE_PICTURE
    said = (Message("user", (TextPart(question), picture)),)
    request = ModelRequest((Message("system", (TextPart(images.LOOKING),)), *await desk.small(said)))
    tokens = vision.count_tokens(question + images.LOOKING) + PICTURE_TOKENS
    yield e.RequestSent(vision.profile.id, desk.keep(request) if desk.keep is not None else None, tokens, aside=True)
    try:
        text, finish = await answered(desk, vision, request)
        reported = finish.usage if finish is not None else None
        used = reported or Usage(tokens, vision.count_tokens(text), estimated=True)
        yield e.UsageReported(used, vision.profile.id, aside=True)
        if not vision.profile.sees_images:
            # The server took the words alone: what it says of the picture is made up.
            yield e.ToolFinished(call_id, images.not_looked_at("no_images"))
            return
    except LciError as error:
        yield e.ToolFinished(call_id, images.not_looked_at(error.code))
        return
    yield e.ToolFinished(call_id, text[:_LONGEST] or images.not_looked_at("empty"), answered=bool(text))


async def answered(desk: Desk, model: Model, request: ModelRequest) -> tuple[str, AnswerFinished | None]:
    """The text of one answer and its end, or what came until the person stopped it. Raises `ProviderProblem`."""
    pieces: list[str] = []
    finish: AnswerFinished | None = None
    async with aclosing(batches(model.stream(request), desk.stop)) as stream:  # type: ignore[type-var]  # a generator
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
