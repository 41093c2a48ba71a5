"""Trials of models: of this process those of saved models, and of each tab the one that its dialog waits for."""

from __future__ import annotations

import concurrent.futures
import threading
from dataclasses import dataclass
from typing import TypeAlias

from lci.errors import LciError
from lci.runtime.config.settings import ModelSettings
from lci.runtime.models.facts import Capabilities
from lci.ui import state
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import explained, words

Trial: TypeAlias = concurrent.futures.Future[Capabilities]

#: Seconds between looks at a trial that runs.
LOOK = 0.4

_lock = threading.Lock()
#: Trials by model, of this process; what came of them is drawn by whoever asks.
_trials: dict[str, Trial] = {}

#: Where a tab keeps what its dialog waits for.
_AWAITED = "model_awaited"


def try_out(configured: ModelSettings) -> None:
    """Try the model in the background; the Settings page shows what comes of it."""
    keep(configured, services().probe(configured))


def keep(configured: ModelSettings, trial: Trial) -> None:
    """Have the Settings page show what comes of that trial."""
    with _lock:
        _trials[configured.id] = trial


def of(model_id: str) -> Trial | None:
    """The last trial of that model; None where there was none."""
    with _lock:
        return _trials.get(model_id)


def run() -> bool:
    """Whether one of them is not over."""
    with _lock:
        return any(not trial.done() for trial in _trials.values())


def failure(trial: Trial) -> str:
    """What went wrong in a trial that is over, in sentences; empty for nothing."""
    error = trial.exception()
    if error is None:
        return ""
    return plain(str(explained(error.problem))) if isinstance(error, LciError) else words().turns.endings["crashed"]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A model that is saved once its trial has gone well, or as the person wishes; `unsaved` says why it was not."""

    model: ModelSettings
    trial: Trial
    unsaved: str = ""


def awaited() -> Awaited | None:
    """What this tab's dialog waits for."""
    held = state.value(_AWAITED)
    return held if isinstance(held, Awaited) else None


def wait_for(awaited: Awaited) -> None:
    """Have this tab's dialog wait for that."""
    state.put(_AWAITED, awaited)


def forget_awaited() -> None:
    """Have it wait for nothing."""
    state.put(_AWAITED, None)
