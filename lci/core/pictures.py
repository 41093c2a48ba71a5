"""The pictures a model that can see is shown: the newest of those it was given and of those its own cells drew."""

from __future__ import annotations

from collections.abc import Sequence

from lci.core.conversation import Conversation
from lci.core.messages import ImagePart, Message, Part, TextPart, ToolResult, alternating
from lci.core.outputs import RASTER_TYPES, BlobRef, DisplayData, ExecuteResult
from lci.core.turns import Cell

#: Pictures of one request, the newest.
PICTURES = 4
#: About the tokens of one picture with a long side of 1,024 pixels; providers count differently.
PICTURE_TOKENS = 1_000

#: matplotlib's words, on stderr, for characters that become boxes.
MISSING_GLYPHS = "missing from font"


def pictured(
    messages: Sequence[Message], conversation: Conversation, turn_id: str, marker: str, limit: int = PICTURES
) -> tuple[Message, ...]:
    """`messages` with the figures of each round's cells after its results, under the words `said`.

    Of these and of the pictures that are there already the newest `limit` stay. Results and calls are as before.
    """
    drawn = {cell.id: figures_of(cell) for turn in conversation.branch(turn_id) for cell in turn.cells}
    with_pictures: list[Message] = []
    waiting: list[ImagePart] = []
    for message in messages:
        if message.role != "tool" and waiting:
            with_pictures.append(Message("user", (TextPart(marker), *waiting)))
            waiting = []
        with_pictures.append(message)
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        waiting += [figure for result in results for figure in drawn.get(result.call_id, ())]
    if waiting:
        with_pictures.append(Message("user", (TextPart(marker), *waiting)))
    return alternating(_newest(with_pictures, marker, limit))


def figures_of(cell: Cell) -> tuple[ImagePart, ...]:
    """The raster pictures among the cell's outputs."""
    pictures = []
    for output in cell.outputs:
        if isinstance(output, DisplayData | ExecuteResult):
            mime = next((mime for mime in RASTER_TYPES if isinstance(output.data.get(mime), BlobRef)), None)
            if mime is not None:
                ref = output.data[mime]
                assert isinstance(ref, BlobRef)
                pictures.append(ImagePart(ref, mime))
    return tuple(pictures)


def _newest(messages: list[Message], marker: str, limit: int) -> list[Message]:
    left = limit
    kept: list[Message] = []
    for message in reversed(messages):
        if not any(isinstance(part, ImagePart) for part in message.parts):
            kept.append(message)
            continue
        parts: list[Part] = []
        for part in reversed(message.parts):
            if isinstance(part, ImagePart):
                if left == 0:
                    continue
                left -= 1
            parts.append(part)
        # Words that announced only pictures that are gone say nothing by themselves.
        if parts != [TextPart(marker)]:
            kept.append(Message(message.role, tuple(reversed(parts))))
    return kept[::-1]


def without_pictures(message: Message) -> Message:
    """`message` with its words alone."""
    if not any(isinstance(part, ImagePart) for part in message.parts):
        return message
    return Message(message.role, tuple(part for part in message.parts if not isinstance(part, ImagePart)))
