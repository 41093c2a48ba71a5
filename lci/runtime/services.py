"""What the screen asks of the process beside conversations: models, settings, kernels to be, what is stored."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from lci.core.conversation import ConversationSettings
from lci.core.ports import KernelFacts, Model, ModelProfile
from lci.core.stores import Store
from lci.runtime.config.settings import ModelSettings, Settings

if TYPE_CHECKING:
    from lci.kernels.environments import Checked
    from lci.kernels.limits import ResourceLimits
    from lci.models.discovery import LocalServer
    from lci.models.registry import Price
    from lci.runtime.models.facts import Capabilities, ModelFacts


class Services(Protocol):
    """The engine, as the screen sees it; `settings` and `model_facts` are as of now."""

    settings: Settings
    model_facts: ModelFacts

    @property
    def store(self) -> Store: ...
    @property
    def limits(self) -> ResourceLimits: ...
    def surroundings(self, settings: ConversationSettings) -> KernelFacts: ...
    def environment(self, name: str) -> Checked | None: ...
    def model(self, model_id: str) -> Model: ...
    def vision_model(self, model_id: str) -> Model | None: ...
    def profiles(self) -> tuple[ModelProfile, ...]: ...
    def price(self, model_id: str) -> Price | None: ...
    def probe(self, model: ModelSettings) -> concurrent.futures.Future[Capabilities]: ...
    def local_servers(
        self, ports: Sequence[int] | None = None
    ) -> concurrent.futures.Future[tuple[LocalServer, ...]]: ...
    def reload(self) -> None: ...
