"""Conversations with real model clients at scripted servers, and a scripted kernel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from lci.agent.limits import TurnLimits
from lci.core.outputs import ErrorOutput, StreamOutput
from lci.core.ports import ExecutionFinished, ModelProfile
from lci.models.connecting import Connection
from lci.models.openai_chat import OpenAIChat
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import Run, ScriptedKernel
from lci.testing.server import ScriptedServer

FAST = TurnLimits(retry_seconds=(0.01, 0.01, 0.01))


def behaviour(source: str) -> Run:
    """`raise` fails, `die` dies, `words` and `lines` print as many as they say, anything else prints itself."""
    if source.startswith("raise"):
        return [ErrorOutput("ValueError", source, ("Cell In[1], line 1",)), ExecutionFinished("error", 1, 0.1)]
    if source.startswith("die"):
        return [StreamOutput("stdout", "partial"), ExecutionFinished("died", None, 0.1)]
    if source.startswith("words"):
        return [StreamOutput("stdout", " ".join(f"word{n}" for n in range(int(source.split()[1]))))]
    if source.startswith("lines"):
        return [StreamOutput("stdout", numbers(int(source.split()[1])))]
    return [StreamOutput("stdout", source)]


def numbers(lines: int) -> str:
    """So many lines of numbers, as a table has them."""
    return "\n".join(f"{n:5d}  {n * 37.123457:14.6f}  {n * 0.271828:10.6f}" for n in range(lines))


class Talks:
    """Conversations with models at scripted servers; everything is closed at the end."""

    def __init__(self, home: Path) -> None:
        self.models: dict[str, OpenAIChat] = {}
        self.kernels: list[ScriptedKernel] = []
        self.engine = Engine(
            Settings(home=home, model="builtin-analyst"),
            make_kernel=lambda workspace, settings, blobs: self._kernel(),
            make_model=lambda model_id: self.models[model_id],
        )

    def _kernel(self) -> ScriptedKernel:
        self.kernels.append(ScriptedKernel(behaviour))
        return self.kernels[-1]

    def model(self, server: ScriptedServer, model_id: str = "m", **facts: Any) -> OpenAIChat:
        """A model at `server`; `facts` are its profile's."""
        profile = replace(ModelProfile(model_id, "M", "Maker", window_tokens=64_000), **facts)
        self.models[model_id] = OpenAIChat(Connection(server.url, "", "m"), profile)
        return self.models[model_id]

    def opened(self, model_id: str = "m", limits: TurnLimits = FAST) -> Interpreter:
        return Interpreter(model_id, engine=self.engine, limits=limits)
