"""Figures as models are shown them: small, and each made small once."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace

from lci.core.messages import ImagePart, Message, Part
from lci.core.outputs import BlobRef
from lci.errors import InputProblem
from lci.runtime.engine import Engine
from lci.workspace.jobs import ShrinkJob

#: Pixels of the long side.
_SIDE = 1024


class Pictures:
    """Small copies of one conversation's figures; on the engine's loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._small: dict[str, BlobRef] = {}

    async def small(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """`messages` with every picture at most so large; what cannot be made small is left out."""
        return tuple([await self._message(message) for message in messages])

    async def _message(self, message: Message) -> Message:
        if not any(isinstance(part, ImagePart) for part in message.parts):
            return message
        parts: list[Part] = []
        for part in message.parts:
            if not isinstance(part, ImagePart):
                parts.append(part)
            elif (ref := await self._ref(part)) is not None:
                parts.append(replace(part, blob=ref, mime=_type(part.mime)))
        return replace(message, parts=tuple(parts))

    async def _ref(self, part: ImagePart) -> BlobRef | None:
        if (small := self._small.get(part.blob.digest)) is not None:
            return small
        job = ShrinkJob(part.blob.digest, _type(part.mime), _SIDE)
        try:
            picture = await asyncio.to_thread(self._engine.store.get, part.blob)
            with tempfile.TemporaryFile() as file:
                file.write(picture)
                file.seek(0)
                content = await self._engine.previews.run(job, file)
        except (InputProblem, OSError, KeyError):
            return None
        if not content:
            return None
        small = self._small[part.blob.digest] = self._engine.store.put(content, "bytes")
        self._small[small.digest] = small
        return small


def _type(mime: str) -> str:
    return "image/jpeg" if mime == "image/jpeg" else "image/png"
