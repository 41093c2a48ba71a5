"""The engine: one thread with one asyncio loop, and what all conversations share."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import hashlib
import importlib.metadata
import logging
import platform
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import psutil

from lci.core.conversation import BUILTIN_ANALYST, ConversationSettings
from lci.core.ids import is_conversation_id
from lci.core.ports import Kernel, KernelFacts, Model, ModelProfile
from lci.core.stores import Blobs, Leases, Store
from lci.errors import ConversationInUse, ModelNotConfigured
from lci.runtime.config.keys import redact_also
from lci.runtime.config.settings import ModelSettings, Settings, completed, read_again
from lci.runtime.kernels.capacity import KernelCapacity, Reserve
from lci.runtime.models.facts import Capabilities, ModelFacts
from lci.runtime.worker import Worker
from lci.storage.store import SqliteStore
from lci.workspace.workspace import Workspace

if TYPE_CHECKING:
    from lci.kernels.environments import Checked
    from lci.kernels.limits import ResourceLimits
    from lci.kernels.process import KernelProcess
    from lci.kernels.server.rest import Server
    from lci.kernels.slots import Slot
    from lci.models.discovery import LocalServer
    from lci.models.registry import Price
    from lci.runtime.kernels.warm import Warm

T = TypeVar("T")
log = logging.getLogger("lci")

#: Distributions worth telling a model about.
_PACKAGES = (
    "pandas", "numpy", "scipy", "scikit-learn", "statsmodels", "matplotlib", "seaborn", "plotly", "altair", "duckdb",
    "pyarrow", "openpyxl", "Pillow", "polars", "networkx", "sympy",
)  # fmt: skip


#: Makes the kernel of one conversation; nothing starts yet.
KernelMaker: TypeAlias = Callable[[Workspace, ConversationSettings, Blobs], Kernel]
ModelMaker: TypeAlias = Callable[[str], Model]


class Engine:
    """Owns the loop thread, the store, the preview workers and the models.

    `store` keeps everything, by default in SQLite in the data folder. All else is made by `Interpreter`s, whose
    coroutines run here. `close` ends what is left, the store as well.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        make_kernel: KernelMaker | None = None,
        make_model: ModelMaker | None = None,
        store: Store | None = None,
    ) -> None:
        self.model_facts = ModelFacts(settings.home)
        self.settings = self._with_shelf(settings)
        self.store: Store = SqliteStore(settings.home) if store is None else store
        #: Looks at files that take moments, and those that go through every row of one: neither waits for the other.
        self.previews = Worker()
        self.whole_files = Worker(seconds=120.0)
        #: Looks at tables that were read already.
        self.queries = Worker(seconds=120.0)
        self.capacity = KernelCapacity(settings.kernels)
        self._environments: dict[str, Checked] = {}
        self._warm: Warm | None = None
        self._make_kernel = make_kernel
        self._make_model = make_model
        self._models: dict[str, Model] = {}
        self._closers: dict[int, Callable[[], Coroutine[Any, Any, None]]] = {}
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="lci-engine", daemon=True)
        self._thread.start()
        started.wait()
        if make_kernel is None:
            from lci.kernels.reaping import reap

            reap(settings.home)
            self.loop.call_soon_threadsafe(self.loop.run_in_executor, None, drop_leftovers, settings.home, self.store)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self.loop.is_closed() or not self._thread.is_alive()

    def call(self, work: Coroutine[Any, Any, T], timeout: float | None = 30) -> T:
        """Run `work` on the loop and wait for its value. Not from the loop's own thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def post(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run `work` on the loop without waiting."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def workspace(self, conversation_id: str) -> Workspace:
        """The conversation's folder; made by whoever first writes."""
        return Workspace(self.settings.home / "workspaces" / conversation_id)

    def kernel(self, workspace: Workspace, settings: ConversationSettings, reserve: Reserve) -> Kernel:
        """A kernel for that workspace, not started; it starts inside of `reserve`."""
        if self._make_kernel is not None:
            return self._make_kernel(workspace, settings, self.store)
        from lci.kernels.jupyter import JupyterKernel
        from lci.kernels.server.place import ServedKernel

        if not settings.kernel:
            return JupyterKernel(self._process(workspace, settings), reserve)
        server, isolated = self._server(settings.kernel)
        # The conversation's id lets in whoever knows it: there is no need for that server to.
        folder = hashlib.sha256(workspace.root.name.encode()).hexdigest()[:16]
        place = ServedKernel(server, workspace, folder, vouched=isolated, policy=self.settings.isolation)
        return JupyterKernel(place, reserve)

    def _process(self, workspace: Workspace, settings: ConversationSettings) -> KernelProcess:
        from lci.kernels.process import KernelProcess

        return KernelProcess(
            _slot(workspace),
            home=self.settings.home,
            policy=self.settings.isolation,
            network=settings.network,
            limits=self.limits,
            environment=settings.environment,
        )

    def _server(self, server_id: str) -> tuple[Server, bool]:
        """The Jupyter Server of that id, and whether the person vouches for its walls.

        One that is not configured any more has no address, and says so when a kernel is to start there.
        """
        from lci.kernels.server.rest import Server

        for each in self.settings.kernel_servers:
            if each.id == server_id:
                return Server(server_id, each.url, each.token.get_secret_value()), each.isolated
        return Server(server_id, ""), False

    @property
    def limits(self) -> ResourceLimits:
        """What one conversation's code may use."""
        return self.settings.limits

    def start_ahead(self) -> None:
        """Keep kernels ready for new conversations, as many as the settings say, where a sandbox can be had."""
        from lci.kernels.isolation import expected_level
        from lci.runtime.kernels.warm import Warm

        self.post(self.previews.start())
        settings = self.settings
        if self._make_kernel is not None or not settings.warm_kernels or self._warm is not None:
            return
        if expected_level(settings.isolation) == "bubblewrap":
            self._warm = Warm(settings, lambda folder: self._process(folder, ConversationSettings()), self.capacity)
            self.call(self._warm.start())

    @property
    def kernels_ready(self) -> int:
        """How many kernels wait for a new conversation."""
        return self._warm.ready if self._warm is not None else 0

    def adopted(self, workspace: Workspace, settings: ConversationSettings, reserve: Reserve) -> Kernel | None:
        """A kernel started ahead, with its folders as those of a new `workspace`; from any thread.

        It keeps the place it has until `taken_over`.
        """
        ready = self._warm.adopt(workspace, settings) if self._warm is not None else None
        if ready is None:
            return None
        ready.process.move(_slot(workspace))
        ready.kernel.reserve = reserve
        return ready.kernel

    def taken_over(self, kernel: Kernel) -> None:
        """An adopted kernel counts as its conversation's; from any thread."""
        if self._warm is not None:
            self.loop.call_soon_threadsafe(self._warm.taken_over, kernel)

    def surroundings(self, settings: ConversationSettings) -> KernelFacts:
        """What a kernel of these settings will be like, known before it runs; another Python is asked once.

        Raises `EnvironmentWithoutKernel` or `KernelStartFailed` for an environment that cannot be used.
        """
        from lci.kernels.isolation import WORKING_DIRECTORY, expected_level
        from lci.kernels.server.place import facts

        if settings.kernel:
            server, isolated = self._server(settings.kernel)
            return facts(server, vouched=isolated)
        level = expected_level(self.settings.isolation)
        directory = WORKING_DIRECTORY if level == "bubblewrap" else "the folder with the user's files"
        other = self.environment(settings.environment)
        if other is not None:
            return KernelFacts(other.version, level, settings.network, other.packages, directory)
        return KernelFacts(platform.python_version(), level, settings.network, _own_packages(), directory)

    def environment(self, name: str) -> Checked | None:
        """What the Python of that path said of itself, asked once; None for the app's own.

        Raises `EnvironmentWithoutKernel` or `KernelStartFailed`, each time anew: what was missing may have come.
        """
        from lci.kernels.environments import checked

        if name and name not in self._environments:
            self._environments[name] = checked(name, _PACKAGES)
        return self._environments[name] if name else None

    # --- models -------------------------------------------------------------------------------------------------------

    @property
    def _configured(self) -> dict[str, ModelSettings]:
        return {model.id: model for model in self.settings.configured_models}

    def model(self, model_id: str) -> Model:
        """The model of that id. Raises `ModelNotConfigured`."""
        if model_id not in self._models:
            self._models[model_id] = self._new_model(model_id)
        return self._models[model_id]

    def instructions(self, model_id: str) -> str:
        """What the person tells every model, and this one."""
        model = self._configured.get(model_id)
        texts = (self.settings.instructions, model.instructions if model is not None else "")
        return "\n".join(text.strip() for text in texts if text.strip())

    def vision_model(self, model_id: str) -> Model | None:
        """The model that looks at pictures for that one; None when there is none, or it is not configured."""
        model = self._configured.get(model_id)
        other = model.vision_model if model is not None else ""
        return self.model(other) if other != model_id and other in self._configured else None

    def reload(self) -> None:
        """Read the models of config.toml again and use them at once; not from the loop's own thread.

        Models that are changed or gone are closed once their answers are over. Raises `ConfigUnreadable`.
        """
        self.call(self._use(read_again(self.settings)))

    def probe(self, model: ModelSettings) -> concurrent.futures.Future[Capabilities]:
        """Find out in the background what a model can do, which need not be saved yet; see `runtime.models.probing`.

        A key left empty is the one saved for that id. What is found is kept, and used from the model's next turn on.
        The future raises `ProviderProblem`.
        """
        return self.post(self._probe(completed(self.settings, model)))

    async def _probe(self, model: ModelSettings) -> Capabilities:
        from lci.runtime.models.probing import probe

        capabilities = await probe(model)
        self.model_facts.tried(model, capabilities)
        self.settings = self._with_shelf(self.settings)
        for each in self._configured.values():
            # Made anew, it knows what was tried.
            if each.id in self._models and (each.base_url, each.name) == (model.base_url, model.name):
                await self._models.pop(each.id).close()
        return capabilities

    def local_servers(self, ports: Sequence[int] | None = None) -> concurrent.futures.Future[tuple[LocalServer, ...]]:
        """Look in the background for servers of models on this machine, at `ports` or where they usually are."""
        from lci.models.discovery import local_servers

        return self.post(local_servers(ports))

    async def _use(self, settings: Settings) -> None:
        before, self.settings = self._configured, self._with_shelf(settings)
        redact_also(settings.secrets)
        for model_id in [each for each in self._models if before.get(each) != self._configured.get(each)]:
            await self._models.pop(model_id).close()

    def _with_shelf(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"shelved": self.model_facts.shelved_ids(settings.configured_models)})

    def price(self, model_id: str) -> Price | None:
        """What a configured model's tokens cost, roughly; None when that is not known, or nothing."""
        from lci.runtime.models.catalogue import price

        model = self._configured.get(model_id)
        return price(model) if model is not None else None

    def profiles(self) -> tuple[ModelProfile, ...]:
        """Every model one can pick, the default first."""
        default = self.settings.default_model
        ids = list(dict.fromkeys((*self._configured, BUILTIN_ANALYST)))
        if self._make_model is not None and default not in ids:
            ids.insert(0, default)
        return tuple(self.model(model_id).profile for model_id in sorted(ids, key=lambda i: i != default))

    def _new_model(self, model_id: str) -> Model:
        if self._make_model is not None:
            return self._make_model(model_id)
        if model_id == BUILTIN_ANALYST:
            from lci.analyst import Analyst

            return Analyst()
        configured = self._configured
        if model_id not in configured:
            raise ModelNotConfigured(model=model_id, known=", ".join([*configured, BUILTIN_ANALYST]))
        from lci.runtime.models.catalogue import new_model

        looks = any(model.vision_model == model_id for model in configured.values())
        return new_model(configured[model_id], self.store, self.model_facts, looks=looks)

    # --- life ---------------------------------------------------------------------------------------------------------

    def on_close(self, owner: object, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have `close` awaited when the engine closes, unless `forget` is called first."""
        self._closers[id(owner)] = close

    def forget(self, owner: object) -> None:
        """Drop what `on_close` registered."""
        self._closers.pop(id(owner), None)

    def close(self) -> None:
        """Stop every turn, end every kernel, write everything, stop the thread. Safe to call twice."""
        if self.closed:
            return
        self.call(self._close(), timeout=60)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.store.close()
        self.previews.close()
        self.whole_files.close()
        self.queries.close()

    async def _close(self) -> None:
        if self._warm is not None:
            await self._warm.close()
        closers = list(self._closers.values())
        self._closers.clear()
        await asyncio.gather(*(close() for close in closers), return_exceptions=True)
        await asyncio.gather(*(model.close() for model in self._models.values()), return_exceptions=True)

    def _run(self, started: threading.Event) -> None:
        with asyncio.Runner() as runner:
            #: The one loop; touch it only through `call` and `post`, or from its own thread.
            self.loop = runner.get_loop()
            self.loop.call_soon(started.set)
            self.loop.run_forever()


def own_start() -> float:
    """When this process began, in seconds since the epoch: what is older and unfinished is nobody's any more."""
    return psutil.Process().create_time()


def drop_leftovers(home: Path, leases: Leases) -> None:
    """Clear every workspace that no other process holds of files that were on their way when their app was killed."""
    before = own_start()
    for root in (home / "workspaces").glob("*"):
        if not is_conversation_id(root.name) or not (workspace := Workspace(root)).leftovers(before):
            continue
        try:
            leases.lease(root.name)
        except ConversationInUse:
            continue
        try:
            workspace.drop_leftovers(before)
        finally:
            leases.release(root.name)


def _slot(workspace: Workspace) -> Slot:
    from lci.kernels.slots import Slot

    in_place = tuple(workspace.in_place.items())
    return Slot(workspace.work, workspace.home, workspace.overlay, workspace.spool, in_place)


@functools.cache
def _own_packages() -> dict[str, str]:
    """What the app's own Python has of them, with their versions."""
    versions = {}
    for name in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions
