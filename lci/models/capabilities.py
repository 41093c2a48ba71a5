"""What a model was seen to do when it was tried."""

from __future__ import annotations

from dataclasses import dataclass

from lci.core.ports import CodeProtocol


@dataclass(frozen=True, slots=True)
class Capabilities:
    """None for what could not be told; `window_tokens` is the server's own word."""

    tools: bool | None = None
    parallel_tools: bool | None = None
    usage: bool | None = None
    schema: bool | None = None
    vision: bool | None = None
    system_role: bool | None = None
    window_tokens: int | None = None

    @property
    def protocol(self) -> CodeProtocol | None:
        """The best protocol that the model was seen to keep to; None while nothing was tried."""
        if self.tools:
            return "tools"
        if self.schema:
            return "schema"
        return "fenced" if self.tools is False else None
